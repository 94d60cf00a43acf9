"""Stacks of planes: by hand, by properties, and against the voxels they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.reslicing import grids, nearest_axis, oblique, orthogonal, orthogonal_planes, patient_plane

STILL = Geometry((5, 4, 3), (2.0, 0.5, 0.25), (10, 20, 30), calibration=Calibration.PATIENT)


def turned(degrees: float, shape=(20, 30, 40), spacing=(2.0, 0.5, 0.5)) -> Geometry:
    """An axial acquisition tilted about the patient's left-right axis."""
    sin, cos = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    axes = ((0.0, -sin, cos), (0.0, cos, sin), (1.0, 0.0, 0.0))
    return Geometry(shape, spacing, (-7.0, 3.0, 100.0), axes, Calibration.PATIENT)


@st.composite
def geometries(draw):
    matrix = np.reshape(draw(st.lists(st.floats(-1, 1), min_size=9, max_size=9)), (3, 3)) + 3 * np.eye(3)
    axes = np.linalg.qr(matrix)[0][draw(st.permutations(range(3)))]
    shape = draw(st.tuples(*[st.integers(1, 6)] * 3))
    spacing = draw(st.tuples(*[st.floats(0.1, 5)] * 3))
    origin = draw(st.tuples(*[st.floats(-500, 500)] * 3))
    return Geometry(shape, spacing, origin, tuple(tuple(map(float, axis)) for axis in axes), Calibration.PATIENT)


def test_planes_across_each_axis_by_hand():
    coronal, sagittal = orthogonal(STILL, 1), orthogonal(STILL, 2)
    assert orthogonal(STILL, 0) == STILL
    assert coronal.shape_kji == (4, 5, 3) and coronal.spacing_mm == (0.5, 2.0, 0.25)
    assert sagittal.shape_kji == (3, 5, 4) and sagittal.spacing_mm == (0.25, 2.0, 0.5)
    assert sagittal.point_lps((2, 4, 3)).tolist() == STILL.point_lps((4, 3, 2)).tolist()


@given(geometries(), st.sampled_from((0, 1, 2)))
def test_every_voxel_stays_where_it_is_and_comes_back(geometry, axis):
    planes, indices = orthogonal(geometry, axis), np.indices(geometry.shape_kji)
    places = geometry.point_lps(np.moveaxis(indices, 0, -1))
    assert np.allclose(
        orthogonal_planes(places, axis), planes.point_lps(np.moveaxis(np.indices(planes.shape_kji), 0, -1))
    )
    for _ in range(axis):
        planes = orthogonal(planes, axis)
    assert planes == geometry


def test_planes_are_a_view():
    array = np.arange(60).reshape(5, 4, 3)
    assert np.shares_memory(orthogonal_planes(array, 2), array)
    assert orthogonal_planes(array, 2)[1, 4, 3] == array[4, 3, 1]


def test_nearest_axis_of_an_axial_and_of_a_coronal_acquisition():
    assert [nearest_axis(STILL, plane) for plane in ("axial", "coronal", "sagittal")] == [0, 1, 2]
    coronal = orthogonal(STILL, 1)
    assert [nearest_axis(coronal, plane) for plane in ("axial", "coronal", "sagittal")] == [1, 0, 2]


def test_nearest_axis_is_told_from_a_true_plane_by_its_angle():
    tilted = turned(20)
    assert nearest_axis(tilted, "axial") == 0
    assert nearest_axis(tilted, "axial", 20.1) == 0
    assert nearest_axis(tilted, "axial", 19.9) is None
    assert nearest_axis(tilted, "sagittal", 0.1) == 2


@given(geometries())
def test_three_patient_planes_have_three_axes(geometry):
    assert sorted(nearest_axis(geometry, plane) for plane in ("axial", "coronal", "sagittal")) == [0, 1, 2]


def test_patient_planes_of_an_axial_acquisition_are_its_own_where_pixels_are_square():
    still = Geometry((5, 4, 3), (0.5, 0.5, 0.5), (10, 20, 30), calibration=Calibration.PATIENT)
    assert patient_plane(still, "axial").matches(still, 1e-9)
    coronal = patient_plane(still, "coronal")
    assert coronal.shape_kji == (4, 5, 3)
    assert coronal.axes_lps == ((0, 1, 0), (0, 0, -1), (1, 0, 0))
    assert coronal.point_lps((0, 0, 0)).tolist() == still.point_lps((4, 0, 0)).tolist()


directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(geometries(), directions, directions, st.tuples(*[st.floats(-3, 9)] * 3))
def test_oblique_planes_cover_the_volume_and_go_through_the_centre(geometry, normal, up, index):
    if np.linalg.norm(np.cross(normal, up)) < 0.05:
        return
    centre = geometry.point_lps(index)
    grid = oblique(geometry, centre, normal, up)
    corners = grid.index_kji(geometry.corners_lps)
    assert (corners > -1e-4).all() and (corners < np.array(grid.shape_kji) - 1 + 1e-4).all()
    on_grid = grid.index_kji(centre)
    assert np.allclose(on_grid, np.rint(on_grid), atol=1e-4)
    assert grid.spacing_mm[1] == grid.spacing_mm[2] == min(geometry.spacing_mm)
    assert min(geometry.spacing_mm) - 1e-9 <= grid.spacing_mm[0] <= max(geometry.spacing_mm) + 1e-9
    assert np.allclose(np.cross(grid.axes_lps[2], grid.axes_lps[1]), grid.axes_lps[0])
    assert np.dot(grid.axes_lps[1], up) < 0


def test_planes_along_an_axis_are_as_far_apart_as_voxels_there():
    assert oblique(STILL, (0, 0, 0), (0, 0, 1), (0, -1, 0)).spacing_mm == (2.0, 0.25, 0.25)
    assert oblique(STILL, (0, 0, 0), (0, 3, 0), (0, 0, 1)).spacing_mm == (0.5, 0.25, 0.25)
    slanted = oblique(STILL, (0, 0, 0), (0, 1, 1), (1, 0, 0)).spacing_mm[0]
    assert slanted == pytest.approx(1 / np.hypot(0.5**0.5 / 2, 0.5**0.5 / 0.5))


def test_an_extreme_volume_makes_no_endless_planes():
    grid = oblique(
        Geometry((2, 2, 2), (1000, 1e-6, 1e-6), calibration=Calibration.PATIENT), (0, 0, 0), (1, 1, 1), (0, 0, 1)
    )
    assert max(grid.shape_kji[1:]) <= grids.MOST_PIXELS and grid.shape_kji[0] <= grids.MOST_PLANES


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"normal_lps": (0, 0, 0)}, "two directions"),
        ({"up_lps": (0, 0, 2)}, "two directions"),
        ({"normal_lps": (0, 0, float("nan"))}, "two directions"),
        ({"centre_lps": (0, 0, float("inf"))}, "expected finite"),
        ({"geometry": Geometry((5, 4, 3))}, "nobody knows"),
    ],
)
def test_what_is_no_plane_is_refused(asked, words):
    plane = {"geometry": STILL, "centre_lps": (0, 0, 0), "normal_lps": (0, 0, 1), "up_lps": (0, 1, 0)}
    with pytest.raises(GeometryError, match=words):
        oblique(**(plane | asked))
