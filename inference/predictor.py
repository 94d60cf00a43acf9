"""One model over one series: slices in small batches, back on the source grid, cancellable between batches."""

import resource
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imaging.labelmap import Label, Labelmap, Provenance
from imaging.progress import Report, silent
from imaging.volume import Volume
from inference import networks, saliency
from inference.device import Choice, choose, describe
from inference.errors import InferenceError, UnsuitableInput
from inference.manifest import Manifest
from inference.prediction import Finding, HeatMap, Prediction
from inference.preprocessing import Placement, Preprocessing
from inference.registry import Package, suits, verify

BATCH = {"cpu": 2, "cuda": 16}
"""Slices per pass: small on the CPU, so that Cancel is heard within a third of a second."""

Probabilities = NDArray[np.float32]


@dataclass(frozen=True)
class _Slice:
    """What the network says of slice ``k``: (L, H, W) or (L,) float32 probabilities."""

    k: int
    probabilities: Probabilities
    placement: Placement


class Predictor:
    """A loaded model package.

    Raises:
        PackageError: the weights were altered or do not fit.
        InferenceError: the device is not there.
    """

    def __init__(self, package: Package, device: Choice = "auto") -> None:
        self.manifest: Manifest = verify(package)
        self.device = choose(device)
        self.preprocessing = Preprocessing(self.manifest.preprocessing, self.manifest.input)
        self._network = networks.load(package.folder, self.manifest).to(self.device)
        self._warnings: list[str] = []

    def predict(self, volume: Volume, report: Report = silent) -> Prediction:
        """What the model says of ``volume``; ``report`` may raise Cancelled between batches.

        Raises:
            UnsuitableInput: the model was not made for this modality or kind of image.
        """
        reason = suits(self.manifest, volume)
        if reason:
            raise UnsuitableInput(reason)
        start = time.perf_counter()
        self._warnings = _assumptions(self.manifest, volume)
        if self.manifest.task == "segmentation":
            findings, mask = self._segment(volume, report)
            volumes_ml = mask.volumes_ml()
        else:
            findings, mask, volumes_ml = self._classify(volume, report), None, {}
        return Prediction(
            volume.series_uid,
            self.manifest.name,
            self.manifest.version,
            self.manifest.task,
            findings,
            mask,
            volumes_ml,
            describe(self.device),
            time.perf_counter() - start,
            _peak_memory_mb(),
            tuple(self._warnings),
        )

    def probabilities(self, volume: Volume, k: int) -> Probabilities:
        """(L, J, I) float32 on the source grid for a segmentation, (L,) float32 for a classification, of slice ``k``.

        Segmentation: L is background first, then the manifest's labels; softmax, so they add up to 1.
        """
        (one,) = self._run(volume, (k,), silent)
        if self.manifest.task == "classification":
            return one.probabilities
        return self.preprocessing.backward(one.probabilities, one.placement)

    def explain(self, volume: Volume, method: str, k: int, target: str, report: Report = silent) -> HeatMap:
        """Why the model says ``target`` of slice ``k``, on the source grid; other slices are NaN.

        Raises:
            InferenceError: no such method or label.
        """
        if method not in saliency.METHODS:
            raise InferenceError(f"saliency method {method!r}: expected {' or '.join(saliency.METHODS)}")
        names = [label.name for label in self.manifest.labels]
        if target not in names:
            raise InferenceError(f"label {target!r}: {self.manifest.name} knows {', '.join(names)}")
        segmentation = self.manifest.task == "segmentation"
        picture, placement = self.preprocessing.forward(volume, k)
        image = torch.from_numpy(picture[None]).to(self.device)
        black = self.preprocessing.normalised(np.zeros(picture.shape[1:], np.float32))
        task = saliency.Task(
            image,
            torch.from_numpy(black[None]).to(self.device),
            names.index(target) + int(segmentation),
            self.manifest.network.saliency_layer,
        )
        network = saliency.scored(self._network, image, segmentation)
        evidence = saliency.METHODS[method](network, task, report)
        values = np.full(volume.geometry.shape_kji, np.nan, np.float32)
        values[k] = self.preprocessing.backward(evidence.values[None], placement)[0]
        return HeatMap(
            values,
            saliency.limit(values[k]),
            evidence.signed,
            evidence.method,
            evidence.layer,
            target,
            f"{self.manifest.name} {self.manifest.version}",
        )

    def _segment(self, volume: Volume, report: Report) -> tuple[tuple[Finding, ...], Labelmap]:
        mask = np.zeros(volume.geometry.shape_kji, np.uint8)
        values = np.array([0, *(label.value for label in self.manifest.labels)], np.uint8)
        highest = np.zeros(len(self.manifest.labels))
        for one in self._run(volume, range(len(mask)), report):
            shares = self.preprocessing.backward(one.probabilities, one.placement)
            lesion = shares[1:].sum(0) > self.manifest.threshold
            mask[one.k] = np.where(lesion, values[1 + shares[1:].argmax(0)], 0)
            highest = np.maximum(highest, shares[1:].reshape(len(highest), -1).max(1))
        findings = tuple(
            Finding(label.name, label.title or label.name, float(probability))
            for label, probability in zip(self.manifest.labels, highest, strict=True)
        )
        labels = tuple(Label(label.value, label.name, label.colour) for label in self.manifest.labels)
        made_by = Provenance(self.manifest.name, datetime.now(UTC), self.manifest.name, self.manifest.version)
        return findings, Labelmap(mask, volume.geometry, labels, made_by, not volume.slice_geometries)

    def _classify(self, volume: Volume, report: Report) -> tuple[Finding, ...]:
        frames = range(volume.geometry.shape_kji[0])
        each = [one.probabilities for one in self._run(volume, frames, report)]
        if len(each) > 1:
            self._warnings.append(f"probabilities are the mean over {len(each)} images")
        mean = np.mean(each, axis=0)
        return tuple(
            Finding(label.name, label.title or label.name, float(probability))
            for label, probability in zip(self.manifest.labels, mean, strict=True)
        )

    def _run(self, volume: Volume, slices: Sequence[int], report: Report) -> Generator[_Slice]:
        size = BATCH[self.device.type]
        done = 0
        while done < len(slices):
            report(done, len(slices), f"{self.manifest.title}: {done + 1} of {len(slices)}")
            part = slices[done : done + size]
            inputs = [self.preprocessing.forward(volume, k) for k in part]
            images = torch.from_numpy(np.stack([image for image, _ in inputs]))
            try:
                outputs = self._probabilities(images)
            except torch.OutOfMemoryError:
                size = self._step_down(size)
                continue
            for k, (_, placement), one in zip(part, inputs, outputs, strict=True):
                yield _Slice(k, one, placement)
            done += len(part)
        report(len(slices), len(slices), self.manifest.title)

    def _step_down(self, size: int) -> int:
        torch.cuda.empty_cache()
        if size > 1:
            self._warnings.append(f"the GPU's memory was short: {size // 2} images at a time instead of {size}")
            return size // 2
        self._warnings.append("the GPU's memory was short: run on the CPU")
        self.device = torch.device("cpu")
        self._network.to(self.device)
        return BATCH["cpu"]

    def _probabilities(self, images: Tensor) -> Probabilities:
        with torch.inference_mode():
            inputs = images.to(self.device)
            ways = _mirrors(self.manifest) if self.manifest.preprocessing.flips else (_as_it_is,)
            total = sum(way(torch.softmax(self._network(way(inputs)).float(), 1)) for way in ways)
            assert isinstance(total, Tensor)
            return (total / len(ways)).cpu().numpy()


def _mirrors(manifest: Manifest) -> tuple[Callable[[Tensor], Tensor], ...]:
    """The image and its mirror; for a classification only the way in matters, flipping (N, L) does nothing."""
    if manifest.task == "classification":
        return _as_it_is, _flip_input
    return _as_it_is, _flip_columns, _flip_rows


def _as_it_is(values: Tensor) -> Tensor:
    return values


def _flip_columns(values: Tensor) -> Tensor:
    return values.flip(-1)


def _flip_rows(values: Tensor) -> Tensor:
    return values.flip(-2)


def _flip_input(values: Tensor) -> Tensor:
    return values.flip(-1) if values.ndim == 4 else values


def _assumptions(manifest: Manifest, volume: Volume) -> list[str]:
    if volume.modality:
        return []
    return [f"this picture does not say what it shows; taken to be {' or '.join(manifest.input.modalities)}"]


def _peak_memory_mb() -> float:
    """Highest resident memory of this process; Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
