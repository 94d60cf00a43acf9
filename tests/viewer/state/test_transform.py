"""Screen positions worked out by hand, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import orthogonal
from viewer.state.orientation import ANTICLOCKWISE, AS_STORED, CLOCKWISE, MIRRORED, UPSIDE_DOWN, Orientation
from viewer.state.transform import ViewTransform, orientation_of, plane_transform
from viewer.state.view import View

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
    assert orientation_of(orthogonal(axial, 1)) == Orientation(flip_y=True)
    assert orientation_of(orthogonal(axial, 2)) == Orientation(flip_y=True)
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
    transform = plane_transform(orthogonal(geometry, 1).slab(0), (100, 100))
    assert transform.shape == (7, 9)
    assert transform.spacing_mm == (3.0, 1.0)


def test_a_free_rotation_turns_about_the_middle_of_the_viewport():
    # The pixel right of the middle by 10 px goes below it by 10 px after a quarter turn clockwise.
    transform = ViewTransform((100, 100), (10, 10), angle_deg=90)
    assert transform.to_screen(4.5, 5.5) == pytest.approx((50, 60))
    assert transform.to_image(50, 60) == pytest.approx((4.5, 5.5))
    assert transform.upright.to_screen(4.5, 5.5) == pytest.approx((60, 50))


@given(
    st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
    st.floats(-180, 180),
    st.sampled_from([AS_STORED, CLOCKWISE, ANTICLOCKWISE, MIRRORED, UPSIDE_DOWN]),
)
def test_every_turn_has_a_way_back(pixel, angle, turn):
    transform = ViewTransform((120, 80), (9, 7), (1.5, 0.5), turn, 1.7, (5, -3), angle)
    assert transform.to_image(*transform.to_screen(*pixel)) == pytest.approx(pixel, abs=1e-9)


def test_zooming_keeps_the_place_under_the_mouse_also_when_turned():
    transform = ViewTransform((120, 80), (9, 7), (1.5, 0.5), CLOCKWISE, 1.7, (5, -3), 33)
    before, there = transform.to_image(31, 17), transform.zoomed_about(31, 17, 4.0)
    assert there.to_image(31, 17) == pytest.approx(before)


def test_four_quarter_turns_are_none_and_opposite_ones_undo_each_other():
    assert CLOCKWISE.then(CLOCKWISE).then(CLOCKWISE).then(CLOCKWISE) == AS_STORED
    assert CLOCKWISE.then(ANTICLOCKWISE) == AS_STORED
    assert CLOCKWISE.then(CLOCKWISE) == MIRRORED.then(UPSIDE_DOWN)
    assert MIRRORED.then(CLOCKWISE) != CLOCKWISE.then(MIRRORED), "mirrors and turns do not commute"


@pytest.mark.parametrize("first", [AS_STORED, MIRRORED, UPSIDE_DOWN, CLOCKWISE, Orientation(True, False, False)])
def test_a_quarter_turn_of_any_orientation_turns_what_is_seen(first):
    """What was right of the middle is below it after a turn clockwise."""
    before = ViewTransform((100, 100), (10, 10), orientation=first)
    after = ViewTransform((100, 100), (10, 10), orientation=first.then(CLOCKWISE))
    assert after.to_screen(*before.to_image(70, 50)) == pytest.approx((50, 70))
    assert after.to_screen(*before.to_image(50, 70)) == pytest.approx((30, 50))


def test_a_view_turns_on_top_of_the_usual_orientation():
    geometry = located(Z, negative(Y), negative(X)).slab(0)
    view = View()
    view.turn_by(MIRRORED)
    view.set_angle_deg(190)
    transform = plane_transform(geometry, (100, 100), view)
    assert transform.orientation == Orientation(flip_x=False, flip_y=True)
    assert transform.angle_deg == -170
