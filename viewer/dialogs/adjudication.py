"""Two blind readings of a case side by side: verdicts, times and masks; one is taken, or both are merged."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imaging.agreement import AnswerPair
from imaging.classification import Answer
from imaging.comparison import HD95, Comparison
from imaging.consensus import Way
from imaging.measurement.measurement import Measurement
from viewer.commands.adjudicating import Adjudicating, Side
from viewer.dialogs.buttons import button
from viewer.dialogs.comparison_text import extent, label_lines
from viewer.state.segmentation import Segmentation
from viewer.state.worklist import Worklist

MOST_ANSWERS = 6
"""Answers that differ and are shown one by one; the dialog stays on the screen."""
_WAYS: dict[Way, str] = {
    "three-way": "Changes of both (by what both began with)",
    "majority": "Majority of both and what they began with",
    "STAPLE": "STAPLE of both and what they began with",
}


class Adjudication(QDialog):
    """Stays beside the window while a case is adjudicated; the verdict is given there, as on any case."""

    def __init__(
        self, worklist: Worklist, segmentation: Segmentation, adjudicating: Adjudicating, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._worklist, self._segmentation, self._adjudicating = worklist, segmentation, adjudicating
        self.setWindowTitle("Adjudication")
        self.resize(620, 400)
        self.case, self.said = QLabel(), QLabel()
        self.rows = QTreeWidget()
        self.rows.setHeaderLabels(("Reader", "Verdict", "Time", "Revision", "Segments"))
        self.rows.setRootIsDecorated(False)
        self.rows.setAccessibleName("The two readings")
        self.difference = button("Show difference", adjudicating.show_difference)
        self.shows = [button("", lambda n=n: adjudicating.show(n)) for n in (0, 1)]
        self.takes = [button("", lambda n=n: self._take(n)) for n in (0, 1)]
        self.merge = QPushButton("Merge")
        self.merge.setAutoDefault(False)
        self.merge.setMenu(self._merge_menu())
        self._lay_out()
        self.finished.connect(lambda _: adjudicating.end())
        worklist.current_changed.connect(self._follow)

    def open_anew(self) -> None:
        """Compare the readings of the case on screen."""
        self._fill()
        self.show()

    def _lay_out(self) -> None:
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setToolTip(f"HD95: {HD95}.")
        for label in (self.case, self.said):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.rows.setMaximumHeight(96)
        grid = QGridLayout()
        for number in (0, 1):
            grid.addWidget(self.shows[number], number, 0)
            grid.addWidget(self.takes[number], number, 1)
        grid.addWidget(self.difference, 0, 2)
        grid.addWidget(self.merge, 1, 2)
        notice = QLabel(
            "What is taken becomes a new revision; then accept or reject the case.\n"
            "Research use only – not a medical device."
        )
        notice.setProperty("role", "muted")
        bottom = QHBoxLayout()
        bottom.addWidget(notice, 1)
        bottom.addWidget(button("Close", self.reject))
        layout = QVBoxLayout(self)
        for widget in (self.case, self.rows, self.said):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addLayout(grid)
        layout.addLayout(bottom)

    def _merge_menu(self) -> QMenu:
        menu = QMenu(self)
        for way, text in _WAYS.items():
            menu.addAction(text, lambda way=way: self._adjudicating.merge(way))
        return menu

    def _take(self, number: int) -> None:
        self._adjudicating.take(number)

    def _follow(self) -> None:
        """The dialog is of one case; with the next one it is asked for anew."""
        if self.isVisible():
            self.close()

    def _fill(self) -> None:
        case, sides = self._worklist.current, self._adjudicating.sides()
        self.case.setText(case.title if case else "")
        self.rows.clear()
        for number, side in enumerate(sides[:2]):
            self.rows.addTopLevelItem(_row(side))
            self.shows[number].setText(f"Show {side.reading.reader}")
            self.takes[number].setText(f"Take {side.reading.reader}")
        for column in range(self.rows.columnCount()):
            self.rows.resizeColumnToContents(column)
        found = self._adjudicating.comparison()
        for each in (*self.shows, *self.takes, self.difference, self.merge):
            each.setEnabled(found is not None)
        masks = ["The masks cannot be compared."] if found is None else _lines(found, sides)
        measured = _measured_lines(self._adjudicating.measured(), sides)
        self.said.setText("\n".join((*masks, *measured, *_answer_lines(self._adjudicating.answers(), sides))))


def _row(side: Side) -> QTreeWidgetItem:
    reading = side.reading
    whole = round(reading.seconds)
    return QTreeWidgetItem(
        (
            reading.reader,
            reading.state.value,
            f"{whole // 60}:{whole % 60:02d}",
            str(reading.revision or "none"),
            ", ".join(label.name for label in side.mask.labels),
        )
    )


def _lines(found: Comparison, sides: tuple[Side, ...]) -> list[str]:
    """Verdicts and masks, and how far they agree."""
    verdicts = {side.reading.state for side in sides}
    lines = ["The verdicts agree." if len(verdicts) == 1 else "The verdicts differ."]
    if not found.changed_voxels:
        return [*lines, "The masks are the same."]
    return [*lines, f"The masks differ in {extent(found)}.", *label_lines(found)]


def _measured_lines(measured: tuple[tuple[Measurement, ...], ...], sides: tuple[Side, ...]) -> list[str]:
    """What each reader measured, where anybody did; all of it is on screen by then."""
    if not any(measured):
        return []
    titles = [", ".join(each.title for each in one) or "nothing" for one in measured]
    return [f"{side.reading.reader} measured: {one}." for side, one in zip(sides, titles, strict=True)]


def _answer_lines(pairs: tuple[AnswerPair, ...], sides: tuple[Side, ...]) -> list[str]:
    """How many answers agree, and the first of those that do not."""
    if not pairs:
        return []
    apart = [each for each in pairs if not each.agrees]
    names = [side.reading.reader for side in sides]
    lines = [
        f"{each.about}: {_chosen(each.one)} for {names[0]}, {_chosen(each.other)} for {names[1]}."
        for each in apart[:MOST_ANSWERS]
    ]
    more = [f"And {len(apart) - MOST_ANSWERS} more answers."] if len(apart) > MOST_ANSWERS else []
    return [f"Answers: {len(pairs) - len(apart)} agree, {len(apart)} differ.", *lines, *more]


def _chosen(answer: Answer | None) -> str:
    return ", ".join(each.text for each in answer.chosen) if answer else "no answer"
