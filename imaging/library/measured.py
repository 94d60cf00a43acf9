"""The measurements of each series: every state of each, as it was drawn, changed, named or deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from imaging.errors import LibraryError
from imaging.library import reading_times, rows
from imaging.library.schema import MeasurementRow
from imaging.library.store import Library
from imaging.measurement.measurement import Measurement, packed, unpacked
from imaging.study import Series


@dataclass(frozen=True)
class MeasurementRevision:
    """One kept state of a measurement: who left it like this, and when (UTC)."""

    id: int
    measurement: Measurement
    author: str
    time: datetime
    deleted: bool


class Measured:
    """Measurements in a library's database. Every method may raise LibraryError: the database's own words.

    For any number of threads: each call is a transaction of its own.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def save(
        self,
        series: Series,
        measurements: Sequence[Measurement],
        author: str,
        time: datetime,
        deleted: bool = False,
    ) -> None:
        """Keep another state of each measurement, on disk when this returns.

        Args:
            time: of a reader whose clock was set back meanwhile, that of the begin is kept.
            deleted: they are taken away; what they were stays in their revisions.
        """
        with self._library.transaction("the measurement could not be saved") as session:
            rows.keep_series(session, series)
            whose = rows.by_whom(author, reading_times.since_begun(session, series.uid, author, time))
            for each in measurements:
                row = MeasurementRow(
                    series_uid=series.uid, uid=each.uid, deleted=deleted, content=packed(each), **whose
                )
                session.add(row)

    def of(self, series_uid: str, unseen: frozenset[str] = frozenset()) -> tuple[Measurement, ...]:
        """The measurements of a series as they are now, in the order in which they were first drawn.

        Args:
            unseen: people whose measurements are not shown, as in a blind reading.
        """
        seen = (each for each in self.history(series_uid) if each.author not in unseen)
        latest: dict[str, MeasurementRevision] = {each.measurement.uid: each for each in seen}
        return tuple(each.measurement for each in latest.values() if not each.deleted)

    def left_by(self, series_uid: str, author: str, since: datetime) -> tuple[Measurement, ...]:
        """What somebody drew or changed since then, as they left it, without what they took away."""
        own = (each for each in self.history(series_uid) if each.author == author and each.time >= since)
        latest: dict[str, MeasurementRevision] = {each.measurement.uid: each for each in own}
        return tuple(each.measurement for each in latest.values() if not each.deleted)

    def history(self, series_uid: str) -> tuple[MeasurementRevision, ...]:
        """Every state of every measurement of a series, oldest first.

        Raises:
            LibraryError: the library cannot be read, or a stored measurement is damaged.
        """
        wanted = select(MeasurementRow).where(MeasurementRow.series_uid == series_uid).order_by(MeasurementRow.id)
        with self._library.transaction("measurements could not be read") as session:
            return tuple(_revision(row) for row in session.scalars(wanted))


def _revision(row: MeasurementRow) -> MeasurementRevision:
    try:
        measurement = unpacked(row.uid, row.content)
    except ValueError as error:
        raise LibraryError(f"a stored measurement is damaged: {error}") from error
    return MeasurementRevision(row.id, measurement, row.author, row.time.replace(tzinfo=UTC), row.deleted)
