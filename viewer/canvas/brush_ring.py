"""The circle that shows where a brush would paint, drawn once and then only moved."""

from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from viewer.canvas.latest import Latest

SHADE = QColor(0, 0, 0, 160)
MARGIN_PX = 4.0
"""The lines reach this far beyond the radius, with what smoothing spreads."""
LARGEST_PX = 600.0
"""Larger circles are drawn each time: mostly outside of the viewport, they would take much memory."""


class BrushRing:
    """The last circle drawn, kept until another radius, colour or display asks for another."""

    def __init__(self) -> None:
        self._kept: Latest[tuple[float, int, float], QImage] = Latest()

    def draw(self, painter: QPainter, centre: QPointF, radius_px: float, colour: QColor) -> None:
        """Draw the circle about ``centre``, in pixels of the view."""
        if radius_px > LARGEST_PX:
            _circle(painter, centre, radius_px, colour)
            return
        ratio = painter.device().devicePixelRatio()
        image = self._kept.of((radius_px, colour.rgba(), ratio), lambda: _image(radius_px, colour, ratio))
        half = image.deviceIndependentSize().width() / 2
        painter.drawImage(centre - QPointF(half, half), image)


def _image(radius_px: float, colour: QColor, ratio: float) -> QImage:
    side = 2 * ceil((radius_px + MARGIN_PX) * ratio)  # even: the middle lies on a corner of pixels, as the pointer does
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _circle(painter, QPointF(side, side) / (2 * ratio), radius_px, colour)
    painter.end()
    return image


def _circle(painter: QPainter, centre: QPointF, radius_px: float, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, shade in ((3.0, SHADE), (1.3, colour)):
        painter.setPen(QPen(shade, width))
        painter.drawEllipse(centre, radius_px, radius_px)
