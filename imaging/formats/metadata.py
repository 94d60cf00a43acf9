"""Everything the header of a file says, element by element, safe to show."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from imaging.errors import ReadError
from imaging.formats.character_sets import is_shown
from imaging.formats.content import Format, format_of

MOST_ELEMENTS = 20_000
"""Enhanced objects describe each frame anew: beyond this the list only says that there is more."""
LONGEST_VALUE = 400
_LARGE_BYTES = 64 << 10
_SHOWN_BYTES = 24
_DEEPEST = 32
_CONTROL_PICTURES = 0x2400


@dataclass(frozen=True)
class Element:
    """One line of a header.

    Attributes:
        depth: 0 for the header itself; items of sequences lie two deeper than what encloses them.
        tag: ``"(0010,0010)"``; empty for items, and in formats without tags.
        vr: value representation (DICOM PS3.5 6.2), else empty.
        name: keyword of a DICOM element, else what the format calls it.
        value: shortened; characters that cannot be seen are made visible.
    """

    depth: int
    tag: str
    vr: str
    name: str
    value: str


def read_metadata(path: Path) -> tuple[Element, ...]:
    """The header of a file, in its order; empty for formats that have none to speak of.

    Raises:
        ReadError: the file is gone or damaged.
    """
    kind = format_of(path)
    match kind:
        case Format.DICOM:
            return _dicom(path)
        case Format.NIFTI:
            from imaging.formats import nifti_header

            return _fields_of(nifti_header.read_header(path))
        case Format.ANALYZE:
            from imaging.formats import analyze

            return _fields_of(analyze.read_header(path))
        case Format.NRRD | Format.META:
            from imaging.formats import metaimage, nrrd

            header = nrrd.read_fields(path) if kind is Format.NRRD else metaimage.read_fields(path)
            return tuple(Element(0, "", "", visible(name), visible(value)) for name, value in header.fields.items())
        case _:
            return ()


def visible(text: str) -> str:
    """The text on one line: control characters as their pictures (U+2400), others that hide or reorder by number."""
    shown = "".join(
        character if is_shown(character) else _picture(character) for character in text[: LONGEST_VALUE + 1]
    )
    return shown if len(text) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]} … ({len(text)} characters)"


def _picture(character: str) -> str:
    number = ord(character)
    return chr(_CONTROL_PICTURES + number) if number < 0x20 else f"<U+{number:04X}>"


def _fields_of(header: Any) -> tuple[Element, ...]:
    return tuple(Element(0, "", "", field.name, visible(str(getattr(header, field.name)))) for field in fields(header))


def _dicom(path: Path) -> tuple[Element, ...]:
    from pydicom import dcmread

    from imaging.formats.dicom.attributes import PARSE_ERRORS
    from imaging.formats.dicom.stream import dataset_stream

    with dataset_stream(path) as stream:
        try:
            dataset = dcmread(stream, force=True, defer_size=_LARGE_BYTES)
            meta = getattr(dataset, "file_meta", {})
            found = list(islice((each for part in (meta, dataset) for each in _elements(part, 0)), MOST_ELEMENTS + 1))
        except PARSE_ERRORS as error:
            raise ReadError(path, f"damaged DICOM object: {error}") from error
    if len(found) > MOST_ELEMENTS:
        found[MOST_ELEMENTS:] = [
            Element(0, "", "", "…", f"and more: only the first {MOST_ELEMENTS} elements are listed")
        ]
    return tuple(found)


def _elements(dataset: Any, depth: int) -> Iterator[Element]:
    """The elements of a data set, and below each sequence its items (PS3.5 7.5)."""
    from imaging.formats.dicom.attributes import PARSE_ERRORS

    for tag in sorted(dataset.keys()):
        try:
            raw = dataset.get_item(tag, keep_deferred=True)
            if _was_left_out(raw, tag):
                yield Element(depth, _tag(tag), str(raw.VR or ""), _name(tag), _size(raw.length))
                continue
            element = dataset[tag]
            yield Element(depth, _tag(tag), element.VR, element.keyword or visible(element.name), _value(element))
        except PARSE_ERRORS as error:
            yield Element(depth, _tag(tag), "", _name(tag), visible(f"cannot be read: {error}"))
            continue
        if element.VR == "SQ" and depth < _DEEPEST:
            for n, item in enumerate(element.value, start=1):
                yield Element(depth + 1, "", "", f"Item {n}", "")
                yield from _elements(item, depth + 2)


def _was_left_out(raw: Any, tag: int) -> bool:
    """True for a large value that was skipped in the file; large sequences are read all the same."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    skipped = getattr(raw, "value", None) is None and getattr(raw, "length", 0) > 0
    vr = skipped and (raw.VR or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"))
    return skipped and vr != "SQ"


def _value(element: Any) -> str:
    value = element.value
    if element.VR == "SQ":
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, (bytes, bytearray)):
        start = " ".join(f"{byte:02x}" for byte in value[:_SHOWN_BYTES])
        return f"{_size(len(value))}: {start}{' …' if len(value) > _SHOWN_BYTES else ''}" if value else ""
    if value is None:
        return ""
    several = element.VM > 1
    return visible("\\".join(str(each) for each in value[: LONGEST_VALUE + 1]) if several else str(value))


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _name(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or "Private or unknown"


def _size(count: int) -> str:
    return "until its delimiter" if count == 0xFFFFFFFF else f"{count} bytes"
