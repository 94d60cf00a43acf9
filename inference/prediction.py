"""What a model says of an image, as values that need no torch."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Shape
from imaging.labelmap import Labelmap
from inference.probability import ProbabilityMap


@dataclass(frozen=True)
class Finding:
    """One class with its probability, 0-1."""

    label: str
    title: str
    probability: float


@dataclass(frozen=True)
class HeatMap:
    """What a saliency method says mattered, on the source grid.

    Attributes:
        array: (K, J, I) float32; slices that were not explained are NaN.
        limit: the absolute value at the end of the colour bar; signed maps run from -limit to +limit.
        signed: whether negative values speak against the target.
        method, layer, target, model: printed on the view.
    """

    array: NDArray[np.float32]
    limit: float
    signed: bool
    method: str
    layer: str
    target: str
    model: str

    def within(self, shape_kji: Shape, k: int) -> "HeatMap":
        """This map of a single slice as slice ``k`` of a larger grid, NaN elsewhere."""
        if self.array.shape == shape_kji:
            return self
        array = np.full(shape_kji, np.nan, np.float32)
        array[k] = self.array[0]
        return replace(self, array=array)


@dataclass(frozen=True)
class Prediction:
    """One run of one model over one series.

    Attributes:
        findings: classes with probabilities (classification), or lesion labels with their highest probability.
        mask: on the source grid, or None for a classification.
        volumes_ml: per lesion label; None where millimetres are unknown.
        device: ``cpu``, or the name of the GPU.
        peak_memory_mb: of the process, resident, MiB; NaN where the system does not tell.
        warnings: what was assumed or stepped down, in words.
        probabilities: of each lesion label in every voxel; None for a classification, or where nobody asked.
        weights_sha256: of the model's weights, in hexadecimal; empty for what no model of ours made.
    """

    series_uid: str
    model: str
    version: str
    task: str
    findings: tuple[Finding, ...]
    mask: Labelmap | None
    volumes_ml: dict[str, float | None]
    device: str
    seconds: float
    peak_memory_mb: float
    warnings: tuple[str, ...] = field(default=())
    probabilities: ProbabilityMap | None = field(default=None, repr=False)
    weights_sha256: str = ""

    def summary(self) -> dict[str, Any]:
        """The prediction as JSON-ready values, without arrays."""
        return {
            "series": self.series_uid,
            "model": self.model,
            "version": self.version,
            "task": self.task,
            "findings": [{"label": f.label, "title": f.title, "probability": f.probability} for f in self.findings],
            "volumes_ml": self.volumes_ml,
            "device": self.device,
            "seconds": self.seconds,
            "peak_memory_mb": None if math.isnan(self.peak_memory_mb) else self.peak_memory_mb,
            "warnings": list(self.warnings),
        }
