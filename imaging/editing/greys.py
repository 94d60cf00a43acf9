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
    return _grey(image[box], image.ndim == 4).astype(np.float32, copy=image.ndim == 3)


def as_grey(image: NDArray[Any], voxels: tuple[slice | NDArray[np.intp], ...]) -> NDArray[Any]:
    """The values of some voxels as they are, or float32, the mean of the three colours; see :func:`greys`.

    Args:
        voxels: a box, or the indices k, j and i of each.
    """
    return _grey(image[voxels], image.ndim == 4)


def grey_plane(plane: NDArray[Any]) -> NDArray[Any]:
    """(R, C) of one plane of (R, C) or (R, C, 3); see :func:`as_grey`."""
    return _grey(plane, plane.ndim == 3)


def smoothed(part: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """(K, J, I) float32 under a bell with a standard deviation of so many voxels; a single plane by itself."""
    from scipy import ndimage  # late: the window opens without it

    return np.asarray(ndimage.gaussian_filter(part, [0 if size == 1 else sigma for size in part.shape]), np.float32)


def _grey(values: NDArray[Any], in_colour: bool) -> NDArray[Any]:
    if not in_colour:
        return values
    total = np.add(values[..., 0], values[..., 1], dtype=np.float32)
    total += values[..., 2]
    return total / np.float32(3)
