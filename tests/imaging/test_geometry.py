"""The grid in the patient, by hand and by properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry, letters, triple, triples

CORONAL = ((0.0, -1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0))


def test_points_by_hand():
    grid = Geometry((5, 4, 3), (2.0, 0.5, 0.25), (10, 20, 30), CORONAL, Calibration.PATIENT)
    assert grid.point_lps((0, 0, 0)).tolist() == [10, 20, 30]
    assert grid.point_lps((1, 0, 0)).tolist() == [10, 18, 30]
    assert grid.point_lps((0, 1, 0)).tolist() == [10, 20, 29.5]
    assert grid.point_lps((0, 0, 1)).tolist() == [10.25, 20, 30]
    assert grid.index_kji((10.5, 18, 29.5)).tolist() == [1, 1, 2]


unit = st.floats(-1, 1)
size = st.integers(1, 50)


@given(
    shape=st.tuples(size, size, size),
    spacing=st.tuples(*[st.floats(0.01, 20)] * 3),
    origin=st.tuples(*[st.floats(-2000, 2000)] * 3),
    turn=st.lists(unit, min_size=9, max_size=9),
    index=st.tuples(*[st.floats(-100, 100)] * 3),
)
def test_there_and_back(shape, spacing, origin, turn, index):
    matrix = np.reshape(turn, (3, 3)) + 3 * np.eye(3)
    axes = np.linalg.qr(matrix)[0]
    grid = Geometry(shape, spacing, origin, tuple(tuple(float(x) for x in row) for row in axes))
    assert np.allclose(grid.index_kji(grid.point_lps(index)), index, atol=1e-6)


def test_many_points_at_once_are_the_single_ones():
    grid = Geometry((5, 4, 3), (2.0, 0.5, 0.25), (10, 20, 30), CORONAL, Calibration.PATIENT)
    indices = np.random.default_rng(0).normal(size=(2, 7, 3))
    points = grid.point_lps(indices)
    assert points.shape == (2, 7, 3)
    assert np.allclose(points[1, 3], grid.point_lps(indices[1, 3]))


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"shape_kji": (0, 1, 1)}, "three positive sizes"),
        ({"spacing_mm": (1, 0, 1)}, "three positive numbers"),
        ({"spacing_mm": (1, float("nan"), 1)}, "three positive numbers"),
        ({"origin_lps": (0, float("inf"), 0)}, "finite numbers"),
        ({"axes_lps": ((1, 0, 0), (1, 0, 0), (0, 0, 1))}, "orthogonal unit vectors"),
        ({"axes_lps": ((2, 0, 0), (0, 1, 0), (0, 0, 1))}, "orthogonal unit vectors"),
    ],
)
def test_what_is_no_grid_is_refused(broken, words):
    with pytest.raises(GeometryError, match=words):
        Geometry(**({"shape_kji": (1, 1, 1)} | broken))


def test_volume_of_a_voxel_is_claimed_only_in_the_patient():
    assert Geometry((1, 1, 1), (2, 5, 10), calibration=Calibration.PATIENT).voxel_ml == pytest.approx(0.1)
    for calibration in set(Calibration) - {Calibration.PATIENT}:
        assert Geometry((1, 1, 1), (2, 5, 10), calibration=calibration).voxel_ml is None


def test_what_may_be_claimed():
    claims = {
        c: (Geometry((1, 1, 1), calibration=c).has_mm, Geometry((1, 1, 1), calibration=c).has_position)
        for c in Calibration
    }
    assert claims.pop(Calibration.NONE) == (False, False)
    assert claims.pop(Calibration.PATIENT) == (True, True)
    assert set(claims.values()) == {(True, False)}


def test_grids_match_within_a_tenth_of_a_millimetre():
    grid = Geometry((3, 4, 5), calibration=Calibration.PATIENT)
    assert grid.matches(Geometry((3, 4, 5), origin_lps=(0.09, 0, 0)))
    assert not grid.matches(Geometry((3, 4, 5), origin_lps=(0.11, 0, 0)))
    # 0.06 mm more per step is 0.24 mm at the last of five.
    assert not grid.matches(Geometry((3, 4, 5), (1, 1, 1.06)))
    assert not grid.matches(Geometry((3, 4, 6)))


def test_a_slab_lies_where_its_slices_lie():
    grid = Geometry((5, 4, 3), (2.0, 0.5, 0.25), (10, 20, 30), CORONAL, Calibration.PATIENT)
    slab = grid.slab(2, 3)
    assert slab.shape_kji == (3, 4, 3)
    assert np.array_equal(slab.point_lps((0, 1, 1)), grid.point_lps((2, 1, 1)))


def test_corners():
    assert Geometry((3, 1, 2), (2, 1, 4)).corners_lps.tolist() == [
        [0, 0, 0], [4, 0, 0], [0, 0, 0], [4, 0, 0], [0, 0, 4], [4, 0, 4], [0, 0, 4], [4, 0, 4],
    ]  # fmt: skip


def test_a_geometry_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Geometry((1, 1, 1)).affine[0, 0] = 2


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -1, 0), "A"),
        ((0, 0, 1), "H"),
        ((0, 0, -1), "F"),
        ((-0.3, 0, 0.9), "HR"),
        ((0.1, 0, 0.99), "H"),
    ],
)
def test_letters(direction, expected):
    assert letters(direction) == expected


def test_the_normal_of_slices_is_columns_by_rows_however_they_are_counted():
    grid = Geometry((5, 4, 3), (2.0, 0.5, 0.25), (10, 20, 30), CORONAL, Calibration.PATIENT)
    assert grid.normal_lps == pytest.approx((0.0, 1.0, 0.0))
    assert Geometry((2, 2, 2)).normal_lps == pytest.approx((0.0, 0.0, 1.0))


def test_numbers_of_an_array_as_plain_floats():
    assert triple(np.array([1, 2.5, -3], np.float32)) == (1.0, 2.5, -3.0)
    assert type(triple(np.arange(3))[0]) is float
    assert triples(np.eye(3)[:2]) == ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert triples(np.zeros((0, 3))) == ()
    with pytest.raises(ValueError):
        triple((1.0, 2.0))
