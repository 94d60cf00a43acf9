"""The work queue a person reads from: its cases, which of them are wanted, and the one on screen."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from imaging.library.queued import ADJUDICATION, BlindReading, Case, CaseReading, CaseState, WorkQueue


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are listed; empty fields ask for nothing.

    Attributes:
        assignee: who reads it. words: each must occur in the title.
    """

    state: CaseState | None = None
    assignee: str = ""
    words: str = ""

    def takes(self, case: Case) -> bool:
        """Whether a case is listed."""
        title = case.title.casefold()
        return (
            self.state in (None, case.state)
            and (not self.assignee or case.reading_of(self.assignee) is not None)
            and all(word in title for word in self.words.casefold().split())
        )


class Worklist(QObject):
    """A person's place in a work queue.

    Signals:
        changed: other queues or cases, or something about one is new.
        current_changed: another case is read, or none.

    Attributes:
        reader: who reads.
        queues: all there are.
        queue: the chosen one. cases: all of it, as ``reader`` may see them.
        current: the case on screen, None while none is read.
    """

    changed = Signal()
    current_changed = Signal()

    def __init__(self, reader: str) -> None:
        super().__init__()
        self.reader = reader
        self.queues: tuple[WorkQueue, ...] = ()
        self.queue: WorkQueue | None = None
        self.cases: tuple[Case, ...] = ()
        self.current: Case | None = None
        self.filter = CaseFilter()

    @property
    def listed(self) -> tuple[Case, ...]:
        """The cases that the filter takes."""
        return tuple(case for case in self.cases if self.filter.takes(case))

    @property
    def reading(self) -> CaseReading | None:
        """The person's work on the case on screen."""
        return None if self.current is None else self.current.reading_of(self.reader)

    @property
    def adjudicates(self) -> bool:
        """True while the case on screen is adjudicated."""
        return self.reading is not None and self.reading.slot == ADJUDICATION

    def blind(self, series_uid: str) -> BlindReading | None:
        """The blind reading that goes on with this series; None where its mask is everybody's."""
        case, reading = self.current, self.reading
        if case is None or reading is None or case.series_uid != series_uid or case.wanted == 1 or self.adjudicates:
            return None
        return BlindReading(reading.id, case.base)

    def show(self, queues: tuple[WorkQueue, ...], queue: WorkQueue | None, cases: tuple[Case, ...]) -> None:
        """List these queues, and these cases of the chosen one."""
        if (queues, queue, cases) != (self.queues, self.queue, self.cases):
            self.queues, self.queue, self.cases = queues, queue, cases
            self.changed.emit()

    def update(self, case: Case) -> None:
        """Take what is new about one case."""
        self.cases = tuple(case if each.id == case.id else each for each in self.cases)
        if self.current is not None and self.current.id == case.id:
            self.current = case
        self.changed.emit()

    def set_current(self, case: Case | None) -> None:
        """Note which case is read."""
        self.current = case
        if case is not None:
            self.update(case)
        self.current_changed.emit()

    def set_reader(self, reader: str) -> None:
        """Note who reads now; nothing is read meanwhile."""
        self.reader, self.current = reader, None
        self.current_changed.emit()

    def set_filter(self, wanted: CaseFilter) -> None:
        """List other cases of the queue."""
        self.filter = wanted
        self.changed.emit()
