"""Adjudication of a case that was read twice: both masks and verdicts compared, one taken or both merged."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from imaging import consensus
from imaging.agreement import AnswerPair, paired
from imaging.annotation import newest
from imaging.comparison import Comparison, compare
from imaging.consensus import Way
from imaging.errors import LibraryError
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.legend import Legend
from imaging.library.queued import CaseReading
from imaging.library.shelf import Shelf
from imaging.measurement.measurement import Measurement
from viewer.commands.annotating import Annotating
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
    ) -> None:
        self._worklist, self._segmentation, self._notices = worklist, segmentation, notices
        self._shelf, self._annotating, self._revising = shelf, annotating, revising

    def sides(self) -> tuple[Side, ...]:
        """The two readings; none while nothing is adjudicated, or where the masks do not fit these images."""
        case, geometry = self._worklist.current, self._segmentation.geometry
        if case is None or geometry is None or not self._worklist.adjudicates:
            return ()
        try:
            return tuple(Side(each, self._mask(each.revision)) for each in case.independent)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()

    def comparison(self) -> Comparison | None:
        """How far both agree; None without two readings of one grid."""
        masks = self._masks()
        return compare(*masks) if masks else None

    def answers(self) -> tuple[AnswerPair, ...]:
        """What each reader answered to the questions of label sets, side by side; none without two readings."""
        case, sides = self._worklist.current, self.sides()
        if case is None or len(sides) != 2:
            return ()
        try:
            history = self._shelf.answered.seen_in(case.series_uid)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()
        one, other = ([each.answer for each in newest(history, side.reading.reader)] for side in sides)
        return paired(one, other)

    def measured(self) -> tuple[tuple[Measurement, ...], ...]:
        """What each reader measured; none without two readings."""
        case, sides = self._worklist.current, self.sides()
        if case is None or len(sides) != 2:
            return ()
        begun = [side.reading.started or datetime.now(UTC) for side in sides]
        try:
            left_by = self._shelf.measured.left_by
            return tuple(
                left_by(case.series_uid, side.reading.reader, since) for side, since in zip(sides, begun, strict=True)
            )
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()

    def show(self, number: int) -> None:
        """Show the mask of one reader alone."""
        sides = self._fitting()
        if sides:
            self._revising.show_alone(sides[number].name, sides[number].mask)

    def show_difference(self) -> None:
        """Show where the masks differ."""
        sides, masks = self._fitting(), self._masks()
        if masks:
            shown = Labelmap(consensus.difference(*masks), masks[0].geometry, consensus.DIFFERENCE)
            self._revising.show_alone(f"{sides[0].reading.reader} against {sides[1].reading.reader}", shown)

    def end(self) -> None:
        """Show the mask on screen again."""
        self._revising.end()

    def take(self, number: int) -> None:
        """Make one reader's mask that of the series, as a new revision."""
        sides = self._fitting()
        if sides:
            side = sides[number]
            self._keep(side.mask, f"Adjudicated: the mask of {side.name}", (side,))

    def merge(self, way: Way) -> None:
        """Make one mask of both, by what they began with, and keep it as a new revision."""
        sides, case = self._fitting(), self._worklist.current
        if not sides or case is None:
            return
        try:
            mask, shared = consensus.merge(sides[0].mask, sides[1].mask, self._mask(case.base), way)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return
        except ValueError as error:
            self._notices.add("warning", f"The masks cannot be merged: {error}.")
            return
        if shared:
            self._notices.add("warning", SHARED.format(shared))
        self._keep(mask, f"Adjudicated: {way} of {sides[0].name} and {sides[1].name}", sides)

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

    def _masks(self) -> tuple[Labelmap, Labelmap, tuple[Label, ...]] | None:
        """Both masks, and the labels that both readers began with; None without two of one grid."""
        sides, case = self._fitting(), self._worklist.current
        if not sides or case is None:
            return None
        try:
            return sides[0].mask, sides[1].mask, self._mask(case.base).labels
        except LibraryError as error:
            self._notices.add("error", words(error))
            return None

    def _fitting(self) -> tuple[Side, ...]:
        geometry, sides = self._segmentation.geometry, self.sides()
        if len(sides) != 2 or geometry is None:
            return ()
        if not all(side.mask.geometry.matches(geometry) for side in sides):
            self._notices.add("warning", "A mask was made on another grid than these images; they cannot be compared.")
            return ()
        return sides

    def _mask(self, revision: int | None) -> Labelmap:
        if revision is None:
            mask = self._segmentation.labelmap()
            return replace(mask, array=np.zeros_like(mask.array), labels=(), further=())
        return self._shelf.library.revision(revision).labelmap
