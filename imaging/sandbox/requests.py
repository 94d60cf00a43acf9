"""What a worker can be asked, what it gives back, and how its failures are named on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaging.errors import GeometryError, ImagingError, LibraryError, NotAnImage, OtherGrid, ReadError, Truncated
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.measurement_report.packed import PackedMeasurements
from imaging.formats.metadata import Element
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.segmentation.imported import ImportedMask
from imaging.key_image import KeySelection
from imaging.study import Document, Series, Study
from imaging.volume import Volume


@dataclass(frozen=True)
class _OfAPath:
    """A request that is about what lies at one path."""

    path: Path

    @property
    def subject(self) -> Path:
        return self.path


@dataclass(frozen=True)
class _OntoAnImage(_OfAPath):
    """A file that is read for what it says of an image."""

    grid: ImageGrid
    series: Series


@dataclass(frozen=True)
class OpenStudy(_OfAPath):
    """:func:`imaging.formats.reading.open_study` without the files that ended a worker before."""

    skip: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class OpenFiles(_OfAPath):
    """:func:`imaging.formats.reading.open_files` without the files that ended a worker before."""

    files: tuple[Path, ...]
    skip: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class LoadVolume:
    """:func:`imaging.formats.reading.load_volume`.

    Attributes:
        watched: the slices are looked at as they come.
        gives_all: planes that only need to be copied from their files are given like all others.
    """

    series: Series
    watched: bool = False
    gives_all: bool = False

    @property
    def subject(self) -> Path:
        return self.series.files[0] if self.series.files else Path(self.series.uid)


@dataclass(frozen=True)
class ReadText:
    """:func:`imaging.formats.documents.read_text`."""

    document: Document

    @property
    def subject(self) -> Path:
        return self.document.file


@dataclass(frozen=True)
class ReadSegmentation(_OntoAnImage):
    """:func:`imaging.formats.segmentation.importing.import_onto`."""

    resample: bool = False


class ReadMetadata(_OfAPath):
    """:func:`imaging.formats.metadata.read_metadata`."""


class ReadMeasurements(_OntoAnImage):
    """:func:`imaging.formats.measurement_report.reading.read_packed`."""


class ReadPresentation(_OntoAnImage):
    """:func:`imaging.formats.presentation.reading.read_presentation`."""


@dataclass(frozen=True)
class ReadKeySelection(_OfAPath):
    """:func:`imaging.formats.key_selection.read_key_selection`."""

    series: tuple[Series, ...]


Request = (
    OpenStudy
    | OpenFiles
    | LoadVolume
    | ReadText
    | ReadSegmentation
    | ReadMetadata
    | ReadMeasurements
    | ReadPresentation
    | ReadKeySelection
)
RESULTS: dict[type[Request], Any] = {
    OpenStudy: Study,
    OpenFiles: Study,
    LoadVolume: Volume,
    ReadText: str,
    ReadSegmentation: ImportedMask,
    ReadMetadata: tuple[Element, ...],
    ReadMeasurements: PackedMeasurements,
    ReadPresentation: Presentation,
    ReadKeySelection: KeySelection,
}
REQUESTS: dict[str, type[Request]] = {each.__name__: each for each in RESULTS}

UNEXPECTED = "unexpected"
"""Name of an error that no reader meant to raise: the worker is not used again."""

_OF_A_FILE: dict[str, type[ReadError]] = {each.__name__: each for each in (ReadError, NotAnImage, OtherGrid, Truncated)}
_OTHERS: dict[str, type[ImagingError]] = {each.__name__: each for each in (GeometryError, LibraryError, ImagingError)}


def describe_error(error: BaseException, subject: Path, memory_bytes: int) -> dict[str, str]:
    """Name, path and words of an error: a known one as it is, any other as :data:`UNEXPECTED`, in words."""
    for kind in type(error).__mro__:
        if kind.__name__ in _OF_A_FILE and isinstance(error, ReadError):
            return {"name": kind.__name__, "path": str(error.path), "words": error.reason}
        if kind.__name__ in _OTHERS and isinstance(error, ImagingError):
            return {"name": kind.__name__, "path": str(subject), "words": str(error)}
    return {"name": UNEXPECTED, "path": str(subject), "words": _words(error, memory_bytes)}


def error_from(name: str, path: str, words: str) -> ImagingError:
    """The error that :func:`describe_error` described; an unknown name gives a :class:`ReadError`."""
    if name in _OTHERS:
        return _OTHERS[name](words)
    return _OF_A_FILE.get(name, ReadError)(path.replace("\0", ""), words)


def _words(error: BaseException, memory_bytes: int) -> str:
    if isinstance(error, MemoryError):
        return f"needs more memory than the reader may use ({memory_bytes / (1 << 30):.1f} GiB)"
    if isinstance(error, RecursionError):
        return "damaged: its parts are nested too deep to be read"
    return f"damaged: the reader failed with {type(error).__name__}: {str(error)[:200] or 'no words'}"
