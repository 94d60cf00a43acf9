"""A click on a lesion: a nodule in the lung, one on a vessel, one at the wall, ground glass, hints, odd clicks."""

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.editing.lesion import lesion_about
from imaging.geometry import Calibration, Geometry
from tests.imaging.editing.lesions import ball_in, dice

GRID = Geometry((30, 80, 80), (1.25, 0.7, 0.7), calibration=Calibration.PATIENT)
LUNG, TISSUE, GLASS = -850, 40, -600
MIDDLE = (15, 40, 40)


def ball(radius_mm: float, centre: tuple[int, int, int] = MIDDLE) -> NDArray[np.bool_]:
    return ball_in(GRID, radius_mm, centre)


def scan(lesion: NDArray[np.bool_], value: int = TISSUE) -> NDArray[np.int16]:
    noise = np.random.default_rng(1).normal(0, 25, GRID.shape_kji)
    return (np.where(lesion, value, LUNG) + noise).astype(np.int16)


def found(
    values: NDArray[np.int16], proposed: NDArray[np.bool_] | None = None, seed: tuple[int, int, int] = MIDDLE
) -> NDArray[np.bool_]:
    region = lesion_about(values, seed, GRID, proposed)
    assert region is not None
    whole = np.zeros(GRID.shape_kji, bool)
    whole[region.box] = region.inside
    return whole


@pytest.mark.parametrize(("radius_mm", "value"), [(4.0, TISSUE), (9.0, TISSUE), (9.0, GLASS)])
def test_a_nodule(radius_mm: float, value: int) -> None:
    truth = ball(radius_mm)
    assert dice(found(scan(truth, value)), truth) > 0.95


def test_a_nodule_on_a_vessel_keeps_most_of_the_vessel_out() -> None:
    nodule = ball(7.0)
    vessel = np.zeros(GRID.shape_kji, bool)
    vessel[14:17, 39:42, :] = True
    seen = found(scan(nodule | vessel))
    assert dice(seen, nodule) > 0.8
    assert np.count_nonzero(seen & vessel & ~nodule) < 0.5 * np.count_nonzero(vessel & ~nodule)


def test_a_click_beside_the_middle_finds_the_same_nodule() -> None:
    truth = ball(8.0)
    assert dice(found(scan(truth), seed=(15, 44, 36)), truth) > 0.95


def test_what_the_model_proposes_under_the_click_belongs_to_it() -> None:
    nodule = ball(5.0)
    arm = np.zeros(GRID.shape_kji, bool)
    arm[15, 39:42, 47:60] = True
    values = scan(nodule | arm)
    assert (found(values, nodule | arm) & arm).sum() == arm.sum()
    assert (found(values) & arm).sum() < 0.3 * arm.sum()
    far = ball(3.0, (5, 10, 10))
    assert not (found(values, far) & far).any()


def test_a_flat_image_and_a_click_in_the_corner() -> None:
    film = Geometry((1, 60, 60))
    values = np.zeros((1, 60, 60), np.int16)
    values[0, 20:40, 20:40] = 500
    region = lesion_about(values, (0, 30, 30), film)
    assert region is not None
    assert 380 <= region.count <= 400  # corners may be rounded
    assert lesion_about(values, (0, 0, 0), film) is not None


WIDE = Geometry((60, 160, 160), (2.5, 1.0, 1.0), calibration=Calibration.PATIENT)


def test_a_mass_wider_than_the_first_reach_is_found_whole() -> None:
    truth = ball_in(WIDE, 40.0, (30, 80, 80))
    noise = np.random.default_rng(2).normal(0, 15, WIDE.shape_kji)
    region = lesion_about((np.where(truth, TISSUE, LUNG) + noise).astype(np.int16), (30, 84, 76), WIDE)
    assert region is not None
    seen = np.zeros(WIDE.shape_kji, bool)
    seen[region.box] = region.inside
    assert dice(seen, truth) > 0.97


@pytest.mark.parametrize("scatter", [5, 40])
def test_in_healthy_tissue_nothing_stands_out(scatter: int) -> None:
    """Tissue that goes on beyond the furthest reach, with a vessel in it, is no lesion with flat sides."""
    grid = Geometry((60, 240, 240), (2.5, 1.0, 1.0), calibration=Calibration.PATIENT)
    values = np.random.default_rng(3).normal(TISSUE, scatter, grid.shape_kji).astype(np.int16)
    values[:, 150:156, 150:156] += 200
    assert lesion_about(values, (30, 120, 120), grid) is None
