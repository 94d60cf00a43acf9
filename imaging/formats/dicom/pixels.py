"""Frames of one DICOM file as arrays of stored values, or as RGB."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError, Truncated
from imaging.formats.dicom import codecs, colour
from imaging.formats.dicom.attributes import value
from imaging.formats.dicom.cells import settle_bits, settle_coded, unpack
from imaging.formats.dicom.codecs import native_frame
from imaging.formats.dicom.coded_frame import CodecError, Decoded, UnknownProcessError, Wanted
from imaging.formats.dicom.fallback import Fallback, FallbackError
from imaging.formats.dicom.fragments import (
    FragmentError,
    Span,
    all_fragments,
    frame_bytes,
    frame_spans,
    frames_there,
    only_fragment,
)
from imaging.formats.dicom.header import Header, read_header
from imaging.formats.dicom.pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.dicom.video import VIDEO_SYNTAXES, VideoError, VideoFrames


@dataclass(frozen=True)
class FrameReader:
    """An open file from which frames are read in any order.

    Attributes:
        repairs: what was taken otherwise than the file says, in words; more may come with each frame.
    """

    header: Header
    format: PixelFormat
    stream: BinaryIO
    fallback: Fallback
    repairs: dict[str, None]

    def stored(self, index: int) -> NDArray[Any]:
        """Frame ``index``: (rows, columns) stored values, unused bits settled; or (rows, columns, 3) RGB.

        Raises:
            ReadError: the frame cannot be decoded.
            Truncated: the file ends within the frame.
        """
        layout, frame = self.format, self._frame(index)
        if layout.is_colour and layout.samples > 1:
            layout = replace(layout, is_signed=False)
        keeps_every_bit = self.header.transfer_syntax in codecs.KEEP_EVERY_BIT
        values, bits = settle_coded(frame, layout, keeps_every_bit)
        self._note(frame, bits)
        if not layout.is_colour:
            return values
        if layout.samples == 1:
            return colour.through_palette(values, layout, self.header)
        return colour.to_rgb(values, bits, layout, frame.is_ybr)

    def _note(self, frame: Decoded, bits: int) -> None:
        self.repairs.update(dict.fromkeys(frame.repairs))
        stored = self.format.bits_stored
        if bits != stored:
            self.repairs[f"coded frames have {bits} bits a sample, the header says {stored}: read as coded"] = None

    def raw(self, index: int) -> NDArray[Any]:
        """Frame ``index`` as it is stored, with the unused bits that may hold overlays.

        Raises:
            ReadError: the frame cannot be decoded.
            Truncated: the file ends within the frame.
        """
        return self._frame(index).pixels

    def _frame(self, index: int) -> Decoded:
        return self._coded(index) if self.header.pixels.is_fragmented else self._native(index)

    def _native(self, index: int) -> Decoded:
        layout = self.format
        first_bit = index * layout.frame_bits
        start, end = first_bit // 8, (first_bit + layout.frame_bits + 7) // 8
        data = self._swapped(start, end) if self._swaps_bytes else self._bytes(start, end)
        if len(data) < end - start:
            raise Truncated(self.header.path, f"frame {index + 1}: found {len(data)} bytes, expected {end - start}")
        return Decoded(unpack(data, layout, first_bit % 8), None, layout.photometric.startswith("YBR"))

    def _bytes(self, start: int, end: int) -> bytes:
        self.stream.seek(self.header.pixels.offset + start)
        return self.stream.read(end - start)

    def _swapped(self, start: int, end: int) -> bytes:
        """Bytes that were written as big-endian words of two."""
        even = start - start % 2
        words = np.frombuffer(self._bytes(even, end + end % 2).ljust(end + end % 2 - even, b"\0"), ">u2")
        return words.astype("<u2").tobytes()[start - even : end - even]

    def _coded(self, index: int) -> Decoded:
        layout = self.format
        if self.header.transfer_syntax in VIDEO_SYNTAXES:
            return self._picture(index)
        data = self._code(index)
        wanted = Wanted(layout.rows, layout.columns, layout.samples, layout.bits_allocated, layout.photometric)
        try:
            if self.header.transfer_syntax in codecs.NATIVE_IN_FRAGMENTS:
                plain = native_frame(data, self.header.transfer_syntax, (layout.frame_bits + 7) // 8)
                return Decoded(unpack(plain, layout), None, layout.photometric.startswith("YBR"))
            return codecs.decode(data, self.header.transfer_syntax, wanted)
        except UnknownProcessError as error:
            return self._by_tool(index, error)
        except CodecError as error:
            name = self.header.transfer_syntax.name
            raise ReadError(self.header.path, f"frame {index + 1} ({name}): {error}") from error

    def _code(self, index: int) -> bytes:
        """The coded bytes of frame ``index``."""
        if self.format.frames == 1 and not self._extended_offsets:
            alone = only_fragment(self.stream, self.header.pixels.offset, self.header.pixels.length)
            if alone is not None:
                return alone
        return frame_bytes(self.stream, self._spans[index])

    @cached_property
    def _extended_offsets(self) -> list[int]:
        table = value(self.header.dataset, "ExtendedOffsetTable")
        data = table if isinstance(table, bytes) else b""
        return [int.from_bytes(data[n : n + 8], "little") for n in range(0, len(data) - 7, 8)]

    @cached_property
    def _spans(self) -> list[list[Span]]:
        """Where the fragments of each frame are; a clip is one stream."""
        pixels, said = self.header.pixels, self.repairs.setdefault
        try:
            if self.header.transfer_syntax in VIDEO_SYNTAXES:
                return [all_fragments(self.stream, pixels.offset, pixels.length)]
            frames, offsets = self.format.frames, self._extended_offsets
            if self.format.frames_missing:
                stated = frames + self.format.frames_missing
                there = frames_there(self.stream, pixels.offset, stated, pixels.length) or []
                if len(there) < frames:
                    raise FragmentError("truncated: the file has changed since it was listed")
                return there
            return frame_spans(self.stream, pixels.offset, frames, offsets, pixels.length, said)
        except FragmentError as error:
            raise Truncated(self.header.path, str(error)) from error

    @cached_property
    def _swaps_bytes(self) -> bool:
        """True for cells of a byte or less in big-endian words of two: VR OW (PS3.5 8.1.1 and annex D)."""
        if self.header.little_endian or self.format.bits_allocated > 12:
            return False
        self.stream.seek(self.header.pixels.offset - 8)
        return self.stream.read(2) == b"OW"

    @cached_property
    def _video(self) -> VideoFrames:
        return VideoFrames(lambda: frame_bytes(self.stream, self._spans[0]), self.format.rows, self.format.columns)

    def close(self) -> None:
        """Give up what was needed to decode; the stream stays open."""
        self.fallback.close()
        if self.header.transfer_syntax in VIDEO_SYNTAXES:
            self._video.close()

    def _picture(self, index: int) -> Decoded:
        frames = self.format.frames
        try:
            picture = self._video.frame(index)
            if index == frames - 1 and self._video.goes_on():
                self.repairs[f"Number of Frames says {frames}, the clip goes on: the first are read"] = None
            return Decoded(picture, 8)
        except VideoError as error:
            name = self.header.transfer_syntax.name
            raise ReadError(self.header.path, f"frame {index + 1} of {frames} ({name}): {error}") from error

    def _by_tool(self, index: int, unknown: UnknownProcessError) -> Decoded:
        """Frame ``index`` from a native copy of the file that another program made."""
        path, layout = self.header.path, self.format
        try:
            native = self.fallback.native_file()
        except FallbackError as error:
            raise ReadError(path, f"frame {index + 1}: {unknown} is not decoded here, and {error}") from unknown
        with frames_of(read_header(native)) as copy:
            found = copy.format
            if copy.header.pixels.is_fragmented or (found.rows, found.columns, found.samples, found.frames) != (
                layout.rows, layout.columns, layout.samples, layout.frames
            ):  # fmt: skip
                raise ReadError(path, f"frame {index + 1}: {unknown}; its native copy is of another size")
            frame = copy._native(index)
            values = settle_bits(frame.pixels, found)
            said = f"{unknown}: decompressed by another program"
            return Decoded(values, found.bits_stored, found.photometric.startswith("YBR"), (said,))


@contextmanager
def frames_of(header: Header, layout: PixelFormat | None = None) -> Generator[FrameReader]:
    """A reader of the frames of one file, open while the block runs.

    Args:
        header: of the file.
        layout: its pixel layout, where it is known already.

    Raises:
        ReadError: the pixels cannot be found or decoded.
        Truncated: fewer bytes than the header declares.
    """
    layout = layout or pixel_format(header)
    with (
        _stream_of(header) as stream,
        closing(FrameReader(header, layout, stream, Fallback(header.path), {})) as reader,
    ):
        yield reader


@contextmanager
def _stream_of(header: Header) -> Generator[BinaryIO]:
    """The bytes in which the pixels are: the file's own, or those of its inflated data set."""
    if not header.pixels.in_file:
        with dataset_stream(header.path) as stream:
            yield stream
        return
    try:
        with header.path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise ReadError(header.path, error.strerror or str(error)) from error
