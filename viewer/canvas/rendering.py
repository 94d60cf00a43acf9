"""Values to pictures: one pass into 32-bit colours, which Qt draws twice as fast as 8-bit grey."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imaging.colour_tables import ColourTable
from imaging.intensity import Voi, to_grey
from imaging.labelmap import Label

Words = NDArray[np.uint32]
"""(R, C) uint32: 0xAARRGGBB, as QImage's 32-bit formats store it."""

_OPAQUE = np.uint32(0xFF000000)
GREY_SHADES: Words = np.arange(256, dtype=np.uint32) * np.uint32(0x010101) | _OPAQUE
"""(256,) opaque words: each grey level as itself."""
_ROWS = 64
"""Rows looked up at a time: numpy widens the indices of a chunk, which is twice as fast while it stays in the cache."""


def blank(shape: tuple[int, ...], opaque: bool) -> tuple[QImage, Words]:
    """An image of (rows, columns), opaque or premultiplied, and its memory to write to."""
    height, width = shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied)
    return image, words_of(image)


def words_of(image: QImage) -> Words:
    """The memory of a 32-bit image, to write to while nothing else holds the image."""
    return np.frombuffer(image.bits(), np.uint32).reshape(image.height(), image.width())


def look_up(table: Words, index: NDArray[Any], out: Words) -> None:
    """Write ``table[index]`` to ``out``; the table must be long enough for any index of its type."""
    for row in range(0, len(index), _ROWS):
        np.take(table, index[row : row + _ROWS], out=out[row : row + _ROWS], mode="wrap")


def shades_of(colours: ColourTable | None) -> Words:
    """(256,) opaque words: the colour of each grey level, grey itself without a table."""
    if colours is None:
        return GREY_SHADES
    red, green, blue = colours.rgb.astype(np.uint32).T
    return red << 16 | green << 8 | blue | _OPAQUE


def grey_image(
    plane: NDArray[Any],
    voi: Voi,
    inverted: bool = False,
    padding: tuple[float, float] | None = None,
    colours: ColourTable | None = None,
) -> QImage:
    """The opaque picture of an (R, C) plane of values through a window or table, in grey or in the colours given.

    Values of 8 and 16 bits go through a table, which costs the same for any window. Padding is black in any colours.
    """
    image, words = blank(plane.shape, opaque=True)
    if plane.dtype.itemsize > 2 or not np.issubdtype(plane.dtype, np.integer):
        words[...] = _shaded(plane, voi, inverted, padding, shades_of(colours))
        return image
    look_up(_table(plane.dtype, voi, inverted, padding, colours), plane.view(f"u{plane.dtype.itemsize}"), words)
    return image


@lru_cache(maxsize=8)
def _table(
    dtype: np.dtype[Any],
    voi: Voi,
    inverted: bool,
    padding: tuple[float, float] | None,
    colours: ColourTable | None,
) -> Words:
    """The word of every value that 8 or 16 bits can hold; viewports that look alike share it."""
    pattern = np.arange(2 ** (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}")
    return _shaded(pattern.view(dtype), voi, inverted, padding, shades_of(colours))


def _shaded(
    values: NDArray[Any], voi: Voi, inverted: bool, padding: tuple[float, float] | None, shades: Words
) -> Words:
    words = np.take(shades, to_grey(values, voi, inverted))
    if padding is not None:
        words[(values >= padding[0]) & (values <= padding[1])] = _OPAQUE
    return words


def colour_image(plane: NDArray[np.uint8], inverted: bool = False) -> QImage:
    """The opaque picture of an (R, C, 3) uint8 RGB plane, or its negative."""
    image, words = blank(plane.shape, opaque=True)
    shown = ~plane if inverted else plane
    channels = words.view(np.uint8).reshape(*plane.shape[:2], 4)
    for channel in range(3):
        channels[..., 2 - channel] = shown[..., channel]
    channels[..., 3] = 255
    return image


def mask_table(labels: tuple[Label, ...], opacity: float) -> Words:
    """(256,) premultiplied words: each visible label's colour at its share of ``opacity``, all else clear."""
    table = np.zeros(256, np.uint32)
    for label in labels:
        if label.visible:
            table[label.value] = premultiplied(label.colour, opacity * label.opacity)
    return table


def premultiplied(colour: tuple[int, int, int], opacity: float) -> int:
    """One premultiplied ARGB word."""
    alpha = round(255 * opacity)
    red, green, blue = (round(c * alpha / 255) for c in colour)
    return alpha << 24 | red << 16 | green << 8 | blue
