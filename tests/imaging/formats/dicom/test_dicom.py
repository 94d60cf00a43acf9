"""DICOM series against SimpleITK and against numbers worked out by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from imaging.errors import ReadError, Truncated
from imaging.formats import reading
from imaging.geometry import Calibration
from imaging.progress import Cancelled

Write = Callable[..., Path]


def oblique_series(write_dicom: Write, count: int = 5) -> Path:
    """Slices tilted about two axes, non-square pixels, values with slope and intercept, written in shuffled order."""
    turn = np.deg2rad((20, 35))
    about_x = np.array([[1, 0, 0], [0, np.cos(turn[0]), -np.sin(turn[0])], [0, np.sin(turn[0]), np.cos(turn[0])]])
    about_y = np.array([[np.cos(turn[1]), 0, np.sin(turn[1])], [0, 1, 0], [-np.sin(turn[1]), 0, np.cos(turn[1])]])
    row, column, normal = (about_x @ about_y).T
    random = np.random.default_rng(7)
    for n, k in enumerate([3, 0, 4, 2, 1][:count]):
        written = write_dicom(
            random.integers(0, 4096, (6, 9), dtype=np.uint16),
            f"{n}.dcm",
            ImagePositionPatient=[round(float(x), 6) for x in np.array([-31.5, 12.25, 77.0]) + normal * 2.5 * k],
            ImageOrientationPatient=[round(float(x), 8) for x in (*row, *column)],
            PixelSpacing=[0.8, 0.6],
            InstanceNumber=5 - k,
            RescaleSlope=2,
            RescaleIntercept=-1024,
            BitsStored=12,
            HighBit=11,
        )
    return written.parent


def simpleitk_series(folder: Path) -> SimpleITK.Image:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def test_hu_and_every_voxel_position_equal_simpleitk(write_dicom: Write):
    folder = oblique_series(write_dicom)
    study = reading.open_study(folder)
    volume = reading.load_volume(study.series[0])
    oracle = simpleitk_series(folder)
    assert volume.kind == "volume" and volume.unit == "HU" and volume.array.dtype == np.int16
    assert np.array_equal(volume.array, SimpleITK.GetArrayFromImage(oracle))
    indices = np.argwhere(np.ones(volume.array.shape, bool))
    expected = [oracle.TransformIndexToPhysicalPoint([int(i), int(j), int(k)]) for k, j, i in indices]
    assert np.abs(volume.geometry.point_lps(indices) - expected).max() < 1e-3


def test_the_listing_says_what_the_volume_is(write_dicom: Write):
    series = reading.open_study(oblique_series(write_dicom)).series[0]
    volume = reading.load_volume(series)
    assert series.geometry == volume.geometry and series.frames == 5 and series.kind == volume.kind
    assert (series.uid, series.modality, series.format, series.patient.id) == ("1.2.3.4", "CT", "DICOM", "P1")
    assert series.patient.name == "Test^Case" and series.study_uid == "1.2.3"
    assert [path.name for path in series.files] == ["1.dcm", "4.dcm", "3.dcm", "0.dcm", "2.dcm"], "by position"


def test_geometry_by_hand(write_slices: Callable[..., list[Path]]):
    files = write_slices([(10, 20, 34), (10, 20, 30), (10, 20, 32)], PixelSpacing=[0.7, 0.4])
    volume = reading.load_volume(reading.open_study(files[0].parent).series[0])
    assert volume.geometry.spacing_mm == (2.0, 0.7, 0.4)
    assert volume.geometry.origin_lps == (10, 20, 30)
    assert volume.geometry.axes_lps == ((0, 0, 1), (0, 1, 0), (1, 0, 0))
    assert volume.geometry.calibration is Calibration.PATIENT
    assert volume.array[:, 0, 0].tolist() == [100 - 1024, 200 - 1024, 0 - 1024]


def test_values_beyond_int16_widen_the_volume_and_stay_right(write_slices, write_dicom):
    write_slices([(0, 0, 0)])
    path = write_dicom(
        np.full((3, 4), 60000, np.uint16), "high.dcm", ImagePositionPatient=[0, 0, 2], PixelSpacing=[0.5, 0.5],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0], FrameOfReferenceUID="1.2.3.9", RescaleSlope=1,
        RescaleIntercept=-1024,
    )  # fmt: skip
    volume = reading.load_volume(reading.open_study(path.parent).series[0])
    assert volume.array.dtype == np.int32
    assert volume.array[0, 0, 1] == 1 - 1024 and volume.array[1, 0, 0] == 60000 - 1024


def test_fractional_slope_gives_floats(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2)], RescaleSlope="0.25", RescaleIntercept="-1.5", Modality="MR")
    volume = reading.load_volume(reading.open_study(files[0].parent).series[0])
    assert volume.array.dtype == np.float32 and volume.unit == ""
    assert volume.array[1, 0, 2] == 102 * 0.25 - 1.5


@pytest.mark.parametrize(
    ("positions", "words"),
    [
        ([(0, 0, 0), (0, 0, 2), (0, 0, 4), (0, 0, 8)], "1 slice is missing between 3 and 4: expected 2 mm, found 4 mm"),
        ([(0, 0, 0), (0, 0, 2), (0, 0, 8), (0, 0, 10), (0, 0, 12)], "2 slices are missing between 2 and 3"),
        ([(0, 0, 0), (0, 0, 2), (0, 0, 4), (0, 0, 7)], "distance between slices varies from 2.00 to 3.00 mm"),
        ([(0, 0, 0), (0, 0.5, 2), (0, 1, 4)], "shifted sideways (gantry tilt of 14.0°)"),
        ([(0, 0, 0), (0, 0.5, 2), (0, 0, 4)], "shifted sideways by up to 0.50 mm from one to the next"),
    ],
)
def test_what_makes_no_grid_keeps_each_slice_where_it_is(write_slices, positions, words):
    files = write_slices(positions)
    volume = reading.load_volume(reading.open_study(files[0].parent).series[0])
    assert volume.kind == "image" and words in volume.warnings[0]
    assert [volume.slice_geometry(k).origin_lps for k in range(len(positions))] == positions
    assert volume.slice_geometry(1).spacing_mm == (2.0, 0.5, 0.5)


def test_a_tenth_of_a_millimetre_is_still_a_grid_and_more_is_not(write_slices):
    files = write_slices([(0, 0, 0), (0, 0.09, 2), (0, 0, 4)])
    assert reading.open_study(files[0].parent).series[0].kind == "volume"
    files = write_slices([(0, 0, 0), (0, 0.11, 2), (0, 0, 4)])
    assert reading.open_study(files[0].parent).series[0].kind == "image"


def test_one_slice_is_an_image_with_its_place_and_thickness(write_slices):
    files = write_slices([(1, 2, 3)])
    volume = reading.load_volume(reading.open_study(files[0]).series[0])
    assert volume.kind == "image" and volume.geometry.has_position
    assert volume.geometry.spacing_mm == (2.0, 0.5, 0.5) and volume.geometry.origin_lps == (1, 2, 3)


def test_phases_at_the_same_positions_become_their_own_series(write_slices):
    places = [(0, 0, 0), (0, 0, 2), (0, 0, 4)]
    files = write_slices(places * 2)
    found = reading.open_study(files[0].parent).series
    assert [series.uid for series in found] == ["1.2.3.4", "1.2.3.4#2"]
    assert [series.kind for series in found] == ["volume", "volume"]
    second = reading.load_volume(found[1])
    assert second.array[:, 0, 0].tolist() == [300 - 1024, 400 - 1024, 500 - 1024]


def test_echoes_are_named(write_dicom):
    for echo in (1, 2):
        for z in (0, 2):
            path = write_dicom(
                np.zeros((2, 2), np.uint16), f"{echo}-{z}.dcm", EchoNumbers=echo, ImagePositionPatient=[0, 0, z],
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0], PixelSpacing=[1, 1], SeriesDescription="T2",
            )  # fmt: skip
    found = reading.open_study(path.parent).series
    assert [series.description for series in found] == ["T2, echo 1", "T2, echo 2"]
    assert [series.files[0].name for series in found] == ["1-0.dcm", "2-0.dcm"]


def test_orientations_and_sizes_of_one_series_do_not_mix(write_slices, write_dicom):
    write_slices([(0, 0, 0), (0, 0, 2)])
    write_dicom(
        np.zeros((3, 4), np.uint16), "localizer.dcm", ImagePositionPatient=[0, 0, 0], PixelSpacing=[0.5, 0.5],
        ImageOrientationPatient=[0, 1, 0, 0, 0, -1], FrameOfReferenceUID="1.2.3.9",
    )  # fmt: skip
    path = write_dicom(np.zeros((5, 6), np.uint16), "screenshot.dcm")
    found = sorted((s.shape_kji, s.description) for s in reading.open_study(path.parent).series)
    assert found == [
        ((1, 3, 4), "sagittal 4 × 3"),
        ((1, 5, 6), "6 × 5"),
        ((2, 3, 4), "axial 4 × 3 from image 1"),
    ]


def test_an_exact_copy_is_named_and_left_out(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2)])
    (files[0].parent / "copy.dcm").write_bytes(files[0].read_bytes())
    study = reading.open_study(files[0].parent)
    assert study.series[0].frames == 2
    assert [(r.file.name, r.reason) for r in study.refused] == [
        ("copy.dcm", "an exact copy of 000.dcm, which is open already")
    ] or study.refused[0].reason == "an exact copy of copy.dcm, which is open already"


def test_a_copy_of_the_same_name_is_told_apart_by_its_folder(write_slices):
    (file,) = write_slices([(0, 0, 0)])
    copy = file.parent / "later" / file.name
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    (refusal,) = reading.open_study(file.parent).refused
    assert refusal.reason == f"an exact copy of {file.parent.name}/{file.name}, which is open already"


def test_a_volume_cannot_be_written_to(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2)])
    volume = reading.load_volume(reading.open_study(files[0].parent).series[0])
    with pytest.raises(ValueError, match="read-only"):
        volume.array[0, 0, 0] = 1


def test_cancelling_stops_opening_and_loading(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2), (0, 0, 4)])
    series = reading.open_study(files[0].parent).series[0]

    def stop_at_second(done: int, total: int, text: str) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        reading.open_study(files[0].parent, stop_at_second)
    with pytest.raises(Cancelled):
        reading.load_volume(series, stop_at_second)


def test_a_truncated_file_is_refused_with_both_numbers_and_the_rest_opens(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2), (0, 0, 4)])
    files[1].write_bytes(files[1].read_bytes()[:-10])
    study = reading.open_study(files[0].parent)
    assert [(r.file, r.reason) for r in study.refused] == [
        (files[1], "truncated: found 14 bytes of pixels, expected 24 (7FE0,0010)")
    ]
    assert study.series[0].frames == 2


def test_a_file_cut_after_listing_is_refused_on_loading(write_slices):
    files = write_slices([(0, 0, 0), (0, 0, 2)])
    series = reading.open_study(files[0].parent).series[0]
    files[1].write_bytes(files[1].read_bytes()[:-2])
    with pytest.raises(Truncated, match=r"001\.dcm: truncated: found 22 bytes"):
        reading.load_volume(series)
    files[1].unlink()
    with pytest.raises(ReadError, match=r"001\.dcm"):
        reading.load_volume(series)


def test_padding_is_left_out_of_statistics(write_dicom):
    pixels = np.array([[-2000, 0], [40, 100]], np.int16)
    path = write_dicom(pixels, PixelPaddingValue=-2000, RescaleSlope=1, RescaleIntercept=-24)
    volume = reading.load_volume(reading.open_study(path).series[0])
    assert volume.padding == (-2024, -2024)
    assert volume.sample().tolist() == [-24, 16, 76]


def test_windows_come_with_their_names(write_dicom):
    path = write_dicom(
        np.zeros((2, 2), np.int16), WindowCenter=[40, -600], WindowWidth=[400, 1500],
        WindowCenterWidthExplanation=["SOFT", "LUNG"],
    )  # fmt: skip
    windows = reading.load_volume(reading.open_study(path).series[0]).windows
    assert [(w.centre, w.width, w.name) for w in windows] == [(40, 400, "soft"), (-600, 1500, "lung")]


def test_the_phantom_opens_as_it_was_written(phantom_study):
    found = {series.modality: series for series in reading.open_study(phantom_study.study).series}
    assert {m: s.kind for m, s in found.items()} == {"CT": "volume", "DX": "image", "US": "clip"}
    assert found["US"].geometry.calibration is Calibration.REGION and found["US"].frame_time_ms > 0
    assert found["DX"].geometry.calibration is Calibration.DETECTOR
    clip = reading.load_volume(found["US"])
    assert len(clip.frame_times_ms) == clip.geometry.shape_kji[0] == found["US"].frames
