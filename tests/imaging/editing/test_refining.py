"""Refining: corrections spread over what looks alike, stop at edges, and nothing that a person drew changes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.editing import Region
from imaging.editing.boxes import whole
from imaging.editing.refining import reach, refine
from imaging.geometry import Calibration, Geometry

GRID = Geometry((1, 60, 80), (5.0, 1.0, 1.0), calibration=Calibration.PATIENT)


def picture() -> NDArray[np.float32]:
    """Two bright squares: rows 20-39, columns 10-29 and 50-69."""
    values = np.zeros(GRID.shape_kji, np.float32)
    values[0, 20:40, 10:30] = values[0, 20:40, 50:70] = 100
    return values + np.random.default_rng(0).normal(0, 5, values.shape).astype(np.float32)


def block(array: NDArray[np.uint8], drawn: Region, probable: NDArray[np.float32]) -> NDArray[np.uint8]:
    box = whole(GRID.shape_kji)
    return refine(array, 1, drawn, box, picture(), probable, GRID)


def region(*spans: tuple[slice, slice]) -> Region:
    inside = np.zeros(GRID.shape_kji, bool)
    for rows, columns in spans:
        inside[0, rows, columns] = True
    return Region(whole(GRID.shape_kji), inside)


def test_a_stroke_on_a_missed_lesion_takes_all_of_it_and_stops_at_its_edge() -> None:
    array, probable = np.zeros(GRID.shape_kji, np.uint8), np.full(GRID.shape_kji, 0.25, np.float32)
    array[0, 20:40, 10:30] = 1
    probable[array == 1] = 0.9
    stroke = region((slice(27, 33), slice(57, 63)))
    array[stroke.inside] = 1
    seen = block(array, stroke, probable)
    assert (seen[0, 22:38, 52:68] == 1).mean() > 0.9
    assert (seen[0, :18] == 0).all() and (seen[0, 42:] == 0).all()
    assert (seen[0, 20:40, 10:30] == 1).all(), "what no correction reaches stays"


def test_erasing_a_bit_takes_back_what_looks_the_same_about_it() -> None:
    array, probable = np.zeros(GRID.shape_kji, np.uint8), np.full(GRID.shape_kji, 0.1, np.float32)
    array[0, 20:40, 50:70] = 1
    probable[array == 1] = 0.7
    rubbed = region((slice(25, 35), slice(55, 65)))
    array[rubbed.inside] = 0
    seen = block(array, rubbed, probable)
    assert (seen[0, 20:40, 50:70] == 1).sum() < 0.2 * 300


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_voxel_that_a_person_drew_or_erased_and_no_other_label_ever_changes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    array = rng.choice(np.array([0, 1, 2], np.uint8), GRID.shape_kji, p=[0.6, 0.3, 0.1])
    drawn = Region(whole(GRID.shape_kji), rng.random(GRID.shape_kji) < 0.1)
    seen = block(array, drawn, rng.random(GRID.shape_kji, np.float32))
    assert np.array_equal(seen[drawn.inside], array[drawn.inside])
    assert np.array_equal(seen == 2, array == 2)


def test_the_reach_is_in_millimetres_and_stays_in_the_image() -> None:
    grid = Geometry((20, 100, 100), (5.0, 0.5, 1.0), calibration=Calibration.PATIENT)
    small = Region((slice(10, 11), slice(50, 51), slice(90, 92)), np.ones((1, 1, 2), bool))
    assert reach(small, grid) == (slice(5, 16), slice(0, 100), slice(65, 100))


def test_frames_without_millimetres_do_not_reach_one_another() -> None:
    small = Region((slice(3, 4), slice(50, 51), slice(50, 51)), np.ones((1, 1, 1), bool))
    assert reach(small, Geometry((9, 100, 200))) == (slice(3, 4), slice(10, 91), slice(10, 91))
