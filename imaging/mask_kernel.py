"""Machine code for runs of voxels of a mask; see :mod:`imaging.machine_code` for when to import it."""

import numpy as np
from numpy.typing import NDArray

from imaging.machine_code import compiled, fetch

_ROWS_AHEAD, _RUNS_AHEAD = 12, 32
"""What is fetched while one row, or one run, is worked on: a run lies about where that of the row before lay."""
_LINE_BYTES = 64
_MISSES_MM = 1e6


@compiled
def _gap(columns: NDArray[np.uint8], n: int) -> np.int64:
    """From one voxel where the change is another to the next, least byte first."""
    low, high = np.int64(columns[0, n]) | np.int64(columns[1, n]) << 8, np.int64(columns[2, n])
    return low | high << 16 | np.int64(columns[3, n]) << 24


@compiled
def change(
    array: NDArray[np.uint8], start: tuple[int, int, int], shape: tuple[int, int, int], columns: NDArray[np.uint8]
) -> bool:
    """XOR into a box of ``array``, (K, J, I) in order in memory, what its voxels change by.

    Nothing is done, and False given, where a place lies beyond the box.

    Args:
        start, shape: of the box.
        columns: see :class:`imaging.mask_delta.MaskDelta`.
    """
    last, count, total = 0, columns.shape[1], shape[0] * shape[1] * shape[2]
    for n in range(count):
        last += _gap(columns, n)
    if last >= total:
        return False
    flat, by, j, at, row_end = array.reshape(-1), np.uint8(0), 0, 0, shape[2]
    ahead = (start[0] * array.shape[1] + start[1]) * array.shape[2] + start[2]  # of the place in the box
    soon = _ROWS_AHEAD * array.shape[2]
    for n in range(count + 1):
        end = at + _gap(columns, n) if n < count else total
        while by and at < end:
            while row_end <= at:
                j, row_end, ahead = j + 1, row_end + shape[2], ahead + array.shape[2] - shape[2]
                if j == shape[1]:
                    j, ahead = 0, ahead + (array.shape[1] - shape[1]) * array.shape[2]
            stop = min(end, row_end)
            for i in range(ahead + at + soon, ahead + stop + soon + _LINE_BYTES, _LINE_BYTES):
                fetch(flat, i)
            for i in range(np.uintp(ahead + at), np.uintp(ahead + stop)):
                flat[i] ^= by
            at = stop
        at = end
        if n < count:
            by ^= columns[4, n]
    return True


@compiled
def read(array: NDArray[np.uint8], starts: NDArray[np.intp], lengths: NDArray[np.intp], out: NDArray[np.uint8]) -> None:
    """Copy runs of ``array``, in order in memory, to ``out``, one after the other."""
    flat, at = array.reshape(-1), 0
    for n in range(starts.size):
        fetch(flat, starts[min(n + _RUNS_AHEAD, starts.size - 1)])
        for i in range(lengths[n]):
            out[np.uintp(at + i)] = flat[np.uintp(starts[n] + i)]
        at += lengths[n]


@compiled
def _end_mm(part: float, spare: float, way: float, aside: float, along: float, sign: float) -> float:
    """The end of a row in the ball that is ``part`` of the way along a line; far the wrong way round if it misses."""
    half = spare + part * (2 * way - part * aside)
    return part * along + sign * (np.sqrt(half) if half >= 0 else -_MISSES_MM)


@compiled
def _span(left_mm: float, right_mm: float, step_mm: float, first: int, end: int) -> tuple[float, float]:
    """The voxels of a row, of those from ``first`` to ``end``, between two places; both the same without any."""
    low = min(max(np.ceil(left_mm / step_mm), first), end)
    return low, max(min(np.floor(right_mm / step_mm) + 1, end), low)


@compiled
def ahead_of_ball(
    shape: tuple[int, int, int],
    low: tuple[int, int, int],
    high: tuple[int, int, int],
    spacing: NDArray[np.float64],
    start: NDArray[np.float64],
    line: NDArray[np.float64],
    squared_mm: float,
    starts: NDArray[np.intp],
    lengths: NDArray[np.intp],
) -> int:
    """Write to ``starts`` and ``lengths`` the runs of voxels that a ball covers on its way and did not at first.

    See :mod:`imaging.editing.strokes`, which does the same with numpy.

    Args:
        shape: (K, J, I) of the grid.
        low, high: k, j, i of the box that holds what it covers: its first voxel and the one after its last.
        start, line: (3,) millimetres along the axes of the grid: from voxel 0, and from there to the end of the way.
        squared_mm: of the radius.
        starts, lengths: twice as many as the box has rows.

    Returns:
        How many runs there are.
    """
    count, aside, along = 0, line[0] ** 2 + line[1] ** 2, line[2]
    share = along / np.sqrt(aside * (aside + along**2)) if aside else 0.0
    for k in range(low[0], high[0]):
        for j in range(low[1], high[1]):
            dz, dy = k * spacing[0] - start[0], j * spacing[1] - start[1]
            spare, way = squared_mm - dz**2 - dy**2, dz * line[0] + dy * line[1]
            nearest = way / aside if aside else way
            turn = np.sqrt(max(spare + nearest * way, 0.0)) * share if aside else np.copysign(1.0, along)
            left = start[2] + _end_mm(min(max(nearest - turn, 0.0), 1.0), spare, way, aside, along, -1.0)
            right = start[2] + _end_mm(min(max(nearest + turn, 0.0), 1.0), spare, way, aside, along, 1.0)
            half = _end_mm(0.0, spare, way, aside, along, 1.0)
            first, stop = _span(left, right, spacing[2], low[2], high[2])
            begun, ended = _span(start[2] - half, start[2] + half, spacing[2], low[2], high[2])
            if begun == ended:
                begun = ended = stop
            for begin, end in ((first, min(begun, stop)), (max(first, ended), stop)):
                if begin < end:
                    starts[count], lengths[count] = (k * shape[1] + j) * shape[2] + begin, end - begin
                    count += 1
    return count


@compiled
def write(
    array: NDArray[np.uint8], starts: NDArray[np.intp], lengths: NDArray[np.intp], values: NDArray[np.uint8]
) -> None:
    """Copy ``values``, one after the other or one for all, to runs of ``array``, in order in memory."""
    flat, at = array.reshape(-1), 0
    for n in range(starts.size):
        if values.size == 1:
            for i in range(lengths[n]):
                flat[np.uintp(starts[n] + i)] = values[0]
        else:
            for i in range(lengths[n]):
                flat[np.uintp(starts[n] + i)] = values[np.uintp(at + i)]
        at += lengths[n]


def warm_up() -> None:
    """Have all of it compiled, or loaded from disk."""
    array, row, none, mm = np.zeros((1, 1, 1), np.uint8), np.zeros(1, np.uint8), np.zeros(0, np.intp), np.ones(3)
    change(array, (0, 0, 0), (1, 1, 1), np.frombuffer(bytes(5), np.uint8)[:, None])
    seen = array.view()
    seen.flags.writeable = False  # which is a type of its own to numba
    for each in (array, seen):
        read(each, none, none, row)
    write(array, none, none, row)
    ahead_of_ball((1, 1, 1), (0, 0, 0), (0, 0, 0), mm, mm, mm, 1.0, none, none)
