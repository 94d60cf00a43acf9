"""Values to table rows and back."""

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from imaging.annotation import AnnotatedSeries, MaskRevision
from imaging.fingerprint import Fingerprint
from imaging.labelmap import Labelmap, Provenance
from imaging.library import blobs
from imaging.library.schema import Base, DraftRow, FingerprintRow, MaskRow, SeriesRow
from imaging.study import Series


def keep_series(session: Session, series: Series) -> None:
    """Keep enough of a series to find its images again, also where others do so in the same moment.

    Texts are kept as far as the columns reach: PostgreSQL refuses more, and files may say anything.
    Until the transaction ends nobody else keeps anything of this series: ids of its rows are in the order of saving.
    """
    known = {
        "study_uid": series.study_uid[:200],
        "patient_group": series.group[:200],
        "kind": series.kind,
        "format": series.format[:32],
        "modality": series.modality[:16],
        "description": series.description,
        "files": json.dumps([str(file.absolute()) for file in series.files]),
    }
    row = insert_into(session, SeriesRow).values(uid=series.uid, **known)
    session.execute(row.on_conflict_do_update(index_elements=["uid"], set_=known))


def insert_into(session: Session, table: type[Base]) -> Any:
    """An INSERT of the session's database that says what happens where the row is there already."""
    dialect = importlib.import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    return dialect.insert(table)


def origin_columns(provenance: Provenance) -> dict[str, Any]:
    """Who keeps it, when, and which model it descends from, as far as the columns reach: PostgreSQL refuses more."""
    return {
        **by_whom(provenance.author, provenance.time),
        "model": provenance.model[:64],
        "model_version": provenance.model_version[:32],
    }


def by_whom(author: str, time: datetime) -> dict[str, Any]:
    """Who keeps it, and when."""
    return {"author": author[:200], "time": naive_utc(time)}


def naive_utc(time: datetime) -> datetime:
    """A time as the tables have it: UTC, which they do not say."""
    return time.astimezone(UTC).replace(tzinfo=None)


def mask_columns(labelmap: Labelmap) -> dict[str, Any]:
    """The mask, its grid and its label table."""
    voxels, box = blobs.pack_voxels(labelmap)
    return {
        "geometry": blobs.pack_geometry(labelmap.geometry),
        "labels": blobs.pack_labels(labelmap.labels),
        "box": box,
        "voxels": voxels,
    }


def labelmap(row: MaskRow | DraftRow) -> Labelmap:
    """The mask of a row.

    Raises:
        LibraryError: the stored bytes are damaged.
    """
    return blobs.unpack(row.voxels, row.box, row.geometry, row.labels, _provenance(row))


def mask_revision(row: MaskRow) -> MaskRevision:
    """A mask row as a value.

    Raises:
        LibraryError: the stored bytes are damaged.
    """
    return MaskRevision(row.id, row.series_uid, labelmap(row), _provenance(row), row.base, row.note)


def annotated_series(row: SeriesRow, mask_id: int | None) -> AnnotatedSeries:
    """A series row with its latest mask."""
    files = tuple(Path(file) for file in json.loads(row.files))
    return AnnotatedSeries(row.uid, row.patient_group, row.kind, row.format, row.modality, files, mask_id)


def fingerprint_columns(found: Fingerprint) -> dict[str, Any]:
    """The hashes as text."""
    return {"files": json.dumps([[str(path), digest] for path, digest in found.files]), "pixels": found.pixels}


def fingerprint(row: FingerprintRow) -> Fingerprint:
    """The hashes of a row."""
    return Fingerprint(tuple((Path(path), digest) for path, digest in json.loads(row.files)), row.pixels)


def _provenance(row: MaskRow | DraftRow) -> Provenance:
    time: datetime = row.time.replace(tzinfo=UTC)
    return Provenance(row.author, time, row.model, row.model_version)
