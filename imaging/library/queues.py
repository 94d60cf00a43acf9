"""Work queues: made, listed, taken from, judged. Two people who ask for the next case at once get two cases."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, cast

from sqlalchemy import CursorResult, Update, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from imaging.errors import LibraryError
from imaging.library import handiwork, queue_rows, reading_times
from imaging.library.answered import Answered
from imaging.library.measured import Measured
from imaging.library.queued import ADJUDICATION, VERDICTS, Case, CaseReading, CaseState, WorkQueue, in_order
from imaging.library.rows import naive_utc
from imaging.library.schema import MaskRow, QueueCaseRow, QueueReadingRow, QueueRow
from imaging.library.store import Library

LONGEST_NAME = 200
_NOT_KEPT = "the work queue could not be written"
_NOT_READ = "the work queue could not be read"


class Queues:
    """Work queues in a library's database. Every method may raise LibraryError: the database's own words.

    For any number of threads and programs: each call is a transaction of its own, and each change is one statement
    that either holds or is refused by the database.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def make(self, queue: WorkQueue, series: Iterable[tuple[str, str]], priority: int = 0) -> int:
        """Add series to a queue, which is made if there is none of this name; how many of them are new to it.

        Args:
            queue: of one that is there already only the name counts.
            series: uid and title of each, in order; those that are in the queue already stay where they are.
            priority: cases with a higher one come first.
        """
        if queue.readings not in (1, 2):
            raise LibraryError(f"{queue.name}: {queue.readings} readings of each case; expected 1 or 2")
        if not 0 < len(queue.name) <= LONGEST_NAME:
            raise LibraryError(f"a queue's name of {len(queue.name)} letters; expected 1 to {LONGEST_NAME}")
        with self._library.transaction(_NOT_KEPT) as session:
            if session.get(QueueRow, queue.name) is None:
                session.add(queue_rows.queue_row(queue))
                session.flush()
            known = select(QueueCaseRow.series_uid).where(QueueCaseRow.queue == queue.name)
            there = set(session.scalars(known))
            last = session.scalar(select(func.max(QueueCaseRow.position)).where(QueueCaseRow.queue == queue.name)) or 0
            new = {uid: title for uid, title in series if uid not in there}
            session.add_all(
                QueueCaseRow(queue=queue.name, position=n, priority=priority, series_uid=uid, title=title)
                for n, (uid, title) in enumerate(new.items(), last + 1)
            )
            return len(new)

    def all(self) -> tuple[WorkQueue, ...]:
        """Every queue, the newest first."""
        with self._library.transaction(_NOT_READ) as session:
            rows = session.scalars(select(QueueRow).order_by(QueueRow.made.desc(), QueueRow.name))
            return tuple(queue_rows.queue(row) for row in rows)

    def cases(self, queue: str, reader: str) -> tuple[Case, ...]:
        """The cases of a queue in order, as ``reader`` may see them."""
        return tuple(case.seen_by(reader) for case in self._cases(QueueCaseRow.queue == queue))

    def case(self, identity: int, reader: str) -> Case:
        """One case as ``reader`` may see it.

        Raises:
            LibraryError: there is none with this id.
        """
        found = self._cases(QueueCaseRow.id == identity)
        if not found:
            raise LibraryError(f"there is no case {identity} in any work queue")
        return found[0].seen_by(reader)

    def next(self, queue: WorkQueue, reader: str, besides: Collection[int] = ()) -> Case | None:
        """The case that ``reader`` does next, now theirs; None when nothing is left for them.

        First what they have taken and not finished, then what nobody has taken, then what waits for adjudication.

        Args:
            besides: ids of cases that are not wanted now, such as the one on screen.
        """
        while True:
            cases = [case for case in self._cases(QueueCaseRow.queue == queue.name) if case.id not in besides]
            for case in cases:
                own = case.reading_of(reader)
                if own is not None and own.state in (CaseState.UNDONE, CaseState.STARTED):
                    return case.seen_by(reader)
            offers = _offers(cases, queue, reader)
            if not offers:
                return None
            for case, slot in offers:
                if self._take(case.id, slot, reader):
                    return self.case(case.id, reader)

    def take(self, queue: WorkQueue, identity: int, reader: str) -> Case:
        """This case, now ``reader``'s; one that is theirs already stays as it is.

        Raises:
            LibraryError: others have it, or it is not theirs to read; says who does.
        """
        case = self.case(identity, reader)
        own = case.reading_of(reader)
        if own is not None and own.slot is not None:
            return case
        for _, slot in _offers([case], queue, reader, also_skipped=True):
            if self._take(identity, slot, reader):
                return self.case(identity, reader)
        others = ", ".join(each.reader for each in case.readings if each.slot is not None and each.reader != reader)
        raise LibraryError(f"{case.title}: {others or 'nobody'} has it, and it is not yours to read; choose another")

    def begin(self, identity: int, reader: str, now: datetime) -> Case:
        """Note that ``reader`` begins; the first one settles which mask everybody begins with.

        Who put the case off and comes back has begun when they first did. What there is has been there before, also
        where its time is later, as after a clock was set back.
        """
        with self._library.transaction(_NOT_KEPT) as session:
            series_uid = session.scalar(select(QueueCaseRow.series_uid).where(QueueCaseRow.id == identity)) or ""
            time = naive_utc(reading_times.after_all(session, series_uid, now))
            newest = select(func.max(MaskRow.id)).where(
                MaskRow.series_uid == QueueCaseRow.series_uid, MaskRow.reading.is_(None)
            )
            first = update(QueueCaseRow).where(QueueCaseRow.id == identity, QueueCaseRow.begun.is_(None))
            session.execute(first.values(begun=time, base=newest.scalar_subquery()))
            own = _own(identity, reader).where(QueueReadingRow.state == CaseState.UNDONE.value)
            first_time = func.coalesce(QueueReadingRow.started, time)
            session.execute(own.values(state=CaseState.STARTED.value, started=first_time))
        return self.case(identity, reader)

    def add_time(self, identity: int, reader: str, seconds: float) -> None:
        """Add to the time that ``reader`` worked on a case."""
        with self._library.transaction(_NOT_KEPT) as session:
            session.execute(_own(identity, reader).values(seconds=QueueReadingRow.seconds + seconds))

    def judge(self, identity: int, reader: str, verdict: CaseState, revision: int | None, now: datetime) -> Case:
        """Note that ``reader`` is finished with a case.

        Args:
            verdict: accepted, fixed or rejected.
            revision: the mask as it is left.

        Raises:
            LibraryError: all readings of a blind case are finished, so that their readers know of one another; or the
                case is not this reader's, as when it was put off.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"{verdict!r}: expected one of {', '.join(sorted(VERDICTS))}")
        case = self.case(identity, reader)
        own = case.reading_of(reader)
        if case.wanted > 1 and case.complete and own is not None and own.slot != ADJUDICATION:
            raise LibraryError(f"{case.title}: both readings are finished; what differs is for the adjudication")
        finished = max(now, (own and own.started) or now)
        values = {"state": verdict.value, "finished": naive_utc(finished), "revision": revision}
        held = _own(identity, reader).where(QueueReadingRow.slot.is_not(None))
        with self._library.transaction(_NOT_KEPT) as session:
            found = cast("CursorResult[Any]", session.execute(held.values(**values)))
        if not found.rowcount:
            raise LibraryError(f"{case.title}: {reader} has put it off or never taken it; choose it, then judge it")
        return self.case(identity, reader)

    def corrected(self, identity: int, reader: str) -> bool:
        """Whether ``reader`` measured or answered anything of a case otherwise than when they first began with it."""
        case = self.case(identity, reader)
        own, unseen = case.reading_of(reader), self.unseen([case.series_uid], reader)
        if own is None or own.started is None:
            return False
        measured = map(handiwork.of_measurement, Measured(self._library).history(case.series_uid))
        answered = map(handiwork.of_answer, Answered(self._library).seen_in(case.series_uid))
        seen = (each for each in chain(measured, answered) if each.author not in unseen)
        return handiwork.differs(seen, reader, own.started)

    def skip(self, identity: int, reader: str) -> None:
        """Put a case off: others are given it; ``reader`` comes back to it by choosing it, while nobody has it."""
        changed = {"state": CaseState.SKIPPED.value, "slot": None}
        with self._library.transaction(_NOT_KEPT) as session:
            session.execute(
                _own(identity, reader).where(QueueReadingRow.state.not_in(sorted(VERDICTS))).values(**changed)
            )

    def give_back(self, reader: str, queue: str | None = None) -> None:
        """Let others have what ``reader`` has taken and not begun; what they came back to is put off again."""
        mine = [QueueReadingRow.reader == reader[:200], QueueReadingRow.state == CaseState.UNDONE.value]
        if queue is not None:
            mine.append(QueueReadingRow.case_id.in_(select(QueueCaseRow.id).where(QueueCaseRow.queue == queue)))
        begun = update(QueueReadingRow).where(*mine, QueueReadingRow.started.is_not(None))
        with self._library.transaction(_NOT_KEPT) as session:
            session.execute(begun.values(state=CaseState.SKIPPED.value, slot=None))  # its time and masks stay theirs
            session.execute(delete(QueueReadingRow).where(*mine))

    def remove(self, queue: str) -> None:
        """Take a queue away with its cases and times. Masks stay, those of blind readings as well."""
        cases = select(QueueCaseRow.id).where(QueueCaseRow.queue == queue)
        with self._library.transaction(_NOT_KEPT) as session:
            session.execute(delete(QueueReadingRow).where(QueueReadingRow.case_id.in_(cases)))
            session.execute(delete(QueueCaseRow).where(QueueCaseRow.queue == queue))
            session.execute(delete(QueueRow).where(QueueRow.name == queue))

    def unseen(self, series_uids: Sequence[str], reader: str) -> frozenset[str]:
        """Who reads any of these series in a blind case that is not complete.

        What these people draw and measure on the series is not shown to ``reader`` meanwhile.
        """
        cases = self._cases(QueueCaseRow.series_uid.in_(series_uids))
        blind = [case for case in cases if case.wanted > 1 and not case.complete]
        return frozenset(each.reader for case in blind for each in case.readings if each.reader != reader)

    def hides(self, revision: int, reader: str) -> bool:
        """True when a mask revision was left by somebody else's blind reading of a case that is not complete."""
        reading = select(MaskRow.reading).where(MaskRow.id == revision).scalar_subquery()
        with self._library.transaction(_NOT_READ) as session:
            row = session.scalar(select(QueueReadingRow).where(QueueReadingRow.id == reading))
            if row is None or row.reader == reader[:LONGEST_NAME]:
                return False
            case = row.case_id
        return not any(each.complete for each in self._cases(QueueCaseRow.id == case))

    def _cases(self, condition: Any) -> tuple[Case, ...]:
        wanted = select(QueueCaseRow, QueueRow.readings).join(QueueRow, QueueRow.name == QueueCaseRow.queue)
        with self._library.transaction(_NOT_READ) as session:
            cases = session.execute(wanted.where(condition)).all()
            inside = select(QueueCaseRow.id).where(condition)
            rows = select(QueueReadingRow).where(QueueReadingRow.case_id.in_(inside)).order_by(QueueReadingRow.id)
            readings: dict[int, list[CaseReading]] = {}
            for row in session.scalars(rows):
                readings.setdefault(row.case_id, []).append(queue_rows.reading(row))
            return in_order([queue_rows.case(row, number, readings.get(row.id, ())) for row, number in cases])

    def _take(self, identity: int, slot: int, reader: str) -> bool:
        """Whether the slot was free: the database lets only one have it."""
        try:
            with self._library.transaction(_NOT_KEPT) as session:
                again = _own(identity, reader).where(QueueReadingRow.slot.is_(None))
                values = {"slot": slot, "state": CaseState.UNDONE.value}
                found = cast("CursorResult[Any]", session.execute(again.values(**values)))
                if not found.rowcount:
                    session.add(QueueReadingRow(case_id=identity, reader=reader[:200], **values))
        except LibraryError as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True


def _offers(cases: Sequence[Case], queue: WorkQueue, reader: str, also_skipped: bool = False) -> list[tuple[Case, int]]:
    """Readings that ``reader`` may take, then adjudications.

    Args:
        also_skipped: what they put off is offered too.
    """
    others = [case for case in cases if case.reading_of(reader) is None or also_skipped]
    reads = reader != queue.adjudicator
    decides = not queue.adjudicator or not reads
    readings = [(case, slot) for case in others if reads for slot in case.free_slots]
    to_adjudicate = [case for case in others if case.state is CaseState.DISAGREED and case.adjudication is None]
    return readings + [(case, ADJUDICATION) for case in to_adjudicate if decides]


def _own(identity: int, reader: str) -> Update:
    return update(QueueReadingRow).where(QueueReadingRow.case_id == identity, QueueReadingRow.reader == reader[:200])
