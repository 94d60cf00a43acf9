"""Colour of DICOM frames to RGB, 8 bits per channel (PS3.3 C.7.6.3.1.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.dicom_attributes import numbers, value
from imaging.formats.dicom_header import Header
from imaging.formats.dicom_pixel_format import PixelFormat

_CHANNELS = ("Red", "Green", "Blue")
_MOST_ENTRIES = 1 << 16
_YBR_FULL = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)


def to_rgb(raw: NDArray[Any], layout: PixelFormat, header: Header, is_rgb: bool) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 RGB of one frame.

    Args:
        raw: (rows, columns) palette indices, or (rows, columns, 3) samples.
        layout: the file's pixel layout.
        header: where the palette is.
        is_rgb: True when the codec has undone the colour transform already.

    Raises:
        ReadError: a palette is missing or damaged.
    """
    if layout.photometric == "PALETTE COLOR":
        return _through_palette(raw, header)
    stored = _high_bits(raw, layout)
    if layout.photometric in ("YBR_FULL", "YBR_FULL_422") and not is_rgb:
        return _from_ybr(stored)
    return np.ascontiguousarray(stored)


def spread_422(values: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """(rows, columns, 3) from native YBR_FULL_422: Y1 Y2 Cb Cr for every two pixels (PS3.3 C.7.6.3.1.2)."""
    quads = values.reshape(rows, columns // 2, 4)
    luma = quads[..., :2].reshape(rows, columns)
    chroma = np.repeat(quads[..., 2:], 2, axis=1)
    return np.concatenate([luma[..., None], chroma], axis=2)


def _from_ybr(stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB of YBR_FULL, ITU-R BT.601 over the full range."""
    centred = stored.astype(np.float32) - np.array([0, 128, 128], np.float32)
    return np.clip(centred @ _YBR_FULL.T + 0.5, 0, 255).astype(np.uint8)


def _high_bits(raw: NDArray[Any], layout: PixelFormat) -> NDArray[np.uint8]:
    """The eight most significant of the stored bits."""
    if layout.bits_stored > 8:
        return (raw >> raw.dtype.type(layout.bits_stored - 8)).astype(np.uint8)
    return raw.astype(np.uint8, copy=False)


def _through_palette(indices: NDArray[Any], header: Header) -> NDArray[np.uint8]:
    tables = [_palette(header, channel) for channel in _CHANNELS]
    channels: list[NDArray[np.uint8]] = []
    for first, table in tables:
        channels.append(table[np.clip(indices.astype(np.int64) - first, 0, len(table) - 1)])
    return np.stack(channels, axis=-1)


def _palette(header: Header, channel: str) -> tuple[int, NDArray[np.uint8]]:
    """First mapped value and 8-bit entries of one palette (PS3.3 C.7.6.3.1.5 and .6)."""
    described = numbers(header.dataset, f"{channel}PaletteColorLookupTableDescriptor")
    if len(described) != 3:
        raise ReadError(header.path, f"PALETTE COLOR without a {channel} Palette Color Lookup Table Descriptor")
    count, first, bits = (int(each) for each in described)
    entries = _entries(header, channel, (count & 0xFFFF) or 1 << 16, bits)
    shift = 8 if bits > 8 and int(entries.max(initial=0)) > 255 else 0
    return first, (entries >> shift).astype(np.uint8)


def _entries(header: Header, channel: str, count: int, bits: int) -> NDArray[np.int64]:
    data = value(header.dataset, f"{channel}PaletteColorLookupTableData")
    order = "<" if header.little_endian else ">"
    if isinstance(data, bytes):
        width = 1 if len(data) < 2 * count else 2
        entries = np.frombuffer(data[: len(data) - len(data) % width], f"{order}u{width}").astype(np.int64)
    else:
        entries = _segmented(header, channel, bits)
    if len(entries) < count:
        raise ReadError(header.path, f"the {channel} palette holds {len(entries)} entries, expected {count}")
    return entries[:count]


def _segmented(header: Header, channel: str, bits: int) -> NDArray[np.int64]:
    """Entries of a Segmented Palette Color Lookup Table (PS3.3 C.7.9.2)."""
    data = value(header.dataset, f"Segmented{channel}PaletteColorLookupTableData")
    if not isinstance(data, bytes):
        raise ReadError(header.path, f"PALETTE COLOR without {channel} Palette Color Lookup Table Data")
    width = 1 if bits == 8 else 2
    order = "<" if header.little_endian else ">"
    words = np.frombuffer(data[: len(data) - len(data) % width], f"{order}u{width}").tolist()
    return np.array(_expanded(header, words), np.int64)


def _expanded(header: Header, words: list[int]) -> list[int]:
    """Discrete (0) and linear (1) segments as single entries."""
    entries: list[int] = []
    position = 0
    while position + 2 < len(words) and len(entries) <= _MOST_ENTRIES:
        kind, count = words[position : position + 2]
        position += 2
        if kind == 0:
            entries.extend(words[position : position + count])
            position += count
        elif kind == 1 and entries:
            start, end = entries[-1], words[position]
            entries.extend(round(start + (end - start) * step / count) for step in range(1, count + 1))
            position += 1
        else:
            raise ReadError(header.path, f"a segmented palette with a segment of type {kind}: expected 0 or 1")
    return entries
