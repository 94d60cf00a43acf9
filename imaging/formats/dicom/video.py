"""Frames of a MPEG-2, H.264 or HEVC stream in a DICOM file (PS3.5 A.4.5 to A.4.8 and A.4.10)."""

import io
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.container import InputContainer

VIDEO_SYNTAXES = frozenset(f"1.2.840.10008.1.2.4.{suffix}{part}" for suffix in range(100, 109) for part in ("", ".1"))
"""MPEG-2, MPEG-4 AVC/H.264 and HEVC/H.265, each also in its fragmentable form."""


class VideoError(Exception):
    """A stream that is not the clip its header describes, and why."""


class VideoFrames:
    """One coded stream, decoded once in order; a frame before the last one asked for starts the stream again."""

    def __init__(self, stream: Callable[[], bytes], rows: int, columns: int) -> None:
        """Remember what to decode.

        Args:
            stream: gives the coded bytes when the first frame is asked for.
            rows: height that the header states.
            columns: width that the header states.
        """
        self._stream = stream
        self._shape = (rows, columns)
        self._frames: Generator[NDArray[np.uint8]] | None = None
        self._next = 0

    def frame(self, index: int) -> NDArray[np.uint8]:
        """(rows, columns, 3) RGB of frame ``index`` in the order of showing.

        Raises:
            VideoError: damaged, of another size, or ending before this frame.
        """
        if self._frames is None or index < self._next:
            self.close()
            self._frames, self._next = self._decoded(), 0
        for found in self._frames:
            self._next += 1
            if self._next > index:
                return found
        raise VideoError(f"truncated: the stream ends after {self._next} frames")

    def goes_on(self) -> bool:
        """True where another frame follows the last one that was asked for; it is not given any more."""
        try:
            follows = self._frames is not None and next(self._frames, None) is not None
        except VideoError:
            return False
        self._next += follows
        return follows

    def close(self) -> None:
        """Let go of the decoder."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _decoded(self) -> Generator[NDArray[np.uint8]]:
        import av  # here, because only clips need it and every worker would wait for it
        import av.error

        try:
            with av.open(io.BytesIO(self._stream()), "r", metadata_errors="replace") as container:
                yield from self._pictures(container)
        except av.error.FFmpegError as error:
            raise VideoError(f"damaged: {error.strerror}") from error

    def _pictures(self, container: "InputContainer") -> Generator[NDArray[np.uint8]]:
        if not container.streams.video:
            raise VideoError("holds no video stream")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for picture in container.decode(stream):
            if (picture.height, picture.width) != self._shape:
                rows, columns = self._shape
                raise VideoError(
                    f"the stream holds {picture.height} x {picture.width} pixels, expected {rows} x {columns}"
                )
            yield np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
