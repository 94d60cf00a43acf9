"""Figures while they are drawn and dragged: what is square stays square; labels keep clear of one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from imaging.geometry import Calibration, Geometry
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Value
from imaging.measurement.lines import Angle, Bidirectional, Cobb, Length
from imaging.measurement.marks import Note, Probe
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground, Points
from imaging.volume import Volume
from viewer.canvas.dragging import distance_px
from viewer.canvas.measuring_labels import Labels
from viewer.canvas.measuring_shapes import RECIPES, dragged, grips, paths, shifted, sketched_paths
from viewer.canvas.measuring_text import label_lines
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

FLAT = Geometry((3, 100, 200), (1.0, 0.2, 0.5), calibration=Calibration.PIXEL_SPACING)
places = st.tuples(st.just(0.0), st.floats(1, 99), st.floats(1, 199))


def volume(grid: Geometry = FLAT) -> Volume:
    return Volume(np.zeros(grid.shape_kji, np.int16), grid, "volume" if grid.has_position else "image")


def kji(*pixels: tuple[float, float]) -> Points:
    return tuple((0.0, row, column) for row, column in pixels)


def sides(points: Points) -> np.ndarray:
    corners = np.asarray(points)
    return np.roll(corners, -1, axis=0) - corners


RECTANGLE = Outline(kji((10, 20), (10, 60), (40, 60), (40, 20)), "rectangle")


@given(st.integers(0, 3), places)
def test_a_rectangle_stays_one_and_its_opposite_corner_stays(index: int, place: tuple[float, float, float]) -> None:
    moved = dragged(RECTANGLE, Ground(volume()), index, place)
    across = (index + 2) % 4
    assert np.allclose(moved.points[index], place) and np.allclose(moved.points[across], RECTANGLE.points[across])
    a, b, c, d = sides(moved.points)
    assert np.allclose(a, -c) and np.allclose(b, -d) and abs(a @ b) < 1e-6


def test_an_ellipse_turns_with_the_end_of_its_axis_and_stays_square_in_millimetres() -> None:
    ellipse, ground = Ellipse(kji((50, 100), (75, 100), (50, 120))), Ground(volume())
    moved = dragged(ellipse, ground, 1, (0.0, 60.0, 108.0))
    centre, one, other = ground.ruler(moved.points).placed(moved.points)
    assert abs((one - centre) @ (other - centre)) < 1e-9
    assert np.linalg.norm(other - centre) == pytest.approx(10.0), "the other axis keeps its 20 columns of 0.5 mm"
    whole = dragged(ellipse, ground, 0, (0.0, 51.0, 103.0))
    assert whole.points == kji((51, 103), (76, 103), (51, 123))
    assert dragged(ellipse, ground, 1, ellipse.points[0]) == ellipse, "an axis without length has no direction"


def test_other_points_go_where_they_are_put() -> None:
    angle, ground = Angle(kji((0, 0), (0, 9), (9, 9))), Ground(volume())
    assert dragged(angle, ground, 1, (0.0, 5.0, 5.0)).points == kji((0, 0), (5, 5), (9, 9))
    assert shifted(angle, (0, 0, 0), (0, 1, 2)).points == kji((1, 2), (1, 11), (10, 11))
    two = dragged(Bidirectional(kji((0, 0), (0, 40), (10, 10), (-10, 10))), ground, 3, (0.0, -20.0, 30.0))
    a, b, c, d = ground.ruler(two.points).placed(two.points)
    assert abs((b - a) @ (d - c)) < 1e-9


def test_boxes_become_figures_on_the_shown_plane() -> None:
    grid = Geometry((30, 40, 50), (2.0, 1.0, 0.5), (5, 6, 7), calibration=Calibration.PATIENT)
    pane = Pane()
    pane.show(OpenSeries(None, volume(grid)))
    pane.set_plane("coronal")
    pane.view.set_slice(11)
    geometry = pane.slice_geometry(11)
    assert geometry is not None
    corners = tuple(tuple(float(v) for v in geometry.point_lps((0, *pixel))) for pixel in ((3, 4), (13, 24)))
    ellipse = RECIPES["ellipse"].make(pane, corners)  # pyright: ignore[reportArgumentType] - triples
    area = ellipse.values(Ground(volume(grid)))[0]
    assert area.value == pytest.approx(np.pi * 5 * 2.0 * 10 * 0.5) and area.unit == "mm²"
    assert {round(point[1], 6) for point in ellipse.points} == {6 + 11.0}, "all in the plane of row 11"
    rectangle = RECIPES["rectangle"].make(pane, corners)  # pyright: ignore[reportArgumentType] - triples
    assert rectangle.values(Ground(volume(grid)))[0].value == pytest.approx(10 * 2.0 * 20 * 0.5)
    assert sketched_paths("rectangle", pane, corners) == paths(rectangle)  # pyright: ignore[reportArgumentType]


def test_lines_of_figures() -> None:
    four = kji((0, 0), (0, 9), (5, 5), (9, 9))
    assert paths(Cobb(four)) == ((four[:2], False), (four[2:], False))
    assert sketched_paths("cobb", Pane(), four[:3]) == ((four[:2], False), (four[2:3], False))
    assert paths(RECTANGLE) == ((RECTANGLE.points, True),)
    assert grips(Outline(four, "freehand")) == () and grips(RECTANGLE) == RECTANGLE.points


def test_the_distance_to_a_line_ends_at_its_ends() -> None:
    assert distance_px((5, 3), (0, 0), (10, 0)) == 3 and distance_px((14, 3), (0, 0), (10, 0)) == 5
    assert distance_px((3, 4), (0, 0), (0, 0)) == 5


def test_a_label_has_name_numbers_and_what_they_rest_on_once() -> None:
    rule = "pixels with their centre inside"
    values = (
        Value("Area", 12.34, "mm²", "at detector"), Value("Mean", 40.0, "HU", rule), Value("SD", 2.5, "HU", rule),
        Value("Min", -3.0, "HU", rule), Value("Max", 90.0, "HU", f"{rule}; no SUV: weight not stated"),
        Value("Pixels", 77.0, "", rule),
    )  # fmt: skip
    named = Measurement("u", RECTANGLE, "kji", "target 1")
    assert label_lines(named, values) == (
        "target 1", "Area 12.3 mm²", "Mean 40.0 HU ± 2.5 HU", "-3.0 HU to 90.0 HU", "at detector",
        "no SUV: weight not stated",
    )  # fmt: skip
    line = Measurement("u", Length(kji((0, 0), (0, 9))), "kji")
    assert label_lines(line, (Value("Length", float("nan"), "", "no way"),)) == ("–", "no way")
    assert label_lines(Measurement("u", Note(kji((0, 0))), "kji"), ()) == ("Text",)
    assert label_lines(line, ()) == ()


def test_labels_go_no_further_than_they_must_and_leave_other_texts_free(qapp: object) -> None:
    image, room = QImage(300, 300, QImage.Format.Format_RGB32), QRectF(0, 0, 300, 300)
    painter = QPainter(image)
    corner, wanted = QRectF(150, 200, 150, 90), (160.0, 206.0)
    labels = Labels(painter, QFont(), room, (corner,))
    labels.write(("41.0 mm", "at detector"), wanted, QColor("white"))
    labels.write(("42.0 mm", "at detector"), wanted, QColor("white"))
    first, second = labels.boxes
    assert first.bottom() == pytest.approx(corner.top() - 1), "above the corner, which is nearer than below it"
    assert second.bottom() == pytest.approx(first.top() - 1)
    crowded = Labels(painter, QFont(), room, (room,))
    crowded.write(("41.0 mm",), wanted, QColor("white"))
    painter.end()
    assert room.contains(crowded.boxes[0]), "written even where nothing is free"


def test_a_label_without_room_on_the_right_ends_left_of_its_figure(qapp: object) -> None:
    image, room = QImage(300, 300, QImage.Format.Format_RGB32), QRectF(0, 0, 300, 300)
    painter = QPainter(image)
    labels = Labels(painter, QFont(), room)
    labels.write(("41.0 mm",), (295.0, 150.0), QColor("white"), (240.0, 80.0))
    labels.write(("41.0 mm",), (150.0, 200.0), QColor("white"), (120.0, 200.0))
    labels.write(("41.0 mm",), (295.0, 250.0), QColor("white"), (5.0, 250.0))
    painter.end()
    at_edge, usual, wide = labels.boxes
    assert at_edge.right() == pytest.approx(240) and at_edge.center().y() == pytest.approx(80)
    assert usual.left() == 150, "where there is room it stands on the right"
    assert wide.right() == pytest.approx(300), "a figure from edge to edge leaves no side"


def test_labels_stay_in_the_room_and_off_one_another(qapp: object) -> None:
    image, room = QImage(300, 300, QImage.Format.Format_RGB32), QRectF(0, 0, 300, 300)
    painter = QPainter(image)
    labels = Labels(painter, QFont(), room)
    for place in ((50.0, 150.0), (55.0, 152.0), (290.0, 299.0), (60.0, 148.0), (-20.0, -20.0), (290.0, 290.0)):
        labels.write(("41.0 mm", "at detector"), place, QColor("white"))
    labels.write((), (0.0, 0.0), QColor("white"))
    painter.end()
    assert len(labels.boxes) == 6 and all(room.contains(box) for box in labels.boxes)
    assert not any(a.intersects(b) for n, a in enumerate(labels.boxes) for b in labels.boxes[:n])


def test_a_colour_takes_one_line_below_the_place() -> None:
    colours = tuple(Value(name, value, "") for name, value in (("Red", 7.0), ("Green", 8.0), ("Blue", 9.0)))
    probe = Measurement("u", Probe(kji((0, 0))), "kji")
    words = "ultrasound region 2, spectral"
    place = (Value("Velocity", 80.0, "cm/s", words), Value("Time", 1.5, "s", words))
    assert label_lines(probe, (*place, *colours)) == ("Velocity 80.00 cm/s", "Time 1.50 s", "RGB 7 8 9", words)
