"""Values of DICOM attributes as plain Python, tolerant of real files: absent, empty and unreadable are one."""

import logging
import re
import struct
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

import pydicom.config
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from imaging.formats.character_sets import Decoded, decode, one_line

if TYPE_CHECKING:
    from _collections_abc import dict_keys

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
# Real files break value rules everywhere; what matters is checked where it is used.

_LONG_TEXT_VRS = ("ST", "LT", "UT")
_TEXT_VRS = ("PN", "LO", "SH", "UC", *_LONG_TEXT_VRS)
_UNBOUNDED_VRS = ("UC", "UT")
MOST_TEXT_BYTES = 16 << 10
"""Of a text of any other VR, which has 10,240 characters at most (PS3.5 6.2): a wrong length may take in the pixels."""

_NAMES = ("PatientName", "PatientID", "StudyDescription", "SeriesDescription", "BodyPartExamined")

_INTEGER, _DECIMAL = rb" *[+-]?\d{1,15} *", rb" *[+-]?\d{1,15}(\.\d{0,20})?([eE][+-]?\d{1,2})? *"
_ORDINARY = {vr: re.compile(rb"%b(\\%b)*\0?" % (each, each)) for vr, each in (("IS", _INTEGER), ("DS", _DECIMAL))}
"""Values of the standard's form (PS3.5 6.2), a number or more."""

_PLAIN_VRS = frozenset(("AE", "AS", "CS", "DA", "DT", "LO", "PN", "SH", "TM", "UI"))
_PLAIN = re.compile(rb"[ -<>-\[\]-}]*\0?")
"""One value of characters that are the same in every character set; without =, which parts a name."""

_TOLD_ELSEWHERE = re.compile(
    "Unknown encoding|Incorrect value for Specific Character Set|Value .* (for Specific|cannot be used as code)"
    "|Failed to decode byte string|Found unknown escape sequence|Expected (implicit|explicit) VR, but found"
)
# pydicom tells the terminal of odd character sets and encodings; the warnings of the series say it where it is seen.
warnings.filterwarnings("ignore", category=UserWarning, module=r"pydicom\.charset")
warnings.filterwarnings("ignore", "Expected (implicit|explicit) VR, but found", UserWarning)
logging.getLogger("pydicom").addFilter(lambda record: not _TOLD_ELSEWHERE.match(record.getMessage()))

NOTHING = Dataset()
"""The data set that stands for an absent one. Not to be written to: making one costs as much as ten look-ups."""


@cache
def known_tag(number: int) -> BaseTag:
    """The one object for a tag: a dictionary then finds it by identity, without pydicom's comparison in Python."""
    return BaseTag(number) if type(number) is int else known_tag(int(number))  # a cache knows a tag from its number


_CHARACTER_SET = known_tag(Tag("SpecificCharacterSet"))

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


def holds(dataset: Dataset, tag: BaseTag) -> bool:
    """True where the attribute is there. pydicom's own ``in`` takes ten times as long, as it knows keywords too."""
    present = dataset.keys()
    return tag in present


def _elements(dataset: Dataset) -> Mapping[BaseTag, DataElement | RawDataElement]:
    """The elements by their tags, none of them decoded for being looked at."""
    return cast("dict_keys[BaseTag, DataElement | RawDataElement]", dataset.keys()).mapping


def value(dataset: Dataset, keyword: str) -> object:
    """The value of an attribute; None where it is absent, empty or cannot be read."""
    tag = _tag(keyword)
    if tag is None or not holds(dataset, tag):
        return None
    try:
        found: object = dataset[tag].value
    except NotImplementedError:  # a value representation that DICOM does not have
        found = _by_tag(dataset, tag)
    except PARSE_ERRORS:
        return None
    return None if found in ("", b"") else found


def _by_tag(dataset: Dataset, tag: BaseTag) -> object:
    """The value as the dictionary says that it is represented; None where that cannot be (PS3.5 6.2.2)."""
    raw = dataset.get_item(tag, keep_deferred=True)
    try:
        return convert_raw_data_element(raw._replace(VR="UN")).value if isinstance(raw, RawDataElement) else None
    except PARSE_ERRORS:
        return None


@cache
def _tag(keyword: str) -> BaseTag | None:
    tag = tag_for_keyword(keyword)
    return None if tag is None else known_tag(tag)


def as_read(dataset: Dataset, tags: frozenset[BaseTag]) -> tuple[object, ...]:
    """What stands in the file under some tags that are there, not decoded: alike wherever files say the same.

    Comparing it costs a tenth of comparing values.
    """
    present = _elements(dataset)
    return tuple([(tag, _as_stored(present[tag].value)) for tag in tags if tag in present])


def _as_stored(found: object) -> bytes | str | None:
    return found if found is None or isinstance(found, bytes) else str(found)


def text(dataset: Dataset, keyword: str) -> str:
    """The value as one line of printable text, several values joined by a backslash; ``""`` where there is none."""
    return one_line(written_text(dataset, keyword))


def written_text(dataset: Dataset, keyword: str) -> str:
    """The value as text with its line ends and control characters; ``""`` where there is none."""
    raw = _undecoded(dataset, keyword)
    if raw is not None and raw.VR in _PLAIN_VRS and _PLAIN.fullmatch(raw.value):
        return raw.value.decode("ascii").rstrip("\0 ")
    stored = None if raw is None else _beyond_ascii(dataset, raw)
    if stored is not None:
        return stored.text
    found = value(dataset, keyword)
    if found is None:
        return ""
    return "\\".join(map(str, found)) if isinstance(found, (MultiValue, list, tuple)) else str(found)


def character_warnings(dataset: Dataset) -> tuple[str, ...]:
    """What is odd about the character set of the names and descriptions of a file, in words."""
    undecoded = (_undecoded(dataset, keyword) for keyword in _NAMES)
    found = (_beyond_ascii(dataset, raw) for raw in undecoded if raw is not None)
    return tuple(dict.fromkeys(words for each in found if each is not None for words in each.odd))


class _Undecoded(NamedTuple):
    """The bytes of a value that pydicom was not asked for yet, and its VR by the file or else by the dictionary."""

    VR: str
    value: bytes
    is_little_endian: bool


def _undecoded(dataset: Dataset, keyword: str) -> _Undecoded | None:
    """The bytes of a value; None where there are none, or where they are decoded already."""
    tag = _tag(keyword)
    if tag is None or not holds(dataset, tag):
        return None
    try:
        raw = dataset.get_item(tag)
    except PARSE_ERRORS:
        return None
    if not isinstance(raw, RawDataElement) or not isinstance(raw.value, bytes):
        return None
    return _Undecoded(_dictionary_vr(tag) if raw.VR in (None, "UN") else raw.VR, raw.value, raw.is_little_endian)


def _beyond_ascii(dataset: Dataset, raw: _Undecoded) -> Decoded | None:
    """The text of a value with other than ASCII characters, from its bytes; None for all other values.

    pydicom decodes lazily: while nobody asked it for the value, the bytes are there. It is not asked, because text in
    a wrong or missing character set would be lost in its replacement characters.
    """
    vr = raw.VR
    if vr not in _TEXT_VRS or (raw.value.isascii() and b"\x1b" not in raw.value):
        return None
    delimiters = "" if vr in _LONG_TEXT_VRS else "^=\\" if vr == "PN" else "\\"
    written = raw.value if vr in _UNBOUNDED_VRS else raw.value[:MOST_TEXT_BYTES]
    found = decode(written.rstrip(b"\0 "), _declared(dataset), delimiters)
    return Decoded(found.text.rstrip("="), found.odd) if vr == "PN" else found


def _declared(dataset: Dataset) -> list[str]:
    """Specific Character Set (0008,0005), one entry a value, as written."""
    found = value(dataset, "SpecificCharacterSet")
    if found is None:
        return []
    return [str(each or "") for each in found] if isinstance(found, (MultiValue, list)) else [str(found)]


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The values as finite numbers; empty where any of them is none."""
    plain = _undecoded_numbers(dataset, keyword)
    found = value(dataset, keyword) if plain is None else plain
    if found is None:
        return ()
    several: Iterable[object] = found if isinstance(found, (MultiValue, list, tuple)) else (found,)
    try:
        parsed = tuple(float(each if isinstance(each, (int, float)) else str(each)) for each in several)
    except ValueError:
        return ()
    return parsed if all(abs(each) < float("inf") for each in parsed) else ()


def _undecoded_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    """Ordinary DS, IS and US values from their bytes, eight times faster than decoded; None for all others."""
    raw = _undecoded(dataset, keyword)
    if raw is None:
        return None
    if raw.VR == "US" and len(raw.value) == 2 and raw.is_little_endian:
        return (float(int.from_bytes(raw.value, "little")),)
    ordinary = _ORDINARY.get(raw.VR)
    if ordinary is None or not ordinary.fullmatch(raw.value):
        return None
    return tuple(map(float, raw.value.rstrip(b" \0").split(b"\\")))


@cache
def _dictionary_vr(tag: BaseTag) -> str:
    return dictionary_VR(tag)


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a number, or None."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """The first value as a whole number, or None."""
    found = number(dataset, keyword)
    return int(found) if found is not None else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty where it is absent or no sequence.

    An item without a character set of its own is given the one around it, which holds for it (PS3.3 C.12.1.1.2).
    """
    found = value(dataset, keyword)
    if not isinstance(found, Iterable) or isinstance(found, (str, bytes)):
        return []
    inner = [item for item in found if isinstance(item, Dataset)]
    if _CHARACTER_SET in dataset:
        for each in inner:
            if len(each) and _CHARACTER_SET not in each:
                each[_CHARACTER_SET] = dataset.get_item(_CHARACTER_SET)
    return inner


def item(dataset: Dataset, keyword: str) -> Dataset:
    """The first item of a sequence; an empty data set where there is none."""
    found = items(dataset, keyword)
    return found[0] if found else NOTHING
