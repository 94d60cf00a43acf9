"""The attributes of an ordinary little-endian file from one read of its head; the unusual is left to pydicom."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from pydicom.charset import convert_encodings, default_encoding
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element, empty_value_for_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32, VR

from imaging.formats.dicom.attributes import known_tag
from imaging.formats.dicom.nesting import is_too_deep
from imaging.formats.dicom.pixel_element import PIXEL_TAGS, UNDEFINED_LENGTH

HEAD_BYTES = 16 << 10
"""Read of each file. An ordinary CT or MR slice has its pixels begin within."""

_MOST_LEVELS = 16
_CHARACTER_SET, _TRANSFER_SYNTAX = 0x00080005, 0x00020010
_ITEM, _END_OF_ITEM, _END_OF_SEQUENCE = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_IMPLICIT = "1.2.840.10008.1.2"
_READABLE = re.compile(r"1\.2\.840\.10008\.1\.2(\.1|\.4\.(?!94|95)\d+|\.5)?")
"""Standard little-endian syntaxes that are neither deflated nor referenced (PS3.6 Table A-1)."""
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_GROUP_LENGTH = b"DICM\x02\0\0\0UL\x04\0"

_explicit, _implicit, _long = Struct("<HH2sH"), Struct("<HHL"), Struct("<L")
_VRS: dict[bytes, tuple[str, bool]] = {
    str(vr).encode(): (str(vr), vr in EXPLICIT_VR_LENGTH_32) for vr in VR if len(vr) == 2
}

_EMPTY = {name: b"" for name, _ in _VRS.values() if empty_value_for_VR(name, raw=True) == b""}
"""VRs whose value of no length is no bytes; of the others it is None."""

_Raw = dict[BaseTag, DataElement | RawDataElement]


class _Unusual(Exception):
    """The head is not one that this walker reads."""


@dataclass(frozen=True)
class Walked:
    """What the walk found.

    Attributes:
        dataset: the wanted attributes, decoded when they are looked at.
        number_tag: tag of the element that holds the pixels.
        offset: first byte of its value in the file.
        declared: its length, or None where it is undefined.
        begins_with: first bytes of its value, four at most.
        file_bytes: size of the file.
    """

    dataset: Dataset
    transfer_syntax: str
    number_tag: int
    offset: int
    declared: int | None
    begins_with: bytes
    file_bytes: int


class _Element(NamedTuple):
    tag: int
    vr: str | None
    length: int
    start: int


def walk(path: Path, wanted: frozenset[int]) -> Walked | None:
    """The wanted attributes of a file and the place of its pixels; None where the file is in any way unusual.

    Raises:
        OSError: the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        head, file_bytes = os.read(descriptor, HEAD_BYTES), os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    try:
        return _walked(head, file_bytes, wanted)
    except _Unusual:
        return None


def _walked(head: bytes, file_bytes: int, wanted: frozenset[int]) -> Walked:
    syntax, start = _meta(head)
    implicit = syntax == _IMPLICIT
    raw: _Raw = {}
    before, at = 0x0007FFFF, start
    while True:
        element = _element(head, at, implicit)
        if element.tag <= before:
            raise _Unusual
        if element.tag in PIXEL_TAGS:
            break
        before, at = element.tag, _end(head, element, implicit)
        if element.tag in wanted or element.tag == _CHARACTER_SET:
            raw[known_tag(element.tag)] = _raw(head, element, implicit)
    if is_too_deep(head[:at]):
        raise _Unusual
    dataset = _dataset(raw, implicit)
    declared = None if element.length == UNDEFINED_LENGTH else element.length
    value = head[element.start : element.start + 4]
    if len(value) < 4:
        raise _Unusual
    return Walked(dataset, syntax, element.tag, element.start, declared, value, file_bytes)


def _meta(head: bytes) -> tuple[str, int]:
    """Transfer syntax and the first byte after the File Meta Information (PS3.10 7.1)."""
    if head[128:140] != _GROUP_LENGTH or len(head) < 144 or _DEFLATED in head[:1024]:
        raise _Unusual
    at, end, syntax = 144, 144 + int.from_bytes(head[140:144], "little"), b""
    while at < end:
        element = _element(head, at, implicit=False)
        if element.tag >> 16 != 2 or element.length == UNDEFINED_LENGTH:
            raise _Unusual
        at = element.start + element.length
        if element.tag == _TRANSFER_SYNTAX:
            syntax = head[element.start : at]
    name = syntax.removesuffix(b"\0").decode("latin-1")
    if at != end or not _READABLE.fullmatch(name):
        raise _Unusual
    return name, end


def _element(head: bytes, at: int, implicit: bool) -> _Element:
    """Tag, VR, length and first byte of the value (PS3.5 7.1)."""
    if at + 12 > len(head):
        raise _Unusual
    if implicit:
        group, number, length = _implicit.unpack_from(head, at)
        if head[at + 4 : at + 6] in _VRS:
            raise _Unusual
        return _Element(group << 16 | number, None, length, at + 8)
    group, number, code, length = _explicit.unpack_from(head, at)
    found = _VRS.get(code)
    if found is None:
        raise _Unusual
    vr, is_long = found
    if is_long:
        return _Element(group << 16 | number, vr, _long.unpack_from(head, at + 8)[0], at + 12)
    return _Element(group << 16 | number, vr, length, at + 8)


def _end(head: bytes, element: _Element, implicit: bool, levels: int = 0) -> int:
    """First byte after an element's value."""
    if element.length != UNDEFINED_LENGTH:
        return element.start + element.length
    if (element.vr or "SQ") != "SQ" or levels >= _MOST_LEVELS:
        raise _Unusual
    at = element.start
    while True:
        tag, length = _delimiter(head, at)
        at += 8
        if tag == _END_OF_SEQUENCE:
            return at
        if tag != _ITEM:
            raise _Unusual
        at = _end_of_item(head, at, implicit, levels + 1) if length == UNDEFINED_LENGTH else at + length


def _end_of_item(head: bytes, at: int, implicit: bool, levels: int) -> int:
    while _delimiter(head, at)[0] != _END_OF_ITEM:
        at = _end(head, _element(head, at, implicit), implicit, levels)
    return at + 8


def _delimiter(head: bytes, at: int) -> tuple[int, int]:
    if at + 8 > len(head):
        raise _Unusual
    group, number, length = _implicit.unpack_from(head, at)
    return group << 16 | number, length


def _raw(head: bytes, element: _Element, implicit: bool) -> RawDataElement:
    end = element.start + element.length
    if element.length == UNDEFINED_LENGTH or end > len(head):
        raise _Unusual
    value = head[element.start : end] if element.length else _EMPTY.get(element.vr or "")
    return RawDataElement(known_tag(element.tag), element.vr, element.length, value, element.start, implicit, True)


def _dataset(raw: _Raw, implicit: bool) -> Dataset:
    """The attributes as pydicom would have read them, with the character set they are written in."""
    dataset = Dataset(raw)
    declared = raw.get(known_tag(_CHARACTER_SET))
    try:
        encodings = (
            convert_encodings(convert_raw_data_element(declared).value)
            if isinstance(declared, RawDataElement)
            else default_encoding
        )
    except ValueError as error:  # a name with a NUL in it
        raise _Unusual from error
    dataset.set_original_encoding(implicit, True, encodings)
    return dataset
