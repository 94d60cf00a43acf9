"""Two blind readings of a case side by side: verdicts, times and masks; one is taken, or both are merged."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imaging.agreement import AnswerPair
from imaging.classification import Answer
from imaging.comparison import HD95
from imaging.labelmap import Labelmap
from imaging.library.queued import CaseReading
from imaging.measurement.measurement import Measurement
from viewer.commands.adjudicating import Adjudicating, Look
from viewer.commands.seeking import Seeking
from viewer.dialogs.buttons import button, merge_button, step_buttons
from viewer.dialogs.comparison_text import extent, label_lines
from viewer.state.worklist import Worklist

MOST_ANSWERS = 6
"""Answers that differ and are shown one by one; the dialog stays on the screen."""


class Adjudication(QDialog):
    """Stays beside the window while a case is adjudicated; the verdict is given there, as on any case."""

    def __init__(self, worklist: Worklist, adjudicating: Adjudicating, seeking: Seeking, parent: QWidget) -> None:
        super().__init__(parent)
        self._worklist, self._adjudicating = worklist, adjudicating
        self._further: list[str] = []
        self.setWindowTitle("Adjudication")
        self.resize(620, 400)
        self.case, self.said = QLabel(), QLabel()
        self.rows = QTreeWidget()
        self.rows.setHeaderLabels(("Reader", "Verdict", "Time", "Revision", "Segments"))
        self.rows.setRootIsDecorated(False)
        self.rows.setAccessibleName("The two readings")
        self.look: Look | None = None
        self.difference = button("Show difference", lambda: self.look and adjudicating.show_difference(self.look))
        self.steps = step_buttons(seeking)
        self.shows = [button("", lambda n=n: self.look and adjudicating.show(self.look.sides[n])) for n in (0, 1)]
        self.takes = [button("", lambda n=n: self.look and adjudicating.take(self.look.sides[n])) for n in (0, 1)]
        self.merge = merge_button(lambda way: self.look and adjudicating.merge(self.look, way))
        self._lay_out()
        self.finished.connect(self._end)
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
        looks = QHBoxLayout()
        for each in (self.steps[0], self.difference, self.steps[1]):
            looks.addWidget(each, each is self.difference)
        grid.addLayout(looks, 0, 2)
        for column in range(3):
            grid.setColumnStretch(column, 1)
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

    def _end(self) -> None:
        self.look = None
        self._adjudicating.end()

    def _follow(self) -> None:
        """The dialog is of one case; with the next one it is asked for anew."""
        if self.isVisible():
            self.close()

    def _fill(self) -> None:
        """The readings at once; what their masks hold, and how far they agree, once they are compared."""
        case, readings = self._worklist.current, self._adjudicating.readings
        self.case.setText(case.title if case else "")
        self._show_rows([_row(reading) for reading in readings])
        for number, reading in enumerate(readings):
            self.shows[number].setText(f"Show {reading.reader}")
            self.takes[number].setText(f"Take {reading.reader}")
        measured, answers = self._adjudicating.measured(), self._adjudicating.answers()
        self._further = [*_measured_lines(measured, readings), *_answer_lines(answers, readings)]
        self._have(None)
        self._say(["Comparing…"])
        self._adjudicating.look(self._tell, lambda: self._say(["The masks were not compared."]))

    def _tell(self, look: Look) -> None:
        self._show_rows([_row(side.reading, side.mask) for side in look.sides])
        self._have(look)
        self._say(_lines(look))

    def _show_rows(self, rows: list[QTreeWidgetItem]) -> None:
        self.rows.clear()
        self.rows.addTopLevelItems(rows)
        for column in range(self.rows.columnCount()):
            self.rows.resizeColumnToContents(column)

    def _have(self, look: Look | None) -> None:
        self.look = look
        for each in (*self.shows, *self.takes, self.difference, self.merge):
            each.setEnabled(look is not None)

    def _say(self, masks: list[str]) -> None:
        """How far the masks agree, then measurements and answers."""
        self.said.setText("\n".join((*masks, *self._further)))


def _row(reading: CaseReading, mask: Labelmap | None = None) -> QTreeWidgetItem:
    whole = round(reading.seconds)
    return QTreeWidgetItem(
        (
            reading.reader,
            reading.state.value,
            f"{whole // 60}:{whole % 60:02d}",
            str(reading.revision or "none"),
            "" if mask is None else ", ".join(label.name for label in mask.labels),
        )
    )


def _lines(look: Look) -> list[str]:
    """Verdicts and masks, and how far they agree."""
    verdicts, found = {side.reading.state for side in look.sides}, look.comparison
    agree = "The verdicts agree." if len(verdicts) == 1 else "The verdicts differ."
    if not found.changed_voxels:
        return [agree, "The masks are the same."]
    return [agree, f"The masks differ in {extent(found)}.", *label_lines(found)]


def _measured_lines(measured: tuple[tuple[Measurement, ...], ...], readings: Sequence[CaseReading]) -> list[str]:
    """What each reader measured, where anybody did; all of it is on screen by then."""
    if not any(measured):
        return []
    titles = [", ".join(each.title for each in one) or "nothing" for one in measured]
    return [f"{reading.reader} measured: {one}." for reading, one in zip(readings, titles, strict=True)]


def _answer_lines(pairs: tuple[AnswerPair, ...], readings: Sequence[CaseReading]) -> list[str]:
    """How many answers agree, and the first of those that do not."""
    if not pairs:
        return []
    apart = [each for each in pairs if not each.agrees]
    names = [reading.reader for reading in readings]
    lines = [
        f"{each.about}: {_chosen(each.one)} for {names[0]}, {_chosen(each.other)} for {names[1]}."
        for each in apart[:MOST_ANSWERS]
    ]
    more = [f"And {len(apart) - MOST_ANSWERS} more answers."] if len(apart) > MOST_ANSWERS else []
    return [f"Answers: {len(pairs) - len(apart)} agree, {len(apart)} differ.", *lines, *more]


def _chosen(answer: Answer | None) -> str:
    return ", ".join(each.text for each in answer.chosen) if answer else "no answer"
