"""What every drag is made of: a generator that takes screen points, and the viewport it works on."""

from collections.abc import Callable, Generator
from math import hypot
from typing import Protocol

from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

Point = tuple[float, float]
Drag = Generator[None, Point | None, None]
"""Receives screen points while the mouse moves and None when the button comes up."""


class Viewport(Protocol):
    """What a tool may see and ask."""

    session: Session
    pane: Pane
    segmentation: Segmentation

    def set_lens(self, point: Point | None) -> None:
        """Magnify what is around ``point``, or nothing."""
        ...

    def set_band(self, one: Point | None, other: Point | None = None) -> None:
        """Draw a rectangle between two points, or none."""
        ...


DragTool = Callable[[Viewport, Point], Drag]


def focus_at(viewport: Viewport, point: Point) -> None:
    """Let all planes of this frame of reference go through the place under ``point``."""
    place = viewport.pane.point_lps(*point)
    if place is not None:
        viewport.session.set_focus(place, viewport.pane)


def distance_px(point: Point, one: Point, other: Point) -> float:
    """From a point to a stretch of line, in screen pixels."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    length2 = dx * dx + dy * dy
    share = 0.0 if length2 == 0 else ((point[0] - one[0]) * dx + (point[1] - one[1]) * dy) / length2
    share = max(0.0, min(share, 1.0))
    return hypot(point[0] - one[0] - share * dx, point[1] - one[1] - share * dy)
