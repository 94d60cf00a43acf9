"""One question with its choices, answered by a click or a number key."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QVBoxLayout

from imaging.classification import Choice
from viewer.commands.classifying import Classifying
from viewer.panels.layout import button, muted, plain, plain_tip
from viewer.state.classification import Asked

WITHDRAWING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
ACCEPTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
COLUMNS = ((9, 3), (17, 2))
"""Longest text, and how many choices of such texts stand beside one another."""


class QuestionRow(QFrame):
    """A question; while it has the focus, keys answer it before the window's shortcuts take them.

    Arrows still go from slice to slice, so that one question can be answered for many.

    Signals:
        left: Escape; the keyboard shall go back to the picture.
    """

    left = Signal()

    def __init__(self, asked: Asked, classifying: Classifying) -> None:
        super().__init__()
        self._classifying = classifying
        self.asked = asked
        self.setProperty("role", "question")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(asked.question.text)
        self.text, self.said = plain(asked.question.text), muted()
        self.text.setWordWrap(True)
        self.buttons = [self._button(number, each) for number, each in enumerate(asked.question.choices, 1)]
        self.proposal = button("", self.accept, "Enter")
        self._lay_out()
        self.show_answer(asked)

    def show_answer(self, asked: Asked) -> None:
        """Show what is answered to the question now, and what a model proposes."""
        self.asked = asked
        names = {each.name for each in asked.chosen}
        for each, choice in zip(self.buttons, asked.question.choices, strict=True):
            each.setChecked(choice.name in names)
        said = who_and_when(asked)
        self.said.setText(said)
        self.said.setVisible(bool(said))
        proposal = asked.proposal
        self.proposal.setVisible(proposal is not None and proposal.chosen != asked.chosen)
        if proposal is not None:
            words = ", ".join(each.text for each in proposal.chosen).replace("&", "&&")
            self.proposal.setText(f"Take over: {words} ({proposal.probability:.0%})")
            self.proposal.setToolTip(plain_tip(f"{proposal.model} {proposal.model_version} (Enter)"))

    def choose(self, number: int) -> None:
        """Choose by number, from 1; nothing where there is no such choice."""
        if 1 <= number <= len(self.buttons):
            self._classifying.answer(self.asked, self.asked.question.choices[number - 1])
            self.show_answer(self.asked)

    def accept(self) -> None:
        """Take over what the model proposes."""
        self._classifying.accept(self.asked)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that answer from the window."""
        if isinstance(event, QKeyEvent) and event.modifiers() in (_NONE, _KEYPAD) and _meant(event.key()):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._do(Qt.Key(event.key()))
                return True
        return super().event(event)

    def _do(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in WITHDRAWING:
            self._classifying.withdraw(self.asked)
        elif key in ACCEPTING:
            self.accept()
        else:
            self.choose(int(key) - int(Qt.Key.Key_0))

    def _button(self, number: int, choice: Choice) -> QPushButton:
        made = button(f"{number}  {choice.text.replace('&', '&&')}", lambda: self.choose(number))
        made.setCheckable(True)
        made.setProperty("choice", True)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        code = choice.code
        made.setToolTip(plain_tip(f"{code.scheme} {code.value}: {code.meaning}" if code else choice.name))
        return made

    def _lay_out(self) -> None:
        layout, grid = QVBoxLayout(self), QGridLayout()
        layout.setContentsMargins(8, 4, 4, 6)
        layout.setSpacing(4)
        grid.setSpacing(4)
        longest = max(len(each.text) for each in self.asked.question.choices)
        columns = next((columns for length, columns in COLUMNS if longest <= length), 1)
        for place, each in enumerate(self.buttons):
            grid.addWidget(each, *divmod(place, columns))
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        layout.addWidget(self.text)
        layout.addLayout(grid)
        layout.addWidget(self.proposal)
        layout.addWidget(self.said)


def who_and_when(asked: Asked) -> str:
    """Who answered and when, which model's answer it was, and what of it the label set no longer has."""
    answer = asked.answer
    if answer is None:
        return ""
    made = answer.provenance
    model = f", taken over from {made.model} {made.model_version}".rstrip() if made.model else ""
    gone = [each.text for each in answer.chosen if each.name not in {one.name for one in asked.question.choices}]
    before = f"\nNo longer a choice: {', '.join(gone)}" if gone else ""
    return f"{made.author}, {made.time.astimezone():%Y-%m-%d %H:%M}{model}{before}"


_NONE, _KEYPAD = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier


def _meant(key: int) -> bool:
    """Whether a key without Ctrl, Alt or Shift is for the question; every digit is, so that none does another thing."""
    digit = Qt.Key.Key_0 <= key <= Qt.Key.Key_9
    return digit or key in (*WITHDRAWING, *ACCEPTING, Qt.Key.Key_Escape)
