"""What to look for among the studies: words, reading state, modality, dates."""

from datetime import date, timedelta

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from imaging.library.catalogued import ReadingState, Search

TYPING_MS = 150
"""Searching waits until nobody types for so long."""

RECENT = "recent"
_LISTS: tuple[tuple[str, str], ...] = (
    ("All studies", ""),
    ("Recently opened", RECENT),
    *((state.value.capitalize(), state.value) for state in ReadingState),
)
_RANGE = -1
_DATES: tuple[tuple[str, int | None], ...] = (
    ("Any date", None),
    ("Today", 0),
    ("Last 7 days", 7),
    ("Last 30 days", 30),
    ("Last year", 365),
    ("From … to …", _RANGE),
)


class WordsField(QLineEdit):
    """A search field that the arrow key leads out of, and Escape empties.

    Signals:
        down_pressed: to the list below.
    """

    down_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down leaves, Escape empties."""
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep these two keys from the window's shortcuts."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)


class StudyFilter(QWidget):
    """The search field and the choices below it.

    Signals:
        changed: something else is looked for; ask :attr:`search`.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = WordsField()
        self.words.setPlaceholderText("Search name, id, date, text  (/)")
        self.words.setClearButtonEnabled(True)
        self.words.setToolTip("Every word must occur in name, id, birth date, description, accession, modality or date")
        self.list, self.modality, self.dates = QComboBox(), QComboBox(), QComboBox()
        for title, value in _LISTS:
            self.list.addItem(title, value)
        for title, days in _DATES:
            self.dates.addItem(title, days)
        self.first, self.last = QLineEdit(), QLineEdit()
        for field, tip in ((self.first, "First date"), (self.last, "Last date")):
            field.setPlaceholderText("YYYY-MM-DD")
            field.setToolTip(tip)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._timer.timeout.connect(self.changed)
        self._lay_out()
        self.show_modalities(())
        for field in (self.words, self.first, self.last):
            field.textChanged.connect(self._timer.start)
        for choice in (self.list, self.modality, self.dates):
            choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            choice.currentIndexChanged.connect(self._chosen)
        self._show_range()

    @property
    def search(self) -> Search:
        """What is looked for."""
        chosen = self.list.currentData()
        first, last = self._days()
        return Search(
            self.words.text(),
            self.modality.currentData() or "",
            ReadingState(chosen) if chosen and chosen != RECENT else None,
            first,
            last,
            chosen == RECENT,
        )

    def show_modalities(self, modalities: tuple[str, ...]) -> None:
        """Offer these modalities; the chosen one stays."""
        chosen = self.modality.currentData()
        self.modality.blockSignals(True)
        self.modality.clear()
        self.modality.addItem("Any modality", "")
        for each in dict.fromkeys((*modalities, *([chosen] if chosen else ()))):
            self.modality.addItem(each, each)
        self.modality.setCurrentIndex(max(0, self.modality.findData(chosen or "")))
        self.modality.blockSignals(False)

    def clear(self) -> None:
        """Look for nothing: list everything."""
        self.words.clear()
        for choice in (self.list, self.modality, self.dates):
            choice.setCurrentIndex(0)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 6, 6, 4)
        grid.setSpacing(4)
        grid.addWidget(self.words, 0, 0, 1, 2)
        grid.addWidget(self.list, 1, 0, 1, 2)
        grid.addWidget(self.modality, 2, 0)
        grid.addWidget(self.dates, 2, 1)
        grid.addWidget(self.first, 3, 0)
        grid.addWidget(self.last, 3, 1)
        for choice in (self.list, self.modality, self.dates):
            choice.setMinimumContentsLength(6)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for name, field in (("Search studies", self.words), ("From date", self.first), ("To date", self.last),
                            ("List", self.list), ("Modality", self.modality), ("Dates", self.dates)):  # fmt: skip
            field.setAccessibleName(name)

    def _chosen(self) -> None:
        self._show_range()
        self._timer.start(0)

    def _show_range(self) -> None:
        for field in (self.first, self.last):
            field.setVisible(self.dates.currentData() == _RANGE)

    def _days(self) -> tuple[str, str]:
        """First and last date as YYYYMMDD; empty for an open end, and for what is no date yet."""
        days = self.dates.currentData()
        if days is None:
            return "", ""
        if days == _RANGE:
            return _as_dicom(self.first.text()), _as_dicom(self.last.text())
        today = date.today()
        return (today - timedelta(days)).strftime("%Y%m%d"), today.strftime("%Y%m%d")


def _as_dicom(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).strftime("%Y%m%d")
    except ValueError:
        return ""
