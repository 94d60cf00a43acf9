"""How probable a segmentation model takes each label to be, voxel by voxel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry

CERTAIN = 255
"""What stands for a probability of 1; what a map keeps is off by at most half a 255th."""


@dataclass(frozen=True, eq=False)
class ProbabilityMap:
    """Probabilities on the grid of the image. Immutable.

    Attributes:
        array: (L, K, J, I) uint8, 0 to :data:`CERTAIN`; one volume per label.
        values: the mask value of each label, in the order of the array.

    Raises:
        ValueError: the array's shape is not that of the labels and the grid.
    """

    array: NDArray[np.uint8]
    values: tuple[int, ...]
    geometry: Geometry

    def __post_init__(self) -> None:
        expected = (len(self.values), *self.geometry.shape_kji)
        if self.array.shape != expected:
            raise ValueError(f"probabilities of shape {self.array.shape}: expected {expected}")
        self.array.flags.writeable = False

    def of(self, value: int) -> NDArray[np.float32]:
        """(K, J, I) float32, 0-1: the probability of the label with this mask value.

        Raises:
            ValueError: the model does not know this value.
        """
        return self.within(value, (slice(None), slice(None), slice(None)))

    def within(self, value: int, box: tuple[slice, slice, slice]) -> NDArray[np.float32]:
        """(K, J, I) float32, 0-1, of a box; see :meth:`of`.

        Raises:
            ValueError: the model does not know this value.
        """
        if value not in self.values:
            raise ValueError(f"label value {value}: the model's are {', '.join(map(str, self.values))}")
        shares = self.array[(self.values.index(value), *box)].astype(np.float32)
        return np.divide(shares, CERTAIN, dtype=np.float32)

    def any_within(self, box: tuple[slice, slice, slice]) -> NDArray[np.float32]:
        """(K, J, I) float32, 0-1, of a box: the probability that a voxel has any of the labels."""
        total = self.array[(slice(None), *box)].sum(0, dtype=np.float32) / CERTAIN
        return np.minimum(total, 1.0, dtype=np.float32)


def quantised(probabilities: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The same shape in uint8: probabilities 0-1 as the nearest of 0 to :data:`CERTAIN`."""
    return np.rint(np.clip(probabilities, 0, 1) * CERTAIN).astype(np.uint8)


def labelled(shares: NDArray[np.float32], values: NDArray[np.uint8], threshold: float) -> NDArray[np.uint8]:
    """(J, I) uint8: the value of the most probable label, the first of equals, where all labels reach a threshold.

    numpy's argmax across the first axis takes ten times as long.

    Args:
        shares: (L, J, I) probabilities, without that of the background.
        values: (L,) of the labels.
        threshold: of the sum of all labels, to be exceeded.
    """
    best, found = shares[0].copy(), np.full(shares.shape[1:], values[0], np.uint8)
    total = best.copy()
    for share, value in zip(shares[1:], values[1:], strict=True):
        found = np.where(share > best, value, found)
        np.maximum(best, share, out=best)
        total += share
    found *= total > threshold
    return found
