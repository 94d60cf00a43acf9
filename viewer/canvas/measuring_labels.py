"""The texts beside measurements: inside the viewport, and clear of one another where there is room."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from viewer.canvas.dragging import Point

SHADE = QColor(0, 0, 0, 170)
PADDING_X, PADDING_Y = 5.0, 3.0


class Labels:
    """Writes one label after the other and remembers where.

    Args:
        room: they are kept inside it.
    """

    def __init__(self, painter: QPainter, font: QFont, room: QRectF) -> None:
        self._painter, self._font, self._room = painter, font, room
        self.boxes: list[QRectF] = []

    def write(self, lines: tuple[str, ...], place: Point, colour: QColor) -> None:
        """Write ``lines`` to the right of a point; lower, or else higher, where a label stands already."""
        if not lines:
            return
        metrics = QFontMetricsF(self._font)
        line = metrics.lineSpacing()
        wide = max(metrics.horizontalAdvance(text) for text in lines) + 2 * PADDING_X + 2
        box = self._free(QRectF(place[0], place[1] - line / 2 - PADDING_Y, wide, line * len(lines) + 2 * PADDING_Y))
        self.boxes.append(box)
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(SHADE)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._font)
        painter.setPen(colour)
        left, base = box.left() + PADDING_X, box.top() + PADDING_Y + metrics.ascent()
        for number, text in enumerate(lines):
            painter.drawText(QPointF(left, base + number * line), text)

    def _free(self, wanted: QRectF) -> QRectF:
        """The wanted box moved into the room, and off those that are taken as far as that is possible."""
        for downwards in (True, False):
            box = self._inside(wanted)
            for taken in sorted(self.boxes, key=QRectF.top, reverse=not downwards):
                if box.intersects(taken):
                    box.moveTop(taken.bottom() + 1 if downwards else taken.top() - box.height() - 1)
            if self._room.contains(box) and not any(box.intersects(taken) for taken in self.boxes):
                return box
        return self._inside(wanted)

    def _inside(self, box: QRectF) -> QRectF:
        room, moved = self._room, QRectF(box)
        moved.moveLeft(max(room.left(), min(box.left(), room.right() - box.width())))
        moved.moveTop(max(room.top(), min(box.top(), room.bottom() - box.height())))
        return moved
