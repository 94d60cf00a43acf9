"""A pointer that keys move, for who has no mouse: arrows move it, the space bar is the left button."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from viewer.canvas.dragging import Point, Viewport
from viewer.canvas.mouse import Mouse

STEP_PX, FINE_PX = 10.0, 1.0
_WAYS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)
}  # fmt: skip
_BUTTON = Qt.Key.Key_Space
_PLAIN = Qt.KeyboardModifier.KeypadModifier
_ARM_PX, _GAP_PX = 12.0, 3.0
_SHADE, _LINE = QColor(0, 0, 0, 190), QColor(120, 220, 255)


def wants_key(viewport: Viewport, event: QKeyEvent) -> bool:
    """True for keys that belong to the pointer while it is moved by keys: they shall not reach the shortcuts."""
    held = event.modifiers() & ~_PLAIN
    fine = held == Qt.KeyboardModifier.ShiftModifier and event.key() in _WAYS
    plain = not held and event.key() in (*_WAYS, _BUTTON, Qt.Key.Key_Escape)
    return viewport.session.hand.by_keys and (fine or plain)


def take_key(viewport: Viewport, mouse: Mouse, event: QKeyEvent) -> bool:
    """Move the pointer, by single pixels with Shift, press the button, or leave it with Escape; False for others."""
    if not wants_key(viewport, event):
        return False
    (x, y), (width, height) = place(viewport, mouse), viewport.pane.size_px
    if event.key() in _WAYS:
        step = FINE_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP_PX
        right, down = _WAYS[Qt.Key(event.key())]
        mouse.move((_within(x + right * step, width), _within(y + down * step, height)))
    elif event.key() == _BUTTON and not event.isAutoRepeat():
        mouse.move((x, y))
        mouse.press(Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, (x, y))
    elif event.key() == Qt.Key.Key_Escape:
        viewport.session.hand.set_by_keys(False)
    return True


def release_key(viewport: Viewport, mouse: Mouse, event: QKeyEvent) -> bool:
    """Let the button go with the space bar; False for other keys."""
    if event.key() != _BUTTON or not viewport.session.hand.by_keys:
        return False
    if not event.isAutoRepeat():
        mouse.release(Qt.MouseButton.LeftButton)
    return True


def place(viewport: Viewport, mouse: Mouse) -> Point:
    """Where the pointer is; it begins in the middle of the viewport."""
    width, height = viewport.pane.size_px
    return mouse.hover or (width // 2, height // 2)


def draw_pointer(painter: QPainter, point: Point) -> None:
    """A cross with its middle left free."""
    centre = QPointF(*point)
    for width, colour in ((3.6, _SHADE), (1.4, _LINE)):
        painter.setPen(QPen(colour, width))
        for right, down in _WAYS.values():
            way = QPointF(right, down)
            painter.drawLine(centre + way * _GAP_PX, centre + way * _ARM_PX)


def _within(at: float, size: float) -> float:
    return max(0.0, min(at, size - 1.0))
