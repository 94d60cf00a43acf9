"""Drawing outlines that are filled or cut: by clicks, by hand, along edges."""

from functools import partial
from math import hypot

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF

from imaging.editing.livewire import Livewire
from imaging.reslicing import Projection
from viewer.canvas.dragging import Drag, DragTool, Point, Viewport
from viewer.canvas.latest import Latest
from viewer.state.hand import Tool
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.workbench import Outline, Pixel, Place

BY_CLICKS: frozenset[Tool] = frozenset(("fill-polygon", "livewire"))
BY_HAND: frozenset[Tool] = frozenset(("fill-freehand", "scissors"))
CLICKED: frozenset[Tool] = frozenset(("fill", "grow-region", "keep-island", "remove-island", "find-lesion"))
LEAST_PX = 2.0
LINE, SHADE = QColor(255, 236, 120), QColor(0, 0, 0, 170)
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_edges: Latest[tuple[OpenSeries, bool, str, int, float, Projection], Livewire] = Latest()
"""The edges of the picture that was last drawn on, and whether all of its slices were there."""


def outline_by_clicks(tool: Tool, viewport: Viewport, start: Point) -> Drag:
    """Set one more point where the button comes up; Enter or a double click closes the outline, Escape gives it up."""
    point: Point | None = start
    last = start
    while point is not None:
        last = point
        lead(viewport, last)
        point = yield
    transform, pane = viewport.pane.transform(), viewport.pane
    if transform is None:
        return
    before, pixel = own_outline(viewport), transform.to_image(*last)
    way = _way(viewport, before.points[-1], pixel) if before else (pixel,)
    points = (*(before.points if before else ()), *way)
    viewport.session.workbench.draw(Outline(tool, pane, pane.view.k, points))


def outline_by_hand(tool: Tool, viewport: Viewport, start: Point) -> Drag:
    """Draw along the mouse; the outline closes where the button comes up."""
    bench, pane, transform = viewport.session.workbench, viewport.pane, viewport.pane.transform()
    if transform is None:
        return
    points, last = (transform.to_image(*start),), start
    try:
        while (point := (yield)) is not None:
            if hypot(point[0] - last[0], point[1] - last[1]) >= LEAST_PX:
                points, last = (*points, transform.to_image(*point)), point
                bench.draw(Outline(tool, pane, pane.view.k, points))
    except GeneratorExit:
        bench.draw(None)
        raise
    bench.close_outline()


def click(tool: Tool, viewport: Viewport, start: Point) -> Drag:
    """Name the voxel under the mouse where the button comes up."""
    last = start
    while (point := (yield)) is not None:
        last = point
    pane, transform = viewport.pane, viewport.pane.transform()
    pixel = None if transform is None else transform.pixel_at(*last)
    voxel = None if pixel is None else pane.planes.voxel_at(pane.view.k, *pixel)
    if voxel is not None:
        viewport.session.workbench.clicked.emit(Place(tool, pane, voxel))


def lead(viewport: Viewport, point: Point) -> None:
    """The mouse moves: the free end of the outline follows it, along edges for livewire."""
    outline, transform = own_outline(viewport), viewport.pane.transform()
    if outline is not None and transform is not None and outline.tool in BY_CLICKS:
        way = _way(viewport, outline.points[-1], transform.to_image(*point))
        viewport.session.workbench.draw(Outline(outline.tool, outline.pane, outline.k, outline.points, way))


def own_outline(viewport: Viewport) -> Outline | None:
    """The outline that a click here goes on with: of the tool in hand, on this plane."""
    outline, pane = viewport.session.workbench.outline, viewport.pane
    same = outline is not None and outline.pane is pane and outline.k == pane.view.k
    return outline if same and outline is not None and outline.tool == viewport.session.hand.tool else None


def wants_key(viewport: Viewport, event: QKeyEvent) -> bool:
    """True for keys that mean something to the outline being drawn: Enter and Escape."""
    wanted = event.key() in (*_ENDS, Qt.Key.Key_Escape) and viewport.session.workbench.outline is not None
    return wanted and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def take_key(viewport: Viewport, event: QKeyEvent) -> bool:
    """Close the outline on Enter, give it up on Escape; False for other keys."""
    if not wants_key(viewport, event):
        return False
    if event.key() in _ENDS:
        close(viewport)
    else:
        viewport.session.workbench.draw(None)
    return True


def close(viewport: Viewport) -> None:
    """Join the last point with the first, along edges for livewire."""
    bench, outline = viewport.session.workbench, own_outline(viewport)
    if outline is not None and outline.tool == "livewire" and len(outline.points) > 1:
        back = _way(viewport, outline.points[-1], outline.points[0])
        bench.draw(Outline(outline.tool, outline.pane, outline.k, (*outline.points, *back)))
    bench.close_outline()


def forget(viewport: Viewport) -> None:
    """Give up the outline that is being drawn here: the viewport shows other planes now."""
    bench = viewport.session.workbench
    if bench.outline is not None and bench.outline.pane is viewport.pane:
        bench.draw(None)


def draw_outline(painter: QPainter, outline: Outline | None, pane: Pane) -> None:
    """The outline being drawn, on the plane it is drawn on."""
    transform = pane.transform()
    if outline is None or transform is None or outline.pane is not pane or outline.k != pane.view.k:
        return
    line = [QPointF(*transform.to_screen(*pixel)) for pixel in (*outline.points, *outline.loose)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, colour in ((3.4, SHADE), (1.6, LINE)):
        painter.setPen(QPen(colour, width))
        painter.drawPolyline(QPolygonF(line))
        if len(outline.points) == 1:
            painter.drawEllipse(line[0], 3, 3)


def _way(viewport: Viewport, start: Pixel, end: Pixel) -> tuple[Pixel, ...]:
    """The points from one to another, without the first."""
    pane, tool = viewport.pane, viewport.session.hand.tool
    opened, geometry = pane.opened, pane.slice_geometry(pane.view.k)
    if tool != "livewire" or opened is None or geometry is None:
        return (end,)
    spacing = geometry.spacing_mm[1:]
    view, plane = pane.view, f"{pane.plane} {geometry.axes_lps} {geometry.origin_lps}"
    key = (opened, pane.complete, plane, view.k, view.slab_mm, view.projection)
    wire = _edges.of(key, lambda: Livewire(pane.values(pane.view.k), spacing))
    first, last = ((round(row), round(column)) for row, column in (start, end))
    return tuple((float(row), float(column)) for row, column in wire.path(first, last)[1:]) or (end,)


OUTLINING: dict[Tool, DragTool] = {
    **{tool: partial(outline_by_clicks, tool) for tool in BY_CLICKS},
    **{tool: partial(outline_by_hand, tool) for tool in BY_HAND},
    **{tool: partial(click, tool) for tool in CLICKED},
}
"""What each tool that draws an outline or names a voxel does with the left button."""
