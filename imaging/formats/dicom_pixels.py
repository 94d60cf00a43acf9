"""Frames of one DICOM file as arrays of stored values, or as RGB."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError, Truncated
from imaging.formats import dicom_codecs, dicom_colour
from imaging.formats.dicom_attributes import value
from imaging.formats.dicom_fragments import FragmentError, Span, frame_bytes, frame_spans
from imaging.formats.dicom_header import Header, dataset_stream
from imaging.formats.dicom_pixel_format import PixelFormat, pixel_format


@dataclass(frozen=True)
class FrameReader:
    """An open file from which frames are read in any order."""

    header: Header
    format: PixelFormat
    stream: BinaryIO
    spans: list[list[Span]]

    def stored(self, index: int) -> NDArray[Any]:
        """Frame ``index``: (rows, columns) stored values, unused bits settled; or (rows, columns, 3) uint8 RGB.

        Raises:
            ReadError: the frame cannot be decoded.
            Truncated: the file ends within the frame.
        """
        raw = self._coded(index) if self.spans else self._native(index)
        if self.format.is_colour:
            is_rgb = self.header.transfer_syntax in dicom_codecs.LEAVE_RGB
            return dicom_colour.to_rgb(raw, self.format, self.header, is_rgb)
        return settle_bits(raw, self.format)

    def _native(self, index: int) -> NDArray[Any]:
        layout = self.format
        first_bit = index * layout.frame_bits
        start, end = first_bit // 8, (first_bit + layout.frame_bits + 7) // 8
        self.stream.seek(self.header.pixels.offset + start)
        data = self.stream.read(end - start)
        if len(data) < end - start:
            raise Truncated(self.header.path, f"frame {index + 1}: found {len(data)} bytes, expected {end - start}")
        if layout.bits_allocated == 1:
            bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[first_bit % 8 :]
            return bits[: layout.rows * layout.columns].reshape(layout.rows, layout.columns)
        values = np.frombuffer(data, layout.stored_dtype)
        if layout.samples == 1:
            return values.reshape(layout.rows, layout.columns)
        if layout.photometric == "YBR_FULL_422":
            return dicom_colour.spread_422(values, layout.rows, layout.columns)
        if layout.is_planar:
            return np.moveaxis(values.reshape(3, layout.rows, layout.columns), 0, -1)
        return values.reshape(layout.rows, layout.columns, 3)

    def _coded(self, index: int) -> NDArray[Any]:
        layout = self.format
        try:
            return dicom_codecs.decode(
                frame_bytes(self.stream, self.spans[index]),
                self.header.transfer_syntax,
                layout.photometric,
                layout.bits_allocated,
                (layout.rows, layout.columns, layout.samples),
            )
        except dicom_codecs.CodecError as error:
            name = self.header.transfer_syntax.name
            raise ReadError(self.header.path, f"frame {index + 1} ({name}): {error}") from error


@contextmanager
def frames_of(header: Header) -> Generator[FrameReader]:
    """A reader of the frames of one file, open while the block runs.

    Raises:
        ReadError: the pixels cannot be found or decoded.
        Truncated: fewer bytes than the header declares.
    """
    layout = pixel_format(header)
    with dataset_stream(header.path) as stream:
        yield FrameReader(header, layout, stream, _spans(header, layout, stream))


def _spans(header: Header, layout: PixelFormat, stream: BinaryIO) -> list[list[Span]]:
    if not header.pixels.is_fragmented:
        return []
    table = value(header.dataset, "ExtendedOffsetTable")
    data = table if isinstance(table, bytes) else b""
    offsets = [int.from_bytes(data[n : n + 8], "little") for n in range(0, len(data) - 7, 8)]
    try:
        return frame_spans(stream, header.pixels.offset, layout.frames, offsets)
    except FragmentError as error:
        raise Truncated(header.path, str(error)) from error


def settle_bits(raw: NDArray[Any], layout: PixelFormat) -> NDArray[Any]:
    """Stored values without the bits around them: shifted down, masked, and the sign extended (PS3.5 8.1.1).

    Values that fill their bytes pass as they are.
    """
    if layout.number != "integer":
        return raw.astype(raw.dtype.newbyteorder("="), copy=False)
    size = max(1, layout.bits_allocated // 8)
    pattern = _as_unsigned(raw, size)
    low = layout.high_bit - layout.bits_stored + 1
    if low:
        pattern = pattern >> pattern.dtype.type(low)
    unused = 8 * size - layout.bits_stored
    signed = np.dtype(f"i{size}")
    if not unused:
        return pattern.view(signed) if layout.is_signed else pattern
    if not layout.is_signed:
        return pattern & pattern.dtype.type((1 << layout.bits_stored) - 1)
    return (pattern << pattern.dtype.type(unused)).view(signed) >> signed.type(unused)


def _as_unsigned(raw: NDArray[Any], size: int) -> NDArray[Any]:
    """The bit pattern in ``size`` bytes, native byte order: sign extended where the codec gave signed values."""
    native = raw.astype(raw.dtype.newbyteorder("="), copy=False)
    if np.issubdtype(native.dtype, np.signedinteger):
        native = native.astype(f"i{size}", copy=False)
    return np.ascontiguousarray(native.astype(f"u{size}", copy=False))
