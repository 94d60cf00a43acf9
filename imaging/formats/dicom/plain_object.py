"""DICOM objects that are nothing but their attributes, read whole: reports, structure sets, presentation states."""

from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.errors import ReadError
from imaging.formats.dicom.attributes import PARSE_ERRORS
from imaging.formats.dicom.stream import dataset_stream


def read_object(path: Path, kind: str, most_bytes: int) -> Dataset:
    """All attributes of a file, decoded when they are looked at.

    Args:
        path: the file.
        kind: what it should be, in words, for the refusal.
        most_bytes: a larger file is refused unread.

    Raises:
        ReadError: larger, damaged, or unreadable.
    """
    try:
        if path.stat().st_size > most_bytes:
            raise ReadError(path, f"larger than {most_bytes >> 20} MiB: refused")
        with dataset_stream(path) as stream:
            return dcmread(stream, force=True)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged {kind}: {error}") from error
