"""RLE frames (PS3.5 G)."""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.coded_frame import CodecError, Decoded, Wanted

MOST_SEGMENTS = 15


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
    if wanted.samples == 1 and (pixels := _exact(data, size, count)) is not None:
        return Decoded(pixels.reshape(wanted.shape), None)
    planes = _rle_planes(data, wanted.samples * size, count)
    word = 1 << (size - 1).bit_length()
    words = np.zeros((count, wanted.samples, word), np.uint8)
    for n, plane in enumerate(planes):
        words[:, n // size, size - 1 - n % size] = plane
    pixels = words.view(f"<u{word}").reshape(wanted.shape)
    return Decoded(pixels, None, wanted.photometric.startswith("YBR"))


def _exact(data: bytes, size: int, count: int) -> NDArray[Any] | None:
    """The words of a frame whose segments hold just their planes, in one go; None for any other, padded ones too."""
    if size not in (1, 2, 4) or int.from_bytes(data[:4], "little") != size:
        return None
    _check_segments(data, size, count)
    out = bytearray(size * count)
    try:
        found = imagecodecs.dicomrle_decode(data, f"<u{size}", out=out)
    except (RuntimeError, ValueError):
        return None
    return np.frombuffer(out, f"<u{size}") if len(found) == len(out) else None


def _rle_planes(data: bytes, planes: int, size: int) -> list[NDArray[np.uint8]]:
    """Each segment's first ``size`` bytes; more in a segment is padding."""
    starts = _check_segments(data, planes, size)
    return [_rle_plane(data[a:b], size) for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]


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


def _rle_plane(segment: bytes, size: int) -> NDArray[np.uint8]:
    plain = np.frombuffer(imagecodecs.packbits_decode(segment), np.uint8)
    if len(plain) < size:
        raise CodecError(f"truncated: an RLE segment holds {len(plain)} bytes, expected {size}")
    return plain[:size]
