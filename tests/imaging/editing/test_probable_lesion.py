"""A click on a lesion that a model sees: its probabilities say where, the greys where exactly it ends."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from imaging.editing.boxes import Box
from imaging.editing.lesion import lesion_about
from imaging.editing.probable_lesion import probable_lesion
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled
from tests.imaging.editing.lesions import ball_in, dice

GRID = Geometry((30, 80, 80), (1.25, 0.7, 0.7), calibration=Calibration.PATIENT)
MIDDLE = (15, 40, 40)
TRUTH = ball_in(GRID, 9.0, MIDDLE)
VALUES = (np.where(TRUTH, -800, -850) + np.random.default_rng(1).normal(0, 60, GRID.shape_kji)).astype(np.int16)
"""Ground glass that noise hides: no threshold parts it from the lung."""
BELIEVED = ndimage.gaussian_filter(np.roll(TRUTH, 2, axis=2).astype(np.float32), (1.0, 2.5, 2.5))
"""What a model says: two pixels beside the truth, and without a sharp edge."""


def likely(box: Box) -> NDArray[np.float32]:
    return BELIEVED[box]


def drawn(
    values: NDArray[np.int16] = VALUES, seed: tuple[int, int, int] = MIDDLE, flat: bool = False
) -> NDArray[np.bool_]:
    region = probable_lesion(values, seed, GRID, likely, flat)
    assert region is not None
    whole = np.zeros(GRID.shape_kji, bool)
    whole[region.box] = region.inside
    return whole


def test_noise_hides_the_lesion_from_greys_alone_and_the_model_finds_it() -> None:
    alone = lesion_about(VALUES, MIDDLE, GRID)
    by_greys = np.zeros(GRID.shape_kji, bool)
    if alone is not None:
        by_greys[alone.box] = alone.inside
    assert dice(by_greys, TRUTH) < 0.6 and dice(drawn(), TRUTH) > 0.85


def test_where_greys_are_clear_they_say_where_it_ends() -> None:
    clear = np.where(TRUTH, 40, -850).astype(np.int16)
    assert dice(drawn(clear), TRUTH) > dice(BELIEVED >= 0.5, TRUTH) + 0.02


def test_only_what_hangs_together_with_the_click_and_only_its_frame_where_that_is_asked() -> None:
    found = drawn()
    assert found[MIDDLE] and ndimage.label(found)[1] == 1
    flat = drawn(flat=True)
    assert set(np.flatnonzero(flat.any(axis=(1, 2)))) == {15} and dice(flat[15], TRUTH[15]) > 0.8


def test_a_model_that_sees_nothing_under_the_click_is_not_asked() -> None:
    assert probable_lesion(VALUES, (15, 10, 10), GRID, likely) is None


def test_it_can_be_stopped() -> None:
    def stop(done: int, total: int, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        probable_lesion(VALUES, MIDDLE, GRID, likely, report=stop)
