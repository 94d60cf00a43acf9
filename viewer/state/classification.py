"""The answers about what is shown, and the questions of the chosen label set that are asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from imaging.classification import Answer, AnswerEdit, Choice, Key, LabelSet, Question, Target
from imaging.labelmap import Provenance


@dataclass(frozen=True)
class Subject:
    """Something shown that can be asked about.

    Attributes:
        title: for a person, ``"Slice 12 of 40"``.
    """

    target: Target
    title: str


@dataclass(frozen=True)
class Proposal:
    """What a model would answer to a question."""

    question: str
    chosen: tuple[Choice, ...]
    probability: float
    model: str
    model_version: str


@dataclass(frozen=True)
class Asked:
    """A question about something shown, and what was answered."""

    question: Question
    subject: Subject
    answer: Answer | None
    proposal: Proposal | None = None

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What was chosen, as the label set had it then."""
        return self.answer.chosen if self.answer else ()


class Classification(QObject):
    """Answers by what they answer; questions are asked of the subjects that are shown.

    Signals:
        changed: an answer, what is shown, the label set, or what a model proposes.
        made: the person answered; carries a name for the undo line and the :class:`AnswerEdit`.
        edited: an answer was given, taken back or given again; carries the :class:`AnswerEdit`.
        asked_for: the person wants to answer by keys.

    Attributes:
        label_sets: all there are, a person's own first.
        chosen: the one whose questions are asked; None where none suits.
        subjects: what is shown, the study first.
    """

    changed = Signal()
    made = Signal(str, object)
    edited = Signal(object)
    asked_for = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.label_sets: tuple[LabelSet, ...] = ()
        self.chosen: LabelSet | None = None
        self.subjects: tuple[Subject, ...] = ()
        self._answers: dict[Key, Answer] = {}
        self._proposals: Mapping[str, Proposal] = {}

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The questions about what is shown, by subject in the order of the set."""
        if self.chosen is None:
            return ()
        return tuple(
            self._asked(question, subject, self.chosen)
            for subject in self.subjects
            for question in self.chosen.asked_of((subject.target.level,))
        )

    def find(self, question: str) -> Asked | None:
        """The question with this name, if it is asked now."""
        return next((each for each in self.asked if each.question.name == question), None)

    def answers(self, study: str, series_uid: str) -> tuple[Answer, ...]:
        """What is known of a study and one of its series."""
        places = {(study, ""), (study, series_uid)}
        return tuple(each for each in self._answers.values() if (each.target.study, each.target.series_uid) in places)

    def load(self, study: str, series_uid: str, answers: Sequence[Answer]) -> None:
        """Know these answers about a study and one of its series, and no others; no step of an undo line."""
        for known in self.answers(study, series_uid):
            del self._answers[known.key]
        self._answers.update({each.key: each for each in answers})
        self.changed.emit()

    def show(self, subjects: tuple[Subject, ...]) -> None:
        """Ask about these."""
        if subjects != self.subjects:
            self.subjects = subjects
            self.changed.emit()

    def choose(self, label_set: LabelSet | None) -> None:
        """Ask the questions of another set."""
        if label_set is not self.chosen:
            self.chosen = label_set
            self.changed.emit()

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """What a model would answer to questions of the chosen set."""
        self._proposals = {each.question: each for each in proposals}
        self.changed.emit()

    def answer(self, asked: Asked, chosen: tuple[Choice, ...], provenance: Provenance) -> None:
        """Answer a question, as one step of the undo line; without a choice, take the answer back."""
        if self.chosen is None or (not chosen and asked.answer is None):
            return
        after = (
            Answer(
                asked.subject.target,
                self.chosen.name,
                self.chosen.version,
                asked.question.name,
                chosen,
                provenance,
            )
            if chosen
            else None
        )
        self.change(AnswerEdit(asked.answer, after), f"{'Answer' if chosen else 'Withdraw'} “{asked.question.text}”")

    def change(self, edit: AnswerEdit, name: str) -> None:
        """Make a change of the person, as one step of the undo line, or as a part of the one that is open."""
        self.replay(edit)
        self.made.emit(name, edit)

    def replay(self, edit: object) -> None:
        """Make a change of the undo line, if it is one of answers."""
        if not isinstance(edit, AnswerEdit):
            return
        if edit.after is not None:
            self._answers[edit.after.key] = edit.after
        elif edit.before is not None:
            self._answers.pop(edit.before.key, None)
        self.edited.emit(edit)
        self.changed.emit()

    def _asked(self, question: Question, subject: Subject, label_set: LabelSet) -> Asked:
        answer = self._answers.get((subject.target, label_set.name, question.name))
        return Asked(question, subject, answer, self._proposals.get(question.name))
