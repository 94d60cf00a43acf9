"""RLE frames (PS3.5 G)."""

import threading
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.coded_frame import CodecError, Decoded, Wanted

MOST_SEGMENTS = 15
_MOST_KEPT_BYTES = 4 << 20

_MOST_PADDING = 128
"""What one code after the last pixel may say; more is rare, and takes memory of its own."""


class _Scratch(threading.local):
    """Memory of one thread that is used again: the system takes as long to give fresh memory as a codec to fill it."""

    def __init__(self) -> None:
        self._kept = np.empty(0, np.uint8)

    def planes(self, count: int, size: int) -> NDArray[np.uint8]:
        """(count, size), valid until the next call."""
        needed = count * size
        memory = self._kept if len(self._kept) >= needed else np.empty(needed, np.uint8)
        if needed <= _MOST_KEPT_BYTES:
            self._kept = memory
        return memory[:needed].reshape(count, size)


_scratch = _Scratch()


def rle(data: bytes, wanted: Wanted) -> Decoded:
    """One frame: byte planes, most significant first, sample by sample; one bit per pixel arrives packed.

    Raises:
        CodecError: another number of segments than the pixels need, or fewer bytes in one.
    """
    if wanted.bits_allocated == 1:
        packed = _rle_planes(data, 1, (wanted.rows * wanted.columns + 7) // 8)[0]
        bits = np.unpackbits(packed, bitorder="little")[: wanted.rows * wanted.columns]
        return Decoded(bits.reshape(wanted.rows, wanted.columns), None)
    size, rest = divmod(wanted.bits_allocated, 8)
    if rest:
        raise CodecError(f"RLE of {wanted.bits_allocated} bits: expected 1 or whole bytes")
    count = wanted.rows * wanted.columns
    planes = _rle_planes(data, wanted.samples * size, count)
    samples = [_words(planes[n : n + size]) for n in range(0, len(planes), size)]
    pixels = samples[0] if wanted.samples == 1 else np.stack(samples, axis=-1)
    return Decoded(pixels.reshape(wanted.shape), None, wanted.photometric.startswith("YBR"))


def _words(planes: Sequence[NDArray[np.uint8]]) -> NDArray[Any]:
    """Words from their bytes, the most significant first; three bytes make a word of four."""
    words = planes[0].astype(f"u{1 << (len(planes) - 1).bit_length()}")
    for plane in planes[1:]:
        np.left_shift(words, 8, out=words)
        np.bitwise_or(words, plane, out=words)
    return words


def _rle_planes(data: bytes, planes: int, size: int) -> list[NDArray[np.uint8]]:
    """Each segment's first ``size`` bytes; more in a segment is padding."""
    starts = _check_segments(data, planes, size)
    segments = zip(starts, [*starts[1:], len(data)], _scratch.planes(planes, size + _MOST_PADDING), strict=True)
    view = memoryview(data)  # a slice of it copies nothing
    return [_rle_plane(view[start:end], out, size) for start, end, out in segments]


def _check_segments(data: bytes, planes: int, size: int) -> list[int]:
    """Where the segments begin, one for each plane of ``size`` bytes."""
    count = int.from_bytes(data[:4], "little")
    if count != planes or count > MOST_SEGMENTS:
        raise CodecError(f"an RLE header of {count} segments, expected {planes}")
    if planes * size > 128 * len(data):
        raise CodecError(f"{len(data)} bytes of RLE cannot hold {planes * size} bytes of pixels")
    starts = [int.from_bytes(data[4 * n : 4 * n + 4], "little") for n in range(1, count + 1)]
    if starts != sorted(starts) or starts[0] < 64 or starts[-1] >= len(data):
        raise CodecError(f"RLE segments at {starts} do not fit a frame of {len(data)} bytes")
    return starts


def _rle_plane(segment: memoryview, out: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The bytes of a segment, in ``out`` where all of them fit."""
    try:
        plain = _unpacked(segment, out.data)
    except RuntimeError:
        plain = _unpacked(segment)
    if len(plain) < size:
        raise CodecError(f"truncated: an RLE segment holds {len(plain)} bytes, expected {size}")
    return np.frombuffer(plain, np.uint8, size)


def _unpacked(segment: memoryview, out: memoryview | None = None) -> bytes | bytearray | memoryview:
    return imagecodecs.packbits_decode(segment, out=out)  # pyright: ignore[reportArgumentType]  any buffer will do
