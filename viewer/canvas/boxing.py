"""Drawing a rectangle, and a box about a lesion."""

from collections.abc import Generator

from viewer.canvas.dragging import Drag, Point, Viewport
from viewer.state.workbench import DrawnBox

LEAST_PX = 3.0
"""What is smaller is a click that slipped."""


def draw_rectangle(viewport: Viewport, start: Point) -> Generator[None, Point | None, Point]:
    """The corner across from ``start``, once the button comes up."""
    last = start
    try:
        while (point := (yield)) is not None:
            last = point
            viewport.set_band(start, last)
    finally:
        viewport.set_band(None)
    return last


def box_lesion(viewport: Viewport, start: Point) -> Drag:
    """Hand the rectangle over when the button comes up."""
    pane, k = viewport.pane, viewport.pane.view.k
    last = yield from draw_rectangle(viewport, start)
    transform = pane.transform()
    if transform is not None and min(abs(last[0] - start[0]), abs(last[1] - start[1])) >= LEAST_PX:
        corners = transform.to_image(*start), transform.to_image(*last)
        viewport.session.workbench.boxed.emit(DrawnBox(pane, k, corners))
