"""Revisions of the shown mask: listed, compared with what is on screen, brought back, merged, approved."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import TYPE_CHECKING

import numpy as np

from imaging.annotation import MaskRevision
from imaging.comparison import Comparison
from imaging.consensus import Way
from imaging.errors import GeometryError, LibraryError
from imaging.labelmap import Labelmap, Provenance
from imaging.layers import any_label
from imaging.legend import Legend
from imaging.library.shelf import Shelf
from imaging.study import Series
from inference.prediction import Prediction
from viewer.commands.comparing import Comparing
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.places import author
from viewer.state.findings import COMPARED, FROM_FILE, Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

if TYPE_CHECKING:
    from imaging.library.revisions import Action, Attribution, RevisionHead

PAUSE_S = 0.4
"""Between saving a mask and noting what was changed in it; what comes next on the screen is painted by then."""


SHARED = (
    "{} voxels were given to different segments by the two: they belong to both now, and the segments overlap there. "
    "Look at them."
)


class Revising:
    """Works with the revisions of the series of the active viewport."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        findings: Findings,
        notices: Notices,
        shelf: Shelf,
        runner: Runner,
        comparing: Comparing,
    ) -> None:
        self._session, self._segmentation, self._findings = session, segmentation, findings
        self._notices, self._shelf, self._runner, self._comparing = notices, shelf, runner, comparing
        self._difference: Prediction | None = None

    @property
    def heads(self) -> "tuple[RevisionHead, ...]":
        """The revisions of the shown series, newest first."""
        series = self._session.series
        if series is None:
            return ()
        try:
            return self._shelf.revisions.of(series.uid, self._segmentation.mask.blind)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()

    def attributions(self, identity: int) -> "tuple[Attribution, ...]":
        """Who did what to the segments of a revision, in order."""
        try:
            return self._shelf.revisions.attributions(identity)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return ()

    def saved(self, series: Series, identity: int) -> None:
        """Tell of a conflict, and note what was changed; called when a revision was saved."""
        self._tell_conflict(series, identity, "{} saved revision {} of this mask while you worked.")
        self._runner.start(
            f"attribution {identity}",
            "",
            lambda _: self._note_changes(identity),
            lambda _: None,
            lambda error: self._notices.add("error", words(error)),
        )

    def opened(self, series: Series, identity: int) -> None:
        """Tell whose revision the one that is opened leaves out: each time, until the mask is saved again."""
        text = "What {} saved as revision {} is not in this mask, which was made from an older one."
        self._tell_conflict(series, identity, text)

    def _tell_conflict(self, series: Series, identity: int, text: str) -> None:
        """Say ``text``, with author and number, of a revision that this one does not descend from."""
        try:
            other = self._shelf.revisions.conflict(identity, series.uid)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return
        if other is not None:
            said = text.format(other.provenance.author, other.id)
            self._notices.add("warning", f"{said} Both are kept; History compares and merges them.")

    def _note_changes(self, identity: int) -> None:
        """In a thread: comparing two masks takes the processor from the next case, which is being shown."""
        sleep(PAUSE_S)
        self._shelf.revisions.note_changes(identity)

    def compare(
        self, identity: int, other: int, done: Callable[[Comparison], None], otherwise: Callable[[], None]
    ) -> None:
        """Hand over how far a revision agrees with another one, or with 0 with the mask on screen.

        Args:
            otherwise: done where they are not compared in the end.
        """
        self._comparing.compare(identity, other, done, otherwise)

    def show_difference(self, identity: int, other: int = 0) -> None:
        """Show where a revision differs from another one, or from what is on screen, in its place until :meth:`end`."""
        name = f"revision {other}" if other else "the mask on screen"
        self._comparing.difference(identity, other, partial(self.show_alone, f"Revision {identity} against {name}"))

    def show_alone(self, name: str, mask: Labelmap) -> None:
        """Show another mask in the place of the one on screen until :meth:`end`, on a slice that has some of it."""
        self._comparing.forget_difference()
        self._segmentation.set_visible(False)
        self._difference = self._propose(name, mask, COMPARED)
        pane = self._session.active
        if pane.axis is not None:
            others = tuple(axis for axis in range(3) if axis != pane.axis)
            voxels = np.count_nonzero(any_label(mask.layers), axis=others)
            if voxels.any() and not voxels[pane.view.k]:
                pane.view.set_slice(int(voxels.argmax()))

    def end(self) -> None:
        """Show the mask again and put a difference away, also one that is still to come."""
        self._comparing.forget_difference()
        self._segmentation.set_visible(True)
        if self._difference is not None and self._findings.prediction is self._difference:
            self._findings.show_prediction(None)
        self._difference = None

    def restore(self, identity: int) -> None:
        """Make a revision the mask, in one undoable step; what was there stays a revision of its own."""
        found = self._fitting(identity)
        if found is None:
            return
        self.end()
        name, mask, origin = f"Restore revision {identity}", found.labelmap, found.provenance
        self._segmentation.become(mask.layers, Legend(mask.labels, origin.model, origin.model_version), name)

    def merge(self, identity: int, way: Way) -> None:
        """Propose a merge of a revision and the mask on screen; it becomes the mask when it is accepted."""
        self.end()

        def propose(merged: tuple[Labelmap, int]) -> None:
            mask, shared = merged
            if shared:
                self._notices.add("warning", SHARED.format(shared))
            self._propose(f"Merge with revision {identity} ({way})", mask)

        self._comparing.merge(identity, way, propose)

    def mark(self, identity: int, action: "Action", values: Sequence[int]) -> None:
        """Note that this person reviewed or approved these segments of a revision."""
        origin = Provenance(author(), datetime.now(UTC))
        try:
            for value in values:
                self._shelf.revisions.mark(identity, value, action, origin)
        except LibraryError as error:
            self._notices.add("error", words(error))

    def _fitting(self, identity: int) -> MaskRevision | None:
        geometry = self._segmentation.geometry
        try:
            return None if geometry is None else self._comparing.fitting(identity, geometry)
        except GeometryError as error:
            self._notices.add("warning", f"It cannot be restored: {error}.")
        except LibraryError as error:
            self._notices.add("error", words(error))
        return None

    def _propose(self, name: str, mask: Labelmap, task: str = FROM_FILE) -> Prediction | None:
        series = self._session.series
        if series is None:
            return None
        proposed = Prediction(series.uid, name, "", task, (), mask, mask.volumes_ml(), "", 0.0, float("nan"))
        self._findings.show_prediction(proposed)
        return proposed
