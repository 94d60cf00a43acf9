"""How coarse a moving plane is, and where its pixels lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from viewer.state.motion import DRAFT_SAMPLES, Motion, coarseness, draft_grid

GRID = Geometry((10, 40, 60), (2.0, 1.0, 0.5), (5.0, 6.0, 7.0), calibration=Calibration.PATIENT)


@given(st.integers(1, 10**10), st.integers(1, 9), st.tuples(*[st.floats(0.05, 20.0)] * 3))
def test_no_more_is_sampled_than_a_frame_allows_and_no_less_than_needed(samples, least, spacing_mm):
    factor, step = coarseness(samples, least, spacing_mm)
    assert samples <= DRAFT_SAMPLES * step * factor**2 and factor >= least and step >= 1
    finer = [step * (factor - 1) ** 2] * (factor > least) + [(step - 1) * factor**2] * (step > 1)
    assert not finer or samples > DRAFT_SAMPLES * min(finer), "one step finer would have been too much"


def test_what_is_finer_is_made_coarser_first():
    assert coarseness(2 * DRAFT_SAMPLES, 1, (1.0, 2.0, 2.0)) == (1, 2), "planes 1 mm apart, pixels of 2 mm"
    assert coarseness(2 * DRAFT_SAMPLES, 1, (3.0, 2.0, 2.0)) == (2, 1), "planes 3 mm apart, pixels of 2 mm"


def test_pixels_of_a_draft_lie_in_the_middle_of_what_they_stand_for():
    grid = draft_grid(GRID, 4, (8, 31), (16, 60), 4, 3)
    assert grid.shape_kji == (1, 6, 11) and grid.spacing_mm == (6.0, 4.0, 2.0)
    block = GRID.point_lps([(4, row, column) for row in range(12, 16) for column in range(20, 24)])
    np.testing.assert_allclose(grid.point_lps((0, 1, 1)), block.mean(axis=0))
    assert draft_grid(GRID, 4, (0, 40), (0, 60), 1, 1) == GRID.slab(4), "every pixel: the plane itself"


def test_a_motion_rests_once_nothing_moves(qtbot):
    motion = Motion()
    with qtbot.waitSignal(motion.rested, timeout=3000):
        motion.step()
        motion.step()
    assert motion.moving, "until somebody has drawn it in full"
    motion.end()
    assert not motion.moving
    motion.step()
    motion.end()
    with qtbot.assertNotEmitted(motion.rested, wait=200):
        pass


@pytest.mark.parametrize("samples", [1, DRAFT_SAMPLES])
def test_little_is_not_made_coarser(samples):
    assert coarseness(samples, 1, (1.0, 1.0, 1.0)) == (1, 1)
