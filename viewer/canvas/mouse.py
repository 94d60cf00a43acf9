"""Which button drags which tool, and what the wheel does."""

from PySide6.QtCore import QPoint, Qt

from viewer.canvas.tools import LEFT, Drag, DragTool, Point, Viewport, pan, zoom, zoom_about
from viewer.state.view import Cursor

NOTCH = 120
"""One step of an ordinary wheel in eighths of a degree; finer wheels send parts of it."""


class Mouse:
    """The mouse over one viewport: at most one drag at a time.

    Attributes:
        hover: screen point under the mouse, None outside.
    """

    def __init__(self, viewport: Viewport) -> None:
        self.hover: Point | None = None
        self._viewport = viewport
        self._drag: Drag | None = None
        self._button = Qt.MouseButton.NoButton
        self._angle = 0

    @property
    def dragging(self) -> bool:
        """True while a button holds a tool."""
        return self._drag is not None

    def press(self, button: Qt.MouseButton, point: Point) -> None:
        """Begin the drag of ``button``, unless another is under way or nothing is shown."""
        tool = self._tool_of(button)
        if self._drag is not None or tool is None or self._viewport.transform() is None:
            return
        self._button, self._drag = button, tool(self._viewport, point)
        next(self._drag)

    def move(self, point: Point) -> None:
        """Go on with the drag, and say which voxel lies under the mouse."""
        self.hover = point
        if self._drag is not None:
            self._drag.send(point)
        self._tell_cursor()

    def release(self, button: Qt.MouseButton) -> None:
        """End the drag that ``button`` began."""
        if self._drag is None or button != self._button:
            return
        drag, self._drag = self._drag, None
        try:
            drag.send(None)
        except StopIteration:
            return

    def cancel(self) -> None:
        """Take the half drag back."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.close()

    def leave(self) -> None:
        """The mouse is no longer over the viewport."""
        self.hover = None
        self._viewport.view.set_cursor(None)

    def wheel(self, angle: QPoint, modifiers: Qt.KeyboardModifier, point: Point) -> None:
        """Scroll slices; with Ctrl zoom about the mouse, with Shift change the brush."""
        delta = angle.y() or angle.x()
        view, transform = self._viewport.view, self._viewport.transform()
        if transform is None:
            return
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            zoom_about(view, transform, point, view.zoom * 1.2 ** (delta / NOTCH))
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            view.set_radius_mm(view.radius_mm * 1.2 ** (delta / NOTCH))
        else:
            view.scroll(-self._whole_notches(delta))
        self._tell_cursor()

    def _whole_notches(self, delta: int) -> int:
        if self._angle * delta < 0:
            self._angle = 0
        self._angle += delta
        notches = int(self._angle / NOTCH)
        self._angle -= notches * NOTCH
        return notches

    def _tool_of(self, button: Qt.MouseButton) -> DragTool | None:
        if button == Qt.MouseButton.LeftButton:
            return LEFT[self._viewport.view.tool]
        return {Qt.MouseButton.MiddleButton: pan, Qt.MouseButton.RightButton: zoom}.get(button)

    def _tell_cursor(self) -> None:
        transform, view = self._viewport.transform(), self._viewport.view
        pixel = None if transform is None or self.hover is None else transform.pixel_at(*self.hover)
        view.set_cursor(None if pixel is None else Cursor((view.k, *pixel)))
