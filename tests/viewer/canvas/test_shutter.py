"""Covered is covered, in every turn; the values stay."""

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.volume import Shutter, Volume, Window
from viewer.state.orientation import CLOCKWISE


def white(shutter: Shutter) -> Volume:
    return Volume(np.full((1, 10, 10), 200, np.uint8), Geometry((1, 10, 10)), "image", windows=(Window(100, 200),),
                  shutter=shutter)  # fmt: skip


def seen(stage) -> np.ndarray:
    """(10, 10) bool: which of 10 x 10 pixels of 10 screen pixels each are white in their middle."""
    return stage.grab()[5::10, 5::10, 0] > 128


def test_only_the_rectangle_is_seen(stage):
    stage.show(white(Shutter((2, 3, 5, 7))))
    expected = np.zeros((10, 10), bool)
    expected[2:6, 3:8] = True
    assert np.array_equal(seen(stage), expected)
    stage.session.marks.set_shutter(False)
    assert seen(stage)[:8].all(), "all but what the texts at the bottom cover"


def test_it_turns_with_the_picture(stage):
    stage.show(white(Shutter((2, 3, 5, 7))))
    upright = seen(stage)
    stage.view.turn_by(CLOCKWISE)
    assert np.array_equal(seen(stage), np.rot90(upright, -1))


def test_several_shapes_leave_what_lies_in_all(stage):
    stage.show(white(Shutter((0, 0, 4, 9), (4.5, 4.5, 3.0))))
    rows, columns = np.nonzero(seen(stage))
    assert set(rows) == {2, 3, 4} and set(columns) <= set(range(2, 8))


def test_a_polygon(stage):
    stage.show(white(Shutter(polygon=((1.5, 1.5), (1.5, 7.5), (7.5, 7.5), (7.5, 1.5)))))
    rows, columns = np.nonzero(seen(stage))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == pytest.approx((2, 7, 2, 7))
