"""Mask edits: discs worked out by hand, and what must hold for any stroke."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.editing import Editable, MaskEdit, replace
from imaging.geometry import Calibration, Geometry
from tests.strokes import stroke

UNIT = Geometry((4, 9, 9), calibration=Calibration.PATIENT)
ANISOTROPIC = Geometry((5, 12, 14), (5.0, 1.0, 0.5), calibration=Calibration.PATIENT)


def empty(geometry: Geometry) -> np.ndarray:
    return np.zeros(geometry.shape_kji, np.uint8)


def painted(geometry: Geometry, *arguments, **keywords) -> np.ndarray:
    array = empty(geometry)
    edit = stroke(array, geometry, *arguments, **keywords)
    assert edit is not None
    edit.apply_to(array)
    return array


def test_disc_holds_the_voxels_whose_centres_are_within_the_radius() -> None:
    plane = painted(UNIT, 0, 2, [(4, 4)], 2.0, 3)[2]
    expected = [[2, 4], *([3, j] for j in (3, 4, 5)), *([4, j] for j in (2, 3, 4, 5, 6)), *([5, j] for j in (3, 4, 5))]
    assert np.argwhere(plane == 3).tolist() == [*expected, [6, 4]]


def test_half_a_millimetre_about_a_corner_between_voxels_takes_none() -> None:
    array = empty(UNIT)
    assert stroke(array, UNIT, 0, 0, [(4.5, 4.5)], 0.5, 1) is None
    edit = stroke(array, UNIT, 0, 0, [(4.5, 4.5)], 0.71, 1)
    assert edit is not None and edit.box == (slice(0, 1), slice(4, 6), slice(4, 6)) and edit.after.all()


@pytest.mark.parametrize(
    ("axis", "extent"),
    [(0, (1, 5, 9)), (1, (1, 1, 9)), (2, (1, 5, 1))],
    ids=["axial: 1 mm rows, 0.5 mm columns", "coronal: 5 mm rows", "sagittal: 5 mm rows, 1 mm columns"],
)
def test_a_disc_in_millimetres_is_an_ellipse_in_voxels(axis: int, extent: tuple[int, int, int]) -> None:
    centre = [(6, 7), (2, 7), (2, 6)][axis]
    array = painted(ANISOTROPIC, axis, 2, [centre], 2.0, 1)
    hits = np.argwhere(array)
    assert tuple(int(n) for n in np.ptp(hits, axis=0) + 1) == extent


def test_without_millimetres_the_radius_counts_pixels() -> None:
    geometry = Geometry((1, 9, 9))
    assert not geometry.has_mm
    assert painted(geometry, 0, 0, [(4, 4)], 1.0, 1).sum() == 5


def test_a_swept_disc_leaves_no_gaps() -> None:
    plane = painted(UNIT, 0, 1, [(4, 1), (4, 7)], 1.0, 1)[1]
    assert plane[4].tolist() == [1] * 9
    assert plane[3].tolist() == plane[5].tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 0]
    assert plane.sum() == 9 + 14


def test_a_stroke_over_the_edge_is_cut_off_and_one_outside_changes_nothing() -> None:
    assert painted(UNIT, 0, 0, [(-1, -1), (0, 0)], 1.0, 1)[0].sum() == 3
    array = empty(UNIT)
    assert stroke(array, UNIT, 0, 0, [(-5, 4)], 2.0, 1) is None
    assert stroke(array, UNIT, 0, 4, [(4, 4)], 2.0, 1) is None, "there is no slice 4"
    assert stroke(array, UNIT, 0, 0, [(0, 9.4), (0, 30)], 0.2, 1) is None


def test_the_eraser_can_be_kept_to_one_label() -> None:
    array = empty(UNIT)
    array[0, 4] = [1, 1, 1, 2, 2, 2, 1, 1, 1]
    edit = stroke(array, UNIT, 0, 0, [(4, 4)], 3.0, 0, editable=Editable(only=frozenset({2})))
    assert edit is not None and edit.name == "Eraser"
    edit.apply_to(array)
    assert array[0, 4].tolist() == [1, 1, 1, 0, 0, 0, 1, 1, 1]


def test_painting_what_is_painted_is_no_change() -> None:
    array = painted(UNIT, 0, 0, [(4, 4)], 2.0, 1)
    assert stroke(array, UNIT, 0, 0, [(4, 4)], 2.0, 1) is None
    assert stroke(array, UNIT, 0, 1, [(4, 4)], 2.0, 0) is None
    assert replace(array, array.copy(), "Accept") is None


def test_making_an_edit_changes_nothing() -> None:
    array = empty(UNIT)
    array.flags.writeable = False
    edit = stroke(array, UNIT, 0, 0, [(4, 4)], 2.0, 1, name="Bristle")
    assert edit is not None and edit.name == "Bristle" and not array.any()


def test_replace_takes_the_smallest_box() -> None:
    array, new = empty(UNIT), empty(UNIT)
    new[1, 2, 3] = new[2, 5, 3] = 7
    edit = replace(array, new, "Accept ct-covid-lesions")
    assert edit is not None
    assert edit.box == (slice(1, 3), slice(2, 6), slice(3, 4)) and edit.nbytes == 2 * 8
    edit.apply_to(array)
    assert np.array_equal(array, new)


def test_replace_refuses_another_shape() -> None:
    with pytest.raises(ValueError, match=r"\(1, 9, 9\)"):
        replace(empty(UNIT), np.zeros((1, 9, 9), np.uint8), "Accept")


coordinate = st.floats(-3, 15, allow_nan=False)


@given(
    axis=st.integers(0, 2),
    index=st.integers(0, 4),
    points=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=5),
    radius_mm=st.floats(0.1, 8),
    value=st.integers(0, 3),
    seed=st.integers(0, 2**16),
)
def test_any_stroke_is_what_the_definition_says(
    axis: int, index: int, points: list[tuple[float, float]], radius_mm: float, value: int, seed: int
) -> None:
    start = np.random.default_rng(seed).integers(0, 4, ANISOTROPIC.shape_kji).astype(np.uint8)
    edit = stroke(start, ANISOTROPIC, axis, index, points, radius_mm, value)
    expected = start.copy()
    spacing = np.delete(np.array(ANISOTROPIC.spacing_mm), axis)
    plane = np.moveaxis(expected, axis, 0)[index]
    for place in np.ndindex(plane.shape):
        if distance(np.array(place) * spacing, np.array(points) * spacing) <= radius_mm:
            plane[place] = value
    array = start.copy()
    if edit is not None:
        edit.apply_to(array)
        assert_tight(edit)
        edit.reverted().apply_to(array)
        assert np.array_equal(array, start)
        edit.apply_to(array)
    assert np.array_equal(array, expected)


def distance(point: np.ndarray, path: np.ndarray) -> float:
    """Millimetres from a point to a polyline, by the textbook; a hair less, as the brush rounds in favour of voxels."""
    best = min(np.linalg.norm(point - corner) for corner in path)
    for start, end in pairwise(path):
        line = end - start
        if line @ line and 0 <= (point - start) @ line <= line @ line:
            offset = (point - start) - line * ((point - start) @ line) / (line @ line)
            best = min(best, np.linalg.norm(offset))
    return best - 1e-10


def assert_tight(edit: MaskEdit) -> None:
    differs = edit.before != edit.after
    for axis in range(3):
        assert np.take(differs, 0, axis).any() and np.take(differs, -1, axis).any()
