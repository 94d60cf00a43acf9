"""What the active segment measures, as last worked out."""

from PySide6.QtCore import QObject, Signal

from imaging.statistics import SegmentStatistics


class SegmentMeasures(QObject):
    """Statistics of one segment.

    Signals:
        changed: other numbers, or none for the moment.

    Attributes:
        value: of the label they are of.
        found: None while they are worked out, and for a segment without voxels.
        waiting: they are being worked out.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.value = 0
        self.found: SegmentStatistics | None = None
        self.waiting = False

    def wait(self, value: int) -> None:
        """Numbers of this label are being worked out; those of the same label stay until then."""
        if value != self.value:
            self.value, self.found = value, None
        self.waiting = True
        self.changed.emit()

    def show(self, found: SegmentStatistics | None) -> None:
        """The numbers that were waited for."""
        self.found, self.waiting = found, False
        self.changed.emit()
