"""Masks: which voxels belong to which label, who made them, on which grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.geometry import Geometry
from imaging.layers import Layer, Layers, filled_up, layer_of

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

MOST_LABELS = MOST_LAYERS = 255
"""Values of a voxel but 0, and one layer for each."""


class SegmentState(StrEnum):
    """How far the work on a segment has come."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    FLAGGED = "flagged"
    APPROVED = "approved"


@dataclass(frozen=True)
class Code:
    """One coded concept (DICOM PS3.3 8.1): value, scheme (``SCT`` is SNOMED CT) and meaning; empty where not stated."""

    value: str = ""
    scheme: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Label:
    """One segment of a labelmap; ``value`` 1-255 marks its voxels, 0 is background.

    Attributes:
        code: what the segment is in a terminology; None when only the name says it.
        locked: no tool changes its voxels.
        visible: it is drawn; what is not drawn is not painted over either.
        opacity: 0-1, a share of the opacity of the whole mask.
        state: how far the work on it has come.
        layer: of the mask, in which its voxels lie; labels of different layers may overlap.
        derivation: what was done to its voxels before they came here, as "resampled from …"; empty for nothing.
        keyframes: planes of the array on which it is as it is meant, in order: axis that counts them, and index.
        uid: stays the same through all changes, and no other segment has it; empty where nobody gave it one, as in
            files and in an empty mask. It says nothing of the segment, and labels are equal without it.
    """

    value: int
    name: str
    colour: Colour = PALETTE[0]
    code: Code | None = None
    locked: bool = False
    visible: bool = True
    opacity: float = 1.0
    state: SegmentState = SegmentState.NOT_STARTED
    layer: int = 0
    derivation: str = ""
    keyframes: tuple[tuple[int, int], ...] = ()
    uid: str = field(default="", compare=False)


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

    Attributes:
        array: the lowest layer, the only one of most masks.
        further: the layers above it, with the labels that name them.

    Raises:
        GeometryError: the shape of a layer is not the geometry's, or a label names an impossible layer.
    """

    array: Layer
    geometry: Geometry
    labels: tuple[Label, ...]
    provenance: Provenance | None = None
    slice_spacing_known: bool = field(default=True)
    further: Layers = ()

    def __post_init__(self) -> None:
        for layer in self.layers:
            if layer.shape != self.geometry.shape_kji:
                raise GeometryError(f"mask {layer.shape} does not fit the geometry {self.geometry.shape_kji}")
            layer.flags.writeable = False
        strange = next((label for label in self.labels if not 0 <= label.layer < MOST_LAYERS), None)
        if strange is not None:
            raise GeometryError(f"label {strange.name} in layer {strange.layer}: expected 0 to {MOST_LAYERS - 1}")

    @property
    def layers(self) -> Layers:
        """All layers, the lowest first."""
        return (self.array, *self.further)

    def layer(self, value: int) -> Layer:
        """The layer that the voxels of this label lie in."""
        return layer_of(self.layers, next((label.layer for label in self.labels if label.value == value), 0))

    def inside(self, value: int) -> NDArray[np.bool_]:
        """(K, J, I) bool: the voxels of this label."""
        return self.layer(value) == value

    def marks_the_same(self, other: "Labelmap") -> bool:
        """Whether both mark the same voxels as the same segments, however these are drawn, locked or worked on."""
        meant, others = ({(e.value, e.name, e.code, e.layer) for e in each.labels} for each in (self, other))
        count = max(len(self.layers), len(other.layers))
        pairs = zip(filled_up(self.layers, count), filled_up(other.layers, count), strict=True)
        return meant == others and all(np.array_equal(one, two) for one, two in pairs)

    def counts(self) -> dict[int, int]:
        """How many voxels each label has, by value."""
        found = [np.bincount(layer.reshape(-1), minlength=256) for layer in self.layers]
        return {
            each.value: int(found[each.layer][each.value]) if each.layer < len(found) else 0 for each in self.labels
        }

    def millilitres(self) -> dict[int, float | None]:
        """Millilitres of each label by value; None where the grid has no place in the patient."""
        voxel_ml = self.geometry.voxel_ml if self.slice_spacing_known else None
        return {value: None if voxel_ml is None else count * voxel_ml for value, count in self.counts().items()}

    def volumes_ml(self) -> dict[str, float | None]:
        """Millilitres per label name, those of one name together; None where the grid has no place in the patient."""
        found: dict[str, float | None] = {}
        by_value = self.millilitres()
        for label in self.labels:
            volume_ml = by_value[label.value]
            found[label.name] = None if volume_ml is None else volume_ml + (found.get(label.name) or 0)
        return found


def label_of(stored: Mapping[str, Any]) -> Label:
    """The label that ``dataclasses.asdict`` wrote; what older programs did not write has its default.

    Raises:
        KeyError: value, name or colour is missing.
        ValueError: the state is none that this program knows.
    """
    red, green, blue = stored["colour"]
    code = stored.get("code")
    return Label(
        stored["value"],
        stored["name"],
        (red, green, blue),
        Code(code["value"], code["scheme"], code["meaning"]) if code else None,
        stored.get("locked", False),
        stored.get("visible", True),
        stored.get("opacity", 1.0),
        SegmentState(stored.get("state", SegmentState.NOT_STARTED)),
        stored.get("layer", 0),
        derivation=stored.get("derivation", ""),
        keyframes=tuple((int(axis), int(k)) for axis, k in stored.get("keyframes", ())),
        uid=stored.get("uid", ""),
    )


def plain_labels(array: NDArray[Any]) -> tuple[Label, ...]:
    """Labels named ``label N`` for the values found in an array without a label table."""
    return tuple(
        Label(int(value), f"label {int(value)}", PALETTE[(int(value) - 1) % len(PALETTE)])
        for value in np.unique(array)
        if value
    )
