"""How the pixels of one DICOM file are laid out (PS3.3 C.7.6.3), checked before a single one is decoded."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from imaging.errors import ReadError, Truncated
from imaging.formats.dicom import codecs
from imaging.formats.dicom.attributes import numbers, whole
from imaging.formats.dicom.header import NATIVE, Header
from imaging.formats.dicom.video import VIDEO_SYNTAXES
from imaging.formats.dicom.whole_frames import whole_frames

NumberKind = Literal["integer", "float32", "float64"]

BELIEVABLE_EXPANSION = 1000
"""Pixel bytes per coded byte beyond which a header is taken for a lie, once the pixels are many."""

_ALWAYS_ALLOWED_BYTES = 64 << 20
_MOST_MISSING = 100
"""Stated frames for each one that is there, beyond which a header is taken for a lie."""

_COLOURS_AS_STORED = ("RGB", "YBR_FULL", "YBR_FULL_422")
_COLOURS_OF_STREAMS = (*_COLOURS_AS_STORED, "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB")


_GE_BIG_ENDIAN_PIXELS = "1.2.840.113619.5.2"
"""A private transfer syntax: implicit little endian, but for the pixels (GE DICOM conformance statements)."""

_TOLD_APART = NATIVE | codecs.KNOWN | VIDEO_SYNTAXES | {"", _GE_BIG_ENDIAN_PIXELS}
"""Transfer syntaxes of which it is known whether their pixels are native; without any, the encoding was guessed."""


@dataclass(frozen=True)
class PixelFormat:
    """Size and meaning of the stored pixels of one file.

    Attributes:
        palette_bits: bits of a palette's entries as its descriptors say: 8 or 16.
        assumptions: what was taken for granted against the header, in words.
        frames_missing: frames that the header states and the file, which ends early, does not hold.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    is_planar: bool
    photometric: str
    number: NumberKind
    little_endian: bool
    palette_bits: int = 8
    assumptions: tuple[str, ...] = ()
    frames_missing: int = 0

    @property
    def frame_bits(self) -> int:
        """Bits of one frame as stored natively."""
        if self.photometric == "YBR_FULL_422":
            return self.rows * self.columns * 2 * self.bits_allocated
        return self.rows * self.columns * self.samples * self.bits_allocated

    @property
    def stored_dtype(self) -> np.dtype[np.generic]:
        """The type of a native pixel in its byte order."""
        if self.number != "integer":
            return np.dtype(self.number).newbyteorder("<" if self.little_endian else ">")
        sign = "i" if self.is_signed and self.bits_stored == self.bits_allocated else "u"
        return np.dtype(f"{'<' if self.little_endian else '>'}{sign}{self.word_bytes}")

    @property
    def word_bytes(self) -> int:
        """Bytes of the smallest integer type that holds a pixel cell: 1, 2, 4 or 8."""
        return _word_bytes(self.bits_allocated)

    @property
    def colour_bits(self) -> int:
        """Bits of a channel: what is stored, or what the palette's entries have; 8 for less."""
        return max(8, self.bits_stored if self.samples == 3 else self.palette_bits)

    @property
    def colour_dtype(self) -> np.dtype[np.generic]:
        """The type of RGB samples that keeps all their bits."""
        return np.dtype(f"u{_word_bytes(self.colour_bits)}")

    @property
    def is_colour(self) -> bool:
        """True where frames become RGB."""
        return self.samples == 3 or self.photometric == "PALETTE COLOR"


def pixel_format(header: Header) -> PixelFormat:
    """The layout of a file's pixels.

    Raises:
        ReadError: an attribute is missing or makes no sense, or the transfer syntax cannot be decoded here.
        Truncated: fewer bytes than the header declares.
    """
    rows, columns = _required(header, "Rows"), _required(header, "Columns")
    number = _number_kind(header.pixels.number)
    bits = _required(header, "BitsAllocated") if number == "integer" else 8 * np.dtype(number).itemsize
    stated = whole(header.dataset, "BitsStored") if number == "integer" else bits
    sign = whole(header.dataset, "PixelRepresentation") if number == "integer" else 0
    stored = stated or bits
    high_bit = whole(header.dataset, "HighBit") if number == "integer" else None
    samples, photometric, assumptions = _colours(header)
    if not stated or sign not in (0, 1):
        assumptions += _assumed_cells(header, stored, sign)
    if header.transfer_syntax not in _TOLD_APART and not header.pixels.is_fragmented:
        assumptions += (f"transfer syntax {header.transfer_syntax} is not known here: read as uncompressed",)
    found = PixelFormat(
        rows,
        columns,
        max(1, whole(header.dataset, "NumberOfFrames") or 1),
        samples,
        bits,
        stored,
        stored - 1 if high_bit is None else high_bit,
        sign == 1,
        whole(header.dataset, "PlanarConfiguration") == 1,
        photometric,
        number,
        header.little_endian and header.transfer_syntax != _GE_BIG_ENDIAN_PIXELS,
        _palette_bits(header),
        assumptions,
    )
    found = _with_possible_high_bit(_with_full_chroma(header, found))
    _check_layout(header, found)
    found = _with_whole_frames(header, found)
    _check_bytes(header, found)
    return _telling_of_more(header, found)


def _telling_of_more(header: Header, found: PixelFormat) -> PixelFormat:
    """The layout, with a word on native pixels for more frames than Number of Frames (0028,0008) says."""
    frame_bytes = (found.frame_bits + 7) // 8
    there = header.pixels.length // frame_bytes
    declared = header.pixels.declared
    if declared is None or declared > header.pixels.length or there <= found.frames:
        return found
    stated = header.text("NumberOfFrames") or "nothing"
    said = f"Number of Frames says {stated}, found pixels for {there}: the first are read"
    return replace(found, assumptions=(*found.assumptions, said))


def _with_whole_frames(header: Header, found: PixelFormat) -> PixelFormat:
    """The layout with the frames that are there, and a word on those that are not, where a file of several ends early.

    Fewer than two, or than a hundredth of those stated, are left to be refused: so is a single frame that is not whole.
    """
    there = whole_frames(header, found.frames, found.frame_bits) if found.frames > 1 else 1
    if there == found.frames or there < max(2, found.frames // _MOST_MISSING):
        return found
    said = f"truncated: only {there} of {found.frames} frames are there"
    missing = found.frames - there
    return replace(found, frames=there, frames_missing=missing, assumptions=(*found.assumptions, said))


def _with_possible_high_bit(found: PixelFormat) -> PixelFormat:
    """The layout with High Bit above all stored bits; a lower one leaves no room for them (PS3.5 8.1.1)."""
    if found.high_bit >= found.bits_stored - 1:
        return found
    said = f"High Bit {found.high_bit} cannot hold {found.bits_stored} stored bits: read as {found.bits_stored - 1}"
    return replace(found, high_bit=found.bits_stored - 1, assumptions=(*found.assumptions, said))


def _with_full_chroma(header: Header, found: PixelFormat) -> PixelFormat:
    """The layout as YBR_FULL where native pixels called YBR_FULL_422 have the bytes of full chrominance."""
    full = replace(found, photometric="YBR_FULL")
    present = header.pixels.length
    if found.photometric != "YBR_FULL_422" or header.pixels.is_fragmented or found.samples != 3:
        return found
    if not 0 <= present - full.frame_bits * full.frames // 8 <= 1:
        return found
    said = "named YBR_FULL_422 but stored with full chrominance: read as YBR_FULL"
    return replace(full, assumptions=(*found.assumptions, said))


def _assumed_cells(header: Header, stored: int, sign: int | None) -> tuple[str, ...]:
    """What the header does not say of pixel cells, or says senselessly, and what is assumed, in words."""
    found: list[str] = []
    if not whole(header.dataset, "BitsStored"):
        found.append(f"Bits Stored (0028,0101) says {header.text('BitsStored') or 'nothing'}: {stored} is assumed")
    if sign not in (0, 1):
        said = header.text("PixelRepresentation") or "nothing"
        found.append(f"Pixel Representation (0028,0103) says {said}: numbers without a sign are assumed")
    return tuple(found)


def _colours(header: Header) -> tuple[int, str, tuple[str, ...]]:
    """Samples per pixel, photometric interpretation, and which of them is taken for granted, in words.

    Either tells the other: three samples are colour, and colour has three.
    """
    stated, named = whole(header.dataset, "SamplesPerPixel"), header.text("PhotometricInterpretation").upper()
    samples = stated or (3 if named in _COLOURS_OF_STREAMS else 1)
    photometric = named or ("RGB" if samples == 3 else "MONOCHROME2")
    assumed = [] if named else [f"the photometric interpretation is not stated: {photometric} is assumed"]
    if not stated and samples > 1:
        assumed.append(f"the number of samples per pixel is not stated: {samples} is assumed, for {photometric}")
    return samples, photometric, tuple(assumed)


def _palette_bits(header: Header) -> int:
    """8 or 16, the third value of the descriptors (PS3.3 C.7.6.3.1.5)."""
    described = [numbers(header.dataset, f"{c}PaletteColorLookupTableDescriptor") for c in ("Red", "Green", "Blue")]
    return 16 if any(len(each) == 3 and each[2] > 8 for each in described) else 8


def _word_bytes(bits: int) -> int:
    return 1 << ((bits - 1) // 8).bit_length()


def _required(header: Header, keyword: str) -> int:
    number = whole(header.dataset, keyword)
    if number is None or number < 1:
        raise ReadError(
            header.path, f"{keyword}: found {'nothing' if number is None else number}, expected a positive number"
        )
    return number


def _number_kind(number: str) -> NumberKind:
    if number == "float32":
        return "float32"
    return "float64" if number == "float64" else "integer"


def _check_layout(header: Header, found: PixelFormat) -> None:
    grey = found.samples == 1 and found.photometric in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
    in_stream = header.transfer_syntax in codecs.LEAVE_RGB | VIDEO_SYNTAXES
    colours = _COLOURS_OF_STREAMS if in_stream else _COLOURS_AS_STORED
    if not grey and not (found.samples == 3 and found.photometric in colours):
        raise ReadError(
            header.path,
            f"photometric interpretation {found.photometric} with {found.samples} samples is not known here "
            "(0028,0004)",
        )
    _check_cells(header, found)
    if found.photometric == "YBR_FULL_422" and not header.pixels.is_fragmented and found.columns % 2:
        raise ReadError(header.path, f"YBR_FULL_422 with {found.columns} columns: expected an even number")


def _check_cells(header: Header, found: PixelFormat) -> None:
    """Cells of whole bytes, of one bit, or of 12 bits packed, with room for the stored bits (PS3.5 8.1.1)."""
    allocated = found.bits_allocated
    if allocated not in (1, 12) and (allocated % 8 or allocated > 64):
        raise ReadError(
            header.path, f"Bits Allocated {allocated}: expected 1, 12 or 8 to 64 in whole bytes (0028,0100)"
        )
    is_plain = found.number == "integer" and allocated > 1
    if found.samples > 1 and not is_plain:
        raise ReadError(header.path, f"{found.samples} samples of {allocated} bits ({found.number}): expected integers")
    if found.number != "integer" and (header.pixels.is_fragmented or found.is_colour):
        raise ReadError(header.path, f"{found.number} pixels in fragments or as colour: expected native grey ones")
    if not 1 <= found.bits_stored <= allocated or found.high_bit >= allocated:
        raise ReadError(
            header.path,
            f"Bits Stored {found.bits_stored} and High Bit {found.high_bit} do not fit Bits Allocated {allocated}",
        )


def _check_bytes(header: Header, found: PixelFormat) -> None:
    """Compare what the header promises with the bytes that are there."""
    needed = (found.frame_bits * found.frames + 7) // 8
    present = header.pixels.length
    is_known = header.transfer_syntax in codecs.KNOWN | VIDEO_SYNTAXES
    if header.pixels.is_fragmented:
        if not is_known:
            raise ReadError(header.path, _unknown_syntax(header))
        if needed > max(_ALWAYS_ALLOWED_BYTES, BELIEVABLE_EXPANSION * present) or found.frames * 8 > present:
            raise Truncated(
                header.path,
                f"the header declares {needed} bytes of pixels, found only {present} coded bytes (7FE0,0010)",
            )
    elif is_known:
        raise ReadError(
            header.path, f"{header.transfer_syntax.name} without fragments: the pixels cannot be found (7FE0,0010)"
        )
    elif present < needed:
        frames = f": {present * 8 // found.frame_bits} of {found.frames} frames" if found.frames > 1 else ""
        said = f"truncated: found {present} bytes of pixels, expected {needed} (7FE0,0010){frames}"
        raise Truncated(header.path, said)


def _unknown_syntax(header: Header) -> str:
    syntax = header.transfer_syntax
    if syntax in NATIVE:
        return f"pixels in fragments under {syntax.name}, which has none: how they are coded is not stated (7FE0,0010)"
    name = f"{syntax.name} ({syntax})" if syntax and syntax.name != syntax else f"{syntax or 'not stated'}"
    return f"transfer syntax {name} cannot be decoded by this version"
