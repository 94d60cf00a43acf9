"""The annotation library on a database: one transaction per save, on disk when it returns."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from imaging.annotation import AnnotatedSeries, MaskRevision
from imaging.errors import LibraryError
from imaging.fingerprint import Fingerprint
from imaging.labelmap import Labelmap, Provenance
from imaging.library import rows
from imaging.library.opening import cause, database_url, open_database
from imaging.library.queued import BlindReading
from imaging.library.schema import DraftRow, FingerprintRow, MaskRow, SeriesRow
from imaging.study import Series


class Library:
    """Masks with their revisions, and what they belong to.

    Args:
        place: path of an SQLite file, or an SQLAlchemy URL.

    Raises:
        LibraryError: it cannot be opened, is no library, or was made by a newer program.
    """

    def __init__(self, place: Path | str) -> None:
        self._url = database_url(place)
        self._name = self._url.database or self._url.render_as_string()
        self._engine = open_database(self._url)

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, password included, that opens this library again."""
        return self._url.render_as_string(hide_password=False)

    @property
    def name(self) -> str:
        """The URL of this library without its password, which tells it from others."""
        return self._url.render_as_string()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def save_mask(
        self,
        series: Series,
        labelmap: Labelmap,
        provenance: Provenance,
        base: int | None = None,
        note: str = "",
        blind: BlindReading | None = None,
    ) -> int:
        """The id of the new revision of ``series``' mask, on disk when this returns; its draft is gone.

        Args:
            provenance: who keeps it, when, and the model that the mask descends from.
            base: id of the revision it was made from.
            note: free text.
            blind: the reading whose own line it goes on; the series' mask stays as it was.

        Raises:
            LibraryError: nothing was saved (disk full, read-only, locked), and why.
        """
        columns = {**rows.origin_columns(provenance), **rows.mask_columns(labelmap)}
        columns["reading"] = blind.id if blind else None
        with self.transaction("the annotation could not be saved") as session:
            rows.keep_series(session, series)
            row = MaskRow(series_uid=series.uid, base=base, note=note, **columns)
            session.add(row)
            session.flush()
            identity = row.id
            draft = session.get(DraftRow, series.uid)
            if draft is not None:
                session.delete(draft)
        return identity

    def latest_mask(self, series_uid: str, blind: BlindReading | None = None) -> MaskRevision | None:
        """The newest revision of a series' mask, or of a blind reading's own line, or None.

        Raises:
            LibraryError: the library cannot be read, or the stored mask is damaged.
        """
        history = self.history(series_uid, 1, blind)
        if history or blind is None or blind.base is None:
            return history[0] if history else None
        return self.revision(blind.base)

    def history(
        self, series_uid: str, limit: int | None = None, blind: BlindReading | None = None
    ) -> tuple[MaskRevision, ...]:
        """Revisions of a series' mask, or those of a blind reading, newest first.

        Raises:
            LibraryError: see :meth:`latest_mask`.
        """
        line = MaskRow.reading.is_(None) if blind is None else MaskRow.reading == blind.id
        wanted = select(MaskRow).where(MaskRow.series_uid == series_uid, line).order_by(MaskRow.id.desc()).limit(limit)
        with self.transaction("annotations could not be read") as session:
            return tuple(rows.mask_revision(row) for row in session.scalars(wanted))

    def revision(self, identity: int) -> MaskRevision:
        """The mask revision with this id.

        Raises:
            LibraryError: there is none.
        """
        with self.transaction("annotations could not be read") as session:
            row = session.get(MaskRow, identity)
            if row is None:
                raise LibraryError(f"{self._name}: there is no mask revision {identity}")
            return rows.mask_revision(row)

    def holds(self, identity: int, series_uid: str) -> bool:
        """Whether there is a mask revision with this id, of this series.

        Raises:
            LibraryError: the library cannot be read.
        """
        wanted = select(MaskRow.id).where(MaskRow.id == identity, MaskRow.series_uid == series_uid)
        with self.transaction("annotations could not be read") as session:
            return session.scalar(wanted) is not None

    def revisions_of(self, series_uid: str) -> tuple[int, ...]:
        """Ids of all mask revisions of a series, those of blind readings too, oldest first.

        Raises:
            LibraryError: the library cannot be read.
        """
        wanted = select(MaskRow.id).where(MaskRow.series_uid == series_uid).order_by(MaskRow.id)
        with self.transaction("annotations could not be read") as session:
            return tuple(session.scalars(wanted))

    def annotated_series(self) -> tuple[AnnotatedSeries, ...]:
        """Every series that something was saved of, for building a training set, ordered by uid.

        Raises:
            LibraryError: the library cannot be read.
        """
        with self.transaction("annotations could not be read") as session:
            return tuple(rows.annotated_series(row, mask_id) for row, mask_id in session.execute(_annotated()))

    def draft(self, series_uid: str) -> Labelmap | None:
        """The mask that a version of the program before schema 4 was editing when it ended without saving, or None.

        Raises:
            LibraryError: see :meth:`latest_mask`.
        """
        with self.transaction("annotations could not be read") as session:
            row = session.get(DraftRow, series_uid)
            return None if row is None else rows.labelmap(row)

    def first_fingerprint(self, series_uid: str, found: Fingerprint, now: datetime) -> tuple[Fingerprint, datetime]:
        """The hashes of a series as it was when first opened, and when (UTC); ``found`` and ``now`` on the first time.

        Raises:
            LibraryError: see :meth:`save_mask`.
        """
        with self.transaction("the fingerprint could not be kept") as session:
            row = session.get(FingerprintRow, series_uid)
            if row is None:
                new = {"series_uid": series_uid, "time": rows.naive_utc(now), **rows.fingerprint_columns(found)}
                session.execute(rows.insert_into(session, FingerprintRow).values(**new).on_conflict_do_nothing())
                row = session.get_one(FingerprintRow, series_uid)
            return rows.fingerprint(row), row.time.replace(tzinfo=UTC)

    @contextmanager
    def transaction(self, failure: str) -> Generator[Session]:
        """A session whose changes are on disk when the block ends without error.

        Raises:
            LibraryError: it could not be done; begins with ``failure`` and ends with the database's own words.
        """
        try:
            with Session(self._engine) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise LibraryError(f"{self._name}: {failure} ({cause(error)})") from error


def _annotated() -> Select[SeriesRow, Any]:
    """Each series with the id of its latest mask."""
    newest_mask = select(MaskRow.series_uid, func.max(MaskRow.id).label("id")).where(MaskRow.reading.is_(None))
    masks = newest_mask.group_by(MaskRow.series_uid).subquery()
    return select(SeriesRow, masks.c.id).outerjoin(masks, SeriesRow.uid == masks.c.series_uid).order_by(SeriesRow.uid)
