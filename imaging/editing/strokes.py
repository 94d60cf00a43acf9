"""Brushes: a disc in a plane of the array, a ball in the patient, and what keeps to similar tissue."""

from collections.abc import Sequence
from functools import partial
from math import prod
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.editing.boxes import Box, between, size_of
from imaging.editing.edit import Inside, Region, in_range
from imaging.editing.greys import as_grey
from imaging.editing.growing import range_about
from imaging.editing.islands import largest
from imaging.editing.runs import Places, Runs
from imaging.geometry import Geometry
from imaging.mask_code import loaded

Point = tuple[float, float]
_EDGE = 1e-9
_STILL_MM = 1e-6
_MISSES_MM = 1e6
"""Ends of a row that no ball meets lie as far the wrong way round."""


def stroke_name(value: int) -> str:
    """What a stroke is called in the undo menu."""
    return "Brush" if value else "Eraser"


def disc(
    shape: tuple[int, ...], geometry: Geometry, axis: int, index: int, points: Sequence[Point], radius_mm: float
) -> Region | None:
    """The voxels under a disc swept along ``points`` in one plane of the array; None outside of it.

    A voxel belongs to it when its centre lies within ``radius_mm`` of the line through the points. Without
    millimetres in the geometry the radius is in pixels.

    Args:
        shape: (K, J, I).
        geometry: its spacing counts.
        axis: 0, 1 or 2: the index that is fixed, k, j or i.
        index: the plane along ``axis``.
        points: fractional (row, column) indices in that plane.
        radius_mm: in millimetres, in the plane's own two spacings.
    """
    place = np.insert(np.asarray(points, float).reshape(-1, 2), axis, index, axis=1)
    spacing = np.array(geometry.spacing_mm)
    if not 0 <= index < shape[axis]:
        return None
    reach = np.where(np.arange(3) == axis, 0.0, radius_mm / spacing)
    return _swept(shape, spacing, place, radius_mm, reach)


def ball(shape: tuple[int, ...], geometry: Geometry, points_lps: ArrayLike, radius_mm: float) -> Region | None:
    """The voxels under a ball swept along points in the patient; None outside of the grid.

    A voxel belongs to it when its centre lies within ``radius_mm`` of the line through the points, whatever the plane
    the points were drawn in.

    Args:
        shape: (K, J, I).
        points_lps: (N, 3) LPS millimetres.
    """
    spacing = np.array(geometry.spacing_mm)
    path = geometry.index_kji(points_lps).reshape(-1, 3)
    return _swept(shape, spacing, path, radius_mm, radius_mm / spacing)


def ahead_of_ball(shape: tuple[int, ...], geometry: Geometry, ends_lps: ArrayLike, radius_mm: float) -> Runs | None:
    """The voxels that a ball covers on its way between two points and did not where it began; None without any.

    Args:
        shape, radius_mm: see :func:`ball`.
        ends_lps: (2, 3) LPS millimetres.
    """
    spacing = np.array(geometry.spacing_mm)
    path = geometry.index_kji(ends_lps).reshape(2, 3)
    box = _covered(shape, path, radius_mm / spacing)
    if box is None:
        return None
    code = loaded()
    found = _new_runs if code is None else partial(_new_runs_by_code, code)
    starts, lengths = found(shape, box, path * spacing, spacing, radius_mm)
    return Runs((shape[0], shape[1], shape[2]), starts, lengths) if starts.size else None


def _new_runs(
    shape: tuple[int, ...], box: Box, ends_mm: NDArray[np.float64], spacing: NDArray[np.float64], radius_mm: float
) -> tuple[Places, Places]:
    """Starts and lengths of the runs that a ball covers at the second of two ends and not yet at the first."""
    first, stop = _rows(box, ends_mm[0], ends_mm[1], spacing, radius_mm)
    begun, left = _rows(box, ends_mm[0], ends_mm[0], spacing, radius_mm)
    begun, left = np.where(begun < left, (begun, left), stop)
    starts = np.stack((first, np.maximum(first, left)), axis=-1)
    lengths = np.stack((np.minimum(begun, stop), stop), axis=-1) - starts
    k, j = np.ogrid[box[0], box[1]]
    starts += ((k * shape[1] + j) * shape[2] + box[2].start)[..., None]
    there = lengths > 0
    return starts[there], lengths[there]


def _new_runs_by_code(
    code: ModuleType,
    shape: tuple[int, ...],
    box: Box,
    ends_mm: NDArray[np.float64],
    spacing: NDArray[np.float64],
    radius_mm: float,
) -> tuple[Places, Places]:
    """The same by machine code."""
    starts, lengths = np.empty((2, 2 * prod(size_of(box)[:2])), np.intp)
    low, high = tuple(span.start for span in box), tuple(span.stop for span in box)
    line, squared_mm = _line_mm(ends_mm[0], ends_mm[1]), radius_mm**2 + _EDGE
    count = code.ahead_of_ball(shape, low, high, spacing, ends_mm[0], line, squared_mm, starts, lengths)
    return starts[:count].copy(), lengths[:count].copy()


def similar(region: Region, values: NDArray[Any], start: Sequence[float], tolerance: float) -> Region:
    """The part of ``region`` that is like the place where a stroke began and hangs together (the smart brush).

    A voxel is alike when its value lies within ``tolerance`` of the mean around ``start``. Voxels that share a face
    hang together, and the largest part stays: what the brush touches beyond an edge of the tissue is left out.

    Args:
        values: (K, J, I) of the image, or (K, J, I, 3) in colour.
        start: fractional k, j, i; its nearest voxel and the face neighbours in its slice give the mean.
    """
    k, j, i = (min(max(round(place), 0), size - 1) for place, size in zip(start, values.shape[:3], strict=True))
    alike = region.inside & in_range(as_grey(values, region.box), *range_about(values, (k, j, i), tolerance))
    return Region(region.box, largest(alike))


def _swept(
    shape: tuple[int, ...],
    spacing: NDArray[np.float64],
    path: NDArray[np.float64],
    radius_mm: float,
    reach: NDArray[np.float64],
) -> Region | None:
    box = _covered(shape, path, reach)
    return None if box is None else Region(box, _within(box, path * spacing, spacing, radius_mm))


def _covered(shape: tuple[int, ...], path: NDArray[np.float64], reach: NDArray[np.float64]) -> Box | None:
    """The box of the grid that lies within ``reach``, in voxels, of ``path``; None where they miss."""
    low = np.maximum(np.ceil(path.min(axis=0) - reach - _EDGE), 0).astype(int)
    high = np.minimum(np.floor(path.max(axis=0) + reach + _EDGE) + 1, shape[:3]).astype(int)
    return between(low, high)


def _within(box: Box, path_mm: NDArray[np.float64], spacing: NDArray[np.float64], radius_mm: float) -> Inside:
    """Bool of the box: which voxel centres lie within ``radius_mm`` of the polyline ``path_mm``."""
    shape = size_of(box)
    up_to: Inside = np.tri(shape[2] + 1, shape[2], -1, dtype=bool)
    inside: Inside = np.zeros(shape, bool)
    for start, end in zip(path_mm, path_mm[1:] if len(path_mm) > 1 else path_mm, strict=False):
        first, stop = _rows(box, start, end, spacing, radius_mm)
        for k, plane in enumerate(inside):  # rows are copied whole: no test of each voxel
            part = up_to.take(stop[k], axis=0)
            part ^= up_to.take(first[k], axis=0)
            plane |= part
    return inside


def _rows(
    box: Box, start: NDArray[np.float64], end: NDArray[np.float64], spacing: NDArray[np.float64], radius_mm: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(K, J) first and stop, counted from the side of ``box``, of its rows within ``radius_mm`` of a line.

    Both are the same in a row that it misses.

    Args:
        start, end: of the line, in millimetres along the axes of the grid.
    """
    z, y = (np.arange(span.start, span.stop) * step for span, step in zip(box[:2], spacing[:2], strict=True))
    low, high = _spans_mm(z[:, None] - start[0], y - start[1], _line_mm(start, end), radius_mm**2 + _EDGE)
    columns = box[2].stop - box[2].start
    first = np.clip(np.ceil((low + start[2]) / spacing[2]) - box[2].start, 0, columns).astype(np.intp)
    stop = np.clip(np.floor((high + start[2]) / spacing[2]) + 1 - box[2].start, 0, columns).astype(np.intp)
    return first, np.maximum(first, stop)


def _line_mm(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) from ``start`` to ``end``; 0 along an axis where next to nothing lies between."""
    line = end - start
    return np.where(np.abs(line) < _STILL_MM, 0.0, line)


def _spans_mm(
    dz: NDArray[np.float64], dy: NDArray[np.float64], line: NDArray[np.float64], squared_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rows along the last axis enter and leave a line that begins at the origin, fattened; low > high: they miss.

    A row meets the ball about the point ``t`` of the way along the line in a span about ``t * line[2]``. Its end is a
    concave function of ``t`` with one summit, so the farthest of all balls is the one nearest to the summit.

    Args:
        dz, dy: (K, 1) and (J,) places of the rows.
        squared_mm: of the radius.
    """
    aside, along = float(line[0] ** 2 + line[1] ** 2), float(line[2])
    spare, way = squared_mm - dz**2 - dy**2, dz * line[0] + dy * line[1]

    def end_mm(part: NDArray[np.float64], sign: int) -> NDArray[np.float64]:
        """The end of the rows in the balls ``part`` of the way along the line."""
        half = spare + part * (2 * way - part * aside)
        return part * along + sign * np.where(half >= 0, np.sqrt(np.abs(half)), -_MISSES_MM)

    if not line.any():
        end = end_mm(np.zeros(()), 1)
        return -end, end
    nearest = way / (aside or 1.0)
    depth = np.sqrt(np.maximum(spare + nearest * way, 0))
    turn = depth * (along / np.sqrt(aside * (aside + along**2))) if aside else np.copysign(1.0, along)
    return end_mm(np.clip(nearest - turn, 0, 1), -1), end_mm(np.clip(nearest + turn, 0, 1), 1)
