from pathlib import Path

import numpy as np
import pytest

from imaging.errors import ReadError
from imaging.formats.pages import grey_if_equal, stacked, upright

GREY = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
RGB = np.stack([GREY, GREY + 10, GREY + 20], axis=2)


def test_a_page_is_grey_where_its_channels_agree_everywhere():
    same = np.repeat(GREY[..., None], 3, axis=2)
    assert np.array_equal(grey_if_equal(same), GREY)
    assert grey_if_equal(GREY) is GREY
    same[1, 2, 0] += 1
    assert grey_if_equal(same) is same


def test_pages_are_stacked_in_grey_unless_one_is_in_colour():
    assert np.array_equal(stacked(Path("p.png"), [GREY, GREY + 1]), [GREY, GREY + 1])
    found = stacked(Path("p.png"), [GREY, RGB])
    assert np.array_equal(found[0], np.stack([GREY] * 3, axis=2)) and np.array_equal(found[1], RGB)
    with pytest.raises(ReadError, match="other bits"):
        stacked(Path("p.png"), [GREY.astype(np.uint16), RGB])


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [[1, 2, 3], [4, 5, 6]]),
        (2, [[3, 2, 1], [6, 5, 4]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[4, 5, 6], [1, 2, 3]]),
        (5, [[1, 4], [2, 5], [3, 6]]),
        (6, [[4, 1], [5, 2], [6, 3]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (8, [[3, 6], [2, 5], [1, 4]]),
        (9, [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_every_orientation_is_turned_upright(orientation: int, expected: list[list[int]]):
    assert upright(GREY, orientation).tolist() == expected
