"""The annotation library on a database: one transaction per save, on disk when it returns."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from imaging.annotation import AnnotatedSeries, MaskRevision
from imaging.errors import LibraryError
from imaging.labelmap import Labelmap, Provenance
from imaging.library import blobs
from imaging.library.schema import VERSION, Base, DraftRow, MaskRow, SchemaRow, SeriesRow
from imaging.study import Series

LOCK_WAIT_S = 15


class Library:
    """Masks with their revisions.

    Args:
        place: path of an SQLite file, or an SQLAlchemy URL.

    Raises:
        LibraryError: it cannot be opened, is no library, or was made by a newer program.
    """

    def __init__(self, place: Path | str) -> None:
        self._url = _url(place)
        self._name = self._url.database or self.url
        if self._url.get_backend_name() == "sqlite" and self._url.database:
            try:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryError(f"{self._name}: the library's folder cannot be made ({error.strerror})") from error
        self._engine = _engine(self._url)
        try:
            self._open()
        except SQLAlchemyError as error:
            raise LibraryError(f"{self._name}: the annotation library cannot be opened ({_cause(error)})") from error

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, password included, that opens this library again."""
        return self._url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def save_mask(
        self, series: Series, labelmap: Labelmap, provenance: Provenance, base: int | None = None, note: str = ""
    ) -> int:
        """The id of the new revision of ``series``' mask, on disk when this returns; its draft is gone.

        Raises:
            LibraryError: nothing was saved (disk full, read-only, locked), and why.
        """
        with self._session("the annotation could not be saved") as session:
            session.merge(_series_row(series))
            row = MaskRow(series_uid=series.uid, base=base, note=note, **_columns(labelmap, provenance))
            session.add(row)
            session.flush()
            identity = row.id
            draft = session.get(DraftRow, series.uid)
            if draft is not None:
                session.delete(draft)
        return identity

    def latest_mask(self, series_uid: str) -> MaskRevision | None:
        """The newest revision of a series' mask, or None.

        Raises:
            LibraryError: the library cannot be read, or the stored mask is damaged.
        """
        history = self.history(series_uid, limit=1)
        return history[0] if history else None

    def history(self, series_uid: str, limit: int | None = None) -> tuple[MaskRevision, ...]:
        """Revisions of a series' mask, newest first.

        Raises:
            LibraryError: see :meth:`latest_mask`.
        """
        wanted = select(MaskRow).where(MaskRow.series_uid == series_uid).order_by(MaskRow.id.desc()).limit(limit)
        with self._session("annotations could not be read") as session:
            return tuple(_revision(row) for row in session.scalars(wanted))

    def revision(self, identity: int) -> MaskRevision:
        """The revision with this id.

        Raises:
            LibraryError: there is none.
        """
        with self._session("annotations could not be read") as session:
            row = session.get(MaskRow, identity)
            if row is None:
                raise LibraryError(f"{self._name}: there is no mask revision {identity}")
            return _revision(row)

    def annotated_series(self) -> tuple[AnnotatedSeries, ...]:
        """Every series with a saved mask, for building a training set.

        Raises:
            LibraryError: the library cannot be read.
        """
        latest = select(MaskRow.series_uid, func.max(MaskRow.id).label("id")).group_by(MaskRow.series_uid).subquery()
        wanted = select(SeriesRow, latest.c.id).join(latest, SeriesRow.uid == latest.c.series_uid)
        with self._session("annotations could not be read") as session:
            return tuple(_annotated(row, identity) for row, identity in session.execute(wanted.order_by(SeriesRow.uid)))

    def save_draft(self, series_uid: str, labelmap: Labelmap, provenance: Provenance) -> None:
        """Keep the mask being edited, so that a crash loses nothing; replaces the last draft of the series.

        Raises:
            LibraryError: see :meth:`save_mask`.
        """
        with self._session("the draft could not be kept") as session:
            session.merge(DraftRow(series_uid=series_uid, **_columns(labelmap, provenance)))

    def draft(self, series_uid: str) -> Labelmap | None:
        """The mask that was being edited when the program ended without saving, or None.

        Raises:
            LibraryError: see :meth:`latest_mask`.
        """
        with self._session("annotations could not be read") as session:
            row = session.get(DraftRow, series_uid)
            return None if row is None else _labelmap(row)

    def _open(self) -> None:
        Base.metadata.create_all(self._engine)
        with Session(self._engine) as session, session.begin():
            found = session.scalar(select(func.max(SchemaRow.version)))
            if found is None:
                session.add(SchemaRow(version=VERSION))
            elif found > VERSION:
                raise LibraryError(
                    f"{self._name}: made by a newer Wetread (schema {found}; this one knows {VERSION}). Update Wetread."
                )

    @contextmanager
    def _session(self, failure: str) -> Generator[Session]:
        try:
            with Session(self._engine) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise LibraryError(f"{self._name}: {failure} ({_cause(error)})") from error


def _url(place: Path | str) -> URL:
    text = str(place)
    return make_url(text) if "://" in text else URL.create("sqlite", database=str(Path(text).absolute()))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """WAL so that readers do not wait; FULL because WAL with NORMAL loses the last commits on power loss."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _series_row(series: Series) -> SeriesRow:
    return SeriesRow(
        uid=series.uid,
        study_uid=series.study_uid,
        patient_group=series.group,
        kind=series.kind,
        format=series.format,
        modality=series.modality,
        description=series.description,
        files=json.dumps([str(file.absolute()) for file in series.files]),
    )


def _columns(labelmap: Labelmap, provenance: Provenance) -> dict[str, Any]:
    voxels, box = blobs.pack_voxels(labelmap)
    return {
        "author": provenance.author,
        "time": provenance.time.astimezone(UTC).replace(tzinfo=None),
        "model": provenance.model,
        "model_version": provenance.model_version,
        "geometry": blobs.pack_geometry(labelmap.geometry),
        "labels": blobs.pack_labels(labelmap.labels),
        "box": box,
        "voxels": voxels,
    }


def _labelmap(row: MaskRow | DraftRow) -> Labelmap:
    time: datetime = row.time.replace(tzinfo=UTC)
    provenance = Provenance(row.author, time, row.model, row.model_version)
    return blobs.unpack(row.voxels, row.box, row.geometry, row.labels, provenance)


def _revision(row: MaskRow) -> MaskRevision:
    labelmap = _labelmap(row)
    assert labelmap.provenance is not None
    return MaskRevision(row.id, row.series_uid, labelmap, labelmap.provenance, row.base, row.note)


def _annotated(row: SeriesRow, revision: int) -> AnnotatedSeries:
    files = tuple(Path(file) for file in json.loads(row.files))
    return AnnotatedSeries(row.uid, row.patient_group, row.kind, row.format, row.modality, files, revision)
