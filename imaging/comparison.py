"""Two masks of one image against each other: Dice, distance of surfaces, voxels that differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.aligned import aligned
from imaging.errors import GeometryError
from imaging.geometry import Triple
from imaging.labelmap import Labelmap

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
    found = {int(value) for each in (one, other) for layer in each.layers for value in np.unique(layer)}
    values = sorted({*names, *found} - {0})
    spacing_mm = _spacing_mm(one, other)
    return Comparison(
        tuple(_label(one.inside(n), other.inside(n), n, names.get(n, f"label {n}"), spacing_mm) for n in values),
        int(np.count_nonzero(differs)),
        tuple(int(k) for k in np.flatnonzero(differs.any(axis=(1, 2)))),
    )


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

    here, there = (_surface(each) * np.asarray(spacing_mm) for each in (one, other))
    directed = (KDTree(to).query(start)[0] for start, to in ((here, there), (there, here)))
    return max(float(np.percentile(each, 95)) for each in directed)


def _surface(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(N, 3) indices of the voxels of a mask with a neighbour outside it; in one slice only neighbours in it count."""
    inner = mask.copy()
    for axis in range(3):
        if mask.shape[axis] == 1 and axis == 0:
            continue
        outside = np.zeros_like(np.take(mask, [0], axis))
        inner &= np.concatenate([outside, np.delete(mask, -1, axis)], axis)
        inner &= np.concatenate([np.delete(mask, 0, axis), outside], axis)
    return np.argwhere(mask & ~inner)
