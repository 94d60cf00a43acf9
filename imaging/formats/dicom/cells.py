"""Pixel cells (PS3.5 8.1.1): native bytes to words, and words to the stored bits within them."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.coded_frame import Decoded
from imaging.formats.dicom.pixel_format import PixelFormat


def unpack(data: bytes, layout: PixelFormat, first_bit: int = 0) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, 3) words of one native frame, unused bits as they are.

    Args:
        data: at least the frame's bytes.
        layout: the file's pixel layout.
        first_bit: where the frame begins, counted from the lowest bit of the first byte: frames of bits or of packed
            12-bit cells need not begin with a byte.
    """
    words = _words(data, layout, first_bit)
    if layout.samples == 1:
        return words.reshape(layout.rows, layout.columns)
    if layout.photometric == "YBR_FULL_422":
        return _spread_422(words, layout.rows, layout.columns)
    if layout.is_planar:
        return np.moveaxis(words.reshape(layout.samples, layout.rows, layout.columns), 0, -1)
    return words.reshape(layout.rows, layout.columns, layout.samples)


def _words(data: bytes, layout: PixelFormat, first_bit: int) -> NDArray[Any]:
    """All cells of a frame in a row, each in a word of its own."""
    size, rest = divmod(layout.bits_allocated, 8)
    if rest:
        return _packed(data, layout, first_bit)
    used = np.frombuffer(data, np.uint8, layout.frame_bits // 8)
    if size == layout.word_bytes:
        return used.view(layout.stored_dtype)
    cells = used.reshape(-1, size)
    words = np.zeros((len(cells), layout.word_bytes), np.uint8)
    words[:, :size] = cells if layout.little_endian else cells[:, ::-1]
    return words.view(f"<u{layout.word_bytes}")[:, 0]


def _packed(data: bytes, layout: PixelFormat, first_bit: int) -> NDArray[Any]:
    """Cells that share bytes, lowest bit first: single bits, or the 12-bit cells of old files."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[first_bit : first_bit + layout.frame_bits]
    if layout.bits_allocated == 1:
        return bits
    places = np.uint64(1) << np.arange(layout.bits_allocated, dtype=np.uint64)
    return (bits.reshape(-1, layout.bits_allocated) @ places).astype(f"u{layout.word_bytes}")


def _spread_422(words: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """(rows, columns, 3) from native YBR_FULL_422: Y1 Y2 Cb Cr for every two pixels (PS3.3 C.7.6.3.1.2)."""
    quads = words.reshape(rows, columns // 2, 4)
    luma = quads[..., :2].reshape(rows, columns)
    chroma = np.repeat(quads[..., 2:], 2, axis=1)
    return np.concatenate([luma[..., None], chroma], axis=2)


def settle_coded(frame: Decoded, layout: PixelFormat, keeps_every_bit: bool) -> tuple[NDArray[Any], int]:
    """Stored values of a decoded frame, and how many bits they have.

    The stream's precision counts where it differs from Bits Stored (PS3.5 8.2). Only a lossless stream with room for
    High Bit can hold cells as they were before coding: left-justified, or with an overlay above the stored bits.

    Args:
        frame: as its codec left it.
        layout: the file's pixel layout.
        keeps_every_bit: True for lossless transfer syntaxes.
    """
    if frame.bits is None or (keeps_every_bit and frame.bits > layout.high_bit):
        return settle_bits(frame.pixels, layout), layout.bits_stored
    by_stream = replace(layout, bits_stored=frame.bits, high_bit=frame.bits - 1)
    return settle_bits(frame.pixels, by_stream), frame.bits


def settle_bits(raw: NDArray[Any], layout: PixelFormat) -> NDArray[Any]:
    """Stored values without the bits around them: shifted down, masked, and the sign extended (PS3.5 8.1.1).

    Values that fill their bytes pass as they are.
    """
    if layout.number != "integer":
        return raw.astype(raw.dtype.newbyteorder("="), copy=False)
    size = layout.word_bytes
    pattern = _as_unsigned(raw, size)
    low = layout.high_bit - layout.bits_stored + 1
    if low:
        pattern = pattern >> pattern.dtype.type(low)
    unused = 8 * size - layout.bits_stored
    signed = np.dtype(f"i{size}")
    if not unused:
        return pattern.view(signed) if layout.is_signed else pattern
    if not layout.is_signed:
        mask = pattern.dtype.type((1 << layout.bits_stored) - 1)
        return pattern & mask if pattern.size and pattern.max() > mask else pattern
    return (pattern << pattern.dtype.type(unused)).view(signed) >> signed.type(unused)


def _as_unsigned(raw: NDArray[Any], size: int) -> NDArray[Any]:
    """The bit pattern in ``size`` bytes, native byte order: sign extended where the codec gave signed values."""
    native = raw.astype(raw.dtype.newbyteorder("="), copy=False)
    if np.issubdtype(native.dtype, np.signedinteger):
        native = native.astype(f"i{size}", copy=False)
    return np.ascontiguousarray(native.astype(f"u{size}", copy=False))
