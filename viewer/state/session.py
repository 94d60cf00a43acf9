"""What is open: the study that was found and the series that is shown."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from imaging.study import Document, Series, Study
from imaging.volume import Volume


class Session(QObject):
    """The open study and the volume on screen.

    Signals:
        study_changed: another set of series was opened.
        volume_changed: another volume, or none, is shown.
        slice_arrived: the pixels of slice k of the shown volume are there.
        completed: all of them are.
        document_changed: the text of another document, or of none, is shown.
    """

    study_changed = Signal()
    volume_changed = Signal()
    slice_arrived = Signal(int)
    completed = Signal()
    document_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.study: Study | None = None
        self.series: Series | None = None
        self.volume: Volume | None = None
        self.document: Document | None = None
        self.document_text = ""
        self._missing: set[int] = set()

    @property
    def complete(self) -> bool:
        """False while pixels of the shown volume are still loading."""
        return not self._missing

    def has(self, k: int) -> bool:
        """True when the pixels of slice ``k`` are there."""
        return k not in self._missing

    def open(self, study: Study) -> None:
        """Show the series list of ``study``; nothing is on screen until a volume is shown."""
        self.study = study
        self.study_changed.emit()
        self.show(None, None)
        self.show_document(None, "")

    def add(self, series: Series) -> None:
        """List one more series of the open study, unless it is listed."""
        if self.study is not None and series not in self.study.series:
            self.study = replace(self.study, series=(*self.study.series, series))
            self.study_changed.emit()

    def show(self, series: Series | None, volume: Volume | None, only_k: int | None = None) -> None:
        """Put ``volume`` of ``series`` on screen, or clear it; with ``only_k`` no other slice has its pixels yet."""
        self.series, self.volume = series, volume
        self._missing = set()
        if volume is not None and only_k is not None:
            self._missing = set(range(volume.geometry.shape_kji[0])) - {only_k}
        self.volume_changed.emit()

    def show_document(self, document: Document | None, text: str) -> None:
        """Show the text of a document beside the picture, or close it."""
        if document is not None or self.document is not None:
            self.document, self.document_text = document, text
            self.document_changed.emit()

    def arrive(self, k: int) -> None:
        """Note that the pixels of slice ``k`` are there."""
        if k in self._missing:
            self._missing.discard(k)
            self.slice_arrived.emit(k)

    def finish(self) -> None:
        """Note that all pixels are there."""
        self._missing.clear()
        self.completed.emit()
