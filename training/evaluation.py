"""Judging a model package on examples, through the viewer's own Predictor: what is measured is what is shown."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.progress import Report, silent
from imaging.saving import write_bytes
from imaging.volume import Volume
from inference.predictor import Predictor
from inference.registry import Package, suits
from training.errors import DataError
from training.examples import Collection, Example
from training.index import read_index
from training.metrics import (
    Estimate,
    Values,
    bootstrap,
    classification_values,
    confusion,
    mean_rows,
    segmentation_row,
)

FILE_NAME = "evaluation.json"


@dataclass(frozen=True)
class Evaluation:
    """How one model did on some examples.

    Attributes:
        n: images judged.
        groups: patients or clips among them.
        metrics: each with a 95 % bootstrap interval over groups.
        confusion: rows the truth, columns the answer, in the order of ``labels``; empty for a segmentation.
        skipped: rows left out: no mask where one is needed, a class the model does not know, another kind of image.
    """

    model: str
    task: str
    n: int
    groups: int
    metrics: dict[str, Estimate]
    confusion: tuple[tuple[int, ...], ...]
    labels: tuple[str, ...]
    skipped: int = 0

    def summary(self) -> dict[str, Any]:
        """JSON-ready values; an interval that could not be drawn (a single group) is null."""
        return {
            "model": self.model,
            "task": self.task,
            "n": self.n,
            "groups": self.groups,
            "metrics": {name: _ends(estimate) for name, estimate in self.metrics.items()},
            "confusion": [list(row) for row in self.confusion],
            "labels": list(self.labels),
            "skipped": self.skipped,
        }


def _ends(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def evaluate(package: Package, index: Path, dataset: str, out: Path, report: Report = silent) -> dict[str, Any]:
    """The evaluation of a package on an index, also written to ``out`` as ``evaluation.json``.

    Raises:
        DataError: the index cannot be used, or has nothing for this model.
        PackageError: the package may not be used.
        ReadError: an image or mask cannot be read.
        SaveError: the result cannot be written.
        Cancelled: by ``report``.
    """
    predictor = Predictor(package)
    manifest = predictor.manifest
    collection = read_index(index, dataset, manifest.task, manifest.labels)
    result = judge(predictor, collection, report).summary()
    write_bytes(out / FILE_NAME, json.dumps(result, indent=1).encode())
    return result


def judge(predictor: Predictor, collection: Collection, report: Report = silent) -> Evaluation:
    """How the predictor does on a collection's examples; images that it was not made for are left out and counted.

    Raises:
        DataError: there are none, or a mask or slice does not fit its image.
        Cancelled: by ``report``.
    """
    examples = [example for example in collection.examples if suits(predictor.manifest, example.volume()) is None]
    if not examples:
        raise DataError("there is nothing to judge on")
    judged = _segmentation if predictor.manifest.task == "segmentation" else _classification
    metrics, table = judged(predictor, examples, report)
    return Evaluation(
        predictor.manifest.name,
        predictor.manifest.task,
        len(examples),
        len({example.group for example in examples}),
        metrics,
        tuple(tuple(int(count) for count in row) for row in table),
        tuple(label.name for label in predictor.manifest.labels),
        collection.skipped + len(collection.examples) - len(examples),
    )


Judged = tuple[dict[str, Estimate], NDArray[np.int64]]


def _segmentation(predictor: Predictor, examples: Sequence[Example], report: Report) -> Judged:
    labels = {label.name: label.value for label in predictor.manifest.labels}
    rows: list[Values] = []
    for number, example in enumerate(examples):
        report(number, len(examples), f"Judging {example.name}")
        volume = example.volume()
        truth = example.mask_on(volume)
        mask = predictor.predict(_only_slice(volume, example.k)).mask
        assert mask is not None
        rows.append(segmentation_row(mask.array[0], truth, labels))
    groups = [example.group for example in examples]
    metrics = bootstrap(lambda numbers: mean_rows([rows[number] for number in numbers]), groups)
    return metrics, np.zeros((0, 0), np.int64)


def _classification(predictor: Predictor, examples: Sequence[Example], report: Report) -> Judged:
    names = [label.name for label in predictor.manifest.labels]
    truth = np.array([names.index(example.label) for example in examples])
    probabilities = np.zeros((len(examples), len(names)))
    for number, example in enumerate(examples):
        report(number, len(examples), f"Judging {example.name}")
        probabilities[number] = _class_probabilities(predictor, example, names)
    metrics = bootstrap(
        lambda numbers: classification_values(probabilities[numbers], truth[numbers], names),
        [example.group for example in examples],
    )
    return metrics, confusion(probabilities.argmax(1), truth, len(names))


def _class_probabilities(predictor: Predictor, example: Example, names: Sequence[str]) -> list[float]:
    findings = predictor.predict(_only_slice(example.volume(), example.k)).findings
    found = {finding.label: finding.probability for finding in findings}
    return [found[name] for name in names]


def _only_slice(volume: Volume, k: int) -> Volume:
    """Slice ``k`` alone, in memory of its own, so that the rest of the volume can be let go."""
    if volume.geometry.shape_kji[0] == 1:
        return volume
    return replace(volume.slab(k), array=volume.array[k : k + 1].copy())


def metrics_of(evaluation: Evaluation | None) -> dict[str, tuple[float, float, float]]:
    """What a manifest states: value, low and high of every metric whose interval could be drawn."""
    if evaluation is None:
        return {}
    return {
        name: (estimate.value, estimate.low, estimate.high)
        for name, estimate in evaluation.metrics.items()
        if not math.isnan(estimate.low)
    }
