"""Analyze pairs: values as nibabel reads them, size but no place."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from imaging.formats.reading import load_volume, open_study
from imaging.geometry import Calibration


def write(folder: Path, array: np.ndarray, zooms: tuple[float, ...] = (0.5, 0.75, 2.0)) -> Path:
    """A pair of (i, j, k[, t]) values."""
    made = nibabel.AnalyzeImage(array, None)
    made.header.set_zooms((*zooms, 1.0)[: array.ndim])
    nibabel.save(made, folder / "a.img")
    return folder / "a.hdr"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_values_are_nibabels_and_no_place_is_claimed(tmp_path: Path, dtype: type) -> None:
    array = np.arange(2 * 3 * 4).reshape(2, 3, 4).astype(dtype)
    path = write(tmp_path, array)
    study = open_study(tmp_path)
    assert study.refused == () and len(study.series) == 1
    volume = load_volume(study.series[0])
    assert np.array_equal(volume.array, np.asarray(nibabel.load(path).dataobj).T) and volume.array.dtype == dtype
    assert volume.geometry.spacing_mm == (2.0, 0.75, 0.5) and volume.kind == "image"
    assert volume.geometry.calibration is Calibration.PIXEL_SPACING
    assert any("which way the patient lies" in warning for warning in volume.warnings)


def test_the_scale_of_spm_is_applied_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, np.arange(24).reshape(2, 3, 4).astype(np.int16))
    data = bytearray(path.read_bytes())
    data[112:116] = np.float32(0.25).tobytes()
    path.write_bytes(bytes(data))
    volume = load_volume(open_study(path).series[0])
    assert np.array_equal(volume.array, np.asarray(nibabel.load(path).dataobj).T) and volume.array.max() == 23 * 0.25
    assert "values are multiplied by 0.25, as SPM writes it" in volume.warnings


def test_time_points_become_phases(tmp_path: Path) -> None:
    write(tmp_path, np.arange(2 * 2 * 2 * 3).reshape(2, 2, 2, 3).astype(np.int16))
    series = open_study(tmp_path / "a.hdr").series
    assert [one.phase.index for one in series if one.phase] == [0, 1, 2]
    assert [int(load_volume(one).array[0, 0, 0]) for one in series] == [0, 1, 2]


def test_no_voxel_size_claims_no_millimetres(tmp_path: Path) -> None:
    path = write(tmp_path, np.zeros((2, 2, 2), np.int16))
    data = bytearray(path.read_bytes())
    data[76:108] = bytes(32)
    path.write_bytes(bytes(data))
    assert load_volume(open_study(path).series[0]).geometry.calibration is Calibration.NONE


def test_a_header_alone_and_a_short_image_are_refused_in_words(tmp_path: Path) -> None:
    path = write(tmp_path, np.zeros((2, 2, 2), np.int16))
    image = path.with_suffix(".img")
    image.write_bytes(image.read_bytes()[:-3])
    assert "truncated: a.img holds 13 bytes, expected 16" in open_study(path).refused[0].reason
    image.unlink()
    assert "without its image" in open_study(path).refused[0].reason
