"""Reading a work queue: the next case is there before it is asked for; a verdict is one key."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from imaging.errors import LibraryError
from imaging.labelmap import Labelmap
from imaging.library.queued import Case, CaseState, WorkQueue
from imaging.library.shelf import Shelf
from imaging.study import Study
from viewer.commands.annotating import Annotating
from viewer.commands.loading import Loading
from viewer.commands.preloading import Preloading
from viewer.commands.timing import CaseTime
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.case_look import CaseLook
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.worklist import Worklist

Answer = TypeVar("Answer")
_LIST = "queues"
Listed = tuple[tuple[WorkQueue, ...], WorkQueue | None, tuple[Case, ...]]


class Queueing(QObject):
    """Takes cases from the chosen queue, shows them, and keeps verdicts and times.

    Args:
        background: runs what nobody waits for.

    Signals:
        adjudication_asked: a case is on screen whose readings differ.

    Attributes:
        showing: True while a case is being opened, in the place of what was open.
    """

    adjudication_asked = Signal()

    def __init__(
        self,
        session: Session,
        worklist: Worklist,
        segmentation: Segmentation,
        notices: Notices,
        background: Runner,
        shelf: Shelf,
        annotating: Annotating,
        loading: Loading,
        time: CaseTime | None = None,
    ) -> None:
        super().__init__()
        self._session, self._worklist, self._segmentation, self._notices = session, worklist, segmentation, notices
        self._background, self._shelf = background, shelf
        self._annotating, self._loading, self._time = annotating, loading, time or CaseTime()
        self._ahead = Preloading(notices, background, shelf, loading)
        self._look = CaseLook()
        self._before: list[int] = []
        self.showing = False
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(self._look_ahead)
        session.completed.connect(self._painted.start)
        session.study_changed.connect(self._leave_with_study)

    @property
    def can_step_back(self) -> bool:
        """True when a case was read before the one on screen."""
        return bool(self._before)

    def refresh(self) -> None:
        """Read the queues and the cases of the chosen one anew."""
        name = self._worklist.queue.name if self._worklist.queue else ""
        self._background.start(
            _LIST,
            "",
            lambda _: self._listed(name),
            lambda found: self._worklist.show(*found),
            lambda error: self._notices.add("error", words(error)),
        )

    def choose(self, name: str) -> None:
        """Read from another queue."""
        if self.leave():
            self._background.cancel(_LIST)
            found = self._asked(lambda: self._listed(name))
            if found is not None:
                self._worklist.show(*found)

    def next(self) -> None:
        """Show the next case; the one on screen stays in progress."""
        queue, current, reader = self._worklist.queue, self._worklist.current, self._worklist.reader
        if queue is None or not self._put_down():
            return
        besides = () if current is None else (current.id,)
        case = self._ahead.hand_over() or self._asked(lambda: self._shelf.queues.next(queue, reader, besides))
        if current is not None:
            self._before.append(current.id)
        if case is None:
            self._close()
            self._notices.add("info", f"{queue.name}: nothing is left for {reader}.")
        else:
            self._show(case)

    def previous(self) -> None:
        """Show the case before the one on screen again."""
        if self._before:
            self.open(self._before.pop())

    def open(self, identity: int) -> None:
        """Show this case; the person is told where somebody else has it."""
        queue = self._worklist.queue
        if queue is not None and self._put_down():
            case = self._asked(lambda: self._shelf.queues.take(queue, identity, self._worklist.reader))
            if case is not None:
                self._show(case)
            elif self._worklist.current is not None:
                self._time.start()

    def skip(self) -> None:
        """Put the case on screen off, and show the next."""
        case = self._worklist.current
        if case is not None and self._put_down():
            self._put_off(case)
            self.next()

    def accept(self) -> None:
        """All is right; where anything is marked, measured or answered otherwise than before, the case is fixed."""
        self._judge(CaseState.FIXED if self._changed else CaseState.ACCEPTED)

    def fix(self) -> None:
        """All is right now that something was changed; before a change, take the brush."""
        if self._changed:
            self._judge(CaseState.FIXED)
        elif self._worklist.current is not None:
            self._session.hand.set_tool("brush")
            self._notices.add("info", "Correct the mask, a measurement or an answer, then press the same key again.")

    def reject(self) -> None:
        """The images are of no use."""
        self._judge(CaseState.REJECTED)

    def leave(self) -> bool:
        """Put the case on screen down, and give back what was taken ahead; False when the mask could not be kept."""
        if not self._put_down():
            return False
        self._before.clear()
        self._ahead.drop()
        queue, reader = self._worklist.queue, self._worklist.reader
        if queue is not None:
            self._asked(lambda: self._shelf.queues.give_back(reader, queue.name))
        if self._worklist.current is not None:
            self._close()
        return True

    @property
    def _changed(self) -> bool:
        """Whether the case marks, measures or answers anything else than when its reading began."""
        case, reader = self._worklist.current, self._worklist.reader
        if case is None:
            return False
        return self._marks_else(case) or bool(self._asked(lambda: self._shelf.queues.corrected(case.id, reader)))

    def _marks_else(self, case: Case) -> bool:
        """Whether the mask of the case marks something else than the one that all its readings begin with."""
        mask, before = self._mask_of(case), self._kept(case.base)
        if mask is None or before is None:
            return mask is not None and any(layer.any() for layer in mask.layers)
        return not mask.marks_the_same(before)

    def _mask_of(self, case: Case) -> Labelmap | None:
        """The mask of the case as it is now; None without any."""
        series, mask = self._session.series, self._segmentation.mask
        here = series is not None and series.uid == case.series_uid and mask.geometry is not None
        return mask.labelmap() if here else self._kept(self._revision(case))

    def _kept(self, revision: int | None) -> Labelmap | None:
        found = None if revision is None else self._asked(lambda: self._shelf.library.revision(revision))
        return None if found is None else found.labelmap

    def _revision(self, case: Case) -> int | None:
        """The newest revision of what is read, also while another series is worked on."""
        series = self._session.series
        if series is not None and series.uid == case.series_uid:
            return self._segmentation.revision
        heads = self._asked(lambda: self._shelf.revisions.of(case.series_uid, self._worklist.blind(case.series_uid)))
        return heads[0].id if heads else case.base

    def _judge(self, verdict: CaseState) -> None:
        """Keep the mask, the time and the verdict, then show the next case."""
        case, reader, now = self._worklist.current, self._worklist.reader, datetime.now(UTC)
        if case is None or not self._put_down():
            return
        revision = self._revision(case)
        judged = self._asked(lambda: self._shelf.queues.judge(case.id, reader, verdict, revision, now))
        if judged is None:
            self._time.start()
            return
        self._worklist.update(judged)
        self._list_again()
        self.next()

    def _show(self, case: Case) -> None:
        """Begin with a case; one whose files are gone is put off."""
        series = self._asked(lambda: self._shelf.catalogue.series(case.series_uid))
        gone = next((file for file in series.files if not file.exists()), None) if series else Path(case.title)
        if series is None or gone is not None:
            self._notices.add("warning", f"{gone} is no longer there: the case is put off. Index its folder again.")
            self._put_off(case)
            return
        begun = self._asked(lambda: self._shelf.queues.begin(case.id, self._worklist.reader, datetime.now(UTC)))
        if begun is None:
            return
        self._worklist.set_current(None)
        self.showing = True
        self._session.open(Study(series.files[0].parent, (series,)))
        self.showing = False
        self._worklist.set_current(begun)
        self._list_again()
        self._time.start()
        self._loading.start(series, self._session.active, self._shown)

    def _shown(self) -> None:
        """The case is on screen, whole or in part."""
        self._look.apply(self._session.active)
        if self._session.complete:
            self._painted.start()
        if self._worklist.adjudicates:
            self.adjudication_asked.emit()

    def _look_ahead(self) -> None:
        """When the case is painted: nothing competes with that."""
        queue, case = self._worklist.queue, self._worklist.current
        if queue is not None and case is not None:
            self._ahead.look_ahead(queue, self._worklist.reader, case)

    def _put_down(self) -> bool:
        """Keep the mask and the time of the case on screen; False when the mask could not be kept."""
        if not self._annotating.keep():
            return False
        self._look.note(self._session.active)
        self._keep_time()
        return True

    def _keep_time(self) -> None:
        case, seconds = self._worklist.current, self._time.stop()
        if case is not None and seconds:
            self._asked(lambda: self._shelf.queues.add_time(case.id, self._worklist.reader, seconds))

    def _put_off(self, case: Case) -> None:
        reader = self._worklist.reader
        self._asked(lambda: self._shelf.queues.skip(case.id, reader))
        found = self._asked(lambda: self._shelf.queues.case(case.id, reader))
        if found is not None:
            self._worklist.update(found)
        self._list_again()

    def _list_again(self) -> None:
        """A list that is being read is of before the last change: read another."""
        if self._background.busy(_LIST):
            self.refresh()

    def _leave_with_study(self) -> None:
        """Somebody opened something else: the case is no longer read."""
        if self._worklist.current is not None:
            self._keep_time()
            self._worklist.set_current(None)

    def _close(self) -> None:
        """Read no case; a mask that is read blind does not stay on screen."""
        self._worklist.set_current(None)
        for pane in self._session.panes:
            pane.show(None)
        self.refresh()

    def _listed(self, name: str) -> Listed:
        """All queues, the one of this name or else the newest, and its cases."""
        queues = self._shelf.queues.all()
        queue = next((each for each in queues if each.name == name), queues[0] if queues else None)
        return queues, queue, self._shelf.queues.cases(queue.name, self._worklist.reader) if queue else ()

    def _asked(self, question: Callable[[], Answer]) -> Answer | None:
        """The answer of the library; None where it fails, which is told."""
        try:
            return question()
        except LibraryError as error:
            self._notices.add("error", words(error))
            return None
