"""What one opening found, headers only: series to choose from, and files that were refused with the reason."""

from dataclasses import dataclass, field
from pathlib import Path

from imaging.geometry import Geometry
from imaging.volume import Kind


@dataclass(frozen=True)
class Patient:
    """Who: as written in the file; empty where the format has no patient."""

    id: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True)
class Series:
    """One stack of images as a person would list it.

    Attributes:
        uid: Series Instance UID, made unique when one series holds several stacks (``"…#2"``); for files without
            one, a stable identity made from the file's content.
        files: in display order, sorted by position for a volume.
        frames: the number of slices or frames.
        geometry: the grid, or None while only pixels can tell.
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
    warnings: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        return self.shape_kji[0]

    @property
    def group(self) -> str:
        """The key that keeps one patient's images together in training: patient id, else the study, else the series."""
        return self.patient.id or self.study_uid or self.uid


@dataclass(frozen=True)
class Refusal:
    """A file that was not opened, and the reason in words."""

    file: Path
    reason: str


@dataclass(frozen=True)
class Study:
    """Everything one opening of a path found."""

    path: Path
    series: tuple[Series, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def find(self, uid: str) -> Series:
        """The series with this uid.

        Raises:
            KeyError: no such series here.
        """
        for series in self.series:
            if series.uid == uid:
                return series
        raise KeyError(f"no series {uid} in {self.path}")
