"""Pictures that were stored as the camera was held (TIFF 6.0 section 8, EXIF 4.6.5.1.6)."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

TURNED = "turned upright as its EXIF orientation says"

_TURNS: MappingProxyType[int, Callable[[NDArray[Any]], NDArray[Any]]] = MappingProxyType(
    {
        2: lambda array: array[:, ::-1],
        3: lambda array: array[::-1, ::-1],
        4: lambda array: array[::-1],
        5: lambda array: np.swapaxes(array, 0, 1),
        6: lambda array: np.rot90(array, -1),
        7: lambda array: np.swapaxes(array, 0, 1)[::-1, ::-1],
        8: lambda array: np.rot90(array),
    }
)


def upright(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """(rows, columns, …) turned and mirrored as an orientation from 1 to 8 says; any other leaves it as stored."""
    turn = _TURNS.get(orientation)
    return array if turn is None else np.ascontiguousarray(turn(array))
