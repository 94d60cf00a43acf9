"""Machine code that samples a volume on planes of any direction: compiled at first use, then kept on disk.

Imported late, off the main thread where possible: numba costs more time to load than a window to open.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

MAX, MIN, MEAN = 0, 1, 2
CODES = {"max": MAX, "min": MIN, "mean": MEAN}

_FAR = 1e9


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code that does not hold the interpreter's lock."""
    try:
        return njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no folder to keep it in: compiled anew in every run
        return njit(nogil=True, error_model="numpy")(function)


@_compiled
def _span(start: float, step: float, size: int, first: int, end: int) -> tuple[int, int]:
    """First and end of those n from ``first`` to ``end`` whose ``start + n * step`` is less than half a voxel outside.

    Of the two outermost faces the lower one belongs to the volume.
    """
    low, high = -0.5 - start, size - 0.5 - start
    if step == 0.0:
        return (first, end) if low <= 0.0 < high else (first, first)
    low, high = min(max(low / step, -_FAR), _FAR), min(max(high / step, -_FAR), _FAR)
    if step > 0.0:
        return max(first, int(np.ceil(low))), min(end, int(np.ceil(high)))
    return max(first, int(np.floor(high)) + 1), min(end, int(np.floor(low)) + 1)


@_compiled
def _inside(array: NDArray[Any], start: tuple[float, float, float], step: NDArray[Any], count: int) -> tuple[int, int]:
    """First and end of those columns, of ``count``, whose places lie in the volume."""
    first, end = _span(start[0], step[0], array.shape[0], 0, count)
    first, end = _span(start[1], step[1], array.shape[1], first, end)
    first, end = _span(start[2], step[2], array.shape[2], first, end)
    return first, max(first, end)


@_compiled
def _between(array: NDArray[Any], z: float, y: float, x: float) -> float:
    """The value between the eight voxels around a place; in the outermost half voxel that of the face."""
    z = min(max(z, 0.0), array.shape[0] - 1.0)
    y = min(max(y, 0.0), array.shape[1] - 1.0)
    x = min(max(x, 0.0), array.shape[2] - 1.0)
    k, j, i = np.uintp(z), np.uintp(y), np.uintp(x)
    z, y, x = z - k, y - j, x - i
    below = min(k + np.uintp(1), np.uintp(array.shape[0] - 1))
    down = min(j + np.uintp(1), np.uintp(array.shape[1] - 1))
    right = min(i + np.uintp(1), np.uintp(array.shape[2] - 1))
    one = array[k, j, i] * (1.0 - x) + array[k, j, right] * x
    two = array[k, down, i] * (1.0 - x) + array[k, down, right] * x
    three = array[below, j, i] * (1.0 - x) + array[below, j, right] * x
    four = array[below, down, i] * (1.0 - x) + array[below, down, right] * x
    one = one * (1.0 - y) + two * y
    three = three * (1.0 - y) + four * y
    return one * (1.0 - z) + three * z


@_compiled
def linear(
    array: NDArray[Any],
    origin: NDArray[np.float64],
    steps: NDArray[np.float64],
    planes: tuple[int, int],
    how: int,
    outside: float,
    whole: bool,
    out: NDArray[Any],
    every: tuple[int, int],
) -> None:
    """Write rows of a slab to ``out``: the largest, smallest or mean value of several planes, linearly interpolated.

    Args:
        array: (K, J, I) values.
        origin: (3,) index k, j, i of pixel (0, 0) of plane 0.
        steps: (3, 3) steps of that index from plane to plane, from row to row and from column to column.
        planes: first and end of the planes, counted from the one in the middle.
        how: ``MAX``, ``MIN`` or ``MEAN`` of what lies in the volume; of one plane all are the same.
        outside: the value of pixels with no place in the volume.
        whole: round, half up.
        out: (R, C) values.
        every: the first row to write, and the step from one to the next, so that several threads share a plane.
    """
    columns = out.shape[1]
    total, hits = np.empty(columns), np.empty(columns, np.int64)
    sign = -1.0 if how == MIN else 1.0
    dz, dy, dx = steps[2]
    for row in range(every[0], out.shape[0], every[1]):
        total[:] = 0.0 if how == MEAN else -np.inf
        hits[:] = 0
        for plane in range(planes[0], planes[1]):
            start = origin + plane * steps[0] + row * steps[1]
            z, y, x = start
            first, end = _inside(array, (z, y, x), steps[2], columns)
            for column in range(first, end):
                value = sign * _between(array, z + column * dz, y + column * dy, x + column * dx)
                total[column] = total[column] + value if how == MEAN else max(total[column], value)
                hits[column] += 1
        for column in range(columns):
            value = outside
            if hits[column] > 0:
                value = total[column] / hits[column] if how == MEAN else sign * total[column]
            out[row, column] = np.floor(value + 0.5) if whole else value


@_compiled
def nearest(
    array: NDArray[Any],
    origin: NDArray[np.float64],
    steps: NDArray[np.float64],
    outside: float,
    out: NDArray[Any],
    every: tuple[int, int],
) -> None:
    """Write rows of a plane to ``out``: the voxel that each pixel's centre lies in. Arguments as of :func:`linear`."""
    columns = out.shape[1]
    dz, dy, dx = steps[2]
    for row in range(every[0], out.shape[0], every[1]):
        start = origin + row * steps[1]
        z, y, x = start
        first, end = _inside(array, (z, y, x), steps[2], columns)
        out[row, :] = outside
        for column in range(first, end):
            k = min(max(np.floor(z + column * dz + 0.5), 0.0), array.shape[0] - 1.0)
            j = min(max(np.floor(y + column * dy + 0.5), 0.0), array.shape[1] - 1.0)
            i = min(max(np.floor(x + column * dx + 0.5), 0.0), array.shape[2] - 1.0)
            out[row, column] = array[np.uintp(k), np.uintp(j), np.uintp(i)]


@_compiled
def along_rows(array: NDArray[Any], how: int, whole: bool, out: NDArray[Any], every: tuple[int, int]) -> None:
    """Write rows of the largest, smallest or mean value along the last axis of (R, C, N) to (R, C).

    numpy takes four times as long where N is small.
    """
    for row in range(every[0], out.shape[0], every[1]):
        for column in range(array.shape[1]):
            total = np.float64(array[row, column, 0])
            for n in range(1, array.shape[2]):
                value = np.float64(array[row, column, n])
                if how == MEAN:
                    total += value
                elif how == MAX:
                    total = max(total, value)
                else:
                    total = min(total, value)
            mean = total / array.shape[2] if how == MEAN else total
            out[row, column] = np.floor(mean + 0.5) if whole else mean
