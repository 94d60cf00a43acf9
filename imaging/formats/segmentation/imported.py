"""A mask as a file brings it: voxels on the image's own grid, what each segment means, and what was assumed."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Shape, Triple
from imaging.labelmap import Code, Colour, Labelmap

RESAMPLED = "resampled from"
"""Begins the derivation of a segment that was brought onto another grid."""

NOT_STATED = "not stated"
"""What stands where a value is required and unknown."""


@dataclass(frozen=True)
class Segment:
    """What a file says of one segment.

    Attributes:
        value: marks its voxels in the labelmap.
        number: Segment Number in the file, or the value there.
        category: Segmented Property Category, e.g. "Anatomical Structure". kind: Segmented Property Type, e.g. "Lung".
        algorithm_type: MANUAL, SEMIAUTOMATIC or AUTOMATIC; empty where not stated.
        algorithm, algorithm_version: what made it; empty where a person did.
        derivation: what was done to its voxels afterwards, see :class:`imaging.labelmap.Label`.
    """

    value: int
    number: int
    name: str
    colour: Colour
    category: Code = field(default_factory=Code)
    kind: Code = field(default_factory=Code)
    algorithm_type: str = ""
    algorithm: str = ""
    algorithm_version: str = ""
    derivation: str = ""


@dataclass(frozen=True)
class SegmentVolume:
    """Millilitres of a segment before and after it was resampled; None where slices lie unevenly."""

    value: int
    name: str
    before_ml: float
    after_ml: float | None


@dataclass(frozen=True)
class Resampling:
    """How a mask came from its own grid onto that of an image."""

    source_shape_kji: Shape
    source_spacing_mm: Triple
    target_shape_kji: Shape
    target_spacing_mm: Triple
    method: str
    volumes: tuple[SegmentVolume, ...]


@dataclass(frozen=True, eq=False)
class Fractions:
    """What a fractional segmentation says beside yes and no (DICOM PS3.3 C.8.20.2.3.2).

    Attributes:
        array: (L, K, J, I) uint8, 0 to 255 for 0 to 1.
        values: the label value of each, in the order of the array.
        meaning: ``PROBABILITY`` that a voxel belongs to the segment, or ``OCCUPANCY``, the share of it that does.
    """

    array: NDArray[np.uint8]
    values: tuple[int, ...]
    meaning: str


@dataclass(frozen=True)
class ImportedMask:
    """A labelmap on the grid of its image, as read from a file.

    Attributes:
        labelmap: with its labels and, where the file says, who or what made it and when.
        segments: one per label, in order.
        title: Content Label, description or name of the file.
        warnings: repairs, assumptions and losses, in words.
        fractions: of a fractional segmentation on the image's own voxels.
        resampling: what was done to bring it onto the image's grid; None where its voxels are the image's own.
    """

    labelmap: Labelmap
    segments: tuple[Segment, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()
    resampling: Resampling | None = None
    fractions: Fractions | None = None
