"""Functions that make a change to a mask without making it: the change is a value that can be done and undone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry

Mask = NDArray[np.uint8]
Box = tuple[slice, slice, slice]
Point = tuple[float, float]


@dataclass(frozen=True)
class MaskEdit:
    """A change of the voxels in ``box`` of a (K, J, I) mask, from ``before`` to ``after``."""

    name: str
    box: Box
    before: Mask
    after: Mask

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return self.before.nbytes + self.after.nbytes

    def apply_to(self, array: Mask) -> None:
        """Write ``after`` into ``array``."""
        array[self.box] = self.after

    def reverted(self) -> "MaskEdit":
        """The change that takes this one back."""
        return MaskEdit(self.name, self.box, self.after, self.before)


def replace(array: Mask, new: Mask, name: str) -> MaskEdit | None:
    """The smallest change that turns ``array`` into ``new``; None when they are equal.

    Raises:
        ValueError: the shapes differ.
    """
    if array.shape != new.shape:
        raise ValueError(f"mask of shape {new.shape}: expected {array.shape}")
    return _edit(name, array, (slice(None), slice(None), slice(None)), array != new, new)


def stroke(
    array: Mask,
    geometry: Geometry,
    axis: int,
    index: int,
    points: Sequence[Point],
    radius_mm: float,
    value: int,
    only: Sequence[int] | None = None,
    name: str = "",
) -> MaskEdit | None:
    """The change that a round brush swept along ``points`` makes; None when no voxel changes.

    A voxel belongs to the stroke when its centre lies within ``radius_mm`` of the line through the points. Without
    millimetres in the geometry the radius is in pixels.

    Args:
        array: (K, J, I) label values; not changed.
        geometry: the grid of ``array``.
        axis: 0, 1 or 2: the index that is fixed, k, j or i.
        index: the plane along ``axis``.
        points: fractional (row, column) indices in that plane.
        radius_mm: brush radius in millimetres, in the plane's own two spacings.
        value: label to paint, 0 erases.
        only: label values that may be overwritten; None for all.
        name: for the undo menu.
    """
    rows, columns = (a for a in range(3) if a != axis)
    spacing = np.array([geometry.spacing_mm[rows], geometry.spacing_mm[columns]])
    path = np.asarray(points, float).reshape(-1, 2)
    limits = np.array([array.shape[rows], array.shape[columns]])
    low = np.maximum(np.floor(path.min(axis=0) - radius_mm / spacing), 0).astype(int)
    high = np.minimum(np.ceil(path.max(axis=0) + radius_mm / spacing) + 1, limits).astype(int)
    if (low >= high).any() or not 0 <= index < array.shape[axis]:
        return None
    inside = _within(path * spacing, _centres(low, high, spacing), radius_mm)
    box = _plane_box(axis, index, low, high)
    plane = np.expand_dims(inside, axis)
    if only is not None:
        plane = plane & np.isin(array[box], only)
    changed = plane & (array[box] != value)
    return _edit(name or ("Brush" if value else "Eraser"), array, box, changed, np.uint8(value))


def _centres(low: NDArray[np.int_], high: NDArray[np.int_], spacing: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R, C, 2) millimetres of the voxel centres between two corners."""
    grid = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]), indexing="ij")
    return np.stack(grid, axis=-1) * spacing


def _within(path: NDArray[np.float64], centres: NDArray[np.float64], radius: float) -> NDArray[np.bool_]:
    """(R, C) bool: which centres lie within ``radius`` of the polyline ``path``."""
    inside = np.zeros(centres.shape[:2], bool)
    limit = radius**2 + 1e-9
    for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
        line = end - start
        length = float(line @ line)
        along = np.clip((centres - start) @ line / length, 0, 1) if length else np.zeros(inside.shape)
        offset = centres - (start + along[..., None] * line)
        inside |= (offset**2).sum(axis=-1) <= limit
    return inside


def _plane_box(axis: int, index: int, low: NDArray[np.int_], high: NDArray[np.int_]) -> Box:
    inside = [slice(int(a), int(b)) for a, b in zip(low, high, strict=True)]
    inside.insert(axis, slice(index, index + 1))
    return inside[0], inside[1], inside[2]


def _edit(name: str, array: Mask, box: Box, changed: NDArray[np.bool_], new: Mask | np.uint8) -> MaskEdit | None:
    """The change of the ``changed`` voxels of ``array[box]`` to ``new``, cut down to the smallest box."""
    if not changed.any():
        return None
    tight: list[slice] = []
    inner: list[slice] = []
    for axis in range(3):
        hits = np.flatnonzero(changed.any(axis=tuple(a for a in range(3) if a != axis)))
        first, last = int(hits[0]), int(hits[-1]) + 1
        offset = box[axis].start or 0
        inner.append(slice(first, last))
        tight.append(slice(offset + first, offset + last))
    part, where = (tight[0], tight[1], tight[2]), (inner[0], inner[1], inner[2])
    before = array[part].copy()
    wanted = new[where] if isinstance(new, np.ndarray) else new
    return MaskEdit(name, part, before, np.where(changed[where], wanted, before).astype(np.uint8))
