"""The imitated person of the measurements: boxes about a lesion, strokes into the largest error."""

import numpy as np

from benchmarks.assisting import _box, _corrected, _stroke  # pyright: ignore[reportPrivateUsage]  what is judged by
from imaging.geometry import Geometry
from imaging.volume import Volume
from inference.probability import ProbabilityMap


def square(rows: slice, columns: slice) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    inside = np.zeros((60, 80), np.bool_)
    inside[rows, columns] = True
    return inside


def test_a_box_is_off_by_a_twentieth_of_the_lesion_at_most() -> None:
    lesion = square(slice(10, 30), slice(20, 60))
    for seed in range(20):
        top, bottom, left, right = _box(lesion, np.random.default_rng(seed))
        assert abs(top - 10) <= 1 and abs(bottom - 29) <= 1, "a twentieth of 20 rows"
        assert abs(left - 20) <= 2 and abs(right - 59) <= 2, "a twentieth of 40 columns"


def test_a_stroke_lies_in_the_middle_of_the_largest_error_and_never_beyond() -> None:
    wrong = square(slice(10, 31), slice(20, 41)) | square(slice(50, 54), slice(5, 75))
    stroke = _stroke(wrong)
    assert stroke[20, 30] and not stroke[50:].any()
    assert np.count_nonzero(stroke) == 81, "the pixels of a disc of radius 5"
    assert not (stroke & ~wrong).any()
    assert not _stroke(np.zeros((60, 80), np.bool_)).any()


def test_refining_mends_half_a_lesion_better_than_strokes_alone() -> None:
    lesion = square(slice(10, 30), slice(20, 60))
    volume = Volume(np.where(lesion, 200, 50).astype(np.uint8)[None], Geometry((1, 60, 80)), "image")
    maps = ProbabilityMap(np.where(lesion, 230, 20).astype(np.uint8)[None, None], (1,), volume.geometry)
    half = square(slice(10, 30), slice(20, 40))
    values = _corrected(volume, lesion, half[None], maps)
    assert values["Dice of the model"] == 2 * 400 / (400 + 800)
    assert values["Dice after 3, refined"] > values["Dice after 3, strokes alone"] > values["Dice of the model"]
