import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from imaging.editing.coarseness import Coarseness


def test_a_part_that_is_small_enough_is_looked_at_as_it_is() -> None:
    grid = Coarseness.of((4, 5, 6), (1.0, 1.0, 1.0), 120)
    values = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    assert grid.step == (1, 1, 1)
    assert grid.reduced(values) is values and grid.enlarged(values) is values


def test_the_finest_axis_becomes_coarser_first() -> None:
    grid = Coarseness.of((10, 40, 40), (3.0, 1.0, 1.0), 4000)
    assert grid.step == (1, 2, 2)
    assert grid.spacing_mm == (3.0, 2.0, 2.0)


def test_a_slope_comes_back_as_it_was() -> None:
    slope = np.broadcast_to(np.arange(60, dtype=np.float32), (20, 30, 60)).copy()
    grid = Coarseness.of(slope.shape, (1.0, 1.0, 1.0), 2000)
    back = grid.enlarged(grid.reduced(slope))
    assert back.shape == slope.shape
    assert np.abs(back - slope)[:, :, 6:-6].max() < 0.01


@given(st.tuples(*[st.integers(1, 17)] * 3), st.tuples(*[st.integers(1, 6)] * 3), st.integers(0, 99))
@settings(deadline=None)
def test_what_is_left_out_is_smoothed_and_brought_back_as_scipy_does(shape, step, seed) -> None:
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    grid = Coarseness(shape, step, (1.0, 1.0, 1.0))
    smooth = ndimage.gaussian_filter(values, [0.4 * by if by > 1 else 0 for by in step])
    picked = smooth[tuple(slice(None, None, by) for by in step)]
    np.testing.assert_allclose(grid.reduced(values), picked, rtol=0, atol=1e-5)
    fine = ndimage.affine_transform(picked, [1 / by for by in step], output_shape=shape, order=1, mode="nearest")
    np.testing.assert_allclose(grid.enlarged(picked), fine, rtol=0, atol=1e-5)


def test_of_a_block_the_sign_stays_unless_both_occur() -> None:
    signs = np.zeros((1, 4, 5), np.int8)
    signs[0, 1, 1], signs[0, 2, 0], signs[0, 3, 1], signs[0, 0, 4] = 1, 1, -1, -1
    grid = Coarseness((1, 4, 5), (1, 2, 2), (1.0, 2.0, 2.0))
    assert grid.strongest(signs)[0].tolist() == [[1, 0, -1], [0, 0, 0]]


@pytest.mark.parametrize("most", [1, 50, 777])
def test_there_are_never_more_voxels_than_allowed(most: int) -> None:
    grid = Coarseness.of((31, 17, 9), (0.7, 1.3, 2.0), most)
    assert np.prod([-(-size // by) for size, by in zip(grid.shape, grid.step, strict=True)]) <= most
