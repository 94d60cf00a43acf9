"""The element that holds the pixels of a DICOM file: where its value is, whatever form it is written in (PS3.5 7.1)."""

import io
from dataclasses import dataclass
from typing import BinaryIO, Literal

ByteOrder = Literal["little", "big"]

PIXEL_TAGS = {0x7FE00010: "integer", 0x7FE00008: "float32", 0x7FE00009: "float64"}
"""Pixel Data, Float Pixel Data and Double Float Pixel Data (PS3.3 C.7.6.3, C.7.6.24)."""

UNDEFINED_LENGTH = 0xFFFFFFFF
ITEM = b"\xfe\xff\x00\xe0"
"""The tag (FFFE,E000) in little endian."""

_VR_OF_PIXELS = (b"OB\0\0", b"OW\0\0", b"OF\0\0", b"OD\0\0", b"UN\0\0")


@dataclass(frozen=True)
class PixelElement:
    """Where the pixels are: a stretch of the data set's bytes.

    Attributes:
        offset: first byte of the value.
        length: bytes of the value that are present in the file; for fragments, all that follows.
        declared: bytes the element claims, or None for fragments (undefined length).
        number: ``"integer"``, ``"float32"`` or ``"float64"``.
        in_file: False where the offset is one in the inflated data set.
    """

    offset: int
    length: int
    declared: int | None
    number: str
    in_file: bool = True

    @property
    def is_fragmented(self) -> bool:
        return self.declared is None


def pixel_element(stream: BinaryIO, implicit: bool, little_endian: bool) -> PixelElement | None:
    """The element at which the parser stopped, if it holds pixels (PS3.5 7.1)."""
    order: ByteOrder = "little" if little_endian else "big"
    start, head = stream.tell(), stream.read(12)
    if len(head) < 8:
        return None
    number = PIXEL_TAGS.get(int.from_bytes(head[:2], order) << 16 | int.from_bytes(head[2:4], order))
    if number is None:
        return None
    end = stream.seek(0, io.SEEK_END)
    before, declared = _form(head, implicit, order, end - start)
    offset = start + before
    present = end - offset
    in_file = not isinstance(stream, io.BytesIO)
    if declared == UNDEFINED_LENGTH:
        return PixelElement(offset, present, None, number, in_file)
    return PixelElement(offset, min(declared, present), declared, number, in_file)


def _form(head: bytes, implicit: bool, order: ByteOrder, present: int) -> tuple[int, int]:
    """How many bytes of an element come before its value, and the length that is stated (PS3.5 7.1).

    With a VR that no pixels have, the form is the one whose length fits the bytes that are there and takes most.

    Args:
        head: the first twelve bytes of the element, if it has as many.
        implicit: the data set has no VRs.
        order: of the data set.
        present: bytes from the start of the element to the end of the file.
    """
    code, length = head[4:6], int.from_bytes(head[4:8], order)
    long_form, no_vr = (12, int.from_bytes(head[8:12], order)), (8, length)
    # A length is even and these letters are odd: an element with a VR shows it, whatever the transfer syntax says.
    if head[4:8] in _VR_OF_PIXELS or (not implicit and code + b"\0\0" in _VR_OF_PIXELS):
        return long_form
    if implicit or 8 + length == present:
        return no_vr
    forms = [long_form] if head[6:8] == b"\0\0" else []
    forms.append((8, int.from_bytes(head[6:8], order)) if code.isalpha() else no_vr)
    fitting = [form for form in forms if sum(form) <= present or form[1] == UNDEFINED_LENGTH]
    return max(fitting or forms, key=lambda form: form[1] % UNDEFINED_LENGTH)


def holds_items(stream: BinaryIO, pixels: PixelElement) -> bool:
    """True for coded pixels in fragments, also where a length was written instead of the undefined one (PS3.5 A.4)."""
    stream.seek(pixels.offset)
    return stream.read(4) == ITEM
