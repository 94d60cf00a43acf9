"""Questions answered, and the answers kept: at once in the library, and on the undo line."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imaging.classification import Answer, AnswerEdit, Choice, Key, LabelSet, Level, Target
from imaging.errors import LibraryError
from imaging.history import Step
from imaging.labelmap import Provenance
from imaging.library.catalogued import study_key
from viewer.errors import words
from viewer.places import author
from viewer.state.classification import Asked, Classification, Subject
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.proposed_answers import proposed
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

if TYPE_CHECKING:
    from imaging.library.shelf import Shelf
    from imaging.study import Series


class Classifying:
    """Asks the questions of a label set about what the active viewport shows."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        findings: Findings,
        state: Classification,
        notices: Notices,
        shelf: "Shelf",
        label_sets: tuple[LabelSet, ...],
    ) -> None:
        self._session, self._segmentation, self._findings = session, segmentation, findings
        self._state, self._notices, self._shelf = state, notices, shelf
        self._worked_on: OpenSeries | None = None
        self._study = ""
        self._by_hand: LabelSet | None = None
        self._behind: dict[str, list[AnswerEdit]] = {}
        state.label_sets = label_sets
        state.made.connect(segmentation.push)
        state.edited.connect(self._keep)
        segmentation.replayed.connect(state.replay)
        segmentation.left.connect(self._leave)
        session.volume_changed.connect(self.follow)
        for shown in (
            session.view_changed,
            session.active_changed,
            session.measurements.selected_changed,
            segmentation.labels_changed,
        ):
            shown.connect(self._show_subjects)
        findings.changed.connect(self._propose)

    def follow(self) -> None:
        """Ask about the series of the active viewport, with the answers that the library holds."""
        self._worked_on = opened = self._session.opened
        series = opened.series if opened else None
        if series is None:
            self._state.choose(None)
            self._state.show(())
            return
        self._study = study_key(series)
        self._state.choose(self._suiting(series))
        self._bring_back(series)
        self._show_subjects()
        self._propose()

    def choose(self, label_set: LabelSet) -> None:
        """Ask the questions of another set, as long as it suits."""
        self._by_hand = label_set
        self._state.choose(label_set)
        self._propose()

    def choose_next(self) -> None:
        """Ask the questions of the set after the chosen one; after the last, of the first."""
        sets, chosen = self._state.label_sets, self._state.chosen
        self.choose(sets[(sets.index(chosen) + 1) % len(sets) if chosen else 0])

    def answer(self, asked: Asked, choice: Choice) -> None:
        """Choose, or take back what is chosen already; of several, one more or one less."""
        self._state.answer(asked, asked.question.chosen_with(asked.chosen, choice), Provenance(author(), _now()))

    def withdraw(self, asked: Asked) -> None:
        """Take an answer back; what it was stays in its revisions."""
        self._state.answer(asked, (), Provenance(author(), _now()))

    @property
    def open_proposals(self) -> tuple[Asked, ...]:
        """Questions for which a model proposes something else than was answered."""
        return tuple(each for each in self._state.asked if each.proposal and each.proposal.chosen != each.chosen)

    def accept(self, asked: Asked) -> None:
        """Take over what a model proposes; the answer says so."""
        if asked.proposal is not None:
            made = asked.proposal
            self._state.answer(asked, made.chosen, Provenance(author(), _now(), made.model, made.model_version))

    def accept_all(self) -> None:
        """Take over everything that a model proposes, each a step of the undo line."""
        for each in self.open_proposals:
            self.accept(each)

    def _leave(self, values: frozenset[int]) -> None:
        """Withdraw the answers about segments that are taken away, in the same step: their values may be given anew."""
        series = self._session.series
        if series is None or not values or self._session.opened is not self._worked_on:
            return
        regions = {f"segment {value}" for value in values}
        gone = [each for each in self._state.answers(self._study, series.uid) if each.target.region in regions]
        for each in gone:
            self._state.change(AnswerEdit(each, None), "Withdraw answer")
        if gone:
            count = f"{len(gone)} answer{'s' * (len(gone) > 1)}"
            self._notices.add("info", f"{count} about what was taken away went with it; undo brings both back.")

    def _suiting(self, series: "Series") -> LabelSet | None:
        """The set that a person chose, else one that speaks of such a series, else the first for its modality."""
        if self._by_hand is not None and self._by_hand.suits(series.modality):
            return self._by_hand
        text = f"{series.description} {series.body_part}"
        suiting = [each for each in self._state.label_sets if each.suits(series.modality)]
        return next((each for each in suiting if each.speaks_of(text)), suiting[0] if suiting else None)

    def _show_subjects(self) -> None:
        series = self._session.series
        if series is not None and self._session.opened is self._worked_on:
            self._state.show((*self._whole(series), *self._picture(series), *self._region(series)))

    def _whole(self, series: "Series") -> tuple[Subject, ...]:
        return (
            Subject(Target(Level.STUDY, self._study), "This study"),
            Subject(Target(Level.SERIES, self._study, series.uid), "This series"),
        )

    def _picture(self, series: "Series") -> tuple[Subject, ...]:
        """The slice or frame; none in planes that were not acquired."""
        pane, volume = self._session.active, self._session.volume
        if volume is None or pane.plane != "stored":
            return ()
        level, word = (Level.FRAME, "Frame") if volume.kind == "clip" else (Level.IMAGE, "Slice")
        frames = volume.geometry.shape_kji[0]
        title = "This image" if frames == 1 else f"{word} {pane.stored_k + 1} of {frames}"
        return (Subject(Target(level, self._study, series.uid, pane.stored_k), title),)

    def _region(self, series: "Series") -> tuple[Subject, ...]:
        """The selected measurement, else the active segment."""
        measurement, label = self._session.measurements.selected, self._segmentation.active_label
        if measurement is not None:
            region, title = f"measurement {measurement.uid}", f"Measurement “{measurement.title}”"
        elif label is not None:
            region, title = f"segment {label.value}", f"Segment “{label.name}”"
        else:
            return ()
        return (Subject(Target(Level.REGION, self._study, series.uid, region=region), title),)

    def _propose(self) -> None:
        """What the last prediction says, where it is about the whole of what is asked about."""
        prediction, chosen, volume = self._findings.prediction, self._state.chosen, self._session.volume
        if prediction is None or chosen is None or volume is None or prediction.task != "classification":
            self._state.propose(())
            return
        single = volume.geometry.shape_kji[0] == 1
        levels = (Level.STUDY, Level.SERIES, *((Level.IMAGE, Level.FRAME) if single else ()))
        self._state.propose(proposed(prediction, chosen.asked_of(levels)))

    def _bring_back(self, series: "Series") -> None:
        """Know what the library holds, and what only the undo line does; what is in memory where it cannot be read."""
        if series.uid in self._behind:
            return
        try:
            history = self._shelf.answered.history(self._study, series.uid)
            looked_at = {series.uid, *(each.series_uid for each in history)}  # a study is answered in any of its series
            unseen = self._shelf.queues.unseen(sorted(looked_at), author())
            held = self._shelf.answered.of(self._study, series.uid, unseen)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return
        self._state.load(self._study, series.uid, held)
        given = {each.answer for each in history if not each.withdrawn}
        for edit in self._only_journalled({each.key: each for each in held}, given):
            self._state.replay(edit)

    def _only_journalled(self, held: Mapping[Key, Answer], given: Container[Answer | None]) -> list[AnswerEdit]:
        """What leads from the answers that are held to where the undo line ends, which the journal brings back.

        An answer that the line never had was given by somebody else since: it stays.

        Args:
            given: every answer that the library has or had.
        """
        line, ends, ours = self._segmentation.history, dict[Key, Answer | None](), set[Answer | None]()
        for edit in _answered(line.done):
            ends[edit.key] = edit.after
            ours |= {edit.before, edit.after}
        settled = frozenset(ends)
        for edit in _answered(line.undone):
            if edit.key not in settled:
                ends[edit.key] = edit.before
            ours |= {edit.before, edit.after}
        found = [AnswerEdit(held.get(key), end) for key, end in ends.items()]
        return [
            edit
            for edit in found
            if edit.before != edit.after and (edit.before in ours if edit.before else edit.after not in given)
        ]

    def _keep(self, edit: AnswerEdit) -> None:
        """Add the state after a change to the library, at once; before it those that could not be saved till now."""
        series = self._session.series
        if series is None:
            return
        due = [*self._behind.pop(series.uid, ()), edit]
        try:
            for each in due:
                if each.after is not None:
                    self._shelf.answered.save(series, (each.after,))
                elif each.before is not None:
                    self._shelf.answered.save(series, (_withdrawn(each.before),), withdrawn=True)
        except LibraryError as error:
            self._behind[series.uid] = due
            self._notices.add("error", f"{words(error)} It is still on screen, and saved with the next answer.")


def _answered(steps: Iterable[Step]) -> list[AnswerEdit]:
    """The changes of answers among steps of an undo line."""
    return [edit for step in steps for edit in step.edits if isinstance(edit, AnswerEdit)]


def _withdrawn(answer: Answer) -> Answer:
    """What the library is told when an answer is taken back: by whom and when."""
    return replace(answer, provenance=Provenance(author(), _now()))


def _now() -> datetime:
    return datetime.now(UTC)
