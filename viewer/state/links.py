"""What viewports do together."""

from typing import Literal

from PySide6.QtCore import QObject, Signal

Follow = Literal["off", "position", "offset"]
"""``position``: the same place in the patient. ``offset``: the same distance from where both stood when linked."""


class Links(QObject):
    """Which changes of one viewport the others make too; each can be switched.

    Signals:
        changed: any switch.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.follow: Follow = "position"
        self.window = False
        self.zoom = False

    def set_follow(self, follow: Follow) -> None:
        """Scroll viewports together by place, by distance, or not."""
        self.follow = follow
        self.changed.emit()

    def set_window(self, linked: bool) -> None:
        """Window viewports of one modality together."""
        self.window = linked
        self.changed.emit()

    def set_zoom(self, linked: bool) -> None:
        """Zoom and pan viewports together."""
        self.zoom = linked
        self.changed.emit()
