"""Which keys belong to a viewport before they belong to the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from viewer.canvas import measuring_keys, outlining, pointing_keys
from viewer.canvas.dragging import Viewport
from viewer.canvas.mouse import Mouse


class Keys:
    """The keys of one viewport: of a drag, of what is measured or outlined, of a pointer moved by keys."""

    def __init__(self, viewport: Viewport, mouse: Mouse) -> None:
        self._viewport, self._mouse = viewport, mouse

    def wants(self, event: QKeyEvent) -> bool:
        """True for keys that mean something here now and shall not reach the window's shortcuts."""
        return (
            self._gives_up(event)
            or measuring_keys.wants_key(self._viewport, event)
            or outlining.wants_key(self._viewport, event)
            or pointing_keys.wants_key(self._viewport, event)
        )

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key means here; False for others."""
        if self._gives_up(event):
            self._mouse.cancel()
            return True
        return (
            measuring_keys.take_key(self._viewport, event)
            or outlining.take_key(self._viewport, event)
            or pointing_keys.take_key(self._viewport, self._mouse, event)
        )

    def release(self, event: QKeyEvent) -> bool:
        """Let go what the key held; False for others."""
        return pointing_keys.release_key(self._viewport, self._mouse, event)

    def _gives_up(self, event: QKeyEvent) -> bool:
        """Whether there is a drag to take back, and the key does it."""
        return self._mouse.dragging and event.key() == Qt.Key.Key_Escape
