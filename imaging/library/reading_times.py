"""Times of a reading, which never go backwards: what was there before it began is told from what came of it by them.

A clock may be set back while a case is read, and those of two computers differ.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imaging.library.schema import AnswerRow, MeasurementRow, QueueCaseRow, QueueReadingRow

_STEP = timedelta(microseconds=1)
"""The least that databases tell apart."""


def after_all(session: Session, series_uid: str, now: datetime) -> datetime:
    """``now`` (UTC), or else a time later than that of every measurement and answer kept of a series."""
    newest = (
        session.scalar(select(func.max(table.time)).where(table.series_uid == series_uid))
        for table in (MeasurementRow, AnswerRow)
    )
    return max([now, *(time.replace(tzinfo=UTC) + _STEP for time in newest if time is not None)])


def since_begun(session: Session, series_uid: str, author: str, time: datetime) -> datetime:
    """``time`` (UTC), or else when ``author`` last began to read a series from a work queue."""
    begun = (
        select(func.max(QueueReadingRow.started))
        .join(QueueCaseRow, QueueCaseRow.id == QueueReadingRow.case_id)
        .where(QueueCaseRow.series_uid == series_uid, QueueReadingRow.reader == author[:200])
    )
    started = session.scalar(begun)
    return time if started is None else max(time, started.replace(tzinfo=UTC))
