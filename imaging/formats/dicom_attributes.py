"""Values of DICOM attributes as plain Python, tolerant of real files: absent, empty and unreadable are one."""

import struct
from collections.abc import Iterable

import pydicom.config
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
# Real files break value rules everywhere; what matters is checked where it is used.

PARSE_ERRORS = (
    BytesLengthException,
    InvalidDicomError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What pydicom raises on bytes that are not what they claim to be."""


def value(dataset: Dataset, keyword: str) -> object:
    """The value of an attribute; None where it is absent, empty or cannot be read."""
    try:
        found: object = dataset.get(keyword)
    except PARSE_ERRORS:
        return None
    return None if found in ("", b"") else found


def text(dataset: Dataset, keyword: str) -> str:
    """The value as one line of printable text, several values joined by a backslash; ``""`` where there is none."""
    found = value(dataset, keyword)
    if found is None:
        return ""
    joined = "\\".join(map(str, found)) if isinstance(found, (MultiValue, list, tuple)) else str(found)
    return "".join(c if c.isprintable() else " " for c in joined).strip()


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The values as finite numbers; empty where any of them is none."""
    found = value(dataset, keyword)
    if found is None:
        return ()
    several: Iterable[object] = found if isinstance(found, (MultiValue, list, tuple)) else (found,)
    try:
        parsed = tuple(float(str(each)) for each in several)
    except ValueError:
        return ()
    return parsed if all(abs(each) < float("inf") for each in parsed) else ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a number, or None."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """The first value as a whole number, or None."""
    found = number(dataset, keyword)
    return int(found) if found is not None else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty where it is absent or no sequence."""
    found = value(dataset, keyword)
    if not isinstance(found, Iterable) or isinstance(found, (str, bytes)):
        return []
    return [item for item in found if isinstance(item, Dataset)]


def item(dataset: Dataset, keyword: str) -> Dataset:
    """The first item of a sequence; an empty data set where there is none."""
    found = items(dataset, keyword)
    return found[0] if found else Dataset()
