"""The point all planes go through, the lines in which they cut one another, and turning planes about that point."""

from collections.abc import Sequence
from dataclasses import replace
from math import atan2, cos, hypot, sin

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from imaging.crossing import crossing
from imaging.geometry import Triple, triple
from viewer.canvas.dragging import Drag, Point, Viewport, distance_px, focus_at
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.planes import Plane, Planes
from viewer.state.session import Session

GAP_PX = 14.0
"""Nothing is drawn this close to the common point, so that what lies there can be seen."""
GRIP_PX = 7.0
"""A press this close to a line, but not at the common point, takes hold of it."""

_COLOURS: dict[Plane, QColor] = {
    "axial": QColor(255, 99, 92),
    "coronal": QColor(96, 214, 126),
    "sagittal": QColor(255, 210, 74),
}
_OTHER = QColor(110, 190, 255)


def colour_of(plane: Plane) -> QColor:
    """The colour in which a plane is drawn where it cuts others."""
    return _COLOURS.get(plane, _OTHER)


def draw_lines(painter: QPainter, session: Session, pane: Pane) -> None:
    """Draw where other viewports' planes cut this one: all of them with the crosshair on, else the active one's."""
    for other in session.panes:
        if other is pane or not _is_drawn(session, pane, other):
            continue
        ends = line_on_screen(pane, other)
        if ends is not None:
            _draw_line(painter, ends, _focus_on_screen(session, pane), colour_of(session.cell_plane(other)))


def draw_focus(painter: QPainter, session: Session, pane: Pane) -> None:
    """Draw a small cross at the common point where no lines meet there."""
    point = _focus_on_screen(session, pane) if session.marks.crosshair else None
    if point is None:
        return
    x, y = point
    painter.setPen(QPen(_OTHER, 1.2))
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        painter.drawLine(QPointF(x + 4 * dx, y + 4 * dy), QPointF(x + GAP_PX * dx, y + GAP_PX * dy))


def line_on_screen(pane: Pane, other: Pane) -> tuple[Point, Point] | None:
    """Both ends of the line in which the plane of ``other`` cuts that of ``pane``, in screen pixels."""
    plane, cut, transform = pane.slice_geometry(pane.view.k), other.slice_geometry(other.view.k), pane.transform()
    if plane is None or cut is None or transform is None or not (plane.has_position and cut.has_position):
        return None
    ends = crossing(plane, cut)
    return None if ends is None else (transform.to_screen(*ends[0]), transform.to_screen(*ends[1]))


def crosshair(viewport: Viewport, start: Point) -> Drag:
    """All planes follow the mouse; begun on a line away from the common point, the drag turns that line's plane."""
    held = _held_line(viewport, start)
    if held is None:
        return _follow(viewport, start)
    return _turn(viewport, held, start)


def _follow(viewport: Viewport, start: Point) -> Drag:
    focus_at(viewport, start)
    while (point := (yield)) is not None:
        focus_at(viewport, point)


def _turn(viewport: Viewport, held: tuple[Pane, ...], start: Point) -> Drag:
    """Turn the planes of ``held`` about the normal of this viewport's plane, through the common point."""
    session, pane = viewport.session, viewport.pane
    centre, focus = _focus_on_screen(session, pane), session.focus
    normal = _screen_normal(pane)
    before = [(other, other.opened, other.planes) for other in held]
    if centre is None or focus is None or normal is None:
        return
    first = atan2(start[1] - centre[1], start[0] - centre[0])
    try:
        while (point := (yield)) is not None:
            angle = atan2(point[1] - centre[1], point[0] - centre[0]) - first
            for other, planes in _still_there(before):
                _turn_plane(other, planes, focus.point_lps, normal, angle)
    except GeneratorExit:
        for other, planes in _still_there(before):
            other.step_through(planes, focus.point_lps)
        raise


def _still_there(before: Sequence[tuple[Pane, OpenSeries | None, Planes]]) -> list[tuple[Pane, Planes]]:
    """The viewports that show what they did, with their planes then, through the volume as it is known now."""
    return [
        (pane, replace(planes, volume=opened.volume))
        for pane, opened, planes in before
        if opened is not None and pane.opened is opened
    ]


def _turn_plane(pane: Pane, planes: Planes, centre_lps: Triple, normal: NDArray[np.float64], angle: float) -> None:
    across, down, _ = (_rotated(np.asarray(axis), normal, angle) for axis in planes.grid.axes_lps)
    pane.turn_plane(centre_lps, triple(across), triple(-down))


def _rotated(vector: NDArray[np.float64], axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """A vector turned about a unit axis (Rodrigues' formula)."""
    along = axis * (axis @ vector) * (1 - cos(angle))
    return np.asarray(vector * cos(angle) + np.cross(axis, vector) * sin(angle) + along, np.float64)


def _screen_normal(pane: Pane) -> NDArray[np.float64] | None:
    """The unit vector into the screen: a positive angle about it turns clockwise as seen."""
    places = [pane.point_lps(*point) for point in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0))]
    corner, right, down = (None if place is None else np.asarray(place) for place in places)
    if corner is None or right is None or down is None:
        return None
    normal = np.cross(right - corner, down - corner)
    return np.asarray(normal / np.linalg.norm(normal), np.float64)


def _held_line(viewport: Viewport, start: Point) -> tuple[Pane, ...] | None:
    """All other viewports of the same volume, when ``start`` lies on one's line but not at the common point."""
    session, pane = viewport.session, viewport.pane
    centre = _focus_on_screen(session, pane)
    if (
        centre is None
        or not session.sheet_of(pane).layout.one_volume
        or hypot(start[0] - centre[0], start[1] - centre[1]) < 3 * GAP_PX
    ):
        return None
    others = tuple(other for other in session.sheet_of(pane).panes if other is not pane)
    for other in others:
        ends = line_on_screen(pane, other)
        if ends is not None and distance_px(start, *ends) < GRIP_PX:
            return others
    return None


def _is_drawn(session: Session, pane: Pane, other: Pane) -> bool:
    sheet = session.sheet_of(pane)
    if sheet.layout.one_volume and session.marks.crosshair and other in sheet.panes:
        return True
    if not session.marks.reference_lines or other is not session.active or pane.series is None or other.series is None:
        return False
    frame = pane.series.frame_of_reference
    return pane.opened is other.opened or (bool(frame) and frame == other.series.frame_of_reference)


def _focus_on_screen(session: Session, pane: Pane) -> Point | None:
    geometry, transform = pane.slice_geometry(pane.view.k), pane.transform()
    if session.focus is None or geometry is None or transform is None or not session.in_focus_frame(pane):
        return None
    _, row, column = geometry.index_kji(session.focus.point_lps)
    return transform.to_screen(float(row), float(column))


def _draw_line(painter: QPainter, ends: tuple[Point, Point], gap: Point | None, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1.2, Qt.PenStyle.SolidLine))
    if gap is None or distance_px(gap, *ends) > GRIP_PX:
        painter.drawLine(QPointF(*ends[0]), QPointF(*ends[1]))
        return
    for end in ends:
        dx, dy = end[0] - gap[0], end[1] - gap[1]
        length = hypot(dx, dy)
        if length > GAP_PX:
            painter.drawLine(
                QPointF(gap[0] + dx / length * GAP_PX, gap[1] + dy / length * GAP_PX), QPointF(end[0], end[1])
            )
