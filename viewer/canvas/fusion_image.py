"""The picture of a second volume over a plane."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imaging.colour_tables import COLOUR_TABLES
from imaging.intensity import to_grey
from viewer.canvas.rendering import Words, blank, look_up, premultiplied
from viewer.state.fusion import Fusion


def fusion_image(values: NDArray[Any], fusion: Fusion) -> QImage:
    """The premultiplied picture of (R, C) values in the colours of ``fusion``, clear up to the window's lower end."""
    image, words = blank(values.shape, opaque=False)
    grey = to_grey(values, fusion.window)
    grey[values <= fusion.window.low] = 0
    look_up(_table(fusion.colours, fusion.opacity), grey, words)
    return image


def _table(colours: str, opacity: float) -> Words:
    """(256,) premultiplied words; the lowest is clear."""
    rgb = COLOUR_TABLES[colours].rgb
    words = [premultiplied((int(r), int(g), int(b)), opacity) for r, g, b in rgb]
    return np.array([0, *words[1:]], np.uint32)
