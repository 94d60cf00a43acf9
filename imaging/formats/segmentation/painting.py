"""Planes painted one after the other into a mask that holds one value per voxel."""

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Shape


class Painting:
    """A mask in the making: the later plane wins, and what it hides is counted.

    Attributes:
        array: (K, J, I) uint8 so far.
        overlapping: voxels that had another value before.
    """

    def __init__(self, shape_kji: Shape) -> None:
        self.array = np.zeros(shape_kji, np.uint8)
        self.overlapping = 0

    def add(self, k: int, marked: NDArray[np.bool_], value: int) -> None:
        """Give ``value`` to the marked pixels, (J, I), of slice ``k``."""
        plane = self.array[k]
        self.overlapping += int(np.count_nonzero((plane[marked] != 0) & (plane[marked] != value)))
        plane[marked] = value

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was lost, in words."""
        if not self.overlapping:
            return ()
        return (f"segments overlap: {self.overlapping} voxels went to the later segment",)
