"""The tables of the annotation library."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from imaging.library.name_text import NameText

VERSION = 7
"""1: first light. 2: fingerprints. 3: the catalogue of studies; measurements. 4: key images; attributions.
5: work queues. 6: answers. 7: masks in layers.

A new table or column needs a new version here and a step in :mod:`imaging.library.migrations`."""


class Base(DeclarativeBase):
    """All tables."""


class SchemaRow(Base):
    """The schema version; one row."""

    __tablename__ = "schema"
    version: Mapped[int] = mapped_column(primary_key=True)


class SeriesRow(Base):
    """A series that somebody annotated, with what is needed to find its images again."""

    __tablename__ = "series"
    uid: Mapped[str] = mapped_column(String(200), primary_key=True)
    study_uid: Mapped[str] = mapped_column(String(200), default="")
    patient_group: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    format: Mapped[str] = mapped_column(String(32))
    modality: Mapped[str] = mapped_column(String(16), default="")
    description: Mapped[str] = mapped_column(NameText, default="")
    files: Mapped[str] = mapped_column(Text)


class MaskRow(Base):
    """One revision of a series' mask. Rows are added, never changed.

    ``reading`` is the blind reading (``queue_reading.id``) that it belongs to: a line beside that of the series.
    """

    __tablename__ = "mask_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    series_uid: Mapped[str] = mapped_column(ForeignKey("series.uid"), index=True)
    base: Mapped[int | None] = mapped_column(ForeignKey("mask_revision.id"))
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    model: Mapped[str] = mapped_column(String(64), default="")
    model_version: Mapped[str] = mapped_column(String(32), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    geometry: Mapped[str] = mapped_column(Text)
    labels: Mapped[str] = mapped_column(Text)
    box: Mapped[str] = mapped_column(Text)
    voxels: Mapped[bytes] = mapped_column(LargeBinary)
    reading: Mapped[int | None] = mapped_column()


class AttributionRow(Base):
    """What somebody did to one segment of a revision: created, modified, reviewed or approved it. Rows are added."""

    __tablename__ = "attribution"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    revision: Mapped[int] = mapped_column(ForeignKey("mask_revision.id"), index=True)
    value: Mapped[int] = mapped_column()
    action: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    model: Mapped[str] = mapped_column(String(64), default="")
    model_version: Mapped[str] = mapped_column(String(32), default="")


class FindingsRow(Base):
    """What a series shows, as names: a table of schema 1 that nothing was ever written to; answers took its place."""

    __tablename__ = "findings_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    series_uid: Mapped[str] = mapped_column(ForeignKey("series.uid"), index=True)
    base: Mapped[int | None] = mapped_column(ForeignKey("findings_revision.id"))
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    model: Mapped[str] = mapped_column(String(64), default="")
    model_version: Mapped[str] = mapped_column(String(32), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    labels: Mapped[str] = mapped_column(Text)


class DraftRow(Base):
    """The mask being edited as versions before 4 kept it; removed when a revision is saved."""

    __tablename__ = "draft"
    series_uid: Mapped[str] = mapped_column(String(200), primary_key=True)
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    model: Mapped[str] = mapped_column(String(64), default="")
    model_version: Mapped[str] = mapped_column(String(32), default="")
    geometry: Mapped[str] = mapped_column(Text)
    labels: Mapped[str] = mapped_column(Text)
    box: Mapped[str] = mapped_column(Text)
    voxels: Mapped[bytes] = mapped_column(LargeBinary)


class MeasurementRow(Base):
    """One state of a measurement: drawn, changed, named or deleted. Rows are added, never changed."""

    __tablename__ = "measurement_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    series_uid: Mapped[str] = mapped_column(ForeignKey("series.uid"), index=True)
    uid: Mapped[str] = mapped_column(String(64), index=True)
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    deleted: Mapped[bool] = mapped_column(default=False)
    content: Mapped[str] = mapped_column(Text)


class KeyImageRow(Base):
    """One state of a key image: marked, noted on or taken away. Rows are added, never changed."""

    __tablename__ = "key_image_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    series_uid: Mapped[str] = mapped_column(ForeignKey("series.uid"), index=True)
    uid: Mapped[str] = mapped_column(String(64), index=True)
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    deleted: Mapped[bool] = mapped_column(default=False)
    content: Mapped[str] = mapped_column(Text)
    picture: Mapped[bytes] = mapped_column(LargeBinary)


class AnswerRow(Base):
    """One state of an answer to a question of a label set: given, changed or withdrawn. Rows are added, never changed.

    ``series_uid`` is the series that was looked at, also where the answer is about its whole study.
    """

    __tablename__ = "answer_revision"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study_key: Mapped[str] = mapped_column(String(64), index=True)
    series_uid: Mapped[str] = mapped_column(ForeignKey("series.uid"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    k: Mapped[int | None] = mapped_column()
    region: Mapped[str] = mapped_column(String(100), default="")
    label_set: Mapped[str] = mapped_column(String(64))
    set_version: Mapped[int] = mapped_column()
    question: Mapped[str] = mapped_column(String(64))
    chosen: Mapped[str] = mapped_column(Text)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    author: Mapped[str] = mapped_column(String(200))
    time: Mapped[datetime] = mapped_column()
    model: Mapped[str] = mapped_column(String(64), default="")
    model_version: Mapped[str] = mapped_column(String(32), default="")


class FingerprintRow(Base):
    """Hashes of a series' files and pixels as they were when it was first opened."""

    __tablename__ = "fingerprint"
    series_uid: Mapped[str] = mapped_column(String(200), primary_key=True)
    time: Mapped[datetime] = mapped_column()
    files: Mapped[str] = mapped_column(Text)
    pixels: Mapped[str] = mapped_column(String(64))


class StudyRow(Base):
    """A study of the catalogue: enough to list and find it without touching its files."""

    __tablename__ = "study"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_key: Mapped[str] = mapped_column(String(64), index=True)
    patient_id: Mapped[str] = mapped_column(Text, default="")
    patient_name: Mapped[str] = mapped_column(Text, default="")
    birth_date: Mapped[str] = mapped_column(Text, default="")
    sex: Mapped[str] = mapped_column(Text, default="")
    issuer: Mapped[str] = mapped_column(Text, default="")
    study_uid: Mapped[str] = mapped_column(String(200), default="")
    date: Mapped[str] = mapped_column(String(16), default="", index=True)
    description: Mapped[str] = mapped_column(NameText, default="")
    accession: Mapped[str] = mapped_column(String(64), default="")
    modalities: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[int] = mapped_column(default=0)
    images: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(NameText, default="")
    state: Mapped[str] = mapped_column(String(16), default="unread", index=True)
    missing: Mapped[bool] = mapped_column(default=False)
    added: Mapped[datetime] = mapped_column()
    opened: Mapped[datetime | None] = mapped_column(index=True)


class StudyItemRow(Base):
    """A series or document of a study as it was found; ``value`` is the value itself, as JSON.

    ``place`` is its first file, or the archive it is in; ``stamp`` changes when any of its files, or the archive, does.
    """

    __tablename__ = "study_item"
    study_key: Mapped[str] = mapped_column(ForeignKey("study.key"), primary_key=True)
    identity: Mapped[str] = mapped_column(NameText(500), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(NameText)
    stamp: Mapped[str] = mapped_column(String(64))


class IndexedFolderRow(Base):
    """A folder that was asked to be indexed; ``finished`` is None until all of it is in the catalogue."""

    __tablename__ = "indexed_folder"
    path: Mapped[str] = mapped_column(NameText(1000), primary_key=True)
    asked: Mapped[datetime] = mapped_column()
    finished: Mapped[datetime | None] = mapped_column()


class QueueRow(Base):
    """A work queue."""

    __tablename__ = "queue"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    readings: Mapped[int] = mapped_column()
    adjudicator: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    made: Mapped[datetime] = mapped_column()


class QueueCaseRow(Base):
    """A series of a work queue; ``base`` is the mask that all its readings begin with, set when the first does."""

    __tablename__ = "queue_case"
    __table_args__ = (UniqueConstraint("queue", "series_uid", name="uq_queue_case_series"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    queue: Mapped[str] = mapped_column(ForeignKey("queue.name"), index=True)
    position: Mapped[int] = mapped_column()
    priority: Mapped[int] = mapped_column()
    series_uid: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(NameText)
    base: Mapped[int | None] = mapped_column(ForeignKey("mask_revision.id"))
    begun: Mapped[datetime | None] = mapped_column()


class QueueReadingRow(Base):
    """One person's work on a case. The constraints are what lets two people never take the same reading."""

    __tablename__ = "queue_reading"
    __table_args__ = (
        UniqueConstraint("case_id", "slot", name="uq_queue_reading_slot"),
        UniqueConstraint("case_id", "reader", name="uq_queue_reading_reader"),
        {"sqlite_autoincrement": True},  # revisions and journals name readings, also those of a queue that is gone
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("queue_case.id"))
    slot: Mapped[int | None] = mapped_column()
    reader: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    seconds: Mapped[float] = mapped_column(default=0.0)
    started: Mapped[datetime | None] = mapped_column()
    finished: Mapped[datetime | None] = mapped_column()
    revision: Mapped[int | None] = mapped_column(ForeignKey("mask_revision.id"))
