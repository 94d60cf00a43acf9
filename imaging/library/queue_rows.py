"""Rows of work queues as values."""

from collections.abc import Sequence
from datetime import UTC, datetime

from imaging.library.queued import Case, CaseReading, CaseState, WorkQueue
from imaging.library.rows import naive_utc
from imaging.library.schema import QueueCaseRow, QueueReadingRow, QueueRow


def queue_row(queue: WorkQueue) -> QueueRow:
    """A queue as a row; names as far as the columns reach: PostgreSQL refuses more."""
    return QueueRow(
        name=queue.name[:200],
        readings=queue.readings,
        adjudicator=queue.adjudicator[:200],
        author=queue.author[:200],
        made=naive_utc(queue.made),
    )


def queue(row: QueueRow) -> WorkQueue:
    """A queue row as a value."""
    return WorkQueue(row.name, row.readings, row.adjudicator, row.author, row.made.replace(tzinfo=UTC))


def case(row: QueueCaseRow, wanted: int, readings: Sequence[CaseReading]) -> Case:
    """A case row with its readings as a value."""
    place = (row.position, row.priority, row.series_uid, row.title)
    return Case(row.id, row.queue, *place, wanted, row.base, tuple(readings))


def reading(row: QueueReadingRow) -> CaseReading:
    """A reading row as a value."""
    return CaseReading(
        row.id,
        row.reader,
        row.slot,
        CaseState(row.state),
        row.seconds,
        _aware(row.started),
        _aware(row.finished),
        row.revision,
    )


def _aware(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)
