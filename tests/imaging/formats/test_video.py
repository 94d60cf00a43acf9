"""Clips: every frame, its time and its colour; written here with the lossless codecs of PyAV."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from imaging.errors import ReadError
from imaging.formats import reading
from imaging.geometry import Calibration
from imaging.volume import Volume

GREY = np.stack([np.full((32, 48), 30 * n + 10, np.uint8) for n in range(6)])

NOISE = np.random.default_rng(0).integers(0, 255, (12, 64, 64), np.uint8)


def load(path: Path) -> Volume:
    study = reading.open_study(path)
    assert study.series, study.refused
    return reading.load_volume(study.series[0])


def write_clip(
    path: Path,
    frames: np.ndarray,
    times_ms: list[int],
    codec: str = "ffv1",
    pixels: str = "bgr0",
    options: dict[str, str] | None = None,
) -> Path:
    """A clip with the given frames at the given times."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pixels
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for frame, time_ms in zip(frames, times_ms, strict=True):
            rgb = np.ascontiguousarray(np.repeat(frame[..., None], 3, axis=2) if frame.ndim == 2 else frame)
            picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            picture.pts, picture.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def test_grey_clips_become_grey_and_keep_values_and_times(tmp_path: Path):
    times_ms = [0, 40, 80, 120, 200, 240]
    series = reading.open_study(write_clip(tmp_path / "c.mkv", GREY, times_ms)).series[0]
    volume = reading.load_volume(series)
    assert series.kind == volume.kind == "clip" and series.shape_kji == (6, 32, 48)
    assert np.array_equal(volume.array, GREY)
    assert volume.frame_times_ms == pytest.approx(times_ms, abs=0.5)


def test_colour_in_one_frame_keeps_the_whole_clip_in_colour(tmp_path: Path):
    frames = np.repeat(GREY[..., None], 3, axis=3)
    frames[3, 4:8, 4:8] = (200, 10, 30)
    volume = load(write_clip(tmp_path / "c.mkv", frames, [0, 40, 80, 120, 160, 200]))
    assert volume.is_colour and np.array_equal(volume.array, frames)


@pytest.mark.parametrize(("name", "codec", "pixels"), [("c.mp4", "mpeg4", "yuv420p"), ("c.avi", "mjpeg", "yuvj420p")])
def test_lossy_clips_are_close(tmp_path: Path, name: str, codec: str, pixels: str):
    path = write_clip(tmp_path / name, GREY, [0, 40, 80, 120, 160, 200], codec, pixels)
    series = reading.open_study(path).series[0]
    volume = reading.load_volume(series)
    assert series.frames == 6 and series.frame_time_ms == pytest.approx(40, rel=0.2)
    assert np.abs(volume.array.reshape(6, -1).mean(axis=1) - GREY.reshape(6, -1).mean(axis=1)).max() < 4


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ((1, 0, 0, 1), lambda frames: frames),
        ((0, 1, -1, 0), lambda frames: np.rot90(frames, -1, (1, 2))),
        ((-1, 0, 0, -1), lambda frames: frames[:, ::-1, ::-1]),
        ((0, -1, 1, 0), lambda frames: np.rot90(frames, 1, (1, 2))),
        ((-1, 0, 0, 1), lambda frames: frames[:, :, ::-1]),
    ],
)
def test_a_clip_is_turned_upright_as_its_display_matrix_says(tmp_path: Path, matrix: tuple[int, ...], turn):
    """ISO/IEC 14496-12 8.3.2.3: (x', y') = (a x + c y, b x + d y), so that 0, 1, -1, 0 turns clockwise."""
    corner = GREY.copy()
    corner[:, :16, :16] = 255
    times_ms = [40 * n for n in range(6)]
    path = write_clip(tmp_path / "c.mp4", corner, times_ms, "mpeg4", "yuv420p")
    upright = load(path).array
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    a, b, c, d = (each << 16 for each in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    volume = load(path)
    assert volume.geometry.shape_kji == volume.array.shape[:3] and np.array_equal(volume.array, turn(upright))
    assert ("turned upright as its display matrix says" in volume.warnings) == (matrix != (1, 0, 0, 1))


def test_pixels_that_are_not_square_are_told_and_keep_their_aspect(tmp_path: Path):
    with av.open(str(tmp_path / "c.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for frame in GREY:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.repeat(frame[..., None], 3, axis=2), "rgb24")))
        container.mux(stream.encode(None))
    volume = load(tmp_path / "c.mp4")
    assert volume.geometry.spacing_mm == (1, 0.5, 1)
    assert volume.geometry.calibration is Calibration.NONE
    assert "pixels are not square; their size is unknown" in volume.warnings


def test_bits_that_are_cut_are_told(tmp_path: Path):
    with av.open(str(tmp_path / "c.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "gray16le"
        for frame in GREY:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.astype(np.uint16) << 8, "gray16le")))
        container.mux(stream.encode(None))
    volume = load(tmp_path / "c.mkv")
    assert volume.warnings == ("a clip with 16 bits per channel is read with the 8 highest",)
    assert np.abs(volume.array.astype(int) - GREY).max() <= 1


def test_gif_equals_pillow(tmp_path: Path):
    pages = [Image.fromarray(frame) for frame in GREY]
    pages[0].save(tmp_path / "c.gif", save_all=True, append_images=pages[1:], duration=[100, 50, 50, 50, 200, 50])
    volume = load(tmp_path / "c.gif")
    assert volume.kind == "clip" and np.array_equal(volume.array, GREY)
    assert volume.frame_times_ms == (0, 100, 150, 200, 250, 450)


@pytest.mark.parametrize(("delay_ms", "told"), [(0, True), (10, False)])
def test_a_gif_without_delays_says_what_is_assumed(tmp_path: Path, delay_ms: int, told: bool):
    pages = [Image.fromarray(frame) for frame in GREY[:3]]
    pages[0].save(tmp_path / "c.gif", save_all=True, append_images=pages[1:], duration=delay_ms)
    volume = load(tmp_path / "c.gif")
    assert volume.frame_times_ms == tuple(n * (delay_ms or 100) for n in range(3))
    assert ("frames without a time of their own are shown for 100 ms each" in volume.warnings) == told


def test_a_clip_that_breaks_off_gives_what_decodes_with_a_warning(tmp_path: Path):
    random = np.random.default_rng(0).integers(0, 255, (12, 64, 64), np.uint8)
    path = write_clip(tmp_path / "c.avi", random, [40 * n for n in range(12)], "mjpeg", "yuvj420p")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    try:
        volume = load(path)
    except ReadError as error:
        pytest.fail(f"refused although half of it is there: {error}")
    frames = volume.geometry.shape_kji[0]
    assert 0 < frames < 12
    assert len(volume.frame_times_ms) == frames


def test_a_file_without_video_is_refused(tmp_path: Path):
    with av.open(str(tmp_path / "sound.mkv"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    assert reading.open_study(tmp_path / "sound.mkv").refused[0].reason == "holds no video stream"


def test_an_mp4_without_its_end_is_refused_with_what_is_missing(tmp_path: Path):
    whole = write_clip(tmp_path / "c.mp4", NOISE, [40 * n for n in range(12)], "mpeg4", "yuv420p").read_bytes()
    (tmp_path / "c.mp4").write_bytes(whole[: len(whole) // 2])
    start = whole.index(b"mdat") - 4
    size = int.from_bytes(whole[start : start + 4], "big")
    assert reading.open_study(tmp_path / "c.mp4").refused[0].reason == (
        f"truncated: the file ends within the coded frames: {len(whole) // 2 - start} of {size} bytes are there, "
        "and the index of frames (moov), which comes after, is missing"
    )
    (tmp_path / "c.mp4").write_bytes(whole[: start + size])
    assert "the index of frames (moov) is missing" in reading.open_study(tmp_path / "c.mp4").refused[0].reason


def test_an_mp4_with_its_index_first_gives_the_frames_before_the_break(tmp_path: Path):
    path = write_clip(
        tmp_path / "c.mp4", NOISE, [40 * n for n in range(12)], "mjpeg", "yuvj420p", {"movflags": "faststart"}
    )
    assert not reading.open_study(path).series[0].warnings
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"mdat") + (len(whole) - whole.index(b"mdat")) // 2])
    series = reading.open_study(path).series[0]
    volume = reading.load_volume(series)
    assert series.warnings[0].startswith(
        f"truncated, only {series.frames} of 12 frames are there: the file ends within"
    )
    assert 0 < len(volume.array) <= series.frames < 12
    assert series.warnings[0] in volume.warnings
