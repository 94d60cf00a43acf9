"""Elements with a value representation that DICOM does not have, read as their tags say (PS3.5 6.2.2, 7.1.2)."""

from collections.abc import Iterable
from typing import BinaryIO

from pydicom.datadict import dictionary_VR
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32, VR

from imaging.formats.dicom.pixel_element import PIXEL_TAGS, UNDEFINED_LENGTH, ByteOrder

KNOWN = frozenset(str(vr).encode() for vr in VR if len(vr) == 2)
LONG_VRS = frozenset(str(vr).encode() for vr in EXPLICIT_VR_LENGTH_32)
"""Those whose length takes four bytes (PS3.5 7.1.2)."""
AFTER_META_LENGTH = 144
"""First byte after the Group Length of the File Meta Information (PS3.10 7.1)."""

_MOST_HEAD_BYTES = 16 << 20
_MOST_LEVELS = 64
_ITEM, _END_OF_ITEM, _END_OF_SEQUENCE = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


class LostError(Exception):
    """An element after which nothing can be found, in words."""


def told(codes: Iterable[bytes]) -> str:
    """That elements were read by their tags, in words; empty where none was."""
    named = ", ".join(repr(code)[1:] for code in dict.fromkeys(codes))
    return f"elements have no value representation of DICOM ({named}): read as their tags say" if named else ""


def restored_head(stream: BinaryIO, order: ByteOrder) -> tuple[bytes, tuple[bytes, ...]] | None:
    """The bytes before and of the head of the pixels, every element with a known VR; and the unknown ones that it had.

    All stays where it is: an element in the short form gets the VR of its tag, one in the long form UN. The form is the
    one after which another element begins. None where no element has an unknown VR, or where no pixels follow.

    Args:
        stream: a file with explicit VR.
        order: of its data set.

    Raises:
        LostError: no form fits an element, or more than one.
    """
    stream.seek(0)
    head = _Head(bytearray(stream.read(_MOST_HEAD_BYTES)), order)
    try:
        end = head.elements(head.start, 0)
    except (IndexError, RecursionError):
        return None
    return (bytes(head.data[: end + 12]), tuple(head.replaced)) if head.replaced else None


class _Head:
    """The first bytes of a file.

    Attributes:
        start: of the data set.
        replaced: VRs that were none.
    """

    def __init__(self, data: bytearray, order: ByteOrder) -> None:
        self.data = data
        self._order: ByteOrder = order
        has_meta = data[128:140].startswith(b"DICM\x02\0\0\0UL\x04\0")
        self.start = AFTER_META_LENGTH + int.from_bytes(data[140:144], "little") if has_meta else 0
        self.replaced: list[bytes] = []

    def elements(self, at: int, levels: int, *, implicit: bool = False) -> int:
        """Go through the elements of a data set or item; the end of the item, or where the pixels begin."""
        if levels > _MOST_LEVELS:
            raise RecursionError
        while True:
            tag = self._tag(at)
            if tag == _END_OF_ITEM:
                return at + 8
            if not levels and tag in PIXEL_TAGS:
                return at
            at = self._after_implicit(at, levels) if implicit else self._after(at, tag, levels)

    def _after_implicit(self, at: int, levels: int) -> int:
        length = self._number(at + 4, 4)
        return self._items(at + 8, levels + 1, implicit=True) if length == UNDEFINED_LENGTH else at + 8 + length

    def _after(self, at: int, tag: int, levels: int) -> int:
        """First byte after an element."""
        code = bytes(self.data[at + 4 : at + 6])
        if code not in KNOWN:
            return self._restored(at, tag, code)
        is_long = code in LONG_VRS
        length = self._number(at + 8, 4) if is_long else self._number(at + 6, 2)
        if is_long and length == UNDEFINED_LENGTH:
            return self._items(at + 12, levels + 1, implicit=code == b"UN")
        return at + (12 if is_long else 8) + length

    def _items(self, at: int, levels: int, *, implicit: bool) -> int:
        """First byte after items of a sequence; those of a UN are in implicit VR (PS3.5 6.2.2)."""
        while (tag := self._tag(at)) == _ITEM:
            length = self._number(at + 4, 4)
            at = self.elements(at + 8, levels, implicit=implicit) if length == UNDEFINED_LENGTH else at + 8 + length
        if tag != _END_OF_SEQUENCE:
            raise IndexError
        return at + 8

    def _restored(self, at: int, tag: int, code: bytes) -> int:
        """Give an element its VR; first byte after it. One without any, as in implicit VR, is left to the parser."""
        ends = {"short": at + 8 + self._number(at + 6, 2), "none": at + 8 + self._number(at + 4, 4)}
        if not any(self.data[at + 6 : at + 8]):
            ends["long"] = at + 12 + self._number(at + 8, 4)
        fitting = {form: end for form, end in ends.items() if self._begins_element(end, tag, code)}
        vr = _vr_of(tag)
        if fitting.keys() == {"short"} and vr != b"SQ":
            self.data[at + 4 : at + 6] = b"LO" if vr in LONG_VRS else vr
        elif fitting.keys() == {"long"}:
            self.data[at + 4 : at + 6] = b"UN"
        elif fitting.keys() == {"none"}:
            return fitting["none"]
        else:
            place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            raise LostError(
                f"damaged DICOM header: {place} has the value representation {repr(code)[1:]}, which is none of DICOM, "
                "and where its value ends cannot be told"
            )
        self.replaced.append(code)
        return next(iter(fitting.values()))

    def _begins_element(self, at: int, before: int, code: bytes) -> bool:
        """True for a higher tag with a known VR or with the same unknown one, or for the end of the item."""
        if at + 8 > len(self.data):
            return False
        tag = self._tag(at)
        return tag == _END_OF_ITEM or (tag > before and bytes(self.data[at + 4 : at + 6]) in {*KNOWN, code})

    def _tag(self, at: int) -> int:
        return self._number(at, 2) << 16 | self._number(at + 2, 2)

    def _number(self, at: int, size: int) -> int:
        found = self.data[at : at + size]
        if len(found) < size:
            raise IndexError
        return int.from_bytes(found, self._order)


def _vr_of(tag: int) -> bytes:
    """The VR of a tag of the standard; LO for all others."""
    try:
        return dictionary_VR(tag)[:2].encode()
    except KeyError:
        return b"LO"
