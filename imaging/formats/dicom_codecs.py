"""Coded frames to arrays, one function per family of transfer syntaxes (PS3.5 A.4); headers are not known here."""

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

Coded = Callable[[bytes, str, int, tuple[int, int, int]], NDArray[Any]]
"""``decode(data, photometric, bits_allocated, (rows, columns, samples))`` to (rows, columns[, samples])."""

MOST_SEGMENTS_OF_RLE = 15
_LOSSLESS = 0xC3


class CodecError(Exception):
    """Bytes that are not what their transfer syntax says, and why."""


def _jpeg(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    """JPEG of any process, 2 to 16 bits. Colour leaves as RGB."""
    del bits_allocated
    process = _check_jpeg_size(data, shape)
    if shape[2] == 1:
        return imagecodecs.jpeg8_decode(data)
    if _is_ycbcr(data, photometric, process == _LOSSLESS):
        return imagecodecs.jpeg8_decode(data, colorspace="YCBCR", outcolorspace="RGB")
    return imagecodecs.jpeg8_decode(data, colorspace="RGB", outcolorspace="RGB")


def _is_ycbcr(data: bytes, photometric: str, lossless: bool) -> bool:
    """True when the components are luminance and chrominance.

    A complete Adobe marker decides; then the photometric interpretation; a lossy JFIF stream is YCbCr by its definition
    even where the header calls it RGB.
    """
    head = data[:4096]
    adobe = head.find(b"Adobe")
    if adobe > 4 and int.from_bytes(head[adobe - 2 : adobe], "big") >= 14 and adobe + 11 < len(head):
        return head[adobe + 11] != 0
    return photometric.startswith("YBR") or (not lossless and b"JFIF\0" in head[:32])


def _check_jpeg_size(data: bytes, shape: tuple[int, int, int]) -> int:
    """The marker of the frame header, after its size was compared with the expected one (ITU T.81 B.2.2)."""
    position = 2
    while position + 9 < len(data):
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if data[position] != 0xFF or length < 2:
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = (
                int.from_bytes(data[position + 5 : position + 7], "big"),
                int.from_bytes(data[position + 7 : position + 9], "big"),
            )
            if size != shape[:2]:
                raise CodecError(
                    f"the JPEG stream holds {size[0]} x {size[1]} pixels, expected {shape[0]} x {shape[1]}"
                )
            return marker
        position += 2 + length
    raise CodecError("no frame header in the JPEG stream")


def _jpegls(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    del photometric, bits_allocated
    _check_jpeg_size(data.replace(b"\xff\xf7", b"\xff\xc3", 1), shape)
    return imagecodecs.jpegls_decode(data)


def _jpeg2000(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    del bits_allocated
    _check_jpeg2000_size(data, shape)
    if photometric.startswith("YBR_FULL") and not _has_colour_transform(data):
        raise CodecError(f"{photometric} in a JPEG 2000 stream without a colour transform is not supported")
    return imagecodecs.jpeg2k_decode(data)


def _has_colour_transform(data: bytes) -> bool:
    """True when the stream says that its components were transformed (ITU T.800 A.6.1, coding style default)."""
    start = data.find(b"\xff\x52")
    return 0 <= start < len(data) - 8 and data[start + 8] == 1


def _check_jpeg2000_size(data: bytes, shape: tuple[int, int, int]) -> None:
    """Compare the SIZ marker segment with the expected size (ITU T.800 A.5.1)."""
    start = data.find(b"\xff\x4f\xff\x51")
    if start < 0 or len(data) < start + 24:
        raise CodecError("no image size in the JPEG 2000 stream")
    x1, y1, x0, y0 = (int.from_bytes(data[start + 8 + 4 * n : start + 12 + 4 * n], "big") for n in range(4))
    if (y1 - y0, x1 - x0) != shape[:2]:
        raise CodecError(f"the JPEG 2000 stream holds {y1 - y0} x {x1 - x0} pixels, expected {shape[0]} x {shape[1]}")


def _jpegxl(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    del photometric, bits_allocated, shape
    return imagecodecs.jpegxl_decode(data)


def _rle(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    """RLE (PS3.5 G): byte planes, most significant first, sample by sample; one bit per pixel arrives packed."""
    del photometric
    rows, columns, samples = shape
    if bits_allocated == 1:
        packed = np.frombuffer(_rle_bytes(data, "u1", (rows * columns + 7) // 8), np.uint8)
        return np.unpackbits(packed, bitorder="little")[: rows * columns].reshape(rows, columns)
    dtype = np.dtype(f"u{bits_allocated // 8}")
    plain = _rle_bytes(data, dtype.str, rows * columns * samples * dtype.itemsize)
    planes = np.frombuffer(plain, dtype).reshape(samples, rows, columns)
    return planes[0] if samples == 1 else np.moveaxis(planes, 0, -1)


def _rle_bytes(data: bytes, dtype: str, expected: int) -> bytes:
    count = int.from_bytes(data[:4], "little")
    if not 1 <= count <= MOST_SEGMENTS_OF_RLE:
        raise CodecError(f"an RLE header of {count} segments, expected 1 to {MOST_SEGMENTS_OF_RLE}")
    if expected > 128 * len(data):
        raise CodecError(f"{len(data)} bytes of RLE cannot hold {expected} bytes of pixels")
    plain = bytes(imagecodecs.dicomrle_decode(data, dtype))
    if len(plain) < expected:
        raise CodecError(f"the RLE frame holds {len(plain)} bytes, expected {expected}")
    return plain[:expected]


def _deflated(data: bytes, photometric: str, bits_allocated: int, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Deflated Image Frame Compression (PS3.5 A.4.14)."""
    del photometric
    expected = (shape[0] * shape[1] * shape[2] * bits_allocated + 7) // 8
    plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, expected)
    if len(plain) < expected:
        raise CodecError(f"the deflated frame holds {len(plain)} bytes, expected {expected}")
    if bits_allocated == 1:
        return np.unpackbits(np.frombuffer(plain, np.uint8), bitorder="little")[: shape[0] * shape[1]].reshape(
            shape[:2]
        )
    whole = np.frombuffer(plain, f"<u{bits_allocated // 8}").reshape(shape)
    return whole[..., 0] if shape[2] == 1 else whole


def _family(decoder: Coded, *suffixes: int) -> dict[str, Coded]:
    return dict.fromkeys([f"1.2.840.10008.1.2.4.{suffix}" for suffix in suffixes], decoder)


_WITH_COLOUR_TRANSFORM = {
    **_family(_jpeg, 50, 51, 53, 55, 57, 70),
    **_family(_jpeg2000, 90, 91, 201, 202, 203),
    **_family(_jpegxl, 110, 111, 112),
}

LEAVE_RGB = frozenset(_WITH_COLOUR_TRANSFORM)
"""Transfer syntaxes whose streams carry their colour transform: colour leaves the decoder as RGB."""

KNOWN: Mapping[str, Coded] = MappingProxyType(
    {
        **_WITH_COLOUR_TRANSFORM,
        **_family(_jpegls, 80, 81),
        "1.2.840.10008.1.2.5": _rle,
        "1.2.840.10008.1.2.8.1": _deflated,
    }
)
"""Decoder of each encapsulated transfer syntax."""


def decode(
    data: bytes, transfer_syntax: str, photometric: str, bits_allocated: int, shape: tuple[int, int, int]
) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, 3) of one coded frame; colour as RGB where the stream carries its transform.

    Raises:
        CodecError: damaged or of another size.
    """
    try:
        frame = KNOWN[transfer_syntax](data, photometric, bits_allocated, shape)
    except CodecError:
        raise
    except Exception as error:  # codecs raise what they like on damaged bytes: this is the one door they pass
        raise CodecError(f"damaged: {error}") from error
    expected = shape[:2] if shape[2] == 1 else shape
    if frame.shape != expected:
        raise CodecError(f"decodes to {frame.shape}, expected {expected}")
    return frame
