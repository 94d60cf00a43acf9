"""Room for the planes of a series, made while a worker still reads their headers.

Pages that the system hands out at the first touch cost a third of the time in which native planes are copied, and who
waits for a worker has nothing else to do.
"""

import mmap
import threading
from collections.abc import Sequence
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD_BYTES = 2
"""Of a value in nearly all volumes that are stored as they are shown."""

_LONGEST_S = 0.5


class Room:
    """Memory of the size that a volume will have if its planes are words of two bytes that lie in their files.

    Args:
        shape: of the volume, planes first.
        files: of its planes. Where they are smaller than the planes, these are coded and nothing is made.
        most_bytes: more are not made.
    """

    def __init__(self, shape: tuple[int, ...], files: Sequence[Path], most_bytes: int) -> None:
        self._bytes = WORD_BYTES * prod(shape)
        self._made: NDArray[np.uint8] | None = None
        self._thread = threading.Thread(target=self._make, args=(files,), name="wetread-room", daemon=True)
        if 0 < self._bytes <= most_bytes:
            self._thread.start()

    def array(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory of this shape and type: what was made if it fits, else other.

        Raises:
            MemoryError: there is not as much.
        """
        made = self._taken() if dtype.itemsize * prod(shape) == self._bytes else None
        return np.zeros(shape, dtype) if made is None else made.view(dtype).reshape(shape)

    @property
    def is_ready(self) -> bool:
        """True where there is memory that nobody has; waits while it is made."""
        if self._thread.ident:
            self._thread.join(_LONGEST_S)
        return self._made is not None

    def _taken(self) -> NDArray[np.uint8] | None:
        taken, self._made = (self._made if self.is_ready else None), None
        return taken

    def _make(self, files: Sequence[Path]) -> None:
        with suppress(OSError, MemoryError):
            if sum(file.stat().st_size for file in files) >= self._bytes:
                made = np.zeros(self._bytes, np.uint8)
                made[:: mmap.PAGESIZE] = 0
                self._made = made
