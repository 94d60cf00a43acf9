"""Files of several frames that end early: the whole frames are shown and the rest is told; nothing is made up."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from imaging.errors import Truncated
from imaging.formats.dicom.fragments import frames_there
from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume

FRAMES = np.random.default_rng(3).integers(0, 4096, (5, 12, 16)).astype(np.uint16)
SYNTAXES = (ExplicitVRLittleEndian, RLELossless, JPEGLSLossless)
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"

WriteDicom = Callable[..., Path]


def rle(frame: np.ndarray) -> bytes:
    """A frame of 16 bits: two segments, the high bytes first (PS3.5 G)."""
    packed = [imagecodecs.packbits_encode(np.ascontiguousarray(frame >> shift & 0xFF, np.uint8)) for shift in (8, 0)]
    high, low = (bytes(each) + bytes(len(each) % 2) for each in packed)
    header = np.zeros(16, "<u4")
    header[:3] = 2, 64, 64 + len(high)
    return header.tobytes() + high + low


def coded(frame: np.ndarray, syntax: str) -> bytes:
    data = rle(frame) if syntax == RLELossless else bytes(imagecodecs.jpegls_encode(frame))
    return data + bytes(len(data) % 2)


def written(write_dicom: WriteDicom, syntax: str, frames: np.ndarray = FRAMES, stated: int = 5) -> Path:
    path = write_dicom(frames, Modality="OT", NumberOfFrames=stated)
    if syntax == ExplicitVRLittleEndian:
        return path
    data = dcmread(path)
    data.PixelData = encapsulate([coded(frame, syntax) for frame in frames])
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.save_as(path)
    return path


def loaded(path: Path) -> Volume:
    (series,) = open_study(path).series
    return load_volume(series)


def check(path: Path, there: int) -> None:
    volume = loaded(path)
    assert np.array_equal(volume.array, FRAMES[:there])
    assert f"truncated: only {there} of 5 frames are there" in volume.warnings


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_file_that_ends_within_a_frame_shows_those_before(write_dicom: WriteDicom, syntax: str):
    path = written(write_dicom, syntax)
    whole = path.read_bytes()
    path.write_bytes(whole[:-60])
    check(path, 4)
    path.write_bytes(whole[:-600])  # of frames of about 400
    check(path, 3)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_fewer_frames_than_stated_are_shown_and_told(write_dicom: WriteDicom, syntax: str):
    check(written(write_dicom, syntax, FRAMES[:3]), 3)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_whole_file_is_not_told(write_dicom: WriteDicom, syntax: str):
    volume = loaded(written(write_dicom, syntax))
    assert np.array_equal(volume.array, FRAMES) and volume.warnings == ()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_one_frame_of_several_is_refused(write_dicom: WriteDicom, syntax: str):
    path = written(write_dicom, syntax, FRAMES[:1])
    study = open_study(path)
    if study.series:
        with pytest.raises(Truncated, match="found 1 coded fragments, expected 5 frames"):
            load_volume(study.series[0])
    else:
        assert study.refused[0].reason.endswith("(7FE0,0010): 1 of 5 frames")


def test_a_header_that_states_far_more_is_refused(write_dicom: WriteDicom):
    path = written(write_dicom, ExplicitVRLittleEndian, stated=2_000_000)
    assert "truncated" in open_study(path).refused[0].reason


def item(data: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + len(data).to_bytes(4, "little") + data


def parted(frames: np.ndarray) -> bytes:
    """Each frame in two fragments, after an empty table of offsets."""
    return item(b"") + b"".join(
        item(each[:100]) + item(each[100:]) for each in (coded(frame, JPEGLSLossless) for frame in frames)
    )


def test_a_frame_of_several_fragments_is_whole_only_where_another_follows():
    value = parted(FRAMES)
    assert frames_there(BytesIO(value), 0, 5, len(value)) is None, "nothing is cut: the frames are told apart elsewhere"
    found = frames_there(BytesIO(value[:-10]), 0, 5, len(value))
    assert found is not None and [len(spans) for spans in found] == [2, 2, 2, 2]


def test_as_many_fragments_as_frames_are_not_the_frames_where_each_has_two(write_dicom: WriteDicom):
    path, value = written(write_dicom, JPEGLSLossless), parted(FRAMES[:3])
    data = dcmread(path)
    data.PixelData = value
    data["PixelData"].is_undefined_length = True
    data.save_as(path)
    end_of_the_fifth = value.rindex(b"\xfe\xff\x00\xe0")
    path.write_bytes(path.read_bytes().partition(value)[0] + value[: end_of_the_fifth - 10])
    check(path, 2)


def test_frames_that_no_beginning_tells_apart_are_not_counted():
    value = item(b"") + item(b"deflated") + item(b"bytes ab")
    assert frames_there(BytesIO(value), 0, 5, len(value)) == []
    assert frames_there(BytesIO(value), 0, 2, len(value)) is None
