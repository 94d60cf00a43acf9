"""Coded frames to arrays, one function per family of transfer syntaxes (PS3.5 A.4); headers are not known here."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.coded_frame import CodecError, Decoded, UnknownProcessError, Wanted
from imaging.formats.dicom.codestreams import (
    Coding,
    StreamError,
    StreamHeader,
    coding_of,
    jpeg2000_header,
    jpeg_header,
    jpegxl_size,
)
from imaging.formats.dicom.rle import rle
from imaging.formats.dicom.stream import window_bits

DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
ENCAPSULATED_FRAMES = "1.2.840.10008.1.2.1.98"
_END_OF_IMAGE = b"\xff\xd9"
_FILLER = bytes.fromhex("5aa55a3c96") * 40
"""Bytes without a marker, after which a decoder that still needs data goes on with other pixels."""


_UNKNOWN_PROCESSES = frozenset({0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF})
"""Differential frames of hierarchical streams, and lossless frames with arithmetic coding."""


Decoder = Callable[[bytes, Wanted], Decoded]


def _jpeg(data: bytes, wanted: Wanted) -> Decoded:
    """JPEG of any process with 2 to 16 bits. Colour of lossless processes stays as it is stored."""
    header = jpeg_header(data)
    _check(header, wanted)
    if header.process in _UNKNOWN_PROCESSES:
        raise UnknownProcessError(f"JPEG process SOF{header.process - 0xC0} (hierarchical, or arithmetic and lossless)")
    is_ybr = wanted.samples == 3 and _is_ycbcr(data, header, wanted.photometric)
    stored = "YCBCR" if is_ybr else "RGB"
    leaves = stored if header.is_lossless else "RGB"

    def pixels_of(stream: bytes) -> NDArray[Any]:
        if wanted.samples == 1:
            return imagecodecs.jpeg8_decode(stream)
        return imagecodecs.jpeg8_decode(stream, colorspace=stored, outcolorspace=leaves)

    is_ended = data.rfind(_END_OF_IMAGE) >= header.scan
    pixels = pixels_of(data) if is_ended else _without_end(data, header, pixels_of)
    repairs = (*_completed(is_ended), *_other_colour(is_ybr, wanted))
    return Decoded(pixels, header.bits, is_ybr and header.is_lossless, repairs)


def _completed(is_ended: bool) -> tuple[str, ...]:
    return () if is_ended else ("a coded frame lacks its end marker: it was put there",)


def _other_colour(is_ybr: bool, wanted: Wanted) -> tuple[str, ...]:
    """That colour is coded otherwise than the photometric interpretation says."""
    if wanted.samples == 1 or is_ybr == wanted.photometric.startswith("YBR"):
        return ()
    return (f"colour is named {wanted.photometric}, found {'YCbCr' if is_ybr else 'RGB'} in the coded frames: read so",)


def _without_end(data: bytes, header: StreamHeader, pixels_of: Callable[[bytes], NDArray[Any]]) -> NDArray[Any]:
    """The pixels of a JPEG stream without its end marker, if nothing but the marker is missing.

    The decoder pads a short stream with grey and says nothing: if bytes put at its end change the pixels, it is short.
    """
    if not header.is_progressive and header.scanned == header.samples:
        pixels = pixels_of(data + _END_OF_IMAGE)
        if np.array_equal(pixels, pixels_of(data + _FILLER + _END_OF_IMAGE)):
            return pixels
    raise CodecError(f"truncated: the JPEG stream ends after {len(data)} bytes, before its last pixel")


def _is_ycbcr(data: bytes, header: StreamHeader, photometric: str) -> bool:
    """True when the components are luminance and chrominance.

    A complete Adobe marker decides; then component names R, G, B; then the photometric interpretation. A lossy stream
    with JFIF or with subsampled components is YCbCr by its definition even where the header calls it RGB.
    """
    head = data[:4096]
    adobe = head.find(b"Adobe")
    if adobe > 4 and int.from_bytes(head[adobe - 2 : adobe], "big") >= 14 and adobe + 11 < len(head):
        return head[adobe + 11] != 0
    if header.components[::2] == b"RGB":
        return False
    is_ycbcr_by_definition = header.is_subsampled or b"JFIF\0" in head[:32]
    return photometric.startswith("YBR") or (not header.is_lossless and is_ycbcr_by_definition)


def _jpegls(data: bytes, wanted: Wanted) -> Decoded:
    header = jpeg_header(data)
    _check(header, wanted)
    is_ended = data.rfind(_END_OF_IMAGE) > header.scan
    pixels = imagecodecs.jpegls_decode(data if is_ended else data + _END_OF_IMAGE)
    return Decoded(pixels, header.bits, wanted.photometric.startswith("YBR"), _completed(is_ended))


def _jpeg2000(data: bytes, wanted: Wanted) -> Decoded:
    """JPEG 2000 and High-Throughput JPEG 2000; the decoder undoes a colour transform that the stream declares."""
    header = jpeg2000_header(data)
    _check(header, wanted)
    is_ended = data.rstrip(b"\0").endswith(_END_OF_IMAGE)
    is_ybr = wanted.photometric.startswith("YBR_FULL") and not header.is_transformed
    pixels = imagecodecs.jpeg2k_decode(data if is_ended else data + _END_OF_IMAGE)
    return Decoded(pixels, header.bits, is_ybr, _completed(is_ended))


def _jpegxl(data: bytes, wanted: Wanted) -> Decoded:
    size = jpegxl_size(data)
    if size != (wanted.rows, wanted.columns):
        raise CodecError(f"the stream holds {size[0]} x {size[1]} pixels, expected {wanted.rows} x {wanted.columns}")
    return Decoded(imagecodecs.jpegxl_decode(data), None)


def _check(header: StreamHeader, wanted: Wanted) -> None:
    """Compare the head of a stream with the DICOM header before memory is taken."""
    if (header.rows, header.columns) != (wanted.rows, wanted.columns):
        raise CodecError(
            f"the stream holds {header.rows} x {header.columns} pixels, expected {wanted.rows} x {wanted.columns}"
        )
    if header.samples != wanted.samples:
        raise CodecError(f"the stream holds {header.samples} components, expected {wanted.samples} samples per pixel")
    if header.bits > max(8, wanted.bits_allocated):
        raise CodecError(f"the stream holds {header.bits} bits per sample, Bits Allocated is {wanted.bits_allocated}")


def native_frame(data: bytes, transfer_syntax: str, size: int) -> bytes:
    """The native bytes of one frame that is deflated, or merely put in fragments (PS3.5 A.4).

    Raises:
        CodecError: damaged, or fewer than ``size`` bytes.
    """
    if transfer_syntax == DEFLATED_FRAMES:
        return inflated_frame(data, size)
    if len(data) < size:
        raise CodecError(f"truncated: the frame holds {len(data)} bytes, expected {size}")
    return data[:size]


def inflated_frame(data: bytes, size: int) -> bytes:
    """The native bytes of one frame of Deflated Image Frame Compression (PS3.5 A.4.14).

    Raises:
        CodecError: damaged, or fewer than ``size`` bytes.
    """
    try:
        plain = zlib.decompressobj(window_bits(data[:5])).decompress(data, size)
    except zlib.error as error:
        raise CodecError(f"damaged: {error}") from error
    if len(plain) < size:
        raise CodecError(f"truncated: the deflated frame holds {len(plain)} bytes, expected {size}")
    return plain


def _family(decoder: Decoder, *suffixes: int) -> dict[str, Decoder]:
    return dict.fromkeys([f"1.2.840.10008.1.2.4.{suffix}" for suffix in suffixes], decoder)


_WITH_COLOUR_TRANSFORM = {
    **_family(_jpeg, *range(50, 67), 70),
    **_family(_jpeg2000, 90, 91, 201, 202, 203),
    **_family(_jpegxl, 110, 111, 112),
}

LEAVE_RGB = frozenset(_WITH_COLOUR_TRANSFORM)
"""Transfer syntaxes whose streams may carry a colour transform of their own."""

_DECODERS: Mapping[str, Decoder] = MappingProxyType(
    {**_WITH_COLOUR_TRANSFORM, **_family(_jpegls, 80, 81), "1.2.840.10008.1.2.5": rle}
)

_DECODERS_OF_STREAMS: Mapping[Coding, Decoder] = MappingProxyType(
    {"JPEG": _jpeg, "lossless JPEG": _jpeg, "JPEG-LS": _jpegls, "JPEG 2000": _jpeg2000, "JPEG XL": _jpegxl}
)

NATIVE_IN_FRAGMENTS = frozenset({DEFLATED_FRAMES, ENCAPSULATED_FRAMES})
"""Transfer syntaxes whose frames hold native pixels."""

KNOWN = frozenset(_DECODERS) | NATIVE_IN_FRAGMENTS
"""Encapsulated transfer syntaxes that are decoded here."""

KEEP_EVERY_BIT = frozenset(
    f"1.2.840.10008.1.2.4.{suffix}" for suffix in (55, 56, 57, 58, 65, 66, 70, 80, 90, 110, 201, 202)
)
"""Lossless transfer syntaxes: bits around the stored ones are as they were before coding."""


def _decoded(data: bytes, transfer_syntax: str, wanted: Wanted) -> Decoded:
    """A frame by the decoder of its transfer syntax, or of what its stream says it is."""
    declared, coding = _DECODERS[transfer_syntax], coding_of(data)
    found = declared if coding is None else _DECODERS_OF_STREAMS[coding]
    frame = found(data, wanted)
    has_lost = coding == "JPEG" and transfer_syntax in KEEP_EVERY_BIT
    if found is declared and not has_lost:
        return frame
    said = f"coded frames are {'lossy ' * has_lost}{coding}, which is not what the transfer syntax says: read so"
    return replace(frame, repairs=(*frame.repairs, said))


def decode(data: bytes, transfer_syntax: str, wanted: Wanted) -> Decoded:
    """One coded frame.

    Raises:
        CodecError: damaged, truncated or other than the header says.
        UnknownProcessError: of a kind that cannot be decoded here.
    """
    try:
        frame = _decoded(data, transfer_syntax, wanted)
    except CodecError:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except StreamError as error:
        raise CodecError(str(error)) from error
    except BaseException as error:  # codecs raise what they like on damaged bytes, panics included: their one door
        raise CodecError(f"damaged: {error}") from error
    if frame.pixels.shape != wanted.shape:
        raise CodecError(f"decodes to {frame.pixels.shape}, expected {wanted.shape}")
    kind, bits = frame.pixels.dtype.kind, 8 * frame.pixels.dtype.itemsize
    if kind not in "iu" or (frame.bits is None and bits > max(8, wanted.bits_allocated)):
        raise CodecError(f"decodes to {frame.pixels.dtype}, Bits Allocated is {wanted.bits_allocated}")
    return frame
