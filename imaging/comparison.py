"""Two masks of one image against each other: Dice, distance of surfaces, voxels that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from imaging.aligned import aligned
from imaging.editing.boxes import Box, extent, grown, union, whole
from imaging.errors import GeometryError
from imaging.geometry import Triple
from imaging.labelmap import Label, Labelmap
from imaging.same_segments import numbered_as

HD95 = (
    "the larger of the two 95th percentiles (linear between ranks) of the distances in mm from each surface voxel of "
    "one mask to the nearest surface voxel of the other, between voxel centres; a surface voxel has a face outside its "
    "mask or the image, in a single slice an edge"
)
"""What is meant by the 95th percentile of the Hausdorff distance here; tools differ (Taha and Hanbury, 2015)."""


@dataclass(frozen=True)
class LabelComparison:
    """One segment in both masks.

    Attributes:
        values, names: in the one and the other; None and empty where a mask lacks it.
        voxels: in the one and the other.
        dice: twice the common voxels over all voxels; None where neither mask has the label.
        kappa: Cohen's (1960), over all voxels of the image: how far they agree beyond chance; None where chance alone
            makes them agree, as where neither mask has the label.
        hd95_mm: see :data:`HD95`; None where a mask lacks the label, or distances are not known.
    """

    values: tuple[int | None, int | None]
    names: tuple[str, str]
    voxels: tuple[int, int]
    dice: float | None
    kappa: float | None
    hd95_mm: float | None

    @property
    def value(self) -> int:
        """In the one mask; in the other where that lacks the segment."""
        return self.values[0] or self.values[1] or 0

    @property
    def name(self) -> str:
        """In the one mask; in the other where that lacks the segment."""
        return self.names[0] or self.names[1]


@dataclass(frozen=True)
class Comparison:
    """Two masks.

    Attributes:
        changed_voxels: whose labels differ. changed_slices: their k.
    """

    labels: tuple[LabelComparison, ...]
    changed_voxels: int
    changed_slices: tuple[int, ...]


def compare(one: Labelmap, other: Labelmap, common: Sequence[Label] = ()) -> Comparison:
    """Every segment that either mask names or holds, those of ``one`` first; the same ones by ``same_segments``.

    Args:
        common: the labels that both masks were made from.

    Raises:
        GeometryError: the masks lie on different grids.
        ValueError: both have more than 255 segments together.
    """
    if not one.geometry.matches(other.geometry):
        raise GeometryError(f"masks on different grids, {one.geometry.shape_kji} and {other.geometry.shape_kji} voxels")
    pair = one, numbered_as(one, other, common)
    differs = aligned(pair).differs()
    box = _box(*pair)
    mine, theirs = (_values(each, box) - {0} for each in pair)
    values = (*sorted(mine), *sorted(theirs - mine))
    was = {new.value: old.value for new, old in zip(pair[1].labels, other.labels, strict=True)}
    labels = (_label(pair, n, was.get(n, n), box) for n in values)
    return Comparison(
        tuple(labels), int(np.count_nonzero(differs)), tuple(int(k) for k in np.flatnonzero(differs.any(axis=(1, 2))))
    )


def _box(one: Labelmap, other: Labelmap) -> Box:
    """All that either mask holds; of one slice only where the image is one, which makes every voxel a surface."""
    boxes = [box for each in (one, other) for layer in each.layers if (box := extent(layer != 0)) is not None]
    return grown(reduce(union, boxes), (1, 0, 0), one.array.shape) if boxes else whole((0, 0, 0))


def _values(mask: Labelmap, box: Box) -> set[int]:
    """The values that are named, or occur; without sorting the voxels."""
    planes = (plane for layer in mask.layers for plane in layer[box])
    counts = sum((np.bincount(plane.reshape(-1), minlength=256) for plane in planes), np.zeros(256, np.intp))
    return {label.value for label in mask.labels} | set(np.flatnonzero(counts).tolist())


def _spacing_mm(one: Labelmap, other: Labelmap) -> Triple | None:
    """Distances of voxels; None where they are not known, as between slices off a regular grid."""
    geometry = one.geometry
    if geometry.shape_kji[0] == 1:
        return geometry.spacing_mm if geometry.has_mm else None
    even = one.slice_spacing_known and other.slice_spacing_known
    return geometry.spacing_mm if geometry.has_position and even else None


def _label(pair: tuple[Labelmap, Labelmap], value: int, was: int, box: Box) -> LabelComparison:
    """The segment with this value.

    Args:
        was: its value in the second mask before that was numbered as the first.
    """
    one, other = (each.layer(value)[box] == value for each in pair)
    counts = int(np.count_nonzero(one)), int(np.count_nonzero(other))
    common = int(np.count_nonzero(one & other))
    dice = 2 * common / sum(counts) if sum(counts) else None
    kappa = _kappa(counts, common, pair[0].array.size)
    spacing_mm = _spacing_mm(*pair)
    distance = hd95_mm(one, other, spacing_mm) if min(counts) and spacing_mm is not None else None
    (value_here, name_here), (value_there, name_there) = (
        _said(each, value, shown, count) for each, shown, count in zip(pair, (value, was), counts, strict=True)
    )
    return LabelComparison((value_here, value_there), (name_here, name_there), counts, dice, kappa, distance)


def _kappa(counts: tuple[int, int], common: int, size: int) -> float | None:
    """Of a label with so many voxels in each mask, of them so many in both, and so many in the image."""
    one, other = (count / size for count in counts)
    agreed, chance = 1 - one - other + 2 * common / size, one * other + (1 - one) * (1 - other)
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def _said(mask: Labelmap, value: int, shown: int, count: int) -> tuple[int | None, str]:
    """What a mask calls the segment with this value, which it is ``shown`` with; None and empty where it has none."""
    name = next((label.name for label in mask.labels if label.value == value), f"label {shown}" if count else "")
    return shown if name else None, name


def hd95_mm(one: NDArray[np.bool_], other: NDArray[np.bool_], spacing_mm: Triple) -> float:
    """The 95th percentile of the Hausdorff distance of two masks, neither empty; see :data:`HD95`.

    Args:
        one, other: (K, J, I) of one shape.
        spacing_mm: along k, j, i.
    """
    from scipy.spatial import KDTree  # late: the window opens without it

    flat = one.shape[0] == 1
    here, there = (_surface(each, flat) * np.asarray(spacing_mm) for each in (one, other))
    directed = (KDTree(to).query(start)[0] for start, to in ((here, there), (there, here)))
    return max(float(np.percentile(each, 95)) for each in directed)


def _surface(mask: NDArray[np.bool_], flat: bool) -> NDArray[np.intp]:
    """(N, 3) indices of the voxels of a mask with a neighbour outside it; of a flat one only those in it count."""
    box = extent(mask)
    if box is None:
        return np.zeros((0, 3), np.intp)
    inner = np.pad(mask[box], 1)
    kept = inner.copy()
    for axis in (1, 2) if flat else (0, 1, 2):
        planes, inside = np.moveaxis(inner, axis, 0), np.moveaxis(kept, axis, 0)
        inside[1:] &= planes[:-1]
        inside[:-1] &= planes[1:]
    return np.argwhere(inner & ~kept) - 1 + [span.start for span in box]
