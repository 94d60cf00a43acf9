"""A bar on the screen that is made as wide as a thing held against it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

SHORTEST_PX, LONGEST_PX = 120.0, 900.0
_LEFT_PX = 12.0
_FINE_PX, _COARSE_PX = 0.5, 5.0
_BAR = QColor(74, 158, 255)


class MonitorRuler(QWidget):
    """A horizontal bar; its right end follows the mouse and the arrow keys.

    Signals:
        length_changed: of the bar; carries it in screen pixels.
    """

    length_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.length_px = SHORTEST_PX
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName("Bar to be made as wide as the card")

    def sizeHint(self) -> QSize:
        return QSize(round(LONGEST_PX + 2 * _LEFT_PX), 110)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_length_px(self, length_px: float) -> None:
        """Make the bar this long, as far as it can be."""
        length_px = min(max(length_px, SHORTEST_PX), LONGEST_PX)
        if length_px != self.length_px:
            self.length_px = length_px
            self.update()
            self.length_changed.emit(length_px)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.set_length_px(self.length_px + step * (_COARSE_PX if coarse else _FINE_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        bar = QRectF(_LEFT_PX, 10, self.length_px, self.height() - 20)
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(bar, QColor(74, 158, 255, 60))
        painter.setPen(QPen(_BAR, 1.0))
        for x in (bar.left(), bar.right()):
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.drawLine(QPointF(bar.left(), bar.center().y()), QPointF(bar.right(), bar.center().y()))
        if self.hasFocus():
            painter.drawRect(bar)
        painter.end()

    def _follow(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.set_length_px(event.position().x() - _LEFT_PX)
