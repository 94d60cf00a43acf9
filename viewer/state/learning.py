"""A training run as the window shows it: its curves, its progress, what it released."""

from PySide6.QtCore import QObject, Signal

Point = tuple[float, float]


class Learning(QObject):
    """The curves of the run under way, or of the last one.

    Signals:
        changed: a new point, a new run, or the end of one.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.message = ""
        self.curves: dict[str, list[Point]] = {}

    def begin(self) -> None:
        """A new run starts with empty curves."""
        self.running, self.message, self.curves = True, "Preparing…", {}
        self.changed.emit()

    def add(self, step: float, values: dict[str, float]) -> None:
        """Append one point per named value at ``step`` (epochs, may be fractional)."""
        for name, value in values.items():
            self.curves.setdefault(name, []).append((step, value))
        self.changed.emit()

    def say(self, message: str) -> None:
        """Show a line about the run."""
        self.message = message
        self.changed.emit()

    def end(self, message: str) -> None:
        """The run is over."""
        self.running, self.message = False, message
        self.changed.emit()
