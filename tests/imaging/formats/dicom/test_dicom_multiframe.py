"""Enhanced multi-frame objects: functional groups decide place and values, frame by frame."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.formats import reading


def group(keyword: str, **attributes: object) -> Dataset:
    inner = Dataset()
    for name, value in attributes.items():
        setattr(inner, name, value)
    outer = Dataset()
    setattr(outer, keyword, [inner])
    return outer


def merged(*parts: Dataset) -> Dataset:
    whole = Dataset()
    for part in parts:
        whole.update(part)
    return whole


def enhanced(write_dicom, heights, slopes):
    """Frames of constant value 10 at the given heights, each with its own slope."""
    shared = merged(
        group("PlaneOrientationSequence", ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        group("PixelMeasuresSequence", PixelSpacing=[0.5, 0.25], SliceThickness=3),
    )
    frames = [
        merged(
            group("PlanePositionSequence", ImagePositionPatient=[0, 0, z]),
            group("PixelValueTransformationSequence", RescaleSlope=slope, RescaleIntercept=1, RescaleType="US"),
        )
        for z, slope in zip(heights, slopes, strict=True)
    ]
    return write_dicom(
        np.full((len(heights), 2, 2), 10, np.uint16), Modality="MR", SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
    )  # fmt: skip


def test_frames_are_sorted_by_position_and_rescaled_each_by_its_own_slope(write_dicom):
    series = reading.open_study(enhanced(write_dicom, [6, 0, 3], [3, 1, 2])).series[0]
    volume = reading.load_volume(series)
    assert volume.kind == "volume" and volume.geometry.spacing_mm == (3.0, 0.5, 0.25)
    assert volume.array[:, 0, 0].tolist() == [11, 21, 31]


def test_frames_that_share_positions_are_passes(write_dicom):
    found = reading.open_study(enhanced(write_dicom, [0, 3, 0, 3], [1, 2, 3, 4])).series
    assert [(series.kind, series.description, series.frames) for series in found] == [
        ("volume", "pass 1 of 2", 2),
        ("volume", "pass 2 of 2", 2),
    ]
    assert [reading.load_volume(series).array[:, 0, 0].tolist() for series in found] == [[11, 21], [31, 41]]


def test_dose_planes_lie_where_the_offset_vector_says(bundled):
    volume = reading.load_volume(reading.open_study(bundled("rtdose.dcm")).series[0])
    assert volume.kind == "volume" and volume.geometry.shape_kji[0] == 15
    assert volume.geometry.spacing_mm[0] == pytest.approx(5.0)


def test_a_dose_with_too_few_offsets_claims_no_place_and_says_why(bundled, tmp_path):
    data = dcmread(bundled("rtdose.dcm"))
    data.GridFrameOffsetVector = data.GridFrameOffsetVector[:14]
    data.save_as(tmp_path / "dose.dcm", enforce_file_format=True)
    (series,) = reading.open_study(tmp_path).series
    assert series.geometry is not None and not series.geometry.has_position
    said = "the Grid Frame Offset Vector (3004,000C) has 14 values for 15 frames: no place in the patient is claimed"
    assert said in series.warnings


@pytest.mark.parametrize(
    ("timing", "times_ms"),
    [
        ({"FrameTime": 40}, (0, 40, 80)),
        ({"FrameTimeVector": [0, 30, 50]}, (0, 30, 80)),
        ({"CineRate": 20}, (0, 50, 100)),
        ({}, ()),
    ],
)
def test_clip_times(write_dicom, timing, times_ms):
    path = write_dicom(np.zeros((3, 2, 2), np.uint8), Modality="US", **timing)
    series = reading.open_study(path).series[0]
    assert series.kind == "clip" and series.frames == 3
    assert reading.load_volume(series).frame_times_ms == times_ms
    assert ("the file states no frame time" in series.warnings) == (not times_ms)


@pytest.mark.parametrize(
    ("vector", "times_ms", "words"),
    [
        ([0, 30, 50, 70], (0, 30, 80), "has 4 times for 3 frames: the first are followed"),
        ([0, 30], (0, 40, 80), "has 2 times for 3 frames: it is not followed"),
        ([0, 30, -10], (0, 40, 80), "runs backwards: not followed"),
    ],
)
def test_frame_times_that_cannot_be_meant_are_told(write_dicom, vector, times_ms, words):
    path = write_dicom(np.zeros((3, 2, 2), np.uint8), Modality="US", FrameTimeVector=vector, FrameTime=40)
    volume = reading.load_volume(reading.open_study(path).series[0])
    assert volume.frame_times_ms == times_ms
    assert volume.warnings == (f"the Frame Time Vector (0018,1065) {words}",)


@pytest.mark.parametrize(("columns", "told"), [(6, True), (3, False)])
def test_tiles_of_a_slide_say_that_they_are_tiles(write_dicom, columns, told):
    path = write_dicom(
        np.zeros((4, 2, 3), np.uint8), Modality="SM", TotalPixelMatrixRows=2, TotalPixelMatrixColumns=columns
    )
    words = f"tiles of one image of {columns} × 2 pixels: shown one by one, not put together"
    assert (words in reading.open_study(path).series[0].warnings) == told


@pytest.mark.parametrize(("seconds", "times_ms"), [(("58.5", "59", "59.75"), (0, 500, 1250)), (("58", "58", "59"), ())])
def test_frames_of_an_angiogram_keep_the_times_that_each_states(write_dicom, seconds, times_ms):
    frames = [group("FrameContentSequence", FrameAcquisitionDateTime=f"202601022359{each}") for each in seconds]
    path = write_dicom(np.zeros((3, 2, 2), np.uint8), Modality="XA", PerFrameFunctionalGroupsSequence=frames)
    (series,) = reading.open_study(path).series
    volume = reading.load_volume(series)
    assert volume.kind == "clip" and volume.frame_times_ms == pytest.approx(times_ms)
    assert ("the file states no frame time" in series.warnings) == (not times_ms)
