"""What a work queue lists: cases in order, who reads each, how far they got, what readers may see of one another.

A blind queue has every case read twice. Until both readings are finished a reader is told only that there is another
one; then readings that differ wait for an adjudication by somebody who did neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from imaging.study import Series

ADJUDICATION = 0
"""The slot of an adjudication; readings have the slots from 1 on."""


class CaseState(StrEnum):
    """How far somebody got with a case, or how far a case got."""

    UNDONE = "undone"
    STARTED = "in progress"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    DISAGREED = "to adjudicate"


VERDICTS = frozenset((CaseState.ACCEPTED, CaseState.FIXED, CaseState.REJECTED))
"""States in which somebody is finished with a case."""


@dataclass(frozen=True)
class WorkQueue:
    """A list of cases to be read.

    Attributes:
        readings: how many people read each case on their own: 1, or 2 who are blind to one another.
        adjudicator: who decides where two readings differ, and reads nothing; empty for anybody who read neither.
        author, made: who made the queue, and when (UTC).
    """

    name: str
    readings: int
    adjudicator: str
    author: str
    made: datetime


@dataclass(frozen=True)
class CaseReading:
    """One person's work on a case.

    Attributes:
        slot: which of the case's readings it is; None while it is put off, so that somebody else can take the case.
        seconds: of work, without pauses.
        started, finished: UTC; the first begin, the last end.
        revision: the mask as it was left, None where there was none.
    """

    id: int
    reader: str
    slot: int | None
    state: CaseState
    seconds: float = 0.0
    started: datetime | None = None
    finished: datetime | None = None
    revision: int | None = None

    @property
    def judged(self) -> bool:
        """True when the person is finished."""
        return self.state in VERDICTS


@dataclass(frozen=True)
class Case:
    """A series of a queue.

    Attributes:
        position: in the queue, from 1; cases of higher ``priority`` come before.
        wanted: how many readings it gets.
        base: the revision that all readings began with; None where there was none, or before the first.
        readings: with the adjudication, in the order in which they were taken.
    """

    id: int
    queue: str
    position: int
    priority: int
    series_uid: str
    title: str
    wanted: int
    base: int | None
    readings: tuple[CaseReading, ...] = ()

    def reading_of(self, reader: str) -> CaseReading | None:
        """What this person does or did with the case."""
        return next((each for each in self.readings if each.reader == reader), None)

    @property
    def independent(self) -> tuple[CaseReading, ...]:
        """The readings that hold a place, without the adjudication."""
        return tuple(each for each in self.readings if each.slot not in (None, ADJUDICATION))

    @property
    def adjudication(self) -> CaseReading | None:
        """The adjudication, if somebody took it."""
        return next((each for each in self.readings if each.slot == ADJUDICATION), None)

    @property
    def complete(self) -> bool:
        """True when all readings are finished."""
        return sum(each.judged for each in self.independent) >= self.wanted

    @property
    def free_slots(self) -> tuple[int, ...]:
        """Readings that nobody has taken."""
        return tuple(slot for slot in range(1, self.wanted + 1) if slot not in {each.slot for each in self.readings})

    @property
    def state(self) -> CaseState:
        """How far the case got: readings agree when both accept, or both reject; two corrections are compared."""
        decided = self.adjudication
        if decided is not None and decided.judged:
            return decided.state
        verdicts = {each.state for each in self.independent}
        if self.complete:
            agreed = self.wanted == 1 or verdicts in ({CaseState.ACCEPTED}, {CaseState.REJECTED})
            return verdicts.pop() if agreed else CaseState.DISAGREED
        if verdicts - {CaseState.UNDONE}:
            return CaseState.STARTED
        skipped = not verdicts and any(each.state is CaseState.SKIPPED for each in self.readings)
        return CaseState.SKIPPED if skipped else CaseState.UNDONE

    def seen_by(self, reader: str) -> "Case":
        """The case without what this person must not know of other readings while one of them goes on."""
        if self.wanted == 1 or self.complete:
            return self
        return replace(self, readings=tuple(each if each.reader == reader else _hidden(each) for each in self.readings))


@dataclass(frozen=True)
class BlindReading:
    """A line of revisions of its own: those of one reading, which begins with ``base`` and which nobody else sees."""

    id: int
    base: int | None


def readable(series: Series) -> bool:
    """Whether a series is something to read: masks in files are not."""
    return series.modality != "SEG"


def title_of(series: Series) -> str:
    """What a case is called: patient, date, what was done."""
    date = series.study_date
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 else date
    about = (series.patient.name.replace("^", " ").strip(), day, series.modality, series.description)
    return " · ".join(filter(None, about)) or series.files[0].name


def in_order(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Cases as they are to be read."""
    return tuple(sorted(cases, key=lambda each: (-each.priority, each.position)))


def _hidden(reading: CaseReading) -> CaseReading:
    """That somebody reads, and nothing else."""
    state = CaseState.UNDONE if reading.state is CaseState.UNDONE else CaseState.STARTED
    return CaseReading(reading.id, reading.reader, reading.slot, state)
