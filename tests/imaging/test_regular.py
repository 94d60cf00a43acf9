"""Slices resampled to a regular grid: proven on values that are known at every point of the patient."""

import time

import numpy as np
import pytest

from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled
from imaging.regular import obstacle, regularise
from imaging.volume import Volume

ROW, COLUMN = np.array([1.0, 0.0, 0.0]), np.array([0.0, np.cos(0.3), -np.sin(0.3)])
NORMAL = np.cross(ROW, COLUMN)
BLOB_LPS = np.array([4.0, -3.0, 9.0])


def ramp(points_lps):
    """Linear in the patient: linear interpolation must give it back exactly."""
    return points_lps @ np.array([3.0, -2.0, 5.0]) + 100


def blob(points_lps):
    """A smooth, asymmetric lump."""
    away = (points_lps - BLOB_LPS) / np.array([6.0, 8.0, 7.0])
    return 1000 * np.exp(-(away**2).sum(axis=-1) / 2)


def sampled(function, offsets_mm, normal=NORMAL, shift_mm=0.0, shape=(40, 36), dtype=np.float32, **fields):
    """Slices at the given depths, each moved by ``shift_mm`` per millimetre of depth along its columns."""
    geometries = []
    for depth in offsets_mm:
        origin = normal * depth + COLUMN * (shift_mm * depth) - ROW * 15 - COLUMN * 17
        axes = tuple(tuple(float(each) for each in axis) for axis in (normal, COLUMN, ROW))
        geometries.append(Geometry((1, *shape), (2.0, 1.0, 0.8), tuple(map(float, origin)), axes, Calibration.PATIENT))
    index = np.stack(np.meshgrid([0], np.arange(shape[0]), np.arange(shape[1]), indexing="ij"), axis=-1)
    array = np.concatenate([function(each.point_lps(index)) for each in geometries]).astype(dtype)
    first = geometries[0]
    grid = Geometry((len(array), *shape), first.spacing_mm, first.origin_lps, first.axes_lps, first.calibration)
    return Volume(array, grid, "image", slice_geometries=tuple(geometries), warnings=("kept",), **fields)


def points_of(geometry):
    axes = [np.arange(n) for n in geometry.shape_kji]
    return geometry.point_lps(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))


def inside(volume):
    return volume.array > volume.array.min()


CASES = {
    "tilt": (np.arange(0, 30, 2.5), 0.27),
    "gap": (np.array([0, 2, 4, 8, 10, 12, 14, 16, 18]), 0.0),
    "variable": (np.array([0, 2, 4, 6, 9, 12, 15, 18, 21]), -0.33),
    "reversed": (np.arange(20, -1, -2.5), 0.2),
}


@pytest.mark.parametrize("case", CASES)
def test_a_linear_field_comes_back_at_every_voxel(case):
    offsets, shift = CASES[case]
    result = regularise(sampled(ramp, offsets, shift_mm=shift))
    taken = inside(result)
    assert result.kind == "volume" and not result.slice_geometries and result.warnings == ("kept",)
    assert taken.mean() > 0.75
    assert np.abs(result.array - ramp(points_of(result.geometry)))[taken].max() < 2e-3


@pytest.mark.parametrize("case", CASES)
def test_the_grid_covers_every_slice(case):
    offsets, shift = CASES[case]
    volume = sampled(ramp, offsets, shift_mm=shift)
    grid = regularise(volume).geometry
    corners = np.concatenate([each.corners_lps for each in volume.slice_geometries])
    index = grid.index_kji(corners)
    assert (index[:, 0] > -0.51).all() and (index[:, 0] < grid.shape_kji[0] - 0.49).all()
    assert (index[:, 1:] > -0.01).all() and (index[:, 1:] < np.array(grid.shape_kji[1:]) - 0.99).all()


@pytest.mark.parametrize("case", CASES)
def test_a_blob_stays_where_it_is_within_half_a_voxel(case):
    offsets, shift = CASES[case]
    result = regularise(sampled(blob, offsets, shift_mm=shift))
    weights = np.where(result.array > 300, result.array - 300, 0)
    centre = (points_of(result.geometry) * weights[..., None]).sum(axis=(0, 1, 2)) / weights.sum()
    assert np.abs(result.geometry.index_kji(BLOB_LPS) - result.geometry.index_kji(centre)).max() < 0.25
    away = np.abs(result.array - blob(points_of(result.geometry)))[inside(result)]
    # Linear interpolation misses by at most h²/8 of the second derivative: 1000/36 per mm² at gaps of 4 mm is 56.
    assert away.max() < 60 and away.mean() < 8


def test_what_was_done_is_said():
    tilted = regularise(sampled(ramp, np.arange(0, 30, 2.5), shift_mm=np.tan(np.radians(15))))
    assert tilted.derivation.startswith(
        "resampled to a regular 2.5 mm grid by linear interpolation; tilt of 15.0° corr"
    )
    gapped = regularise(sampled(ramp, CASES["gap"][0]))
    assert "1 slice interpolated where none was taken" in gapped.derivation and "tilt" not in gapped.derivation
    shaken = sampled(ramp, [0.0, 2, 4, 6])
    moved = list(shaken.slice_geometries)
    moved[2] = Geometry(moved[2].shape_kji, moved[2].spacing_mm, tuple(moved[2].origin_lps + COLUMN * 3),
                        moved[2].axes_lps, moved[2].calibration)  # fmt: skip
    shaken = Volume(shaken.array, shaken.geometry, "image", slice_geometries=tuple(moved))
    assert "sideways shifts of up to 3.0 mm corrected" in regularise(shaken).derivation


def test_a_wide_gap_is_left_empty():
    result = regularise(sampled(ramp, [0.0, 2, 4, 30, 32], padding=(-900.0, -800.0)))
    assert "gap of 26 mm left empty; outside is -900" in result.derivation
    assert (result.array[5:14] == -900).all() and (result.array[[0, 1, 2, 15, 16]] > -800).all()


def test_padding_is_not_mixed_with_values():
    volume = sampled(ramp, [0.0, 2, 5], dtype=np.int16, padding=(-2000.0, -2000.0))
    array = volume.array.copy()
    array[1, :, :10] = -2000
    volume = Volume(array, volume.geometry, "image", slice_geometries=volume.slice_geometries, padding=volume.padding)
    result = regularise(volume, spacing_k_mm=1.0)
    assert result.array.dtype == np.int16
    assert (result.array[1:5, :, :10] == -2000).all()
    assert result.array[1:5, :, 10:].min() > -1000


def test_spacing_can_be_chosen():
    result = regularise(sampled(ramp, [0.0, 2, 4, 8]), spacing_k_mm=1.0)
    assert result.geometry.spacing_mm == (1.0, 1.0, 0.8) and len(result.array) == 9
    assert np.abs(result.array - ramp(points_of(result.geometry))).max() < 2e-3


def test_what_cannot_be_resampled_is_refused_in_words():
    good = sampled(ramp, [0.0, 2, 5])
    turned = (*good.slice_geometries[:2], Geometry((1, 40, 36), (2.0, 1.0, 0.8), calibration=Calibration.PATIENT))
    with pytest.raises(GeometryError, match="slice 3 has another orientation"):
        regularise(Volume(good.array, good.geometry, "image", slice_geometries=turned))
    with pytest.raises(GeometryError, match="at least two"):
        regularise(sampled(ramp, [0.0]))
    with pytest.raises(GeometryError, match="some at one position"):
        regularise(sampled(ramp, [0.0, 0, 3]))
    with pytest.raises(GeometryError, match="regular grid already"):
        regularise(Volume(good.array, good.geometry, "volume"))
    for spacing in (0.0, -1.0, float("nan")):
        with pytest.raises(GeometryError, match="expected a positive distance"):
            regularise(good, spacing)
    with pytest.raises(GeometryError, match="choose a larger distance"):
        regularise(good, 1e-6)


def test_what_stands_in_the_way_is_known_without_resampling():
    assert obstacle(sampled(ramp, [0.0, 2, 5])) == ""
    assert "some at one position" in obstacle(sampled(ramp, [0.0, 0, 3]))
    assert "at least two" in obstacle(sampled(ramp, [0.0]))


def test_it_tells_and_can_be_stopped():
    told = []

    def report(done, total, text):
        told.append((done, total))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        regularise(sampled(ramp, [0.0, 2, 4, 8]), report=report)
    assert told == [(0, 5), (1, 5), (2, 5)]


def test_a_large_stack_takes_seconds():
    volume = sampled(ramp, [2.0 * n for n in range(99)] + [200.0], shift_mm=0.25, shape=(256, 256), dtype=np.int16)
    start = time.perf_counter()
    regularise(volume)
    assert time.perf_counter() - start < 5
