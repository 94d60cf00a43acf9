"""Masks: which voxels belong to which label, who made them, on which grid."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.geometry import Geometry

Colour = tuple[int, int, int]

PALETTE: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
    (0, 114, 178),
    (148, 103, 189),
)
"""Label colours that stay apart for colour-blind readers (Okabe and Ito, 2008)."""


@dataclass(frozen=True)
class Label:
    """One name of a labelmap; ``value`` 1-255 marks its voxels, 0 is background."""

    value: int
    name: str
    colour: Colour = PALETTE[0]


@dataclass(frozen=True)
class Provenance:
    """Who or what made a mask or finding: a person, or a model with its version; and when (UTC)."""

    author: str
    time: datetime
    model: str = ""
    model_version: str = ""


@dataclass(frozen=True)
class Labelmap:
    """A mask as a value: (K, J, I) uint8 of label values on a grid. Immutable.

    Raises:
        GeometryError: the array's shape is not the geometry's.
    """

    array: NDArray[np.uint8]
    geometry: Geometry
    labels: tuple[Label, ...]
    provenance: Provenance | None = None
    slice_spacing_known: bool = field(default=True)

    def __post_init__(self) -> None:
        if self.array.shape != self.geometry.shape_kji:
            raise GeometryError(f"mask {self.array.shape} does not fit the geometry {self.geometry.shape_kji}")
        self.array.flags.writeable = False

    def volumes_ml(self) -> dict[str, float | None]:
        """Millilitres per label name; None where the grid has no place in the patient."""
        voxel_ml = self.geometry.voxel_ml if self.slice_spacing_known else None
        counts = np.bincount(self.array.reshape(-1), minlength=256)
        return {
            label.name: None if voxel_ml is None else float(counts[label.value]) * voxel_ml for label in self.labels
        }


def plain_labels(array: NDArray[Any]) -> tuple[Label, ...]:
    """Labels named ``label N`` for the values found in an array without a label table."""
    return tuple(
        Label(int(value), f"label {int(value)}", PALETTE[(int(value) - 1) % len(PALETTE)])
        for value in np.unique(array)
        if value
    )
