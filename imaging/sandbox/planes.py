"""A volume's planes on their way out of a worker: filled in a little shared memory, copied from there by the program.

One shared array of the whole would cost three times as much: the system hands out shared memory in small pages, and
ordinary memory in large ones. And what has been copied no worker can change any more.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.sandbox.memory import Block
from imaging.sandbox.room import Room
from imaging.sandbox.wire import WireError

HandOver = Callable[[int, Sequence[int]], None]
"""``hand_over(buffer, ks)``: the planes ``ks`` lie in this buffer; returns when they have been copied."""


class LentPlanes:
    """The worker's side: buffers to fill, one for each thread that reads.

    Args:
        array: stands for the volume; it has its shape and type, and no memory.
        buffers: (buffers, planes of each, ...) shared memory.

    Attributes:
        array: as given.
    """

    def __init__(self, array: NDArray[Any], buffers: NDArray[Any], hand_over: HandOver) -> None:
        self.array = array
        self._buffers, self._hand_over = buffers, hand_over
        self._free: SimpleQueue[int] = SimpleQueue()
        for buffer in range(len(buffers)):
            self._free.put(buffer)

    @contextmanager
    def filling(self, ks: Sequence[int]) -> Generator[list[NDArray[Any]]]:
        """Memory for the planes ``ks``, in their order; handed over at the end of the block."""
        buffer = self._free.get()
        try:
            yield list(self._buffers[buffer][: len(ks)])
            self._hand_over(buffer, ks)
        finally:
            self._free.put(buffer)


class OwnArray:
    """Memory of the program's own for a volume; only who holds this can write to it.

    Args:
        shape: of the volume, planes first.
        dtype: of its values.
        room: gives the memory, if there is one.

    Attributes:
        array: read-only; nobody who gets it can make it writable again.
        planes: the same memory, to be filled.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], room: Room | None = None) -> None:
        self.planes = np.zeros(shape, dtype) if room is None else room.array(shape, dtype)
        self.array = np.frombuffer(self.planes.data.toreadonly().cast("B"), dtype).reshape(shape)


class TakenPlanes(OwnArray):
    """The program's side: the volume, and the buffers that its planes come through.

    Args:
        shape: of the volume, planes first.
        dtype: of its values.
        buffers: how many, and how many planes each holds.
        block: the buffers' memory.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], buffers: tuple[int, int], block: Block) -> None:
        super().__init__(shape, dtype)
        self._buffers = block.array((*buffers, *shape[1:]), dtype)

    def take(self, buffer: int, ks: Sequence[int]) -> None:
        """Copy the planes ``ks`` from a buffer to their places.

        Raises:
            WireError: there is no such buffer or place.
        """
        count, most = self._buffers.shape[:2]
        if not (0 <= buffer < count and len(ks) <= most and all(0 <= k < len(self.planes) for k in ks)):
            raise WireError(f"planes {ks[:8]} in buffer {buffer}")
        for k, plane in zip(ks, self._buffers[buffer], strict=False):
            self.planes[k] = plane
