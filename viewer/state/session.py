"""What is open: the study that was found and the series that is shown."""

from PySide6.QtCore import QObject, Signal

from imaging.study import Series, Study
from imaging.volume import Volume


class Session(QObject):
    """The open study and the volume on screen.

    Signals:
        study_changed: another set of series was opened.
        volume_changed: another volume, or none, is shown.
    """

    study_changed = Signal()
    volume_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.study: Study | None = None
        self.series: Series | None = None
        self.volume: Volume | None = None

    def open(self, study: Study) -> None:
        """Show the series list of ``study``; nothing is on screen until a volume is shown."""
        self.study = study
        self.study_changed.emit()
        self.show(None, None)

    def show(self, series: Series | None, volume: Volume | None) -> None:
        """Put ``volume`` of ``series`` on screen, or clear it."""
        self.series, self.volume = series, volume
        self.volume_changed.emit()
