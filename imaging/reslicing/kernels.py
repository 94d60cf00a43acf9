"""Machine code that samples a volume on planes of any direction: compiled at first use, then kept on disk.

Imported late, off the main thread where possible: numba costs more time to load than a window to open.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.machine_code import compiled

Place = tuple[float, float, float]
Voxel = tuple[np.uintp, np.uintp, np.uintp]
MAX, MIN, MEAN = 0, 1, 2
_ONE = np.uintp(1)
CODES = {"max": MAX, "min": MIN, "mean": MEAN}

_FAR = 1e9
_FACE = 1e-6
"""Within this of the outermost voxels' centres rounding could lead out of the array."""


@compiled
def _span(low: float, high: float, step: float, first: int, end: int) -> tuple[int, int]:
    """First and end of those n from ``first`` to ``end`` with ``low <= n * step < high``."""
    if step == 0.0:
        return (first, end) if low <= 0.0 < high else (first, first)
    low, high = min(max(low / step, -_FAR), _FAR), min(max(high / step, -_FAR), _FAR)
    if step > 0.0:
        return max(first, int(np.ceil(low))), min(end, int(np.ceil(high)))
    return max(first, int(np.floor(high)) + 1), min(end, int(np.floor(low)) + 1)


@compiled
def _inside(array: NDArray[Any], start: Place, step: Place, margin: float, count: int) -> tuple[int, int]:
    """First and end of those columns, of ``count``, that lie ``margin`` voxels or more inside the outermost centres."""
    first, end = _span(margin - start[0], array.shape[0] - 1.0 - margin - start[0], step[0], 0, count)
    first, end = _span(margin - start[1], array.shape[1] - 1.0 - margin - start[1], step[1], first, end)
    first, end = _span(margin - start[2], array.shape[2] - 1.0 - margin - start[2], step[2], first, end)
    return first, max(first, end)


@compiled
def _blended(array: NDArray[Any], low: Voxel, high: Voxel, z: float, y: float, x: float) -> float:
    """The value between the eight voxels from ``low`` to ``high``, at z, y, x parts of the way."""
    one, two = np.float64(array[low[0], low[1], low[2]]), np.float64(array[low[0], high[1], low[2]])
    three, four = np.float64(array[high[0], low[1], low[2]]), np.float64(array[high[0], high[1], low[2]])
    one += (array[low[0], low[1], high[2]] - one) * x
    two += (array[low[0], high[1], high[2]] - two) * x
    three += (array[high[0], low[1], high[2]] - three) * x
    four += (array[high[0], high[1], high[2]] - four) * x
    one += (two - one) * y
    three += (four - three) * y
    return one + (three - one) * z


@compiled
def _amid(array: NDArray[Any], z: float, y: float, x: float) -> float:
    """The value at a place with voxels all around."""
    k, j, i = np.uintp(z), np.uintp(y), np.uintp(x)
    return _blended(array, (k, j, i), (k + _ONE, j + _ONE, i + _ONE), z - k, y - j, x - i)


@compiled
def _at_face(array: NDArray[Any], z: float, y: float, x: float) -> float:
    """The value at any place; outside the outermost centres that of the face."""
    z = min(max(z, 0.0), array.shape[0] - 1.0)
    y = min(max(y, 0.0), array.shape[1] - 1.0)
    x = min(max(x, 0.0), array.shape[2] - 1.0)
    k, j, i = np.uintp(z), np.uintp(y), np.uintp(x)
    below = min(k + _ONE, np.uintp(array.shape[0] - 1))
    down = min(j + _ONE, np.uintp(array.shape[1] - 1))
    right = min(i + _ONE, np.uintp(array.shape[2] - 1))
    return _blended(array, (k, j, i), (below, down, right), z - k, y - j, x - i)


@compiled
def _sample(array: NDArray[Any], start: Place, step: Place, line: NDArray[np.float64]) -> tuple[int, int]:
    """Write values along a line of places to ``line``, and give first and end of those that lie in the volume."""
    z, y, x = start
    dz, dy, dx = step
    first, end = _inside(array, start, step, -0.5, len(line))
    inner, last = _inside(array, start, step, _FACE, len(line))
    inner, last = (inner, last) if inner < last else (end, end)
    for n in range(first, inner):
        line[n] = _at_face(array, z + n * dz, y + n * dy, x + n * dx)
    for n in range(inner, last):
        line[n] = _amid(array, z + n * dz, y + n * dy, x + n * dx)
    for n in range(last, end):
        line[n] = _at_face(array, z + n * dz, y + n * dy, x + n * dx)
    return first, end


@compiled
def _joined(one: float, other: float, how: int) -> float:
    if how == MEAN:
        return one + other
    return max(one, other) if how == MAX else min(one, other)


@compiled
def _join_numbers(
    total: NDArray[np.float64], hits: NDArray[np.int64], line: NDArray[np.float64], span: tuple[int, int], how: int
) -> None:
    """Join a line to those before it, where NaN has no share: it stays only where there is nothing else."""
    for n in range(span[0], span[1]):
        if hits[n] == 0 or np.isnan(total[n]):
            total[n], hits[n] = line[n], 1
        elif not np.isnan(line[n]):
            total[n] = _joined(total[n], line[n], how)
            hits[n] += 1


@compiled
def _place(origin: NDArray[np.float64], steps: NDArray[np.float64], plane: int, row: int) -> Place:
    """Where a row begins."""
    z, y, x = origin + plane * steps[0] + row * steps[1]
    return z, y, x


@compiled
def linear(
    array: NDArray[Any],
    origin: NDArray[np.float64],
    steps: NDArray[np.float64],
    planes: tuple[int, int],
    how: int,
    outside: float,
    whole: bool,
    out: NDArray[Any],
    rows: tuple[int, int],
) -> None:
    """Write rows of a slab to ``out``: the largest, smallest or mean value of several planes, linearly interpolated.

    Args:
        array: (K, J, I) values.
        origin: (3,) index k, j, i of pixel (0, 0) of plane 0.
        steps: (3, 3) steps of that index from plane to plane, from row to row and from column to column.
        planes: first and end of the planes, counted from the one in the middle.
        how: ``MAX``, ``MIN`` or ``MEAN`` of what lies in the volume; of one plane all are the same.
        outside: the value of pixels with no place in the volume.
        whole: the values are integers: round, half up. Of others NaN has no share.
        out: (R, C) values.
        rows: first and end of the rows to write.
    """
    columns = out.shape[1]
    line, total, hits = np.empty(columns), np.empty(columns), np.empty(columns, np.int64)
    step = (steps[2, 0], steps[2, 1], steps[2, 2])
    for row in range(rows[0], rows[1]):
        hits[:] = 0
        for plane in range(planes[0], planes[1]):
            first, end = _sample(array, _place(origin, steps, plane, row), step, line)
            if not whole:
                _join_numbers(total, hits, line, (first, end), how)
                continue
            for n in range(first, end):
                total[n] = _joined(total[n], line[n], how) if hits[n] else line[n]
                hits[n] += 1
        for n in range(columns):
            value = outside if hits[n] == 0 else (total[n] / hits[n] if how == MEAN else total[n])
            out[row, n] = np.floor(value + 0.5) if whole else value


@compiled
def nearest(
    array: NDArray[Any],
    origin: NDArray[np.float64],
    steps: NDArray[np.float64],
    outside: float,
    out: NDArray[Any],
    rows: tuple[int, int],
    columns: tuple[int, int],
) -> None:
    """Write a part of a plane to ``out``: the voxel that each pixel's centre lies in.

    Args:
        columns: first and end of the columns to write; the others as of :func:`linear`.
    """
    step = (steps[2, 0], steps[2, 1], steps[2, 2])
    voxels = np.empty((3, columns[1] - columns[0]), np.int32)
    for row in range(rows[0], rows[1]):
        place = _place(origin, steps, 0, row)
        first, end = _inside(array, place, step, -0.5, columns[1])
        first = max(first, columns[0])
        for axis in range(3):
            last = array.shape[axis] - 1.0
            for n in range(end - first):
                index = np.floor(place[axis] + (first + n) * step[axis] + 0.5)
                voxels[axis, n] = np.int32(min(max(index, 0.0), last))
        out[row, columns[0] : columns[1]] = outside
        for n in range(end - first):  # by themselves, so that the processor fetches many at once
            out[row, first + n] = array[np.uintp(voxels[0, n]), np.uintp(voxels[1, n]), np.uintp(voxels[2, n])]


@compiled
def along_rows(array: NDArray[Any], how: int, out: NDArray[Any], rows: tuple[int, int]) -> None:
    """Write rows of the largest, smallest or mean value along the last axis of (R, C, N) integers to (R, C).

    numpy takes four times as long where N is small.
    """
    for row in range(rows[0], rows[1]):
        for column in range(array.shape[1]):
            total = np.float64(array[row, column, 0])
            for n in range(1, array.shape[2]):
                total = _joined(total, np.float64(array[row, column, n]), how)
            out[row, column] = np.floor((total / array.shape[2] if how == MEAN else total) + 0.5)


@compiled
def numbers_along_rows(array: NDArray[Any], how: int, out: NDArray[Any], rows: tuple[int, int]) -> None:
    """:func:`along_rows` of fractional values, where NaN has no share: it stays only where there is nothing else."""
    for row in range(rows[0], rows[1]):
        for column in range(array.shape[1]):
            total, count = np.float64(array[row, column, 0]), 1
            for n in range(1, array.shape[2]):
                value = np.float64(array[row, column, n])
                if np.isnan(total):
                    total = value
                elif not np.isnan(value):
                    total = _joined(total, value, how)
                    count += 1
            out[row, column] = total / count if how == MEAN else total
