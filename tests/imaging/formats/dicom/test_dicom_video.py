"""Clips within DICOM files, coded here from frames of known colours."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from imaging.errors import ReadError
from imaging.formats import reading
from imaging.formats.dicom.header import read_header
from imaging.formats.dicom.pixels import frames_of

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (128, 128, 128), (250, 250, 250), (10, 10, 10)]
ROWS, COLUMNS = 48, 64
MPEG2, H264 = ("mpeg2video", "1.2.840.10008.1.2.4.100"), ("libx264", "1.2.840.10008.1.2.4.102")
HEVC = ("libx265", "1.2.840.10008.1.2.4.107")
OTHERS = [
    *((codec, f"1.2.840.10008.1.2.4.{n}") for codec, n in (("mpeg2video", 101), ("libx265", 108))),
    *(("libx264", f"1.2.840.10008.1.2.4.{n}") for n in range(103, 107)),
]


def coded(codec: str) -> bytes:
    """A stream of one plain frame per colour."""
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV has no {codec} encoder")
    target = io.BytesIO()
    with av.open(target, "w", format="mpegts") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = COLUMNS, ROWS, "yuv420p", 4_000_000
        for colour in COLOURS:
            picture = np.full((ROWS, COLUMNS, 3), colour, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return target.getvalue()


@pytest.fixture
def clip(write_dicom):
    def write(stream: bytes, syntax: str, fragments: int = 1, **changes: object) -> Path:
        path = write_dicom(np.zeros((ROWS, COLUMNS), np.uint8))
        data = dcmread(path)
        data.Modality, data.SamplesPerPixel, data.PlanarConfiguration = "ES", 3, 0
        data.PhotometricInterpretation, data.NumberOfFrames, data.FrameTime = "YBR_PARTIAL_420", len(COLOURS), 40
        for keyword, value in changes.items():
            setattr(data, keyword, value)
        data.file_meta.TransferSyntaxUID = UID(syntax)
        data.PixelData = encapsulate([stream], fragments_per_frame=fragments)
        data["PixelData"].is_undefined_length = True
        data["PixelData"].VR = "OB"
        dcmwrite(path, data, implicit_vr=False, little_endian=True, force_encoding=True)
        return path

    return write


@pytest.mark.parametrize(("codec", "syntax"), [MPEG2, H264, HEVC])
@pytest.mark.parametrize("fragments", [1, 3])
def test_every_frame_shows_its_colour(clip, codec, syntax, fragments):
    volume = reading.load_volume(reading.open_study(clip(coded(codec), syntax, fragments)).series[0])
    assert volume.kind == "clip" and volume.array.shape == (len(COLOURS), ROWS, COLUMNS, 3)
    means = volume.array.reshape(len(COLOURS), -1, 3).mean(axis=1)
    assert np.abs(means - COLOURS).max() < 8
    assert volume.frame_times_ms[1] == 40 and not any("goes on" in words for words in volume.warnings)


@pytest.mark.parametrize("stated", [1, 4])
def test_a_clip_of_more_frames_than_stated_is_told(clip, stated):
    volume = reading.load_volume(reading.open_study(clip(coded(MPEG2[0]), MPEG2[1], NumberOfFrames=stated)).series[0])
    assert len(volume.array) == stated
    assert f"Number of Frames says {stated}, the clip goes on: the first are read" in volume.warnings


@pytest.mark.parametrize(("codec", "syntax"), OTHERS)
def test_all_profiles_have_their_frames_and_times(clip, codec, syntax):
    series = reading.open_study(clip(coded(codec), syntax, FrameTime=62.5)).series[0]
    volume = reading.load_volume(series)
    assert series.frames == len(COLOURS)
    assert np.abs(volume.array.reshape(len(COLOURS), -1, 3).mean(axis=1) - COLOURS).max() < 8
    assert volume.frame_times_ms == (0, 62.5, 125, 187.5, 250, 312.5)


@pytest.mark.parametrize(("codec", "syntax"), [MPEG2, H264, HEVC])
def test_uneven_frame_times_are_those_of_the_header(clip, codec, syntax):
    vector = [0, 40, 80, 40, 140, 40]
    changes = {"FrameTimeVector": vector, "FrameTime": None, "FrameIncrementPointer": 0x00181065}
    volume = reading.load_volume(reading.open_study(clip(coded(codec), syntax, **changes)).series[0])
    assert volume.frame_times_ms == (0, 40, 120, 160, 300, 340)


def test_frames_may_be_asked_for_in_any_order(clip):
    with frames_of(read_header(clip(coded(MPEG2[0]), MPEG2[1]))) as reader:
        for index in (3, 4, 0, 5, 2):
            assert np.abs(reader.stored(index).reshape(-1, 3).mean(axis=0) - COLOURS[index]).max() < 8


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"NumberOfFrames": 9}, "frame 7 of 9 .*truncated: the stream ends after 6 frames"),
        ({"Rows": 32}, "the stream holds 48 x 64 pixels, expected 32 x 64"),
    ],
)
def test_a_clip_that_is_not_what_its_header_says_is_refused(clip, changes, words):
    path = clip(coded(MPEG2[0]), MPEG2[1], **changes)
    with pytest.raises(ReadError, match=words), frames_of(read_header(path)) as reader:
        for index in range(reader.format.frames):
            reader.stored(index)


def test_bytes_that_are_no_clip_are_refused(clip):
    with (
        pytest.raises(ReadError, match=r"frame 1 of 6 \(MPEG2 Main Profile / Main Level\): damaged"),
        frames_of(read_header(clip(bytes(5000), MPEG2[1]))) as reader,
    ):
        reader.stored(0)
