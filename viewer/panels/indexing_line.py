"""The line that tells how far the indexing of a folder is, and stops it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from viewer.panels.layout import button, plain_tip
from viewer.state.studies import Studies

_NAME_PX = 90


class IndexingLine(QWidget):
    """Seen while a folder is being indexed."""

    def __init__(self, studies: Studies, stop: Callable[[], object]) -> None:
        super().__init__()
        self._studies = studies
        self.bar = QProgressBar()
        self.bar.setMinimumWidth(80)
        self.stop = button("Stop", stop, "Stop indexing; what was found stays listed")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.stop)
        studies.indexing_changed.connect(self._show)
        studies.indexing_progressed.connect(self._show)
        self._show()

    def _show(self) -> None:
        indexing = self._studies.indexing
        self.setVisible(indexing is not None)
        if indexing is None:
            return
        self.bar.setRange(0, indexing.total)
        self.bar.setValue(indexing.done)
        share = "" if indexing.percent is None else f"  {indexing.percent}%"
        name = self.bar.fontMetrics().elidedText(
            indexing.folder.name or str(indexing.folder), Qt.TextElideMode.ElideMiddle, _NAME_PX
        )
        self.bar.setFormat(f"Indexing {name}{share}")
        self.setToolTip(plain_tip(f"Indexing {indexing.folder}"))
