"""The texts beside measurements: inside the viewport, and clear of one another where there is room."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from viewer.canvas.dragging import Point

FAR_PX = 12.0
SHADE = QColor(0, 0, 0, 170)
PADDING_X, PADDING_Y = 5.0, 3.0
NOTHING = QRectF()


class Labels:
    """Writes one label after the other and remembers where.

    Args:
        room: they are kept inside it.
        taken: where other texts stand.
    """

    def __init__(self, painter: QPainter, font: QFont, room: QRectF, taken: Sequence[QRectF] = ()) -> None:
        self._painter, self._font, self._room, self._taken = painter, font, room, tuple(taken)
        self.boxes: list[QRectF] = []

    def write(
        self, lines: tuple[str, ...], place: Point, colour: QColor, left: Point | None = None, own: QRectF = NOTHING
    ) -> None:
        """Write ``lines`` to the right of a point, else where there is room near it; a line leads there from afar.

        Args:
            left: the point that they end at instead where the room on the right is too small; without, the same point.
            own: where the figure is that they belong to, which they leave free where they can.
        """
        if not lines:
            return
        metrics = QFontMetricsF(self._font)
        line = metrics.lineSpacing()
        wide = max(metrics.horizontalAdvance(text) for text in lines) + 2 * PADDING_X + 2
        left = left or place
        turned = place[0] + wide > self._room.right() and left[0] - wide >= self._room.left()
        x, y = left if turned else place
        start = x - wide if turned else x
        box = self._free(QRectF(start, y - line / 2 - PADDING_Y, wide, line * len(lines) + 2 * PADDING_Y), own)
        self.boxes.append(box)
        if box.top() > y + FAR_PX or box.bottom() < y - FAR_PX:
            self._painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DotLine))
            self._painter.drawLine(QPointF(x, y), QPointF(min(max(x, box.left()), box.right()), box.center().y()))
        self._draw(lines, box, colour)

    def _draw(self, lines: tuple[str, ...], box: QRectF, colour: QColor) -> None:
        painter, metrics = self._painter, QFontMetricsF(self._font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(SHADE)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._font)
        painter.setPen(colour)
        left, base = box.left() + PADDING_X, box.top() + PADDING_Y + metrics.ascent()
        for number, text in enumerate(lines):
            painter.drawText(QPointF(left, base + number * metrics.lineSpacing()), text)

    def _free(self, wanted: QRectF, own: QRectF) -> QRectF:
        """The wanted box in the room, moved up or down as little as it takes to stand clear of its figure and of texts.

        Where there is no such place, clear of texts, then of labels only; where there is none even so, as wanted.
        """
        start, texts = self._inside(wanted), (*self.boxes, *self._taken)
        for others in ((*texts, own), texts, self.boxes):
            tops = [
                start.top(),
                *(edge for each in others for edge in (each.bottom() + 1, each.top() - start.height() - 1)),
            ]
            boxes = (QRectF(start.left(), top, start.width(), start.height()) for top in tops)
            clear = [box for box in boxes if self._room.contains(box) and not any(map(box.intersects, others))]
            if clear:
                return min(clear, key=lambda box: abs(box.top() - start.top()))
        return start

    def _inside(self, box: QRectF) -> QRectF:
        room, moved = self._room, QRectF(box)
        moved.moveLeft(max(room.left(), min(box.left(), room.right() - box.width())))
        moved.moveTop(max(room.top(), min(box.top(), room.bottom() - box.height())))
        return moved
