"""Margins, shells and smoothing on balls and boxes with voxels that are no cubes; distances against SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from imaging.editing.margins import distance_mm, hollow, inward, margin, outward
from imaging.editing.smoothing import Smoothing, smooth, smooth_jointly
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled

GRID = Geometry((25, 60, 70), (2.0, 1.0, 0.8), calibration=Calibration.PATIENT)
VOXEL_MM3 = 1.6


def ball_mm(radius_mm: float) -> np.ndarray:
    k, j, i = np.ogrid[:25, :60, :70]
    return (((k - 12) * 2.0) ** 2 + (j - 30.0) ** 2 + ((i - 35) * 0.8) ** 2 <= radius_mm**2).astype(np.uint8)


def test_a_single_voxel_grows_to_the_ball_of_the_margin() -> None:
    array = np.zeros(GRID.shape_kji, np.uint8)
    array[12, 30, 35] = 3
    region = margin(array, 3, GRID, 9.0)
    assert region is not None
    grown = np.zeros(array.shape, bool)
    grown[region.box] = region.inside
    assert np.array_equal(grown, ball_mm(9.0).astype(bool))


@settings(deadline=None, max_examples=40)
@given(arrays(np.bool_, (4, 6, 5)))
def test_distances_are_scipys(inside) -> None:
    geometry = Geometry((4, 6, 5), (2.0, 1.0, 0.7))
    if inside.any():
        truth = ndimage.distance_transform_edt(~inside, sampling=geometry.spacing_mm)
        assert np.allclose(distance_mm(inside, geometry), truth, atol=1e-4)
    else:
        assert np.isinf(distance_mm(inside, geometry)).all()


def test_scattered_specks_grow_slab_by_slab_as_in_one_piece_and_can_be_stopped() -> None:
    array = (np.random.default_rng(0).random((50, 30, 30)) < 0.001).astype(np.uint8)
    geometry = Geometry(array.shape, (2.0, 1.0, 0.7))
    truth = ndimage.distance_transform_edt(array == 0, sampling=geometry.spacing_mm)
    for margin_mm in (1.5, 4.0, 9.0):
        assert np.array_equal(outward(array == 1, geometry, margin_mm), truth <= margin_mm)
        assert np.array_equal(inward(array == 0, geometry, margin_mm), truth > margin_mm)

    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        margin(array, 1, geometry, 2.0, stop)


@pytest.mark.parametrize("margin_mm", [4.0, -4.0])
def test_a_ball_grows_and_shrinks_to_another_ball(margin_mm: float) -> None:
    region = margin(ball_mm(12.0), 1, GRID, margin_mm)
    assert region is not None
    assert region.count * VOXEL_MM3 == pytest.approx(4 / 3 * np.pi * (12 + margin_mm) ** 3, rel=0.1)


def test_the_edge_of_the_volume_is_no_surface() -> None:
    array = np.ones((4, 5, 6), np.uint8)
    region = margin(array, 1, Geometry((4, 5, 6)), -2.0)
    assert region is not None and region.inside.all()


@pytest.mark.parametrize(("side", "outer", "inner"), [("inside", 12, 8), ("outside", 16, 12), ("both", 14, 10)])
def test_a_shell_has_its_thickness_on_its_side(side, outer: float, inner: float) -> None:
    region = hollow(ball_mm(12.0), 1, GRID, 4.0, side)
    assert region is not None
    shell_mm3 = 4 / 3 * np.pi * (outer**3 - inner**3)
    assert region.count * VOXEL_MM3 == pytest.approx(shell_mm3, rel=0.2), "half a voxel on each side"
    assert not region.inside[tuple(n // 2 for n in region.inside.shape)], "the middle is empty"


@pytest.mark.parametrize("how", ["median", "opening", "gaussian"])
def test_smoothing_takes_a_thread_off_a_ball_and_leaves_the_ball(how: Smoothing) -> None:
    array = ball_mm(12.0)
    array[12, 30, 50:68] = 1
    region = smooth(array, 1, GRID, how, 2.0)
    assert region is not None
    after = np.zeros(array.shape, bool)
    after[region.box] = region.inside
    assert not after[12, 30, 55:].any()
    assert (after ^ ball_mm(12.0).astype(bool)).sum() < 0.1 * after.sum()


def test_closing_fills_a_crack_and_joint_smoothing_leaves_no_gap_between_labels() -> None:
    array = np.zeros((9, 20, 20), np.uint8)
    array[:, 2:18, 2:18] = 1
    array[:, 9, 2:10] = 0
    closed = smooth(array, 1, Geometry(array.shape), "closing", 2.0)
    assert closed is not None and closed.inside[2:7, 9, 4:10].all() and not closed.inside[:, :2].any()
    array[:] = 0
    array[:, 2:18, 2:10], array[:, 2:18, 10:18] = 1, 2
    array[4, 10, 10] = 1
    new = smooth_jointly(array, Geometry(array.shape), 1.0)
    assert new is not None and new[4, 10, 10] == 2
    assert (new[2:7, 4:16, 4:16] != 0).all()
    assert smooth(array, 9, Geometry(array.shape), "median", 1.0) is None
