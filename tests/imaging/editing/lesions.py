"""Balls to be found, and how well one is."""

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry


def ball_in(grid: Geometry, radius_mm: float, middle_kji: tuple[int, int, int]) -> NDArray[np.bool_]:
    """(K, J, I) bool: what lies within a radius of a voxel."""
    k, j, i = (
        (np.arange(size) - at) * step
        for size, at, step in zip(grid.shape_kji, middle_kji, grid.spacing_mm, strict=True)
    )
    return k[:, None, None] ** 2 + j[None, :, None] ** 2 + i[None, None, :] ** 2 <= radius_mm**2


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Twice what two masks share over what they have, 0 to 1."""
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))
