"""Colour of DICOM frames to RGB (PS3.3 C.7.6.3.1.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.dicom.attributes import numbers, value
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.lut import first_input
from imaging.formats.dicom.palette_segments import SegmentError, expand_segments
from imaging.formats.dicom.pixel_format import PixelFormat

_CHANNELS = ("Red", "Green", "Blue")
_MOST_OF_EIGHT_BITS = 0xFF
_SPREAD = 0x101
"""0 to 255 times this is 0 to 65535."""

_YBR_FULL = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)


def to_rgb(values: NDArray[Any], bits: int, layout: PixelFormat, is_ybr: bool) -> NDArray[Any]:
    """(rows, columns, 3) RGB of one frame in the layout's colour type: every bit is kept.

    Args:
        values: (rows, columns, 3) unsigned samples.
        bits: how many bits a sample has; a stream may have fewer or more than the header says.
        layout: the file's pixel layout.
        is_ybr: True for luminance and chrominance.
    """
    rgb = _from_ybr(values, max(bits, 8)) if is_ybr else values
    if layout.colour_bits > 8 and bits < layout.colour_bits:
        rgb = rgb.astype(layout.colour_dtype) << rgb.dtype.type(layout.colour_bits - bits)
    elif bits > layout.colour_bits:
        rgb = rgb >> rgb.dtype.type(bits - layout.colour_bits)
    return np.ascontiguousarray(rgb.astype(layout.colour_dtype, copy=False))


def _from_ybr(stored: NDArray[Any], bits: int) -> NDArray[Any]:
    """RGB of YBR_FULL, ITU-R BT.601 over the full range."""
    half, most = 1 << (bits - 1), (1 << bits) - 1
    number = np.float32 if bits <= 16 else np.float64
    centred = stored.astype(number) - np.array([0, half, half], number)
    return np.clip(centred @ _YBR_FULL.T.astype(number) + 0.5, 0, most).astype(stored.dtype)


def through_palette(indices: NDArray[Any], layout: PixelFormat, header: Header) -> NDArray[Any]:
    """(rows, columns, 3) RGB of (rows, columns) palette indices in the layout's colour type (PS3.3 C.7.6.3.1.5, .6).

    Entries of 8 bits are sometimes declared as 16, which shows when no entry of any channel needs more: they are
    spread over the 16 bits. Entries of 16 bits under a declaration of 8 lose their lower half.

    Raises:
        ReadError: a palette is missing or damaged.
    """
    tables = [_palette(header, channel, layout.is_signed) for channel in _CHANNELS]
    is_narrow = max(int(entries.max()) for _, entries in tables) <= _MOST_OF_EIGHT_BITS
    positions = indices.astype(np.int64)
    channels: list[NDArray[Any]] = []
    for first, entries in tables:
        if layout.colour_bits > 8:
            fitting = entries * _SPREAD if is_narrow else entries
        else:
            fitting = entries if is_narrow else entries >> 8
        channels.append(fitting.astype(layout.colour_dtype)[np.clip(positions - first, 0, len(fitting) - 1)])
    return np.stack(channels, axis=-1)


def _palette(header: Header, channel: str, signed: bool) -> tuple[int, NDArray[np.int64]]:
    """First mapped value and entries of one palette."""
    described = numbers(header.dataset, f"{channel}PaletteColorLookupTableDescriptor")
    if len(described) != 3:
        raise ReadError(header.path, f"PALETTE COLOR without a {channel} Palette Color Lookup Table Descriptor")
    count, first, bits = (int(each) for each in described)
    return first_input(first, signed), _entries(header, channel, (count & 0xFFFF) or 1 << 16, bits)


def _entries(header: Header, channel: str, count: int, bits: int) -> NDArray[np.int64]:
    data = value(header.dataset, f"{channel}PaletteColorLookupTableData")
    if isinstance(data, bytes):
        entries = _numbers(header, data, 1 if len(data) < 2 * count else 2)
    elif data is not None:  # written as a list of numbers instead of bytes
        entries = np.array(numbers(header.dataset, f"{channel}PaletteColorLookupTableData"), np.int64)
    else:
        entries = _expanded(header, channel, 1 if bits == 8 else 2)
    if len(entries) < count:
        raise ReadError(header.path, f"the {channel} palette holds {len(entries)} entries, expected {count}")
    return entries[:count]


def _expanded(header: Header, channel: str, width: int) -> NDArray[np.int64]:
    data = value(header.dataset, f"Segmented{channel}PaletteColorLookupTableData")
    if not isinstance(data, bytes):
        raise ReadError(header.path, f"PALETTE COLOR without {channel} Palette Color Lookup Table Data")
    try:
        return np.array(expand_segments(_numbers(header, data, width).tolist(), width), np.int64)
    except SegmentError as error:
        raise ReadError(header.path, f"the segmented {channel} palette is damaged: {error}") from error


def _numbers(header: Header, data: bytes, width: int) -> NDArray[np.int64]:
    """Entries of one or two bytes; single bytes come in words of two, which have a byte order too (PS3.5 annex D)."""
    order = "<" if header.little_endian else ">"
    words = np.frombuffer(data[: len(data) - len(data) % 2], f"{order}u2")
    if width == 2:
        return words.astype(np.int64)
    return words.astype("<u2").view(np.uint8).astype(np.int64)
