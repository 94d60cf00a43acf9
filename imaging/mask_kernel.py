"""Machine code that changes runs of voxels of a mask; see :mod:`imaging.machine_code` for when to import it."""

import numpy as np
from numpy.typing import NDArray

from imaging.machine_code import compiled


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
    for n in range(count + 1):
        end = at + _gap(columns, n) if n < count else total
        while by and at < end:
            while row_end <= at:
                j, row_end, ahead = j + 1, row_end + shape[2], ahead + array.shape[2] - shape[2]
                if j == shape[1]:
                    j, ahead = 0, ahead + (array.shape[1] - shape[1]) * array.shape[2]
            stop = min(end, row_end)
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
        for i in range(lengths[n]):
            out[np.uintp(at + i)] = flat[np.uintp(starts[n] + i)]
        at += lengths[n]


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
    array, row, none = np.zeros((1, 1, 1), np.uint8), np.zeros(1, np.uint8), np.zeros(0, np.intp)
    change(array, (0, 0, 0), (1, 1, 1), np.frombuffer(bytes(5), np.uint8)[:, None])
    seen = array.view()
    seen.flags.writeable = False  # which is a type of its own to numba
    for each in (array, seen):
        read(each, none, none, row)
    write(array, none, none, row)
