"""Machine code that changes runs of voxels of a mask; see :mod:`imaging.machine_code` for when to import it."""

import numpy as np
from numpy.typing import NDArray

from imaging.machine_code import compiled

_ONE = np.uintp(1)


@compiled
def change(
    array: NDArray[np.uint8],
    start: tuple[int, int, int],
    shape: tuple[int, int, int],
    places: NDArray[np.intp],
    changes: NDArray[np.uint8],
) -> None:
    """XOR into a box of ``array``, (K, J, I) in order in memory, what its voxels change by.

    Args:
        start, shape: of the box.
        places: (N,) ascending voxels, counted row by row of the box, within it.
        changes: (N,) by what each and all after it change.
    """
    flat, by, j, row_end = array.reshape(-1), np.uint8(0), 0, shape[2]
    ahead = (start[0] * array.shape[1] + start[1]) * array.shape[2] + start[2]  # of the place in the box
    total = shape[0] * shape[1] * shape[2]
    for n in range(places.size):
        by ^= changes[n]
        at, end = places[n], places[n + 1] if n + 1 < places.size else total
        while by and at < end:
            while row_end <= at:
                j, row_end, ahead = j + 1, row_end + shape[2], ahead + array.shape[2] - shape[2]
                if j == shape[1]:
                    j, ahead = 0, ahead + (array.shape[1] - shape[1]) * array.shape[2]
            i, at = np.uintp(ahead + at), min(end, row_end)
            while i < np.uintp(ahead + at):
                flat[i] ^= by
                i += _ONE
