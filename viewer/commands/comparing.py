"""Revisions against one another, or against the mask on screen, in the background: compared, and merged."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TypeVar

import numpy as np

from imaging import consensus
from imaging.annotation import MaskRevision
from imaging.comparison import Comparison, compare
from imaging.consensus import Way
from imaging.errors import GeometryError
from imaging.geometry import Geometry
from imaging.labelmap import Labelmap
from imaging.library.shelf import Shelf
from imaging.progress import Report
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation

DIFFERENCE = "Finding the difference"
Answer = TypeVar("Answer")
Question = Callable[[Labelmap, Labelmap, Labelmap | None], Answer]
"""Asked of a revision, of what it is compared with, and of the newest that both were made from."""


class Comparing:
    """Answers questions about two masks; the latest of each kind wins, and why one cannot be answered is told."""

    def __init__(self, segmentation: Segmentation, notices: Notices, shelf: Shelf, runner: Runner) -> None:
        self._segmentation, self._notices, self._shelf, self._runner = segmentation, notices, shelf, runner
        self._otherwise: dict[str, Callable[[], None]] = {}
        self._turn, self._steps = Lock(), 0
        segmentation.recorded.connect(self._count_step)
        runner.cancelled.connect(self._give_up)

    def compare(
        self, identity: int, other: int, done: Callable[[Comparison], None], otherwise: Callable[[], None]
    ) -> None:
        """How far a revision agrees with another one, or with 0 with the mask on screen."""
        self._ask("Comparing masks", _compared, identity, other, done, otherwise)

    def difference(self, identity: int, other: int, done: Callable[[Labelmap], None]) -> None:
        """Where a revision differs from another one, or with 0 from the mask on screen, while that is there."""
        mask = self._segmentation.mask

        def while_there(found: Labelmap) -> None:
            if self._segmentation.mask is mask:
                done(found)

        self._ask(DIFFERENCE, _difference, identity, other, while_there)

    def forget_difference(self) -> None:
        """Hand over no difference that is still being worked out."""
        self._runner.cancel(DIFFERENCE)

    def merge(self, identity: int, way: Way, done: Callable[[tuple[Labelmap, int]], None]) -> None:
        """One mask of a revision and the one on screen, and how many voxels each gave to another label."""
        self._ask("Merging masks", partial(_merged, way), identity, 0, self.unless_changed(done))

    def unless_changed(self, done: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """What does ``done`` as long as the mask on screen is as it is now, and tells the person afterwards."""
        state, mask, steps = self._segmentation, self._segmentation.mask, self._steps

        def merged(answer: Answer) -> None:
            if state.mask is mask and self._steps == steps and not state.drawing:
                done(answer)
            else:
                self._notices.add("warning", "The mask was changed while it was merged: merge it again.")

        return merged

    def _count_step(self) -> None:
        self._steps += 1

    def _ask(
        self,
        title: str,
        question: Question[Answer],
        identity: int,
        other: int,
        done: Callable[[Answer], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        geometry, last = self._segmentation.geometry, other or self._segmentation.revision
        if geometry is None:
            otherwise()
            return
        shown = None if other else self._segmentation.labelmap()

        def work() -> Answer:
            one = self.fitting(identity, geometry).labelmap
            two = shown or self.fitting(other, geometry).labelmap
            return question(one, two, self._ancestor(identity, last))

        self.work_out(title, work, done, otherwise)

    def work_out(
        self,
        title: str,
        work: Callable[[], Answer],
        done: Callable[[Answer], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Have anything about masks worked out, one after the other: each takes much memory, and cannot be stopped.

        Args:
            title: as it is told; what was asked under the same title before is not answered any more.
            otherwise: done where an error, which is told, or the person ended it.
        """

        def in_turn(report: Report) -> Answer:
            with self._turn:
                report(0, 0, title)  # who has waited for nothing stops here
                return work()

        self._otherwise.pop(title, None)
        self._runner.start(title, title, in_turn, done, partial(self._failed, title))
        self._otherwise[title] = otherwise

    def fitting(self, identity: int, geometry: Geometry) -> MaskRevision:
        """A revision whose mask lies on the grid of the images.

        Raises:
            LibraryError: there is none, or the library cannot be read.
            GeometryError: it lies on another grid.
        """
        found = self._shelf.library.revision(identity)
        if not found.labelmap.geometry.matches(geometry):
            raise GeometryError(f"revision {identity} was made on another grid than these images")
        return found

    def _ancestor(self, one: int, other: int | None) -> Labelmap | None:
        """The mask of the newest revision that both descend from; None where they were begun apart."""
        common = None if other is None else self._shelf.revisions.common(one, other)
        return None if common is None else self._shelf.library.revision(common).labelmap

    def _failed(self, title: str, error: BaseException) -> None:
        if isinstance(error, (GeometryError, ValueError)):
            self._notices.add("warning", f"{title} did not work: {error}.")
        else:
            self._notices.add("error", words(error))
        self._give_up(title)

    def _give_up(self, title: str) -> None:
        self._otherwise.pop(title, lambda: None)()


def _compared(one: Labelmap, other: Labelmap, base: Labelmap | None) -> Comparison:
    return compare(one, other, base.labels if base else ())


def _difference(one: Labelmap, other: Labelmap, base: Labelmap | None) -> Labelmap:
    array = consensus.difference(one, other, base.labels if base else ())
    return Labelmap(array, one.geometry, consensus.DIFFERENCE)


def _merged(way: Way, theirs: Labelmap, ours: Labelmap, base: Labelmap | None) -> tuple[Labelmap, int]:
    fits = base is not None and base.array.shape == ours.array.shape
    begun = base if base is not None and fits else Labelmap(np.zeros_like(ours.array), ours.geometry, ())
    return consensus.merge(ours, theirs, begun, way)
