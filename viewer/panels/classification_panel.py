"""The questions about what is shown: study, series, image or frame, and the selected region."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from imaging.classification import Level
from viewer.commands.classifying import Classifying
from viewer.panels.layout import button, column, heading, muted, plain_tip
from viewer.panels.question_row import QuestionRow
from viewer.state.classification import Asked, Classification

HINTS = {
    Level.IMAGE: "Slices as acquired can be answered about one by one.",
    Level.REGION: "Select a segment or a measurement to answer about it.",
}


class ClassificationPanel(QWidget):
    """Asks the questions of the chosen label set, shows the answers and who gave them.

    Signals:
        left: the keyboard shall go back to the picture.
    """

    left = Signal()

    def __init__(self, state: Classification, classifying: Classifying) -> None:
        super().__init__()
        self._state, self._classifying = state, classifying
        self.sets, self.progress, self.hint = QComboBox(), muted(), muted()
        self.sets.setAccessibleName("Label set")
        self.sets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sets.addItems([each.title for each in state.label_sets])
        self.sets.activated.connect(lambda number: classifying.choose(state.label_sets[number]))
        self.accept_all = button("Take over all of the model's", classifying.accept_all)
        self.rows: list[QuestionRow] = []
        self._headings: list[QLabel] = []
        self._lay_out()
        state.changed.connect(self._show)
        self._show()

    def begin(self) -> None:
        """Give the keyboard to the first question without an answer, else to the first."""
        open_ones = [row for row in self.rows if row.asked.answer is None]
        for row in (open_ones or self.rows)[:1]:
            self._focus(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring everything up to date: while nobody looks nothing is."""
        super().showEvent(event)
        self._show()

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(heading("Label set"))
        layout.addWidget(self.sets)
        layout.addWidget(self.progress)
        layout.addWidget(self.accept_all)
        self._questions = QVBoxLayout()
        layout.addLayout(self._questions)
        layout.addWidget(self.hint)
        layout.addWidget(
            muted(
                "Numbers answer, Tab goes to the next question, arrows to the next slice, Delete withdraws, Escape "
                "goes back to the picture. Kept in the library at once. Research use only – not a medical device."
            )
        )
        layout.addStretch(1)

    def _show(self) -> None:
        if not self.isVisible():
            return
        asked = self._state.asked
        if [(each.question, each.subject.target.level) for each in asked] != [
            (row.asked.question, row.asked.subject.target.level) for row in self.rows
        ]:
            self._ask(asked)
        for row, each in zip(self.rows, asked, strict=True):
            row.show_answer(each)
        for label, title in zip(self._headings, _titles(asked), strict=True):
            label.setText(title)
        self._show_set(asked)

    def _show_set(self, asked: tuple[Asked, ...]) -> None:
        chosen = self._state.chosen
        with QSignalBlocker(self.sets):
            self.sets.setCurrentIndex(self._state.label_sets.index(chosen) if chosen else -1)
        self.sets.setEnabled(bool(self._state.subjects))
        told = "Open an image to answer questions about it." if not self._state.subjects else ""
        self.sets.setToolTip(plain_tip(f"{chosen.name}, version {chosen.version}" if chosen else told))
        done = sum(each.answer is not None for each in asked)
        self.progress.setText(f"{done} of {len(asked)} answered" if asked else "Open an image, and choose a label set.")
        self.accept_all.setVisible(len(self._classifying.open_proposals) > 1)
        levels = {each.target.level for each in self._state.subjects}
        levels |= {Level.IMAGE} if Level.FRAME in levels else set()
        unasked = [
            text for level, text in HINTS.items() if chosen and chosen.asked_of((level,)) and level not in levels
        ]
        self.hint.setText("\n".join(unasked))
        self.hint.setVisible(bool(unasked and asked))

    def _ask(self, asked: tuple[Asked, ...]) -> None:
        """Other questions; the keyboard stays with the same one where it is asked again."""
        focused = next((row.asked.question for row in self.rows if row.hasFocus()), None)
        self._clear()
        title = ""
        for each in asked:
            if each.subject.title != title:
                title = each.subject.title
                self._headings.append(heading(title))
                self._questions.addWidget(self._headings[-1])
            row = QuestionRow(each, self._classifying)
            row.left.connect(self.left)
            self.rows.append(row)
            self._questions.addWidget(row)
            row.show()  # at once, not with the next event: it may be given the keyboard
        if focused is not None:
            again = [row for row in self.rows if row.asked.question == focused]
            for row in (again or self.rows)[:1]:
                self._focus(row)

    def _clear(self) -> None:
        for each in (*self.rows, *self._headings):
            self._questions.removeWidget(each)
            each.hide()  # it is only deleted when the event loop comes round
            each.deleteLater()
        self.rows, self._headings = [], []

    def _focus(self, row: QuestionRow) -> None:
        row.setFocus()
        area = self.findChild(QScrollArea)
        if area is not None:
            area.ensureWidgetVisible(row, 0, 8)


def _titles(asked: tuple[Asked, ...]) -> list[str]:
    """The title of each subject, in order, once."""
    return list(dict.fromkeys(each.subject.title for each in asked))
