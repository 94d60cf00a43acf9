"""Drawing and changing measurements with the mouse: drags, clicks, and both mixed."""

from functools import partial
from math import hypot
from uuid import uuid4

from imaging.geometry import Triple
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from viewer.canvas.dragging import Drag, DragTool, Point, Viewport
from viewer.canvas.measuring_hits import Hit, hit_at
from viewer.canvas.measuring_places import frame_of, place_at
from viewer.canvas.measuring_shapes import MANY, RECIPES, dragged, shifted
from viewer.state.hand import Tool
from viewer.state.measurements import Sketch

CLICK_PX = 4.0
"""A press and a release this close together are a click: the point is set, the next press sets another."""
FREEHAND_PX = 3.0
"""The least way between two points of a line drawn by hand."""


def draw(tool: Tool, viewport: Viewport, start: Point) -> Drag:
    """Set points: each click one, each drag two; a drag along a line drawn by hand many."""
    return _freehand(viewport, start) if tool == "freehand" else _set_points(tool, viewport, start)


def change(viewport: Viewport, hit: Hit, start: Point) -> Drag:
    """Drag one point of a measurement, or all of it; select it."""
    state, pane = viewport.session.measurements, viewport.pane
    before, first = hit.measurement, place_at(pane, start)
    state.select(before.uid)
    try:
        while (point := (yield)) is not None:
            place = place_at(pane, point)
            if place is None or first is None or pane.volume is None or _near(point, start, 1.0):
                continue
            if hit.grip is None:
                state.preview(before.uid, shifted(before.figure, first, place))
            else:
                ground = Ground(pane.volume)
                state.preview(before.uid, dragged(before.figure, ground, hit.grip, place))
    except GeneratorExit:
        state.preview(before.uid, before.figure)
        raise
    state.settle(before)


def follow(viewport: Viewport, point: Point) -> None:
    """The mouse moves with no button held: the free point of the sketch follows it, or what lies under it shows."""
    state = viewport.session.measurements
    if state.sketch is None:
        hit = hit_at(viewport, point)
        state.hover(hit.measurement.uid if hit else "")
        return
    place = place_at(viewport.pane, point)
    if place is not None and state.sketch.series_uid == _series_uid(viewport):
        state.draw(Sketch(state.sketch.tool, state.sketch.series_uid, state.sketch.points, place))


def finish(viewport: Viewport) -> None:
    """End a figure of as many points as the person wants; give it up where they are too few, or of another series."""
    state = viewport.session.measurements
    sketch = state.sketch
    state.draw(None)
    if sketch is not None and len(sketch.points) >= 3 and sketch.series_uid == _series_uid(viewport):
        _keep(viewport, sketch.tool, sketch)


def _set_points(tool: Tool, viewport: Viewport, start: Point) -> Drag:
    state, place = viewport.session.measurements, place_at(viewport.pane, start)
    before = _own_sketch(viewport, tool)
    if place is None:
        yield
        return
    sketch = Sketch(tool, _series_uid(viewport), (*(before.points if before else ()), place), place)
    state.draw(sketch)
    last = start
    try:
        while (point := (yield)) is not None:
            last, place = point, place_at(viewport.pane, point) or place
            sketch = _dragged_sketch(sketch, place)
            state.draw(sketch)
    except GeneratorExit:
        state.draw(before)
        raise
    wanted = RECIPES[tool].count
    if wanted in (len(sketch.points), MANY) or _near(last, start, CLICK_PX):
        _done_or_waiting(viewport, sketch, wanted)
    else:
        _done_or_waiting(viewport, Sketch(tool, sketch.series_uid, (*sketch.points, place), place), wanted)


def _dragged_sketch(sketch: Sketch, place: Triple) -> Sketch:
    """While the button is held, the last point of a figure that has all of them follows the mouse."""
    if len(sketch.points) == RECIPES[_tool(sketch)].count or RECIPES[_tool(sketch)].count == MANY:
        return Sketch(sketch.tool, sketch.series_uid, (*sketch.points[:-1], place), place)
    return Sketch(sketch.tool, sketch.series_uid, sketch.points, place)


def _done_or_waiting(viewport: Viewport, sketch: Sketch, wanted: int) -> None:
    state = viewport.session.measurements
    if len(sketch.points) < wanted or wanted == MANY:
        state.draw(sketch)
        return
    state.draw(None)
    _keep(viewport, sketch.tool, sketch)


def _freehand(viewport: Viewport, start: Point) -> Drag:
    state, place = viewport.session.measurements, place_at(viewport.pane, start)
    points, last = (() if place is None else (place,)), start
    try:
        while (point := (yield)) is not None:
            place = place_at(viewport.pane, point)
            if place is not None and not _near(point, last, FREEHAND_PX):
                points, last = (*points, place), point
                state.draw(Sketch("freehand", _series_uid(viewport), points, place))
    finally:
        sketch = state.sketch
        state.draw(None)
    if sketch is not None and len(points) >= 3:
        _keep(viewport, "freehand", sketch)


def _keep(viewport: Viewport, tool: str, sketch: Sketch) -> None:
    """The figure is drawn: make it a measurement, and ask for what only the person knows."""
    state, pane = viewport.session.measurements, viewport.pane
    figure = RECIPES[_tool(sketch)].make(pane, sketch.points)
    measurement = Measurement(uuid4().hex, figure, frame_of(pane))
    state.add(measurement)
    if tool == "note":
        state.name_wanted.emit(measurement.uid)
    if tool == "known-length":
        state.length_wanted.emit(measurement.uid)


def _own_sketch(viewport: Viewport, tool: Tool) -> Sketch | None:
    """The sketch that a press goes on with: of this tool and series, and of this slice where there is no place."""
    sketch = viewport.session.measurements.sketch
    if sketch is None or sketch.tool != tool or sketch.series_uid != _series_uid(viewport):
        return None
    on_slice = frame_of(viewport.pane) == "lps" or round(sketch.points[0][0]) == viewport.pane.view.k
    return sketch if on_slice else None


def _series_uid(viewport: Viewport) -> str:
    return viewport.pane.series.uid if viewport.pane.series else ""


def _tool(sketch: Sketch) -> Tool:
    return next(tool for tool in RECIPES if tool == sketch.tool)


def _near(one: Point, other: Point, px: float) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) <= px


MEASURING: dict[Tool, DragTool] = {tool: partial(draw, tool) for tool in RECIPES}
"""What each measuring tool does with the left button."""
