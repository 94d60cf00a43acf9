"""Errors of the imaging package.

ImagingError
├── ReadError          a file or series that cannot be read, and why
│   ├── NotAnImage     a valid object that holds no pixels (SR, PDF, plan …)
│   ├── OtherGrid      a mask that lies on other voxels of the same patient, and could be resampled
│   └── Truncated      fewer bytes than the header declares
├── GeometryError      positions that do not make a volume
├── LibraryError       the annotation library cannot be opened or written
│   └── JournalError   the journal of a series cannot be used
└── SaveError          a file that could not be written; the old one is untouched
"""

from pathlib import Path


class ImagingError(Exception):
    """Any failure of this package that a person should be told about in words."""


class ReadError(ImagingError):
    """A file that cannot be read: names the file, the reason and, where known, what was found and expected.

    Attributes:
        patient_name: as far as the file could be read; empty where it could not.
    """

    def __init__(self, path: Path | str, reason: str, patient_name: str = "") -> None:
        super().__init__(f"{Path(path).name}: {reason}")
        self.path = Path(path)
        self.reason = reason
        self.patient_name = patient_name


class NotAnImage(ReadError):
    """A well-formed file without pixels to show, for example a structured report."""


class OtherGrid(ReadError):
    """A mask whose voxels are not the image's, though both lie in one place: resampling it would make sense."""


class Truncated(ReadError):
    """A file that ends before the pixels its header declares."""


class GeometryError(ImagingError):
    """Positions or orientations that cannot be used as asked."""


class LibraryError(ImagingError):
    """The annotation library could not be opened, read or written."""


class JournalError(LibraryError):
    """The journal of a series is in use elsewhere, damaged, or of another kind."""


class SaveError(ImagingError):
    """A file could not be written. What stood there before is still there."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{Path(path)} could not be saved: {reason}")
        self.path = Path(path)
        self.reason = reason
