"""One model over one series: slices in small batches, back on the source grid, cancellable between passes."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray

from imaging.labelmap import Label, Labelmap, Provenance
from imaging.progress import Report, silent
from imaging.volume import Volume
from inference import networks, saliency
from inference.device import Choice, Ladder, choose, describe, peak_memory_mb
from inference.errors import InferenceError, UnsuitableInput
from inference.execution import Execution, Probabilities
from inference.manifest import Manifest
from inference.prediction import Finding, HeatMap, Prediction
from inference.preprocessing import Placement, Preprocessing, is_axial
from inference.probability import ProbabilityMap, labelled, quantised
from inference.registry import Package, suits, verify


@dataclass(frozen=True)
class _Output:
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
        self.preprocessing = Preprocessing(self.manifest.preprocessing, self.manifest.input)
        ladder = Ladder(choose(device))
        self._execution = Execution(networks.load(package.folder, self.manifest), self.manifest, ladder)

    def predict(self, volume: Volume, report: Report = silent, *, probabilities: bool = False) -> Prediction:
        """What the model says of ``volume``.

        Args:
            probabilities: keep those of a segmentation as well: one byte per voxel and label.

        Raises:
            UnsuitableInput: the model was not made for this modality or kind of image.
            InferenceError: there is not enough memory for a single slice.
            Cancelled: by ``report``, between passes of the network.
        """
        self._check(volume)
        start = time.perf_counter()
        warnings = _assumptions(self.manifest, volume)
        mask = maps = None
        if self.manifest.task == "segmentation":
            maps = self._empty_map(volume) if probabilities else None
            findings, mask = self._segment(volume, report, warnings, maps)
        else:
            findings = self._classify(volume, report, warnings)
        return Prediction(
            volume.series_uid,
            self.manifest.name,
            self.manifest.version,
            self.manifest.task,
            findings,
            mask,
            mask.volumes_ml() if mask else {},
            describe(self._execution.ladder.device),
            time.perf_counter() - start,
            peak_memory_mb(),
            tuple(warnings),
            None if maps is None else ProbabilityMap(maps, self._values, volume.geometry),
            self.manifest.weights.sha256,
        )

    def explain(self, volume: Volume, method: str, k: int, target: str, report: Report = silent) -> HeatMap:
        """Why the model says ``target`` of slice ``k``, on the source grid; other slices are NaN.

        Raises:
            UnsuitableInput: the model was not made for this modality or kind of image.
            InferenceError: no such method, label or slice, or too little GPU memory.
            Cancelled: by ``report``.
        """
        self._check(volume)
        if method not in saliency.METHODS:
            raise InferenceError(f"saliency method {method!r}: expected {' or '.join(saliency.METHODS)}")
        if not 0 <= k < len(volume.array):
            raise InferenceError(f"slice {k}: the image has slices 0 to {len(volume.array) - 1}")
        task, placement = self._task(volume, k, target)
        network = saliency.scored(self._execution.network, task.image, self.manifest.task == "segmentation")
        try:
            evidence = saliency.METHODS[method](network, task, report)
        except torch.OutOfMemoryError as error:
            raise InferenceError("the GPU's memory is too short for this explanation; choose the CPU") from error
        values = self.preprocessing.backward(evidence.values[None], placement)
        model = f"{self.manifest.name} {self.manifest.version}"
        heat = HeatMap(values, saliency.limit(values), evidence.signed, evidence.method, evidence.layer, target, model)
        return heat.within(volume.geometry.shape_kji, k)

    def _check(self, volume: Volume) -> None:
        reason = suits(self.manifest, volume)
        if reason:
            raise UnsuitableInput(reason)

    def _task(self, volume: Volume, k: int, target: str) -> tuple[saliency.Task, Placement]:
        names = [label.name for label in self.manifest.labels]
        if target not in names:
            raise InferenceError(f"label {target!r}: {self.manifest.name} knows {', '.join(names)}")
        background = int(self.manifest.task == "segmentation")
        image, placement = self.preprocessing.forward(volume, k)
        black = self.preprocessing.normalised(np.zeros(image.shape[1:], np.float32))
        device = self._execution.ladder.device
        inputs, baseline = (torch.from_numpy(values[None]).to(device) for values in (image, black))
        layer = self.manifest.network.saliency_layer
        return saliency.Task(inputs, baseline, names.index(target) + background, layer), placement

    @property
    def _values(self) -> tuple[int, ...]:
        return tuple(label.value for label in self.manifest.labels)

    def _empty_map(self, volume: Volume) -> NDArray[np.uint8]:
        return np.zeros((len(self._values), *volume.geometry.shape_kji), np.uint8)

    def _segment(
        self, volume: Volume, report: Report, warnings: list[str], maps: NDArray[np.uint8] | None
    ) -> tuple[tuple[Finding, ...], Labelmap]:
        """Findings and mask; the probabilities are written into ``maps``, (L, K, J, I), where there is one."""
        mask = np.zeros(volume.geometry.shape_kji, np.uint8)
        values = np.array(self._values, np.uint8)
        highest = np.zeros(len(values), np.float32)
        for output in self._run(volume, report, warnings):
            shares = self.preprocessing.backward(output.probabilities[1:], output.placement)
            mask[output.k] = labelled(shares, values, self.manifest.threshold)
            highest = np.maximum(highest, shares.max((1, 2)))
            if maps is not None:
                maps[:, output.k] = quantised(shares)
        labels = tuple(Label(label.value, label.name, label.colour) for label in self.manifest.labels)
        made_by = Provenance(self.manifest.name, datetime.now(UTC), self.manifest.name, self.manifest.version)
        return self._findings(highest), Labelmap(mask, volume.geometry, labels, made_by, not volume.slice_geometries)

    def _classify(self, volume: Volume, report: Report, warnings: list[str]) -> tuple[Finding, ...]:
        each = [output.probabilities for output in self._run(volume, report, warnings)]
        if len(each) > 1:
            warnings.append(f"probabilities are the mean over {len(each)} images")
        return self._findings(np.mean(each, axis=0))

    def _findings(self, probabilities: Probabilities) -> tuple[Finding, ...]:
        return tuple(
            Finding(label.name, label.title or label.name, float(probability))
            for label, probability in zip(self.manifest.labels, probabilities, strict=True)
        )

    def _run(self, volume: Volume, report: Report, warnings: list[str]) -> Generator[_Output]:
        """What the network says of every slice; steps down, with a warning, when memory runs short.

        Mirrored copies are for single images: over a whole stack they cost three times the wait.
        """
        title, count, done = self.manifest.title, len(volume.array), 0

        def between() -> None:
            report(done, count, f"{title}: {done + 1} of {count}")

        while done < count:
            part = range(done, min(done + self._execution.ladder.batch, count))
            images, placements = zip(*(self.preprocessing.forward(volume, k) for k in part), strict=True)
            answers = self._execution.probabilities(np.stack(images), between, mirrored=count == 1)
            if answers is None:
                warnings.append(self._execution.step_down())
                continue
            yield from map(_Output, part, answers, placements)
            done += len(part)
        report(count, count, title)


def _assumptions(manifest: Manifest, volume: Volume) -> list[str]:
    found: list[str] = []
    if not volume.modality:
        found.append(f"this picture does not say what it shows; taken to be {' or '.join(manifest.input.modalities)}")
    if manifest.preprocessing.window is None:
        return found
    if volume.unit != "HU" and not volume.is_colour and volume.array.dtype != np.uint8:
        found.append("the values are not Hounsfield units, which this model was made for: expect wrong answers")
    elif volume.unit == "HU" and not all(map(is_axial, volume.slice_geometries or (volume.geometry,))):
        found.append("the slices are not axial, as those that this model learnt from: expect wrong answers")
    return found
