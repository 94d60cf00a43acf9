"""Revisions against one another, or against the mask on screen, in the background: compared, and merged."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from imaging import consensus
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

KEY = "revisions"
Answer = TypeVar("Answer")
Question = Callable[[Labelmap, Labelmap, Labelmap | None], Answer]
"""Asked of a revision, of what it is compared with, and of the newest that both were made from."""


class Comparing:
    """Answers questions about two masks; the latest question wins, and why one cannot be answered is told."""

    def __init__(self, segmentation: Segmentation, notices: Notices, shelf: Shelf, runner: Runner) -> None:
        self._segmentation, self._notices, self._shelf, self._runner = segmentation, notices, shelf, runner

    def compare(self, identity: int, other: int, done: Callable[[Comparison], None]) -> None:
        """How far a revision agrees with another one, or with 0 with the mask on screen."""
        self._ask("Comparing masks", _compared, identity, other, done)

    def difference(self, identity: int, other: int, done: Callable[[Labelmap], None]) -> None:
        """Where a revision differs from another one, or with 0 from the mask on screen."""
        self._ask("Comparing masks", _difference, identity, other, done)

    def merge(self, identity: int, way: Way, done: Callable[[tuple[Labelmap, int]], None]) -> None:
        """One mask of a revision and the one on screen, and how many voxels each gave to another label.

        Nothing is handed over when the mask on screen was changed meanwhile.
        """
        before = self._place()

        def merged(found: tuple[Labelmap, int]) -> None:
            if self._place() == before:
                done(found)
            else:
                self._notices.add("warning", "The mask was changed while it was merged: merge it again.")

        self._ask("Merging masks", partial(_merged, way), identity, 0, merged)

    def _place(self) -> tuple[int, int, int]:
        """Where on which undo line the mask on screen is."""
        history = self._segmentation.history
        return id(history), len(history.done), len(history.undone)

    def _ask(
        self, title: str, question: Question[Answer], identity: int, other: int, done: Callable[[Answer], None]
    ) -> None:
        geometry, last = self._segmentation.geometry, other or self._segmentation.revision
        shown = None if other else self._segmentation.labelmap()
        if geometry is None:
            return

        def work() -> Answer:
            one = self._fitting(identity, geometry)
            two = shown or self._fitting(other, geometry)
            return question(one, two, self._ancestor(identity, last))

        self.work_out(title, work, done)

    def work_out(
        self,
        title: str,
        work: Callable[[], Answer],
        done: Callable[[Answer], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Have anything about masks worked out; an error of the library or of grids is told, ``otherwise`` done."""

        def told(report: Report) -> Answer:
            report(0, 0, title)
            return work()

        self._runner.start(KEY, title, told, done, partial(self._failed, otherwise))

    def _ancestor(self, one: int, other: int | None) -> Labelmap | None:
        """The mask of the newest revision that both descend from; None where they were begun apart."""
        common = None if other is None else self._shelf.revisions.common(one, other)
        return None if common is None else self._shelf.library.revision(common).labelmap

    def _fitting(self, identity: int, geometry: Geometry) -> Labelmap:
        found = self._shelf.library.revision(identity).labelmap
        if not found.geometry.matches(geometry):
            raise GeometryError(f"revision {identity} was made on another grid than these images")
        return found

    def _failed(self, otherwise: Callable[[], None], error: BaseException) -> None:
        if isinstance(error, (GeometryError, ValueError)):
            self._notices.add("warning", f"The masks cannot be compared: {error}.")
        else:
            self._notices.add("error", words(error))
        otherwise()


def _compared(one: Labelmap, other: Labelmap, base: Labelmap | None) -> Comparison:
    return compare(one, other, base.labels if base else ())


def _difference(one: Labelmap, other: Labelmap, base: Labelmap | None) -> Labelmap:
    array = consensus.difference(one, other, base.labels if base else ())
    return Labelmap(array, one.geometry, consensus.DIFFERENCE)


def _merged(way: Way, theirs: Labelmap, ours: Labelmap, base: Labelmap | None) -> tuple[Labelmap, int]:
    fits = base is not None and base.array.shape == ours.array.shape
    begun = base if base is not None and fits else Labelmap(np.zeros_like(ours.array), ours.geometry, ())
    return consensus.merge(ours, theirs, begun, way)
