"""Boxes of voxels: half-open ranges of the index along k, j and i."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.geometry import Geometry, Shape

Box = tuple[slice, slice, slice]
Voxel = tuple[int, int, int]


def whole(shape: Sequence[int]) -> Box:
    """The box of everything."""
    return slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])


def plane_through(voxel: Voxel, axis: int | None, shape: Sequence[int]) -> Box:
    """The box of the plane across an axis that a voxel lies in; of everything without an axis."""
    return whole(shape) if axis is None else along(whole(shape), axis, slice(voxel[axis], voxel[axis] + 1))


def only(voxel: Voxel) -> Box:
    """The box of one voxel."""
    k, j, i = voxel
    return slice(k, k + 1), slice(j, j + 1), slice(i, i + 1)


def about(voxel: Voxel, reach_mm: float, geometry: Geometry) -> Box:
    """The box that reaches so far about a voxel to all sides, one voxel at least, within the grid."""
    reach = np.maximum(np.round(reach_mm / np.array(geometry.spacing_mm)), 1).astype(int)
    return grown(only(voxel), reach.tolist(), geometry.shape_kji)


def along(box: Box, axis: int, span: slice) -> Box:
    """The box with another range along one axis."""
    k, j, i = (span if n == axis else own for n, own in enumerate(box))
    return k, j, i


def on_plane(part: tuple[slice, slice], axis: int, index: int) -> Box:
    """The box of rows and columns of one plane across an axis."""
    k, j, i = (*part[:axis], slice(index, index + 1), *part[axis:])
    return k, j, i


def between(low: ArrayLike, end: ArrayLike) -> Box | None:
    """The box from one index on to before another one, k, j, i each; None without a voxel."""
    spans = [slice(int(a), int(b)) for a, b in zip(np.asarray(low), np.asarray(end), strict=True)]
    k, j, i = spans
    return (k, j, i) if all(span.start < span.stop for span in spans) else None


def size_of(box: Box) -> Shape:
    """How many voxels a box has along k, j and i."""
    k, j, i = (span.stop - span.start for span in box)
    return k, j, i


def extent(inside: NDArray[np.bool_]) -> Box | None:
    """The smallest box around the true voxels; None without any."""
    k = _hits(inside, (1, 2))
    if k is None:
        return None
    seen = np.logical_or.reduce(inside[k], axis=0)
    j, i = _hits(seen, 1), _hits(seen, 0)
    return None if j is None or i is None else (k, j, i)


def _hits(inside: NDArray[np.bool_], across: int | tuple[int, int]) -> slice | None:
    """From the first to the last line, across these axes, that holds a true voxel; None without any."""
    hits = np.flatnonzero(inside.any(axis=across))
    return slice(int(hits[0]), int(hits[-1]) + 1) if hits.size else None


def part_about(inside: NDArray[np.bool_], room: int) -> tuple[slice, slice]:
    """Rows and columns about the true pixels of a plane, one at least, with so many more to all sides."""
    found = extent(inside[None])
    assert found is not None, "there is a true pixel"
    return grown(found, (0, room, room), (1, *inside.shape))[1:]


def grown(box: Box, voxels: Sequence[int], shape: Sequence[int]) -> Box:
    """The box with so many more voxels on both sides of each axis, within ``shape``."""
    k, j, i = (slice(max(0, s.start - n), min(size, s.stop + n)) for s, n, size in zip(box, voxels, shape, strict=True))
    return k, j, i


def union(one: Box, other: Box) -> Box:
    """The smallest box around both."""
    k, j, i = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))
    return k, j, i


def common(one: Box, other: Box) -> Box | None:
    """What lies in both; None without a voxel."""
    pairs = list(zip(one, other, strict=True))
    return between([max(a.start, b.start) for a, b in pairs], [min(a.stop, b.stop) for a, b in pairs])


def placed(inner: Box, outer: Box) -> Box:
    """A box given within ``outer``, in the indices that ``outer`` is given in."""
    k, j, i = (slice(b.start + a.start, b.start + a.stop) for a, b in zip(inner, outer, strict=True))
    return k, j, i


def placed_in(inner: Box, outer: Box) -> Box:
    """A box in the indices within ``outer``, which holds it."""
    k, j, i = (slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True))
    return k, j, i


def voxel_in(voxel: Voxel, box: Box) -> Voxel:
    """A voxel in the indices within ``box``, which holds it."""
    k, j, i = (index - span.start for index, span in zip(voxel, box, strict=True))
    return k, j, i
