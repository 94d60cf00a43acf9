"""Memory that the system gives out ahead, so that who writes to an array first does not wait for its pages."""

import ctypes
import mmap
import sys
from functools import cache
from typing import Any

from numpy.typing import NDArray

_MADV_POPULATE_WRITE = 23
"""madvise(2), since Linux 5.14: pages are made ready to be written, what is in them stays. An older one refuses."""


def give_out(array: NDArray[Any]) -> None:
    """Have all memory of an array given out, without Python's lock; who writes to it meanwhile is not disturbed.

    Nothing happens where the system cannot do that: it gives out each page when that is written first.
    """
    low = -(-array.ctypes.data // mmap.PAGESIZE) * mmap.PAGESIZE
    high = (array.ctypes.data + array.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if array.flags.contiguous and low < high and sys.platform == "linux":
        _libc().madvise(ctypes.c_void_p(low), ctypes.c_size_t(high - low), _MADV_POPULATE_WRITE)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
