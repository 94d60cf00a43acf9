"""Grey values of a part of an image, in colour or not, and without their finest noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box


def greys(image: NDArray[Any], box: Box) -> NDArray[np.float32]:
    """(K, J, I) float32 of a box: the values, or the mean of the three colours.

    Args:
        image: (K, J, I), or (K, J, I, 3) in colour.
    """
    part = image[box]
    return part.mean(axis=-1, dtype=np.float32) if part.ndim == 4 else part.astype(np.float32)


def smoothed(part: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """(K, J, I) float32 under a bell with a standard deviation of so many voxels; a single plane by itself."""
    from scipy import ndimage  # late: the window opens without it

    return np.asarray(ndimage.gaussian_filter(part, [0 if size == 1 else sigma for size in part.shape]), np.float32)
