"""A volume that can be looked at while the rest of it still arrives."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from imaging.stored_planes import StoredPlanes
from imaging.volume import Volume


class Arrival(Protocol):
    """Who waits for a volume: gives the memory, says which slice is looked at, and is told what has come."""

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory of this shape and type, to be filled in place."""
        ...

    def begun(self, volume: Volume) -> None:
        """Take the volume, complete but for its pixels: its array is the allocated memory, seen read-only."""
        ...

    def wanted(self) -> int:
        """Say the slice looked at now: the ones around it come first. The middle one before anything is looked at."""
        ...

    def arrived(self, k: int) -> None:
        """Note that slice ``k`` is complete."""
        ...


class Planes(Protocol):
    """Memory for the planes of one volume, to be filled by any number of threads.

    Attributes:
        array: what the volume is made around; not to be written to.
    """

    array: NDArray[Any]

    def filling(self, ks: Sequence[int]) -> AbstractContextManager[Sequence[NDArray[Any]]]:
        """Memory for the planes ``ks``, in their order, to be filled within the block."""
        ...


@runtime_checkable
class PlaneTaker(Protocol):
    """An arrival that would rather be given planes than give the memory of all: it lives in another process."""

    def planes(self, shape: tuple[int, ...], dtype: np.dtype[Any], buffers: tuple[int, int]) -> Planes:
        """Memory for a volume of this shape and type.

        Args:
            shape: of the volume, planes first.
            dtype: of its values.
            buffers: how many threads will fill planes, and how many planes at most in one block.
        """
        ...


@runtime_checkable
class PlaneReader(Protocol):
    """An arrival that would rather read planes from their files than be given them, where nothing is to be decoded."""

    def leave(self, planes: StoredPlanes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any] | None:
        """What the volume is made around while the arrival reads its planes; None where they are to be given.

        Args:
            planes: where they lie, all of them.
            shape: of the volume, planes first.
            dtype: of its values.
        """
        ...
