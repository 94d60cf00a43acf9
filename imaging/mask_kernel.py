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
) -> None:
    """XOR into a box of ``array``, (K, J, I) in order in memory, what its voxels change by.

    Args:
        start, shape: of the box.
        columns: see :class:`imaging.mask_delta.MaskDelta`; all places lie in the box.
    """
    flat, by, j, at, row_end = array.reshape(-1), np.uint8(0), 0, 0, shape[2]
    ahead = (start[0] * array.shape[1] + start[1]) * array.shape[2] + start[2]  # of the place in the box
    count, total = columns.shape[1], shape[0] * shape[1] * shape[2]
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
