"""The synthetic chest: the same every time, asymmetric as a person, and true to what it says about itself."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from PIL import Image

from imaging import phantom
from imaging.formats.reading import load_volume, open_study
from imaging.labelmap import Labelmap
from imaging.phantom import PhantomStudy
from imaging.volume import Volume


@pytest.fixture(scope="module")
def thorax() -> tuple[Volume, Labelmap]:
    return phantom.thorax()


@pytest.fixture(scope="module")
def ct_image(phantom_study: PhantomStudy) -> SimpleITK.Image:
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(phantom_study.ct))
    return SimpleITK.ReadImage(names)


def hu_at(volume: Volume, point_lps: tuple[float, float, float]) -> float:
    """Mean HU of the 3 x 3 voxels around a point."""
    k, j, i = np.rint(volume.geometry.index_kji(point_lps)).astype(int)
    return float(volume.array[k, j - 1 : j + 2, i - 1 : i + 2].mean())


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_writes_the_same_bytes_every_time(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    again = phantom.write_study(tmp_path)
    assert digests(again.study) == digests(phantom_study.study)
    assert digests(again.truth) == digests(phantom_study.truth)


def test_is_small(phantom_study: PhantomStudy) -> None:
    files = [*phantom_study.study.rglob("*"), *phantom_study.truth.rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) < 15e6


def test_half_written_study_is_completed_and_a_whole_one_left_alone(tmp_path: Path) -> None:
    half = tmp_path / "study" / "xray" / "chest-pa.dcm"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    found = phantom.write_study(tmp_path)
    assert pydicom.dcmread(found.xray).Modality == "DX"
    before = found.xray.stat().st_mtime_ns
    assert phantom.write_study(tmp_path) == found
    assert found.xray.stat().st_mtime_ns == before


def test_study_folder_holds_three_series_of_one_patient(phantom_study: PhantomStudy) -> None:
    headers = [pydicom.dcmread(p, stop_before_pixels=True) for p in phantom_study.study.rglob("*") if p.is_file()]
    assert len({header.SOPInstanceUID for header in headers}) == len(headers) == 66
    assert {str(header.PatientName) for header in headers} == {"Phantom^Thorax"}
    assert {header.Modality: header.SeriesInstanceUID for header in headers}.keys() == {"CT", "DX", "US"}
    assert len({header.SeriesInstanceUID for header in headers}) == 3
    assert len({header.StudyInstanceUID for header in headers}) == 1
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in (header.SOPInstanceUID for header in headers))


def test_ct_files_read_by_simpleitk_equal_the_volume(
    thorax: tuple[Volume, Labelmap], ct_image: SimpleITK.Image
) -> None:
    volume, _ = thorax
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(ct_image), volume.array)
    np.testing.assert_allclose(ct_image.GetSpacing()[::-1], volume.geometry.spacing_mm, atol=1e-6)
    np.testing.assert_allclose(ct_image.GetOrigin(), volume.geometry.origin_lps, atol=1e-4)
    assert ct_image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)


def test_ct_truth_lies_on_the_grid_of_the_ct(
    thorax: tuple[Volume, Labelmap], ct_image: SimpleITK.Image, phantom_study: PhantomStudy
) -> None:
    truth = SimpleITK.ReadImage(str(phantom_study.ct_truth))
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(truth), thorax[1].array)
    for corner in ((0, 0, 0), (255, 255, 63)):
        np.testing.assert_allclose(
            truth.TransformIndexToPhysicalPoint(corner), ct_image.TransformIndexToPhysicalPoint(corner), atol=1e-3
        )


def test_lesions_have_their_density_and_place(thorax: tuple[Volume, Labelmap]) -> None:
    volume, mask = thorax
    for lesion in phantom.LESIONS:
        index = np.rint(volume.geometry.index_kji(lesion.centre_lps)).astype(int)
        assert mask.array[tuple(index)] == lesion.label, lesion.place
        assert ("right" in lesion.place or "middle" in lesion.place) == (lesion.centre_lps[0] < 0)
    glass, solid = (np.median(volume.array[mask.array == value]) for value in (1, 2))
    assert -650 < glass < -400
    assert -50 < solid < 60
    assert mask.volumes_ml()["ground-glass opacity"] == pytest.approx((mask.array == 1).sum() * 4.5 * 1.4 * 1.4 / 1000)


def test_marker_is_on_the_right_only(thorax: tuple[Volume, Labelmap]) -> None:
    volume, mask = thorax
    marker = phantom.LESIONS[-1]
    x, y, z = marker.centre_lps
    assert hu_at(volume, (x, y, z)) > 200
    assert hu_at(volume, (-x, y, z)) < -600
    centroid = volume.geometry.point_lps(np.argwhere(mask.array == 3).mean(axis=0))
    np.testing.assert_allclose(centroid, marker.centre_lps, atol=1.5)


def test_organs_lie_on_their_side(thorax: tuple[Volume, Labelmap]) -> None:
    volume, _ = thorax
    assert hu_at(volume, (60, -30, -40)) == pytest.approx(38, abs=15), "heart to the left"
    assert hu_at(volume, (-66, -40, -20)) < -700, "lung opposite the heart"
    assert hu_at(volume, (-70, -10, -90)) == pytest.approx(58, abs=15), "liver on the right"
    assert hu_at(volume, (72, -48, -110)) < -900, "stomach bubble on the left"
    assert hu_at(volume, (0, 8, 100)) < -900, "trachea in the middle"
    assert hu_at(volume, (0, 62, 0)) > 90, "spine behind"


def test_radiograph_shows_the_marker_where_it_projects_to(phantom_study: PhantomStudy) -> None:
    mask = np.asarray(Image.open(phantom_study.xray_truth))
    data = pydicom.dcmread(phantom_study.xray)
    assert mask.shape == (data.Rows, data.Columns) == data.pixel_array.shape
    centroid = np.argwhere(mask == 3).mean(axis=0)
    np.testing.assert_allclose(centroid, phantom.pixel_ji(phantom.LESIONS[-1].centre_lps), atol=1.5)
    assert centroid[1] < data.Columns / 2, "the patient's right is on the image's left"
    assert list(data.PatientOrientation) == ["L", "F"]
    bright = np.argwhere(data.pixel_array == 4095)
    assert bright[:, 1].min() > data.Columns / 2, "the side marker L"


def test_clip_decodes_to_its_frames_and_slides(phantom_study: PhantomStudy) -> None:
    data = pydicom.dcmread(phantom_study.ultrasound)
    clip = phantom.clip()
    np.testing.assert_array_equal(data.pixel_array, clip.array)
    assert data.FrameTime * data.NumberOfFrames == 2000
    region = data.SequenceOfUltrasoundRegions[0]
    assert region.PhysicalUnitsXDirection == 3
    assert region.PhysicalDeltaX == pytest.approx(0.05)
    columns = [np.argwhere(mask == 2)[:, 1].mean() for mask in clip.mask]
    assert max(columns) - min(columns) > 5, "B-lines move with the lung"
    assert np.abs(np.diff([*columns, columns[0]])).max() < 3, "the last frame leads into the first"


def test_clip_truth_marks_the_bright_lines(phantom_study: PhantomStudy) -> None:
    frames = sorted(phantom_study.ultrasound_truth.glob("*.png"))
    masks = np.stack([np.asarray(Image.open(frame)) for frame in frames])
    clip = phantom.clip()
    np.testing.assert_array_equal(masks, clip.mask)
    background = clip.array[(masks == 0) & clip.fan].mean()
    assert clip.array[masks == 1].mean() > 3 * background
    assert clip.array[masks == 2].mean() > 2 * background


def test_truth_lists_the_lesions_in_patient_millimetres(phantom_study: PhantomStudy) -> None:
    listed = json.loads((phantom_study.truth / "phantom.json").read_text())["lesions"]
    assert [tuple(lesion["centre_lps"]) for lesion in listed] == [lesion.centre_lps for lesion in phantom.LESIONS]


def test_objects_are_valid_to_dciodvfy(phantom_study: PhantomStudy) -> None:
    judge = Path(sys.executable).with_name("dciodvfy")
    if not judge.exists():
        pytest.skip("dciodvfy of dicom3tools is not installed beside this Python")
    for file in (phantom_study.ct / "slice-001.dcm", phantom_study.xray, phantom_study.ultrasound):
        said = subprocess.run([str(judge), str(file)], capture_output=True, text=True, check=False).stderr
        assert "Error" not in said, f"{file.name}: {said}"
        assert {"slice-001": "CTImage", "chest-pa": "DXImageForPresentation", "lung": "USMultiFrameImage"}[
            file.stem
        ] in said


def test_the_radiograph_says_which_way_the_patient_lies(phantom_study):
    series = next(one for one in open_study(phantom_study.xray).series)
    assert load_volume(series).patient_orientation == ("L", "F")


def test_the_radiograph_of_a_year_before_is_another_study_of_the_same_patient(
    phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    (now,) = open_study(phantom_study.xray).series
    (before,) = open_study(phantom.write_prior_xray(tmp_path)).series
    assert (before.patient, before.study_date) == (now.patient, "20250101") and now.study_date == "20260101"
    assert before.study_uid != now.study_uid and before.uid != now.uid
