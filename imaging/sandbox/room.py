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

_STEP_BYTES, _LONGEST_S = 4 << 20, 0.5


class Room:
    """Memory of the size that a volume will have if its planes are words of two bytes that lie in their files.

    Args:
        shape: of the volume, planes first.
        files: of its planes. Where they are smaller than the planes, these are coded and nothing is made.
        most_bytes: more are not made.

    Attributes:
        made_bytes: how many have their pages so far.
    """

    def __init__(self, shape: tuple[int, ...], files: Sequence[Path], most_bytes: int) -> None:
        self._bytes, self._is_asked_for = WORD_BYTES * prod(shape), False
        self._memory: NDArray[np.uint8] | None = None
        self.made_bytes = 0
        self._thread = threading.Thread(target=self._make, args=(files,), name="wetread-room", daemon=True)
        if 0 < self._bytes <= most_bytes:
            self._thread.start()

    def array(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory of this shape and type: what was made so far if it fits, else other. No more is made.

        Raises:
            MemoryError: there is not as much.
        """
        self._is_asked_for = True
        if self._thread.ident and dtype.itemsize * prod(shape) == self._bytes:
            self._thread.join(_LONGEST_S)
            if self._memory is not None and not self._thread.is_alive():
                memory, self._memory = self._memory, None
                return memory.view(dtype).reshape(shape)
        return np.zeros(shape, dtype)

    def _make(self, files: Sequence[Path]) -> None:
        with suppress(OSError, MemoryError):
            if sum(file.stat().st_size for file in files) >= self._bytes:
                self._memory = memory = np.zeros(self._bytes, np.uint8)
                while self.made_bytes < self._bytes and not self._is_asked_for:
                    step = memory[self.made_bytes : self.made_bytes + _STEP_BYTES]
                    step[:: mmap.PAGESIZE] = 0
                    self.made_bytes += len(step)
