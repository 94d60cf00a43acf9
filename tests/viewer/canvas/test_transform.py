"""Screen positions worked out by hand, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from viewer.canvas.transform import Orientation, ViewTransform, orientation_of, plane_transform

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def negative(v: tuple[float, float, float]) -> tuple[float, float, float]:
    return (-v[0], -v[1], -v[2])


def located(k, j, i, shape=(3, 4, 5)) -> Geometry:
    return Geometry(shape, axes_lps=(k, j, i), calibration=Calibration.PATIENT)


def test_fit_shows_the_whole_plane_centred():
    # 4 rows x 8 columns in 100 x 100: 12.5 px each, 50 px high, 25 px free above.
    transform = ViewTransform((100, 100), (4, 8))
    assert transform.scale == (12.5, 12.5)
    assert transform.origin == (0, 25)
    assert transform.to_screen(-0.5, -0.5) == (0, 25)
    assert transform.to_screen(3.5, 7.5) == (100, 75)
    assert transform.to_screen(0, 0) == (6.25, 31.25)


def test_rows_twice_as_far_apart_are_drawn_twice_as_far_apart():
    transform = ViewTransform((100, 100), (10, 10), (2.0, 1.0))
    assert transform.scale == (5, 10)
    assert transform.to_screen(0, 0) == (25 + 2.5, 5)


def test_zoom_and_pan_about_the_middle():
    transform = ViewTransform((100, 100), (10, 10), zoom=2, pan_px=(7, -3))
    assert transform.scale == (20, 20)
    assert transform.to_screen(4.5, 4.5) == (57, 47)


def test_mirrored_display_swaps_the_ends():
    transform = ViewTransform((100, 100), (10, 10), orientation=Orientation(flip_x=True))
    assert transform.to_screen(0, 0) == (95, 5)
    assert transform.pixel_at(99, 1) == (0, 0)
    assert transform.pixel_at(1, 99) == (9, 9)


def test_transposed_display_swaps_rows_and_columns():
    transform = ViewTransform((100, 50), (5, 10), orientation=Orientation(transposed=True))
    assert transform.displayed_shape == (10, 5)
    # 5 px each, 25 px wide: 37.5 px free on each side; row 4, column 0 is on the right, on top.
    assert transform.to_screen(4, 0) == (37.5 + 22.5, 2.5)


def test_outside_the_picture_is_no_pixel():
    transform = ViewTransform((100, 100), (10, 10), zoom=0.5)
    assert transform.pixel_at(24, 50) is None
    assert transform.pixel_at(26, 50) == (5, 0)


@given(
    st.tuples(st.floats(50, 3000), st.floats(50, 3000)),
    st.tuples(st.integers(1, 20000), st.integers(1, 20000)),
    st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)),
    st.builds(Orientation, st.booleans(), st.booleans(), st.booleans()),
    st.floats(0.05, 64),
    st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_there_and_back(size, shape, spacing, orientation, zoom, pan, share):
    transform = ViewTransform(size, shape, spacing, orientation, zoom, pan)
    row, column = share[0] * shape[0], share[1] * shape[1]
    assert transform.to_image(*transform.to_screen(row, column)) == pytest.approx((row, column), abs=1e-4)


@given(
    st.builds(Orientation, st.booleans(), st.booleans(), st.booleans()),
    st.floats(0.05, 64),
    st.floats(0.05, 64),
    st.tuples(st.floats(0, 640), st.floats(0, 480)),
)
def test_zoom_keeps_the_point_under_the_mouse(orientation, first, second, point):
    transform = ViewTransform((640, 480), (300, 200), (1.5, 0.7), orientation, first, (31, -12))
    there = transform.zoomed_about(*point, second)
    assert there.zoom == second
    assert there.to_image(*point) == pytest.approx(transform.to_image(*point), abs=1e-6)


def test_axial_in_dicom_order_is_shown_as_stored():
    assert orientation_of(located(Z, Y, X)) == Orientation()


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (negative(Y), X, Orientation(flip_y=True)),
        (Y, negative(X), Orientation(flip_x=True)),
        (negative(Y), negative(X), Orientation(flip_x=True, flip_y=True)),
        (X, Y, Orientation(transposed=True)),
        (negative(X), negative(Y), Orientation(transposed=True, flip_x=True, flip_y=True)),
    ],
)
def test_axial_of_any_storage_shows_right_on_the_left_and_anterior_on_top(row, column, expected):
    normal = tuple(float(v) for v in np.cross(column, row))
    geometry = located(normal, row, column)
    assert orientation_of(geometry) == expected
    transform = plane_transform(geometry, (400, 400))
    middle = np.array(transform.to_screen(1.5, 2))
    toward_left = geometry.index_kji(geometry.point_lps((0, 1.5, 2)) + X)
    toward_posterior = geometry.index_kji(geometry.point_lps((0, 1.5, 2)) + Y)
    assert (np.array(transform.to_screen(*toward_left[1:])) - middle)[0] > 0
    assert (np.array(transform.to_screen(*toward_posterior[1:])) - middle)[1] > 0


def test_coronal_and_sagittal_planes_have_the_head_on_top():
    axial = located(Z, Y, X)
    assert orientation_of(axial, 1) == Orientation(flip_y=True)
    assert orientation_of(axial, 2) == Orientation(flip_y=True)
    coronal = located(negative(Y), negative(Z), X)
    assert orientation_of(coronal) == Orientation()


def test_oblique_axial_is_turned_like_the_nearest_plane():
    c, s = np.cos(0.3), np.sin(0.3)
    geometry = located((0.0, s, c), (0.0, -c, s), (-1.0, 0.0, 0.0))
    assert orientation_of(geometry) == Orientation(flip_x=True, flip_y=True)


def test_pictures_without_a_place_are_shown_as_stored():
    flipped = Geometry((1, 4, 5), axes_lps=(Z, negative(Y), negative(X)), calibration=Calibration.DETECTOR)
    assert orientation_of(flipped) == Orientation()


def test_other_axes_take_their_own_shape_and_spacing():
    geometry = Geometry((7, 8, 9), (3.0, 2.0, 1.0), calibration=Calibration.PATIENT)
    transform = plane_transform(geometry, (100, 100), axis=1)
    assert transform.shape == (7, 9)
    assert transform.spacing_mm == (3.0, 1.0)
