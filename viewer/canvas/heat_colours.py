"""Colours of a heat map: clear where nothing mattered, stronger where more did."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from inference.prediction import HeatMap
from viewer.canvas.rendering import Words, blank, look_up

STEPS = 255
"""Odd, so that zero has a step of its own in the middle of a signed scale."""
_FULL_FROM = 0.5
"""Share of the limit from which a colour has its full opacity; below, it fades out to nothing at zero."""


@cache
def colours(signed: bool) -> NDArray[np.uint8]:
    """(255, 3) uint8 RGB from the low to the high end of the colour bar.

    Unsigned maps use inferno, which is perceptually even; signed ones CET-D1, blue over white to red
    (Kovesi, arXiv 1509.03700).
    """
    from pyqtgraph import colormap  # half the window's start; needed with the first heat map

    colour_map = colormap.get("CET-D1" if signed else "inferno")
    assert colour_map is not None
    return np.asarray(colour_map.getLookupTable(nPts=STEPS, alpha=False), np.uint8)


@cache
def opacities(signed: bool) -> NDArray[np.float64]:
    """(255,) share of full opacity, zero where the value is zero."""
    position = np.linspace(-1, 1, STEPS) if signed else np.linspace(0, 1, STEPS)
    return np.clip(np.abs(position) / _FULL_FROM, 0, 1)


@cache
def _table(signed: bool) -> Words:
    alpha = np.rint(255 * opacities(signed)).astype(np.uint32)
    red, green, blue = np.rint(colours(signed).astype(float).T * alpha / 255).astype(np.uint32)
    table = np.zeros(STEPS + 1, np.uint32)
    table[:STEPS] = alpha << 24 | red << 16 | green << 8 | blue
    return table


def heat_image(values: NDArray[np.float32], limit: float, signed: bool) -> QImage:
    """An overlay of one (R, C) plane of a heat map; NaN is clear."""
    low = -limit if signed else 0.0
    step = (STEPS - 1) / max(limit - low, 1e-30)
    position = values * np.float32(step)
    position += np.float32(0.5 - low * step)
    np.clip(position, 0, STEPS - 1, out=position)
    index = np.nan_to_num(position, copy=False, nan=STEPS).astype(np.uint16)
    image, words = blank(values.shape, opaque=False)
    look_up(_table(signed), index, words)
    return image


def legend(heat: HeatMap, explained: bool = True) -> str:
    """What is shown: method, layer, target and model; and that this slice is not, where it was not explained."""
    missing = "" if explained else "this slice was not explained"
    return " · ".join(part for part in (heat.method, heat.layer, heat.target, heat.model, missing) if part)


def limits_text(heat: HeatMap) -> tuple[str, str, str]:
    """The numbers beside the colour bar: at the top, in the middle and at the bottom."""
    low = -heat.limit if heat.signed else 0.0
    return tuple(f"{value:.3g}" for value in (heat.limit, (heat.limit + low) / 2, low))  # pyright: ignore[reportReturnType]
