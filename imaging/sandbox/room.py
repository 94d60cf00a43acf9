"""Room for the planes of a series, made while a worker still reads their headers.

Pages that the system hands out at the first touch cost a third of the time in which native planes are copied, and who
waits for a worker has nothing else to do.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.memory import give_out

WORD_BYTES = 2
"""Of a value in nearly all volumes that are stored as they are shown."""

_STEP_BYTES = 4 << 20
"""The system makes no other room for the program meanwhile."""


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
        size, self._memory = WORD_BYTES * prod(shape), np.zeros(0, np.uint8)
        self._is_over, self.made_bytes = False, 0
        if 0 < size <= most_bytes:
            with suppress(MemoryError):
                self._memory = np.zeros(size, np.uint8)
            arguments = self._memory, files
            threading.Thread(target=self._make, args=arguments, name="wetread-room", daemon=True).start()

    def array(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory of this shape and type: that of the room if it fits, else other. No more of it is made.

        Raises:
            MemoryError: there is not as much.
        """
        memory = self._memory
        self.give_up()
        if memory.size and dtype.itemsize * prod(shape) == memory.size:
            return memory.view(dtype).reshape(shape)
        return np.zeros(shape, dtype)

    def give_up(self) -> None:
        """Make no more of it, and keep none of it."""
        self._is_over, self._memory = True, np.zeros(0, np.uint8)

    def _make(self, memory: NDArray[np.uint8], files: Sequence[Path]) -> None:
        with suppress(OSError):
            if sum(file.stat().st_size for file in files) >= memory.size:
                while self.made_bytes < memory.size and not self._is_over:
                    step = memory[self.made_bytes : self.made_bytes + _STEP_BYTES]
                    give_out(step)
                    self.made_bytes += step.size
