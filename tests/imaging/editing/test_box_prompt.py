"""A box about a lesion: balls and ovals in noise, in planes of the array and oblique ones, and what a model adds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.editing.box_prompt import PromptBox, box_on_axis, box_on_plane, lesion_in_box
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled
from imaging.reslicing import oblique
from tests.imaging.editing.lesions import ball_in, dice

GRID = Geometry((40, 90, 90), (1.0, 0.8, 0.8), calibration=Calibration.PATIENT)
MIDDLE = (20, 45, 45)


def ball(radius_mm: float, centre: tuple[int, int, int] = MIDDLE) -> NDArray[np.bool_]:
    return ball_in(GRID, radius_mm, centre)


def scan(lesion: NDArray[np.bool_]) -> NDArray[np.int16]:
    noise = np.random.default_rng(1).normal(0, 40, GRID.shape_kji)
    return (np.where(lesion, 40, -850) + noise).astype(np.int16)


def found(values: NDArray[np.int16], prompt: PromptBox) -> NDArray[np.bool_]:
    region = lesion_in_box(values, GRID, prompt)
    assert region is not None
    whole = np.zeros(GRID.shape_kji, bool)
    whole[region.box] = region.inside
    return whole


BOXES = {0: ((33.0, 33.0), (57.0, 57.0)), 1: ((10.0, 33.0), (30.0, 57.0)), 2: ((10.0, 33.0), (30.0, 57.0))}


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_ball_from_a_box_in_any_plane_of_the_array(axis: int) -> None:
    truth = ball(9.0)
    prompt = box_on_axis(GRID, axis, MIDDLE[axis], BOXES[axis], deep=True)
    assert dice(found(scan(truth), prompt), truth) > 0.93


def test_a_ball_from_a_box_on_an_oblique_plane() -> None:
    truth = ball(9.0)
    x, y, z = (float(v) for v in GRID.point_lps(MIDDLE))
    grid = oblique(GRID, (x, y, z), (0.6, 0.0, 0.8), (0.0, -1.0, 0.0))
    k, row, column = grid.index_kji((x, y, z))
    plane = grid.slab(round(float(k)))
    half = 9.5 / plane.spacing_mm[1]
    prompt = box_on_plane(GRID, plane, ((row - half, column - half), (row + half, column + half)), deep=True)
    assert dice(found(scan(truth), prompt), truth) > 0.93


def test_only_the_plane_where_it_is_not_to_go_deep() -> None:
    truth = ball(9.0)
    seen = found(scan(truth), box_on_axis(GRID, 0, 20, BOXES[0], deep=False))
    assert set(np.argwhere(seen)[:, 0]) == {20}
    assert dice(seen[20], truth[20]) > 0.93


def test_corners_may_come_in_any_order_and_nothing_leaves_the_box() -> None:
    values = scan(ball(14.0))
    one = found(values, box_on_axis(GRID, 0, 20, ((38.0, 36.0), (52.0, 54.0)), deep=True))
    other = found(values, box_on_axis(GRID, 0, 20, ((52.0, 54.0), (38.0, 36.0)), deep=True))
    assert np.array_equal(one, other)
    inside = np.argwhere(one)
    assert inside[:, 1].min() >= 38 and inside[:, 1].max() <= 52
    assert inside[:, 2].min() >= 36 and inside[:, 2].max() <= 54


def test_a_bright_neighbour_in_the_corner_of_the_box_stays_out() -> None:
    lesion, vessel = ball(8.0), ball(2.5, (20, 55, 56))
    seen = found(scan(lesion | vessel), box_on_axis(GRID, 0, 20, BOXES[0], deep=False))[20]
    assert np.count_nonzero(seen & vessel[20]) < np.count_nonzero(vessel[20]) / 2
    assert dice(seen, lesion[20]) > 0.9


def test_a_model_helps_where_greys_do_not() -> None:
    truth = ball(9.0, (20, 45, 41)) & (np.arange(90) < 45)
    values = np.random.default_rng(2).normal(0, 40, GRID.shape_kji).astype(np.int16)
    prompt = box_on_axis(GRID, 0, 20, ((34.0, 30.0), (56.0, 52.0)), deep=False)
    around = prompt.around(GRID.shape_kji)
    assert around is not None
    probable = np.where(truth, 0.95, 0.05).astype(np.float32)[around]
    helped = lesion_in_box(values, GRID, prompt, probable)
    assert helped is not None
    seen = np.zeros(GRID.shape_kji, bool)
    seen[helped.box] = helped.inside
    assert dice(seen[20], truth[20]) > dice(found(values, prompt)[20], truth[20]) + 0.05


def test_a_model_that_sees_nothing_there_is_not_heard() -> None:
    values = scan(ball(9.0))
    prompt = box_on_axis(GRID, 0, 20, BOXES[0], deep=True)
    around = prompt.around(GRID.shape_kji)
    assert around is not None
    nothing = np.zeros(values[around].shape, np.float32)
    region = lesion_in_box(values, GRID, prompt, nothing)
    assert region is not None
    assert region.count == np.count_nonzero(found(values, prompt))


def test_a_box_beside_the_image_means_nothing() -> None:
    assert lesion_in_box(scan(ball(5.0)), GRID, box_on_axis(GRID, 0, 20, ((-60, -60), (-50, -50)), True)) is None


def test_it_can_be_cancelled() -> None:
    def stop(_done: int, _total: int, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        lesion_in_box(scan(ball(9.0)), GRID, box_on_axis(GRID, 0, 20, BOXES[0], True), report=stop)
