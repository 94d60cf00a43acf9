"""Covers what a file asks to cover."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from imaging.volume import Shutter
from viewer.state.transform import ViewTransform


def cover(painter: QPainter, shutter: Shutter, transform: ViewTransform) -> None:
    """Paint black over what lies outside any of the shutter's shapes."""
    rows, columns = transform.shape
    whole = _box_path(transform, -0.5, -0.5, rows - 0.5, columns - 0.5)
    for seen in _shapes(shutter, transform):
        painter.fillPath(whole.subtracted(seen), Qt.GlobalColor.black)


def _shapes(shutter: Shutter, transform: ViewTransform) -> list[QPainterPath]:
    shapes: list[QPainterPath] = []
    if shutter.box_ji is not None:
        top, left, bottom, right = shutter.box_ji
        shapes.append(_box_path(transform, top - 0.5, left - 0.5, bottom + 0.5, right + 0.5))
    if shutter.circle is not None:
        row, column, radius = shutter.circle
        path = QPainterPath()
        path.addEllipse(_rect(transform, row - radius, column - radius, row + radius, column + radius))
        shapes.append(path)
    if shutter.polygon:
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(*transform.to_screen(row, column)) for row, column in shutter.polygon]))
        path.closeSubpath()
        shapes.append(path)
    return shapes


def _box_path(transform: ViewTransform, top: float, left: float, bottom: float, right: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(_rect(transform, top, left, bottom, right))
    return path


def _rect(transform: ViewTransform, top: float, left: float, bottom: float, right: float) -> QRectF:
    return QRectF(QPointF(*transform.to_screen(top, left)), QPointF(*transform.to_screen(bottom, right))).normalized()
