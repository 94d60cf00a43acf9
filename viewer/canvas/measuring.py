"""Draws measurements over a picture: lines, points to drag, and the numbers with what they rest on."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from imaging.measurement.lines import Cobb
from imaging.measurement.marks import Arrow, Note, Probe
from imaging.measurement.measurement import Measurement
from viewer.canvas.dragging import Point
from viewer.canvas.measuring_labels import SHADE, Labels
from viewer.canvas.measuring_places import frame_of, seen
from viewer.canvas.measuring_shapes import Path, grips, paths, sketched_paths
from viewer.canvas.measuring_text import label_lines
from viewer.state.measurements import Measurements
from viewer.state.pane import Pane

COLOUR, SELECTED, HOVERED = QColor(255, 214, 92), QColor(120, 255, 160), QColor(255, 236, 170)
GRIP = 3.5
ARROW = 11.0
MARGIN = 12.0


def draw_measurements(
    painter: QPainter, state: Measurements, pane: Pane, font: QFont, room: QRectF, taken: Sequence[QRectF] = ()
) -> None:
    """Draw the measurements of the series that a viewport shows, those on its plane, and the sketch under way.

    Args:
        room: labels are kept inside it.
        taken: where other texts stand, which labels leave free where they can.
    """
    if pane.series is None or pane.volume is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    found = [each for each in state.of(pane.series.uid) if each.frame == frame_of(pane)] if state.shown else []
    drawn = [each for each in found if seen(pane, each.figure.points) is not None]
    for each in drawn:
        _draw_figure(painter, state, pane, each)
    labels = Labels(painter, font, room, taken)
    for each in drawn:
        _draw_label(state, pane, each, labels)
    sketch = state.sketch
    if sketch is not None and sketch.series_uid == pane.series.uid:
        for path in sketched_paths(sketch.tool, pane, sketch.all):
            _draw_path(painter, pane, path, SELECTED)
    painter.restore()


def _draw_figure(painter: QPainter, state: Measurements, pane: Pane, measurement: Measurement) -> None:
    where = seen(pane, measurement.figure.points)
    if where is None:
        return
    colour = _colour(state, measurement)
    lines = paths(measurement.figure)
    for path in lines:
        _draw_path(painter, pane, path, colour)
    match measurement.figure:
        case Arrow() if len(where.points) == 2:
            _draw_head(painter, *where.points, colour)
        case Probe():
            _draw_cross(painter, where.points[0], colour)
        case Cobb():
            _draw_link(painter, where.points, colour)
        case _:
            pass
    if colour is not COLOUR:
        _draw_grips(painter, pane, measurement, colour)


def _colour(state: Measurements, measurement: Measurement) -> QColor:
    if measurement == state.selected:
        return SELECTED
    return HOVERED if measurement.uid == state.hovered else COLOUR


def _draw_path(painter: QPainter, pane: Pane, path: Path, colour: QColor) -> None:
    points, closed = path
    where = seen(pane, points)
    if where is None:
        return
    shape = QPolygonF([QPointF(*point) for point in where.points])
    style = Qt.PenStyle.DashLine if where.projected else Qt.PenStyle.SolidLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, shade in ((3.2, SHADE), (1.5, colour)):
        painter.setPen(QPen(shade, width, style))
        if closed:
            painter.drawPolygon(shape)
        else:
            painter.drawPolyline(shape)


def _draw_head(painter: QPainter, tip: Point, tail: Point, colour: QColor) -> None:
    """The head of an arrow at its first point."""
    way = QPointF(tail[0] - tip[0], tail[1] - tip[1])
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    if length == 0:
        return
    along, across = way / length * ARROW, QPointF(-way.y(), way.x()) / length * ARROW * 0.45
    point = QPointF(*tip)
    painter.setPen(QPen(SHADE, 1.0))
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([point, point + along + across, point + along - across]))


def _draw_cross(painter: QPainter, point: Point, colour: QColor) -> None:
    x, y = point
    for width, shade in ((3.2, SHADE), (1.5, colour)):
        painter.setPen(QPen(shade, width))
        painter.drawLine(QPointF(x - 6, y), QPointF(x + 6, y))
        painter.drawLine(QPointF(x, y - 6), QPointF(x, y + 6))


def _draw_link(painter: QPainter, points: tuple[Point, ...], colour: QColor) -> None:
    """A thin line between the middles of two lines that belong together."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    painter.setPen(QPen(colour, 0.8, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF((ax + bx) / 2, (ay + by) / 2), QPointF((cx + dx) / 2, (cy + dy) / 2))


def _draw_grips(painter: QPainter, pane: Pane, measurement: Measurement, colour: QColor) -> None:
    ends = grips(measurement.figure)
    where = seen(pane, ends) if ends else None
    painter.setPen(QPen(SHADE, 1.2))
    painter.setBrush(colour)
    for point in where.points if where else ():
        painter.drawEllipse(QPointF(*point), GRIP, GRIP)


def _draw_label(state: Measurements, pane: Pane, measurement: Measurement, labels: Labels) -> None:
    """Write the numbers of a figure; of one that only crosses the plane when it is pointed at or selected."""
    volume = pane.volume
    values = () if volume is None else state.values(measurement, volume, pane.complete)
    outer = seen(pane, paths(measurement.figure)[-1][0])
    if outer is None or (outer.crossing and _colour(state, measurement) is COLOUR):
        return
    (right, middle), (left, beside) = (end(outer.points, key=lambda point: point[0]) for end in (max, min))
    lines, colour = label_lines(measurement, values), _colour(state, measurement)
    if isinstance(measurement.figure, Note):
        labels.write(lines, (right, middle), colour, (left, beside))
    else:
        own = QPolygonF([QPointF(*point) for point in outer.points]).boundingRect().adjusted(-GRIP, -GRIP, GRIP, GRIP)
        labels.write(lines, (right + MARGIN, middle), colour, (left - MARGIN, beside), own)
