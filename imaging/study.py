"""What one opening found, headers only: series to choose from, and files that were refused with the reason."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from imaging.geometry import Geometry
from imaging.volume import Kind


@dataclass(frozen=True)
class Patient:
    """Who: as written in the file; empty where the format has no patient.

    Attributes:
        issuer: who gave the ``id`` (Issuer of Patient ID, DICOM PS3.3 C.7.1.1).
    """

    id: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    issuer: str = ""

    @property
    def plain_name(self) -> str:
        """The name as it is compared: small letters, one space between its parts."""
        return " ".join(self.name.replace("^", " ").casefold().split())

    @property
    def name_digest(self) -> str:
        """Sixteen hex digits that stand for name and birth date together; empty where either is unknown."""
        if not self.plain_name or not self.birth_date:
            return ""
        return hashlib.sha256(f"{self.plain_name}/{self.birth_date}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Phase:
    """One of several stacks of a series at the same positions: a point in time, an echo, a b value.

    Attributes:
        group: the same text for all phases that belong together.
        index: place in the order of phases, the first is 0. count: how many there are.
        name: what tells it apart, e.g. ``"temporal position 3"``.
        time_ms: since the first phase, None where phases are no times.
    """

    group: str
    index: int
    count: int
    name: str
    time_ms: float | None = None


@dataclass(frozen=True)
class Series:
    """One stack of images as a person would list it.

    Attributes:
        uid: Series Instance UID, made unique when one series holds several stacks (``"…#2"``); for files without
            one, a stable identity made from the file's content.
        files: in display order, sorted by position for a volume.
        frames: the number of slices or frames.
        geometry: the grid, or None while only pixels can tell.
        phase: set where several stacks share the same positions.
        warnings: repairs and assumptions, in words.
    """

    uid: str
    kind: Kind
    format: str
    files: tuple[Path, ...]
    shape_kji: tuple[int, int, int]
    geometry: Geometry | None = None
    modality: str = ""
    description: str = ""
    number: int | None = None
    photometric: str = ""
    body_part: str = ""
    frame_time_ms: float | None = None
    study_uid: str = ""
    study_date: str = ""
    study_description: str = ""
    accession: str = ""
    patient: Patient = field(default_factory=Patient)
    frame_of_reference: str = ""
    phase: Phase | None = None
    warnings: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        return self.shape_kji[0]

    @property
    def phase_index(self) -> int:
        """Its place in the order of phases; 0 where there are none."""
        return self.phase.index if self.phase else 0

    @property
    def group(self) -> str:
        """The key that keeps one patient's images together in training, without their name.

        The patient id; without one a hash of name and birth date where both are known, else the study, else the series.
        """
        return self.patient.id or self.patient.name_digest or self.study_uid or self.uid


@dataclass(frozen=True)
class Refusal:
    """A file that was not opened, the reason in words, and whose it is where that could still be read."""

    file: Path
    reason: str
    patient_name: str = ""


DocumentKind = Literal["report", "pdf", "waveform", "plan", "presentation", "segmentation", "other"]


@dataclass(frozen=True)
class Document:
    """An object without an image of its own: listed with what it is; reports and PDF are shown as text.

    Attributes:
        name: SOP class in words, e.g. ``"Comprehensive SR Storage"``.
        title: Document Title, Content Label or Series Description.
        refers_to: Series Instance UIDs it refers to, e.g. the source of a segmentation.
    """

    file: Path
    kind: DocumentKind
    name: str
    title: str = ""
    modality: str = ""
    series_uid: str = ""
    study_uid: str = ""
    patient: Patient = field(default_factory=Patient)
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """Everything one opening of a path found."""

    path: Path
    series: tuple[Series, ...] = ()
    refused: tuple[Refusal, ...] = ()
    documents: tuple[Document, ...] = ()

    def find(self, uid: str) -> Series:
        """The series with this uid.

        Raises:
            KeyError: no such series here.
        """
        for series in self.series:
            if series.uid == uid:
                return series
        raise KeyError(f"no series {uid} in {self.path}")

    def source_of(self, document: Document) -> Series | None:
        """The images that a mask, structures or presentation state belong to, if here: the largest stack of them."""
        if document.kind not in ("segmentation", "presentation") and document.modality != "RTSTRUCT":
            return None
        named = (one for one in self.series if one.uid in document.refers_to and one.modality != "SEG")
        return next(named, None)
