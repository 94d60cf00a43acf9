"""Values to screen colours: one pass into 32-bit words, which Qt draws twice as fast as 8-bit grey."""

from typing import Any

import numpy as np
from imaging.intensity import to_grey
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imaging.labelmap import Label
from imaging.volume import Window

Words = NDArray[np.uint32]
"""(R, C) uint32: 0xAARRGGBB, as QImage's 32-bit formats store it."""

OPAQUE = np.uint32(0xFF000000)
_GREY = np.uint32(0x010101)


def grey_words(
    plane: NDArray[Any], window: Window, inverted: bool = False, padding: tuple[float, float] | None = None
) -> Words:
    """(R, C) opaque grey words of a plane of values through a window.

    Values of 8 and 16 bits go through a table, which costs the same for any window shape.
    """
    if plane.dtype.itemsize > 2 or not np.issubdtype(plane.dtype, np.integer):
        return to_grey(plane, window, inverted, padding) * _GREY | OPAQUE
    pattern = np.arange(2 ** (8 * plane.dtype.itemsize), dtype=f"u{plane.dtype.itemsize}")
    table = to_grey(pattern.view(plane.dtype), window, inverted, padding) * _GREY | OPAQUE
    words = np.empty(plane.shape, np.uint32)
    return np.take(table, plane.view(pattern.dtype), out=words, mode="wrap")


def colour_words(plane: NDArray[np.uint8], inverted: bool = False) -> Words:
    """(R, C) opaque words of an (R, C, 3) uint8 RGB plane."""
    words = np.empty((*plane.shape[:2], 4), np.uint8)
    words[..., 0], words[..., 1], words[..., 2] = plane[..., 2], plane[..., 1], plane[..., 0]
    packed = words.view("<u4")[..., 0]
    return (~packed if inverted else packed) | OPAQUE


def mask_words(mask: NDArray[np.uint8], labels: tuple[Label, ...], opacity: float) -> Words:
    """(R, C) premultiplied words: each label's colour at ``opacity``, background clear."""
    table = np.zeros(256, np.uint32)
    for label in labels:
        table[label.value] = premultiplied(label.colour, opacity)
    words = np.empty(mask.shape, np.uint32)
    return np.take(table, mask, out=words, mode="wrap")


def premultiplied(colour: tuple[int, int, int], opacity: float) -> int:
    """One premultiplied ARGB word."""
    alpha = round(255 * opacity)
    red, green, blue = (round(c * alpha / 255) for c in colour)
    return alpha << 24 | red << 16 | green << 8 | blue


def as_image(words: Words, opaque: bool) -> QImage:
    """A QImage of its own memory holding ``words``: a copy, since Qt would not keep the array alive."""
    height, width = words.shape
    form = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(width, height, form)
    np.frombuffer(image.bits(), np.uint32).reshape(height, width)[...] = words
    return image
