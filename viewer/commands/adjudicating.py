"""Adjudication of a case that was read twice: both masks and verdicts compared, one taken or both merged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from imaging import consensus
from imaging.agreement import AnswerPair, paired
from imaging.annotation import newest
from imaging.comparison import Comparison, compare
from imaging.consensus import Way
from imaging.errors import LibraryError
from imaging.geometry import Geometry
from imaging.labelmap import Labelmap, Provenance
from imaging.legend import Legend
from imaging.library.queued import Case, CaseReading
from imaging.library.shelf import Shelf
from imaging.measurement.measurement import Measurement
from viewer.commands.annotating import Annotating
from viewer.commands.comparing import DIFFERENCE, Answer, Comparing
from viewer.commands.revising import SHARED, Revising
from viewer.errors import words
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.worklist import Worklist


@dataclass(frozen=True)
class Side:
    """One of the two readings with the mask as it was left; ``mask`` is empty where nothing was drawn."""

    reading: CaseReading
    mask: Labelmap

    @property
    def name(self) -> str:
        """Whose mask, and which revision of it."""
        which = f"revision {self.reading.revision}" if self.reading.revision else "nothing drawn"
        return f"{self.reading.reader} ({which})"


@dataclass(frozen=True)
class Look:
    """Both readings with their masks, which lie on the grid of the images, and how far these agree.

    Attributes:
        base: the mask that both began with, empty where there was none.
    """

    sides: tuple[Side, Side]
    base: Labelmap
    comparison: Comparison


class Adjudicating:
    """Works on the case on screen while the person adjudicates it."""

    def __init__(
        self,
        worklist: Worklist,
        segmentation: Segmentation,
        notices: Notices,
        shelf: Shelf,
        annotating: Annotating,
        revising: Revising,
        comparing: Comparing,
    ) -> None:
        self._worklist, self._segmentation, self._notices = worklist, segmentation, notices
        self._shelf, self._annotating, self._revising, self._comparing = shelf, annotating, revising, comparing

    @property
    def readings(self) -> tuple[CaseReading, ...]:
        """The two readings; none while nothing is adjudicated."""
        case = self._worklist.current
        decides = case is not None and self._segmentation.geometry is not None and self._worklist.adjudicates
        return case.independent[:2] if case is not None and decides and len(case.independent) > 1 else ()

    def look(self, done: Callable[[Look], None], otherwise: Callable[[], None]) -> None:
        """Have both masks read and compared in the background, and handed over while the case is on screen.

        Args:
            otherwise: done where they cannot be compared.
        """
        case, readings, geometry = self._worklist.current, self.readings, self._segmentation.geometry
        if case is None or not readings or geometry is None:
            otherwise()
            return

        def work() -> Look:
            one, other = (Side(each, self._mask(each.revision, geometry)) for each in readings)
            base = self._mask(case.base, geometry)
            return Look((one, other), base, compare(one.mask, other.mask, base.labels))

        self._comparing.work_out("Comparing readings", work, self._while_on_screen(case, done), otherwise)

    def answers(self) -> tuple[AnswerPair, ...]:
        """What each reader answered to the questions of label sets, side by side; none without two readings."""
        case, readings = self._worklist.current, self.readings
        if case is None or not readings:
            return ()
        try:
            history = self._shelf.answered.seen_in(case.series_uid)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()
        one, other = ([each.answer for each in newest(history, reading.reader)] for reading in readings)
        return paired(one, other)

    def measured(self) -> tuple[tuple[Measurement, ...], ...]:
        """What each reader measured; none without two readings."""
        case = self._worklist.current
        if case is None:
            return ()
        try:
            return tuple(
                self._shelf.measured.left_by(case.series_uid, each.reader, each.started or datetime.now(UTC))
                for each in self.readings
            )
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()

    def show(self, side: Side) -> None:
        """Show the mask of one reader alone."""
        self._revising.show_alone(side.name, side.mask)

    def show_difference(self, look: Look) -> None:
        """Show where the masks differ, once that is found."""
        case, (one, other) = self._worklist.current, look.sides
        if case is None:
            return

        def show(array: NDArray[np.uint8]) -> None:
            shown = Labelmap(array, one.mask.geometry, consensus.DIFFERENCE)
            self._revising.show_alone(f"{one.reading.reader} against {other.reading.reader}", shown)

        work = partial(consensus.difference, one.mask, other.mask, look.base.labels)
        self._comparing.work_out(DIFFERENCE, work, self._while_on_screen(case, show))

    def end(self) -> None:
        """Show the mask on screen again."""
        self._revising.end()

    def take(self, side: Side) -> None:
        """Make one reader's mask that of the series, as a new revision."""
        self._keep(side.mask, f"Adjudicated: the mask of {side.name}", (side,))

    def merge(self, look: Look, way: Way) -> None:
        """Have one mask made of both, by what they began with, and keep it as a new revision.

        It is not kept when the case is left or the mask on screen changed meanwhile.
        """
        case, (one, other) = self._worklist.current, look.sides
        if case is None:
            return

        def keep(merged: tuple[Labelmap, int]) -> None:
            mask, shared = merged
            if shared:
                self._notices.add("warning", SHARED.format(shared))
            self._keep(mask, f"Adjudicated: {way} of {one.name} and {other.name}", look.sides)

        work = partial(consensus.merge, one.mask, other.mask, look.base, way)
        done = self._comparing.unless_changed(self._while_on_screen(case, keep))
        self._comparing.work_out("Merging readings", work, done)

    def _while_on_screen(self, case: Case, done: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """What does ``done`` as long as this case is on screen."""

        def handed_over(answer: Answer) -> None:
            if self._worklist.current is not None and self._worklist.current.id == case.id:
                done(answer)

        return handed_over

    def _keep(self, mask: Labelmap, note: str, of: tuple[Side, ...]) -> None:
        """Make ``mask`` that of the series in one undoable step, saved with who it comes from."""
        self.end()
        before = self._segmentation.revision
        self._segmentation.become(mask.layers, Legend(mask.labels), note)
        if self._annotating.save(note) and self._segmentation.revision not in (None, before):
            self._attribute(self._segmentation.revision, mask, of)

    def _attribute(self, revision: int, mask: Labelmap, of: tuple[Side, ...]) -> None:
        """Note that the readers made these segments, and that this person approved them."""
        revisions = self._shelf.revisions
        try:
            for value in (label.value for label in mask.labels):
                for side in of:
                    time = side.reading.finished or datetime.now(UTC)
                    revisions.mark(revision, value, "modified", Provenance(side.reading.reader, time))
                revisions.mark(revision, value, "approved", Provenance(self._worklist.reader, datetime.now(UTC)))
        except LibraryError as error:
            self._notices.add("error", words(error))

    def _mask(self, revision: int | None, geometry: Geometry) -> Labelmap:
        """The mask of a revision; an empty one where nothing was drawn."""
        if revision is None:
            return Labelmap(np.zeros(geometry.shape_kji, np.uint8), geometry, ())
        return self._comparing.fitting(revision, geometry).labelmap
