"""Two masks of one image against each other: Dice, distance of surfaces, voxels that differ."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from imaging.aligned import aligned
from imaging.editing.boxes import Box, extent, grown, union, whole
from imaging.errors import GeometryError
from imaging.geometry import Triple
from imaging.labelmap import Labelmap
from imaging.layers import Layer

HD95 = (
    "the larger of the two 95th percentiles (linear between ranks) of the distances in mm from each surface voxel of "
    "one mask to the nearest surface voxel of the other, between voxel centres; a surface voxel has a face outside its "
    "mask or the image, in a single slice an edge"
)
"""What is meant by the 95th percentile of the Hausdorff distance here; tools differ (Taha and Hanbury, 2015)."""


@dataclass(frozen=True)
class LabelComparison:
    """One label in both masks.

    Attributes:
        voxels: in the one and the other.
        dice: twice the common voxels over all voxels; None where neither mask has the label.
        hd95_mm: see :data:`HD95`; None where a mask lacks the label, or distances are not known.
    """

    value: int
    name: str
    voxels: tuple[int, int]
    dice: float | None
    hd95_mm: float | None


@dataclass(frozen=True)
class Comparison:
    """Two masks.

    Attributes:
        changed_voxels: whose labels differ. changed_slices: their k.
    """

    labels: tuple[LabelComparison, ...]
    changed_voxels: int
    changed_slices: tuple[int, ...]


def compare(one: Labelmap, other: Labelmap) -> Comparison:
    """Every label that either mask names or holds, in order of value.

    Raises:
        GeometryError: the masks lie on different grids.
    """
    if not one.geometry.matches(other.geometry):
        raise GeometryError(f"masks on different grids, {one.geometry.shape_kji} and {other.geometry.shape_kji} voxels")
    differs = aligned((one, other)).differs()
    names = {label.value: label.name for each in (other, one) for label in each.labels}
    box = _box(one, other)
    found = {value for each in (one, other) for layer in each.layers for value in _values(layer[box])}
    values = sorted({*names, *found} - {0})
    spacing_mm = _spacing_mm(one, other)
    pairs = ((n, *(each.layer(n)[box] == n for each in (one, other))) for n in values)
    return Comparison(
        tuple(_label(mine, theirs, n, names.get(n, f"label {n}"), spacing_mm) for n, mine, theirs in pairs),
        int(np.count_nonzero(differs)),
        tuple(int(k) for k in np.flatnonzero(differs.any(axis=(1, 2)))),
    )


def _box(one: Labelmap, other: Labelmap) -> Box:
    """All that either mask holds; of one slice only where the image is one, which makes every voxel a surface."""
    boxes = [box for each in (one, other) for layer in each.layers if (box := extent(layer != 0)) is not None]
    return grown(reduce(union, boxes), (1, 0, 0), one.array.shape) if boxes else whole((0, 0, 0))


def _values(layer: Layer) -> list[int]:
    """The values that occur, without sorting them."""
    counts = sum(np.bincount(plane.reshape(-1), minlength=256) for plane in layer)
    return np.flatnonzero(counts).tolist()


def _spacing_mm(one: Labelmap, other: Labelmap) -> Triple | None:
    """Distances of voxels; None where they are not known, as between slices off a regular grid."""
    geometry = one.geometry
    if geometry.shape_kji[0] == 1:
        return geometry.spacing_mm if geometry.has_mm else None
    even = one.slice_spacing_known and other.slice_spacing_known
    return geometry.spacing_mm if geometry.has_position and even else None


def _label(
    one: NDArray[np.bool_], other: NDArray[np.bool_], value: int, name: str, spacing_mm: Triple | None
) -> LabelComparison:
    counts = int(np.count_nonzero(one)), int(np.count_nonzero(other))
    common = int(np.count_nonzero(one & other))
    dice = 2 * common / sum(counts) if sum(counts) else None
    distance = hd95_mm(one, other, spacing_mm) if min(counts) and spacing_mm is not None else None
    return LabelComparison(value, name, counts, dice, distance)


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
