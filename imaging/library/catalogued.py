"""What the catalogue lists: studies with their reading state, and which of them are wanted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from imaging.study import Document, Patient, Series

LIMIT = 20_000
"""Studies that one search gives at most."""

_IDENTITY_LENGTH = 500


class ReadingState(StrEnum):
    """How far a person got with a study."""

    UNREAD = "unread"
    STARTED = "in progress"
    READ = "read"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class CataloguedStudy:
    """A study of the catalogue, without its series.

    Attributes:
        key: identity in the catalogue; see :func:`study_key`.
        patient_key: the same for studies of one patient; see :func:`patient_key`.
        date: YYYYMMDD as DICOM writes it; empty where unknown.
        images: slices and frames of all series.
        missing: its files were not there when last looked for.
        opened: when last opened, UTC.
    """

    key: str
    patient_key: str
    patient: Patient
    date: str = ""
    description: str = ""
    accession: str = ""
    modalities: tuple[str, ...] = ()
    series: int = 0
    images: int = 0
    state: ReadingState = ReadingState.UNREAD
    missing: bool = False
    opened: datetime | None = None


@dataclass(frozen=True)
class CataloguedItem:
    """A series or document as it was found; its files may have changed since.

    Attributes:
        place: its first file, or the archive that it is in.
        stamp: :func:`stamp` of its files, or of the archive, when it was found.
    """

    item: Series | Document
    place: Path
    stamp: str

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it depends on: its own, or the archive."""
        own = files_of(self.item)
        return own if self.place == own[0].absolute() else (self.place,)

    @property
    def archived(self) -> bool:
        """True where its files are unpacked from an archive and do not outlive the program."""
        return self.place != files_of(self.item)[0].absolute()


@dataclass(frozen=True)
class Search:
    """Which studies are wanted; empty fields ask for nothing.

    Attributes:
        words: each must occur in the patient's name, id or birth date, the description, accession, modality or date.
        first_date, last_date: YYYYMMDD, inclusive. A study without a date lies in no range.
        recent: only what was opened before, last opened first.
    """

    words: str = ""
    modality: str = ""
    state: ReadingState | None = None
    first_date: str = ""
    last_date: str = ""
    recent: bool = False

    @property
    def asks(self) -> bool:
        """False when every study is wanted."""
        return self != Search()


def patient_key(patient: Patient, study: str) -> str:
    """What tells patients apart: two studies with the same key are of one patient.

    The id with its issuer; an id without an issuer is unique in one hospital only and counts with the birth date.
    Without an id, name and birth date together. Never the name alone: such a study stands for itself.

    Args:
        patient: as written in the file.
        study: identity of the study, for patients that nothing tells apart.
    """
    name = patient.plain_name
    if patient.id and patient.issuer:
        return _digest("issued", patient.id, patient.issuer)
    if patient.id:
        return _digest("id", patient.id, patient.birth_date)
    if name and patient.birth_date:
        return _digest("name", name, patient.birth_date)
    return _digest("study", study)


def study_key(item: Series | Document) -> str:
    """What tells studies apart: Study Instance UID and patient; for files without one, the folder they lie in."""
    study = item.study_uid or f"folder {files_of(item)[0].absolute().parent}"
    return _digest(study, patient_key(item.patient, study))


def files_of(item: Series | Document) -> tuple[Path, ...]:
    """The files of a series or document."""
    return item.files if isinstance(item, Series) else (item.file,)


def identity(item: Series | Document) -> str:
    """What tells the items of one study apart."""
    return (item.uid if isinstance(item, Series) else str(item.file.absolute()))[-_IDENTITY_LENGTH:]


def stamp(files: Sequence[Path]) -> str:
    """What changes when any of the files does: a hash of names, sizes and times of change.

    Raises:
        OSError: a file is not there.
    """
    found = [(str(file.absolute()), file.stat()) for file in files]
    return _digest(*(f"{name} {about.st_size} {about.st_mtime_ns}" for name, about in found))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
