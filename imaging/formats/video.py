"""Video files and animated GIF to clips: every frame with its true time; grey stays grey, colour stays exact."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.content import first_bytes, identity
from imaging.formats.media_boxes import missing_from
from imaging.formats.pages import grey_if_equal, stacked, upright
from imaging.geometry import Geometry
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume

_GIF_DELAY = re.compile(rb"\x21\xf9\x04[\x00-\x1f](..).\x00", re.DOTALL)
"""The delay of a frame, in its Graphic Control Extension (GIF89a, 23)."""

_ORIENTATIONS = {
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
"""EXIF orientation by the signs of a, b, c and d in a display matrix (ISO/IEC 14496-12, 8.3.2.3)."""

_TURNED = "turned upright as its display matrix says"
_MOST_UNLIKE = 10.0
"""Width by height of a pixel beyond which the number is taken for a damaged one."""
_NOT_SQUARE = "pixels are not square; their size is unknown"

MOST_BYTES = 4 << 30
"""Decoded bytes beyond which a clip is refused before it is decoded."""


def describe(path: Path) -> list[Series]:
    """One series per clip, frames counted but not decoded.

    Raises:
        ReadError: damaged, empty, or larger than :data:`MOST_BYTES`.
    """
    with _opened(path) as (container, stream):
        times_ms = _packet_times_ms(container, stream)
        promised = stream.frames
        context: Any = stream.codec_context  # None for a codec that is not known, whatever the annotation says
        height, width = (context.height, context.width) if context else (0, 0)
        pixel_height = _pixel_height(stream)
    count = len(times_ms)
    if count < 1 or height < 1 or width < 1:
        raise ReadError(path, f"no frames: found {count} of {height} × {width} pixels")
    if count * height * width > MOST_BYTES:
        raise ReadError(
            path, f"{count} frames of {height} × {width} pixels: more than the {MOST_BYTES >> 30} GiB allowed"
        )
    orientation, bits = _first_frame(path)
    is_lying = orientation >= 5
    shape = (count, width, height) if is_lying else (count, height, width)
    spacing = (1.0, 1.0, pixel_height) if is_lying else (1.0, pixel_height, 1.0)
    series = Series(
        uid=identity(path),
        kind="clip",
        format="clip",
        files=(path,),
        shape_kji=shape,
        geometry=Geometry(shape, spacing),
        description=path.name,
        photometric="RGB",
        frame_time_ms=float(np.median(np.diff(sorted(times_ms)))) if count > 1 else None,
        warnings=(
            *_shortfall(path, count, promised),
            *_assumed_times(path, count),
            *(_TURNED,) * (orientation > 1),
            *(_NOT_SQUARE,) * (pixel_height != 1),
            *(f"a clip with {bits} bits per channel is read with the 8 highest",) * (bits > 8),
        ),
    )
    return [series]


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The frames of one clip with their times: (K, J, I) uint8 where every channel agrees, else (K, J, I, 3) RGB.

    A clip that breaks off gives the frames before the break, with a warning.

    Raises:
        ReadError: nothing can be decoded.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    frames, times_ms, problem = _decode(path, series, report)
    if not frames:
        raise ReadError(path, f"no frame can be decoded: {problem or 'the clip is empty'}")
    warnings = series.warnings
    if problem or len(frames) != series.frames:
        warnings = (
            *warnings,
            f"only {len(frames)} of {series.frames} frames could be decoded{problem and ': '}{problem}",
        )
    first = times_ms[0]
    spacing = series.geometry.spacing_mm if series.geometry else (1.0, 1.0, 1.0)
    return Volume(
        stacked(path, frames),
        Geometry((len(frames), *series.shape_kji[1:]), spacing),
        "clip",
        series_uid=series.uid,
        frame_times_ms=tuple(time - first for time in times_ms),
        warnings=warnings,
    )


def _shortfall(path: Path, count: int, promised: int) -> tuple[str, ...]:
    """What is missing of a clip that breaks off; nothing where it is whole."""
    missing = missing_from(path)
    return (f"truncated, only {count} of {promised} frames are there: {missing}",) if missing else ()


def _assumed_times(path: Path, count: int) -> tuple[str, ...]:
    """That frames of a GIF have no delay of their own, for which the decoder takes a tenth of a second, in words."""
    if count < 2 or first_bytes(path, 4) != b"GIF8":
        return ()
    delays: list[bytes] = _GIF_DELAY.findall(path.read_bytes())
    if len(delays) >= count and all(map(any, delays)):
        return ()
    return ("frames without a time of their own are shown for 100 ms each",)


def _packet_times_ms(container: InputContainer, stream: VideoStream) -> list[float]:
    """When each coded frame is shown. Counted, not believed: the count in a container's header may include gaps."""
    tick_ms = 1000 * float(stream.time_base or 0)
    packets = [packet for packet in container.demux(stream) if packet.size]
    shown = [packet.dts if packet.pts is None else packet.pts for packet in packets]
    return [(0 if ticks is None else ticks) * tick_ms for ticks in shown]


def _pixel_height(stream: VideoStream) -> float:
    """The height of a pixel by its width; 1 where none is told that can be meant."""
    width = float(stream.sample_aspect_ratio or 1)
    return 1 / width if 1 / _MOST_UNLIKE < width < _MOST_UNLIKE else 1.0


@contextmanager
def _opened(path: Path) -> Generator[tuple[InputContainer, VideoStream]]:
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.video:
                raise ReadError(path, "holds no video stream")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            yield container, stream
    except av.error.FFmpegError as error:
        missing = missing_from(path)
        raise ReadError(
            path, f"truncated: {missing}" if missing else f"not a clip that can be opened: {error.strerror}"
        ) from error


def _decode(path: Path, series: Series, report: Report) -> tuple[list[NDArray[Any]], list[float], str]:
    """Frames, their times, and what stopped the decoder, if anything did."""
    frames: list[NDArray[Any]] = []
    times_ms: list[float] = []
    decoded_bytes = 0
    with _opened(path) as (container, stream):
        step_ms = series.frame_time_ms or 0.0
        try:
            for frame in container.decode(stream):
                report(min(len(frames), series.frames), series.frames, f"Loading {path.name}")
                frames.append(_pixels(frame))
                times_ms.append(len(times_ms) * step_ms if frame.pts is None else frame.time * 1000)
                decoded_bytes += frames[-1].nbytes
                if decoded_bytes > MOST_BYTES:
                    raise ReadError(path, f"more than {MOST_BYTES >> 30} GiB of frames")
        except av.error.FFmpegError as error:
            return frames, times_ms, str(error.strerror)
    return frames, times_ms, ""


def _pixels(frame: VideoFrame) -> NDArray[Any]:
    """(rows, columns) where the three channels agree everywhere, else (rows, columns, 3) uint8; upright."""
    return upright(grey_if_equal(frame.to_ndarray(format="rgb24")), _orientation(frame))


def _orientation(frame: VideoFrame) -> int:
    """How the camera was held, as in EXIF; 1 is upright, which is also taken where it was held at an odd angle."""
    told: Any = frame.side_data  # its annotation knows of no display matrix
    if "DISPLAYMATRIX" not in told:
        return 1
    matrix = np.frombuffer(bytes(told["DISPLAYMATRIX"]), np.int32, 5)
    a, b, _, c, d = (int(sign) for sign in np.sign(matrix))
    return _ORIENTATIONS.get((a, b, c, d), 1)


def _first_frame(path: Path) -> tuple[int, int]:
    """Orientation of the first frame, and bits of a channel; 1 and 8 where none can be decoded, which loading tells."""
    with _opened(path) as (container, stream):
        try:
            frame = next(container.decode(stream), None)
        except av.error.FFmpegError:
            return 1, 8
        if frame is None:
            return 1, 8
        return _orientation(frame), max(component.bits for component in frame.format.components)
