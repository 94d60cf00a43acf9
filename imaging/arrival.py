"""A volume that can be looked at while the rest of it still arrives."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

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
