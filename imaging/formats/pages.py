"""What the pages of all kinds of pictures and clips have in common: how many are read, turned, grey or in colour."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError

MOST_PIXELS = 1 << 28
"""Pixels of all pages together beyond which a picture is refused before it is decoded."""

MOST_PAGES = 20_000

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
    """(rows, columns, …) turned and mirrored as an orientation from 1 to 8 says; any other leaves it as stored.

    TIFF 6.0 section 8, EXIF 4.6.5.1.6.
    """
    turn = _TURNS.get(orientation)
    return array if turn is None else np.ascontiguousarray(turn(array))


def grey_if_equal(page: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns) of a page whose three channels are the same; any other as it is."""
    if page.ndim == 3 and (page[..., :1] == page).all():
        return np.ascontiguousarray(page[..., 0])
    return page


def stacked(path: Path, pages: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """(pages, rows, columns), or (pages, rows, columns, 3) where any is in colour.

    Args:
        path: named in errors.
        pages: of one size, (rows, columns) or (rows, columns, 3).

    Raises:
        ReadError: grey and colour of different types.
    """
    if all(page.ndim == 2 for page in pages):
        return np.stack(pages)
    if len({page.dtype for page in pages}) > 1:
        raise ReadError(path, "pages of colour and of grey with other bits in one file: expected one kind")
    return np.stack([page if page.ndim == 3 else np.repeat(page[..., None], 3, axis=2) for page in pages])
