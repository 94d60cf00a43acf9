"""Grey values of a part of an image, in colour or not."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.edit import Box


def greys(image: NDArray[Any], box: Box) -> NDArray[np.float32]:
    """(K, J, I) float32 of a box: the values, or the mean of the three colours.

    Args:
        image: (K, J, I), or (K, J, I, 3) in colour.
    """
    part = image[box]
    return part.mean(axis=-1, dtype=np.float32) if part.ndim == 4 else part.astype(np.float32)
