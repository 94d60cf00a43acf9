"""The cases of a work queue as a list for Qt: what a case is, and below it how far it got, with whom, how long."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from imaging.library.queued import ADJUDICATION, Case, CaseReading, CaseState
from viewer.assets import ACCENT, ERROR, MUTED, WARNING
from viewer.panels.layout import plain_tip

Index = QModelIndex | QPersistentModelIndex
_GREEN = "#6fcf97"
COLOURS = {
    CaseState.UNDONE: MUTED,
    CaseState.STARTED: ACCENT,
    CaseState.ACCEPTED: _GREEN,
    CaseState.FIXED: _GREEN,
    CaseState.REJECTED: ERROR,
    CaseState.SKIPPED: MUTED,
    CaseState.DISAGREED: WARNING,
}


class CaseModel(QAbstractListModel):
    """Thousands of cases without delay: only rows on screen are put into words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cases: tuple[Case, ...] = ()
        self._current: int | None = None

    def show(self, cases: tuple[Case, ...], current: int | None) -> None:
        """List these cases; ``current`` is the id of the one on screen."""
        same = [case.id for case in cases] == [case.id for case in self.cases]
        if same:
            self.cases, self._current = cases, current
            if cases:
                self.dataChanged.emit(self.index(0), self.index(len(cases) - 1))
            return
        self.beginResetModel()
        self.cases, self._current = cases, current
        self.endResetModel()

    def row_of(self, identity: int) -> int:
        """The row of a case; -1 where it is not listed."""
        return next((row for row, case in enumerate(self.cases) if case.id == identity), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  as Qt's own signature has it
        """How many cases are listed."""
        return 0 if parent.isValid() else len(self.cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of a row."""
        if not index.isValid():
            return None
        case = self.cases[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{case.title}\n{'  ·  '.join(_below(case))}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join((case.title, *map(_reading_line, case.readings))))
        if role == Qt.ItemDataRole.ForegroundRole and case.id != self._current:
            return QColor(COLOURS[case.state])
        if role == Qt.ItemDataRole.FontRole and case.id == self._current:
            font = QFont()
            font.setBold(True)
            return font
        return None


def duration(seconds: float) -> str:
    """Minutes and seconds, as 1:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _below(case: Case) -> Sequence[str]:
    readers = ", ".join(each.reader for each in case.readings)
    seconds = sum(each.seconds for each in case.readings)
    return tuple(filter(None, (case.state.value, readers, duration(seconds) if seconds else "")))


def _reading_line(reading: CaseReading) -> str:
    role = "adjudication by" if reading.slot == ADJUDICATION else "read by"
    return f"{role} {reading.reader}: {reading.state.value}, {duration(reading.seconds)}"
