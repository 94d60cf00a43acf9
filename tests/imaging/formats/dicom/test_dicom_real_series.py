"""Real series with every trap of geometry: each slice lies where its own file says, and holds that file's pixels."""

from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging.formats import reading
from imaging.geometry import PLACEMENT_TOLERANCE_MM
from imaging.regular import regularise
from imaging.study import Series
from imaging.volume import Volume


@pytest.fixture(scope="module")
def folders(shared_data: Path) -> list[Path]:
    """Folders of one series each."""
    found = sorted(path for path in (shared_data.parent / "conformance" / "series").glob("*") if path.is_dir())
    if not found:
        pytest.skip("no conformance series beside this checkout")
    return found


@pytest.fixture(scope="module")
def loaded(folders: list[Path]) -> list[tuple[str, Series, Volume]]:
    return [
        (folder.name, series, reading.load_volume(series))
        for folder in folders
        for series in reading.open_study(folder).series
    ]


def corners_by_file(data: pydicom.Dataset) -> np.ndarray:
    """(4, 3) LPS millimetres of the corner pixels, by PS3.3 C.7.6.2.1.1."""
    position, axes = np.array(data.ImagePositionPatient, float), np.array(data.ImageOrientationPatient, float)
    down, across = (float(each) for each in data.PixelSpacing)
    return np.array(
        [
            position + axes[:3] * across * i + axes[3:] * down * j
            for j in (0, data.Rows - 1)
            for i in (0, data.Columns - 1)
        ]
    )


def test_every_voxel_lies_where_its_own_file_says(loaded):
    checked = 0
    for name, series, volume in loaded:
        _, rows, columns = volume.geometry.shape_kji
        for k, file in enumerate(series.files):
            data = pydicom.dcmread(file, stop_before_pixels=True)
            if "ImagePositionPatient" not in data or not volume.geometry.has_position:
                continue
            corners = [(0, j, i) for j in (0, rows - 1) for i in (0, columns - 1)]
            grid = volume.slice_geometry(k).point_lps(corners)
            assert np.linalg.norm(grid - corners_by_file(data), axis=1).max() <= PLACEMENT_TOLERANCE_MM, (name, file)
            checked += 1
    assert checked > 100


def test_every_slice_holds_the_pixels_of_its_own_file(loaded):
    for name, series, volume in loaded:
        assert len(series.files) == series.frames, name
        for k, file in enumerate(series.files):
            data = pydicom.dcmread(file)
            if data.SamplesPerPixel == 1:
                slope, intercept = float(data.get("RescaleSlope") or 1), float(data.get("RescaleIntercept") or 0)
                assert np.allclose(volume.array[k], data.pixel_array * slope + intercept, atol=1e-3), (name, file)


def test_every_file_is_in_one_series_or_refused(folders):
    for folder in folders:
        study = reading.open_study(folder)
        listed = [file for series in study.series for file in series.files]
        named = [refusal.file for refusal in study.refused] + [document.file for document in study.documents]
        assert sorted(listed + named) == sorted(path for path in folder.rglob("*") if path.is_file()), folder


def test_irregular_series_become_regular_on_request(loaded):
    made = 0
    for name, series, volume in loaded:
        if volume.slice_geometries and series.frames > 2 and "of one position" not in " ".join(series.warnings):
            regular = regularise(volume)
            assert regular.kind == "volume" and regular.derivation, name
            corners = np.concatenate([each.corners_lps for each in volume.slice_geometries])
            index = regular.geometry.index_kji(corners)
            assert index.min() > -0.51 and (index < np.array(regular.geometry.shape_kji) - 0.49).all(), name
            made += 1
    assert made >= 4
