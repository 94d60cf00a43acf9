"""What the left button holds, in every viewport alike: the tool, the size of the brush, and what moves it."""

from typing import Literal

from PySide6.QtCore import QObject, Signal

Tool = Literal[
    "window", "scroll", "pan", "zoom", "rotate", "crosshair", "magnifier", "window-region", "fusion-window",
    "brush", "eraser",
    "length", "angle", "cobb", "bidirectional", "cardiothoracic", "ellipse", "rectangle", "polygon", "freehand",
    "probe", "arrow", "note", "known-length",
    "smart-brush", "fill-polygon", "fill-freehand", "livewire", "scissors", "fill", "grow-region", "keep-island",
    "remove-island", "find-lesion", "box-lesion",
]  # fmt: skip

BRUSHES: frozenset[Tool] = frozenset(("brush", "eraser", "smart-brush"))
MIN_RADIUS_MM, MAX_RADIUS_MM = 0.5, 100.0


class Hand(QObject):
    """The tool of the left button.

    Signals:
        changed: the tool or its size.
        by_keys_changed: the pointer is moved by keys, or no longer.

    Attributes:
        by_keys: keys move the pointer in the active viewport, and the space bar is the button.
    """

    changed = Signal()
    by_keys_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tool: Tool = "window"
        self.radius_mm = 5.0
        self.by_keys = False

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        self.tool = tool
        self.changed.emit()

    def set_by_keys(self, by_keys: bool) -> None:
        """Let keys move the pointer, or the mouse alone."""
        self.by_keys = by_keys
        self.by_keys_changed.emit()

    def set_radius_mm(self, radius_mm: float) -> None:
        """Brush radius, held within its range."""
        self.radius_mm = max(MIN_RADIUS_MM, min(radius_mm, MAX_RADIUS_MM))
        self.changed.emit()
