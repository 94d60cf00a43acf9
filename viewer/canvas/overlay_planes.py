"""Overlay planes of the file (DICOM group 60xx) as a picture that lies over the image."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imaging.volume import Overlay, Volume
from viewer.canvas.patch import Patch
from viewer.canvas.rendering import blank, premultiplied

COLOUR = (255, 236, 120)
"""The standard leaves it open (PS3.3 C.9.2): not the colour of a first label, readable over black and white."""
_SHADE = np.uint32(premultiplied((0, 0, 0), 0.6))
"""Around every line, so that it is seen on white too."""
OPACITY = {"G": 1.0, "R": 0.4}
"""A region of interest is an area: what it marks stays visible."""


def overlay_image(volume: Volume, k: int, patch: Patch) -> QImage | None:
    """The overlays of slice ``k``, one image pixel per (reduced) plane pixel; None where there are none.

    Reduced, a pixel is set where any of its block is: lines one pixel wide survive.
    """
    shape = volume.array.shape[1:3]
    shown = [(plane, bits) for plane in volume.overlays if (bits := _on_slice(plane, k, shape)) is not None]
    if not shown:
        return None
    words = np.zeros(shape, np.uint32)
    for plane, bits in shown:
        words[bits] = np.maximum(words[bits], np.uint32(premultiplied(COLOUR, OPACITY[plane.kind])))
    cut = patch.cut(_most_reduced(words, patch.factor))
    image, target = blank(cut.shape, opaque=False)
    target[...] = np.where(_grown(cut > 0) & (cut == 0), _SHADE, cut)
    return image


def _on_slice(plane: Overlay, k: int, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """(R, C) bool: the plane on slice ``k`` where it lies within the image; None where it has nothing there."""
    number = k - plane.first_frame
    if not 0 <= number < len(plane.bits):
        return None
    (top, left), bits = plane.origin, plane.bits[number]
    first_row, first_column = max(0, -top), max(0, -left)
    part = bits[first_row : max(0, shape[0] - top), first_column : max(0, shape[1] - left)]
    if not part.any():
        return None
    placed = np.zeros(shape, np.bool_)
    row, column = top + first_row, left + first_column
    placed[row : row + part.shape[0], column : column + part.shape[1]] = part
    return placed


def _most_reduced(words: NDArray[np.uint32], factor: int) -> NDArray[np.uint32]:
    """The strongest word of every block of ``factor`` x ``factor``; the last blocks may be incomplete."""
    if factor == 1:
        return words
    for axis in (0, 1):
        words = np.maximum.reduceat(words, np.arange(0, words.shape[axis], factor), axis=axis)
    return words


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and its four neighbours on all sides."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown
