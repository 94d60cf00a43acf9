"""What dragging does. A tool is a generator: before the first ``yield`` the button goes down, the loop is the drag,
after it the button comes up; closing the generator takes the half drag back."""

from dataclasses import replace
from math import atan2, degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.intensity import window_of
from imaging.volume import VoiFunction, Volume, Window
from viewer.canvas.boxing import box_lesion, draw_rectangle
from viewer.canvas.crosshair import crosshair
from viewer.canvas.dragging import Drag, DragTool, Point, Viewport
from viewer.canvas.measuring_tools import MEASURING
from viewer.canvas.outlining import OUTLINING
from viewer.canvas.painting import brush, eraser, smart_brush
from viewer.state.hand import Tool
from viewer.state.pane import Pane
from viewer.state.transform import ViewTransform
from viewer.state.view import MAX_ZOOM, MIN_ZOOM, View

ZOOM_PX = 120.0
"""A drag of this many pixels doubles the zoom."""
WINDOW_PX = 300.0
"""A drag of this many pixels changes the window by its own width."""


def window_level(viewport: Viewport, start: Point) -> Drag:
    """Right: wider window. Up: lower centre, which is brighter; down where the profile says so (IHE BIR)."""
    view, before, shown = viewport.pane.view, viewport.pane.view.window, viewport.pane.view.voi
    least, darkens = narrowest(viewport.pane.volume), _darkens(viewport)
    function = _dragged_function(before, viewport.pane.volume)
    try:
        while (point := (yield)) is not None:
            view.set_window(replace(_dragged(before, start, point, least, darkens), function=function))
    except GeneratorExit:
        view.set_voi(shown)
        raise


def fusion_window(viewport: Viewport, start: Point) -> Drag:
    """As :func:`window_level`, for what lies over the volume."""
    session, pane, fusion = viewport.session, viewport.pane, viewport.pane.view.fusion
    if fusion is None:
        yield from _nothing()
        return
    least, darkens = narrowest(fusion.opened.volume), _darkens(viewport)
    try:
        while (point := (yield)) is not None:
            session.set_fusion(pane, replace(fusion, window=_dragged(fusion.window, start, point, least, darkens)))
    except GeneratorExit:
        session.set_fusion(pane, fusion)
        raise


def _nothing() -> Drag:
    """A drag that does nothing."""
    while (yield) is not None:
        pass


def _darkens(viewport: Viewport) -> int:
    """1 where dragging down darkens, -1 where it brightens."""
    return -1 if viewport.session.bindings.profile.down_brightens else 1


def _dragged(before: Window, start: Point, point: Point, least: float, darkens: int) -> Window:
    """A window after a drag, without its name: it is another one now."""
    speed = max(before.width, least) / WINDOW_PX
    width = max(before.width + (point[0] - start[0]) * speed, least)
    return Window(before.centre + darkens * (point[1] - start[1]) * speed, width, "", before.function)


def _dragged_function(window: Window, volume: Volume | None) -> VoiFunction:
    """The window's own function; LINEAR counts whole values, which fractions are not."""
    fractions = volume is not None and np.issubdtype(volume.array.dtype, np.floating)
    return "LINEAR_EXACT" if fractions and window.function == "LINEAR" else window.function


def narrowest(volume: Volume | None) -> float:
    """The narrowest window worth dragging to: a thousandth of the data's range."""
    return 1e-6 if volume is None else max(float(np.ptp(volume.sample(2000))) / 1000, 1e-6)


def pan(viewport: Viewport, start: Point) -> Drag:
    """The picture follows the mouse."""
    view, before = viewport.pane.view, viewport.pane.view.pan_px
    try:
        while (point := (yield)) is not None:
            view.set_pan((before[0] + point[0] - start[0], before[1] + point[1] - start[1]))
    except GeneratorExit:
        view.set_pan(before)
        raise


def zoom(viewport: Viewport, start: Point) -> Drag:
    """Up: larger, about the point where the button went down."""
    view, before, transform = viewport.pane.view, viewport.pane.view.pan_px, viewport.pane.transform()
    first = view.zoom
    try:
        while (point := (yield)) is not None:
            if transform is not None:
                zoom_about(view, transform, start, first * 2 ** ((start[1] - point[1]) / ZOOM_PX))
    except GeneratorExit:
        view.set_zoom(first, before)
        raise


def zoom_about(view: View, transform: ViewTransform, point: Point, wanted: float) -> None:
    """Zoom with what lies under ``point`` in ``transform`` staying there."""
    there = transform.zoomed_about(*point, max(MIN_ZOOM, min(wanted, MAX_ZOOM)))
    view.set_zoom(there.zoom, there.pan_px)


def rotate(viewport: Viewport, start: Point) -> Drag:
    """The picture turns with the mouse about the middle of the viewport."""
    view, before = viewport.pane.view, viewport.pane.view.angle_deg
    first = _bearing_deg(viewport.pane, start)
    try:
        while (point := (yield)) is not None:
            view.set_angle_deg(before + _bearing_deg(viewport.pane, point) - first)
    except GeneratorExit:
        view.set_angle_deg(before)
        raise


def _bearing_deg(pane: Pane, point: Point) -> float:
    """The direction from the middle of the viewport to a screen point, clockwise from the right."""
    width, height = pane.size_px
    return degrees(atan2(point[1] - height / 2, point[0] - width / 2))


def scroll(viewport: Viewport, start: Point) -> Drag:
    """Down: later slices; the height of the viewport runs through a long stack once."""
    view, before, transform = viewport.pane.view, viewport.pane.view.k, viewport.pane.transform()
    height = transform.size_px[1] if transform else 1.0
    step = max(2.0, min(24.0, height / max(view.frames, 1)))
    try:
        while (point := (yield)) is not None:
            view.set_slice(before + round((point[1] - start[1]) / step))
    except GeneratorExit:
        view.set_slice(before)
        raise


def magnifier(viewport: Viewport, start: Point) -> Drag:
    """A lens under the mouse, as long as the button is held."""
    try:
        viewport.set_lens(start)
        while (point := (yield)) is not None:
            viewport.set_lens(point)
    finally:
        viewport.set_lens(None)


def window_region(viewport: Viewport, start: Point) -> Drag:
    """Window what lies in the rectangle that is drawn, when the button comes up."""
    last = yield from draw_rectangle(viewport, start)
    values = values_between(viewport.pane, start, last)
    volume = viewport.pane.volume
    if volume is not None and values.size > 1 and not volume.is_colour:
        viewport.pane.view.set_window(window_of(values, viewport.pane.padding, "region"))


def values_between(pane: Pane, one: Point, other: Point) -> NDArray[Any]:
    """(R, C) values of the shown plane's pixels in the rectangle between two screen points."""
    transform = pane.transform()
    if transform is None:
        return np.zeros((0, 0))
    corners = np.array([transform.to_image(x, y) for x in (one[0], other[0]) for y in (one[1], other[1])])
    low = np.maximum(np.ceil(corners.min(axis=0)), 0).astype(int)
    high = np.maximum(np.floor(corners.max(axis=0)) + 1, 0).astype(int)
    return pane.values(pane.view.k)[low[0] : high[0], low[1] : high[1]]


LEFT: dict[Tool, DragTool] = {
    "window": window_level,
    "scroll": scroll,
    "pan": pan,
    "zoom": zoom,
    "rotate": rotate,
    "crosshair": crosshair,
    "magnifier": magnifier,
    "window-region": window_region,
    "fusion-window": fusion_window,
    "brush": brush,
    "eraser": eraser,
    "smart-brush": smart_brush,
    "box-lesion": box_lesion,
    **OUTLINING,
    **MEASURING,
}
