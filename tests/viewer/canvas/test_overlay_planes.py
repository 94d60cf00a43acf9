"""Overlays over the picture: where they lie, how they shrink, and that they can be put away."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from imaging.geometry import Geometry
from imaging.volume import Overlay, VoiTable, Volume, Window
from viewer.canvas.annotation_text import window_text
from viewer.canvas.overlay_planes import COLOUR, overlay_image
from viewer.canvas.patch import Patch
from viewer.state.marks import Marks

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
WHOLE = Patch((0, 10), (0, 10))


def volume(*overlays: Overlay, **rest) -> Volume:
    return Volume(np.zeros((2, 10, 10), np.int16), Geometry((2, 10, 10), (1, 1, 1)), "image",
                  windows=(Window(100, 50),), overlays=overlays, **rest)  # fmt: skip


def plane(*places: tuple[int, int], shape: tuple[int, int] = (10, 10), **rest) -> Overlay:
    bits = np.zeros((1, *shape), np.bool_)
    for row, column in places:
        bits[0, row, column] = True
    return Overlay(bits, **rest)


def drawn(image: QImage | None) -> list[tuple[int, int]]:
    assert image is not None
    words = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return [(int(row), int(column)) for row, column in np.argwhere(words & 0xFFFFFF)]


def test_a_plane_lies_at_its_origin_on_its_own_frame():
    shown = volume(plane((0, 0), (1, 2), shape=(3, 3), origin=(4, 5), first_frame=1))
    assert drawn(overlay_image(shown, 1, WHOLE)) == [(4, 5), (5, 7)]
    assert overlay_image(shown, 0, WHOLE) is None


def test_what_lies_outside_the_image_is_cut_off():
    shown = volume(plane((0, 0), (2, 2), origin=(-2, -1)), plane((0, 0), (1, 1), origin=(9, 9)))
    assert drawn(overlay_image(shown, 0, WHOLE)) == [(0, 1), (9, 9)]
    assert overlay_image(volume(plane((0, 0), origin=(-30, 40))), 0, WHOLE) is None


def test_thin_lines_survive_shrinking():
    shown = volume(plane(*((row, 3) for row in range(10))))
    assert drawn(overlay_image(shown, 0, replace(WHOLE, factor=4))) == [(0, 0), (1, 0), (2, 0)]


def test_a_dark_edge_keeps_lines_visible_on_white():
    image = overlay_image(volume(plane((5, 5))), 0, WHOLE)
    assert image is not None
    assert [image.pixelColor(x, y).alpha() for x, y in ((5, 5), (6, 5), (5, 4), (6, 6), (0, 0))] == [
        255,
        153,
        153,
        0,
        0,
    ]


def test_an_area_is_drawn_so_that_the_image_shows_through():
    graphics, area = (overlay_image(volume(plane((0, 0), kind=kind)), 0, WHOLE) for kind in ("G", "R"))
    assert graphics is not None and graphics.pixelColor(0, 0).alpha() == 255
    assert area is not None and area.pixelColor(0, 0).alpha() == 102


def test_overlays_are_over_the_picture_until_put_away(stage):
    stage.show(volume(plane((5, 5), first_frame=1)))
    stage.view.set_slice(1)
    assert stage.grab()[55, 55].tolist() == list(COLOUR)
    assert stage.grab()[45, 45].tolist() == [0, 0, 0]
    stage.session.marks.set_overlays(False)
    assert stage.grab()[55, 55].tolist() == [0, 0, 0]
    stage.session.marks.set_overlays(True)
    stage.view.set_slice(0)
    assert stage.grab()[55, 55].tolist() == [0, 0, 0]


def test_the_mark_tells_everything_when_the_mouse_rests_on_it(stage):
    stage.canvas.resize(400, 400)
    stage.show(volume(derivation="resampled to 1 mm", warnings=("a <b>slice</b> is missing",)))
    stage.grab()
    box = stage.canvas.fidelity_mark.box
    assert box is not None
    tip = stage.canvas.fidelity_mark.tip_at(box.center().toPoint())
    assert tip == "<qt>• resampled to 1 mm<br>• a &lt;b&gt;slice&lt;/b&gt; is missing</qt>"
    assert stage.canvas.fidelity_mark.tip_at(QPoint(5, 5)) == ""


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen
def test_a_click_on_the_mark_opens_all_of_it_and_a_drag_from_there_does_not(stage):
    stage.canvas.resize(400, 400)
    stage.show(volume(derivation="resampled to 1 mm", warnings=("a slice is missing",)))
    stage.grab()
    at, width = stage.canvas.fidelity_mark.box.center().toPoint(), stage.view.window.width
    QTest.mousePress(stage.canvas, LEFT, NONE, at)
    QTest.mouseMove(stage.canvas, at + QPoint(20, 0))
    QTest.mouseRelease(stage.canvas, LEFT, NONE, at + QPoint(20, 0))
    assert told() == [] and stage.view.window.width > width
    QTest.mouseClick(stage.canvas, LEFT, NONE, at)
    (box,) = told()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert told() == []


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen
def test_without_a_mark_one_is_told_so(stage):
    stage.canvas.resize(400, 400)
    stage.show(volume())
    stage.grab()
    QTest.mouseClick(stage.canvas, LEFT, NONE, QPoint(390, 390))
    assert told() == [], "a click where no mark is"
    stage.canvas.fidelity_mark.tell()
    (box,) = told()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert told() == []


def told() -> list[QWidget]:
    return [each for each in QApplication.topLevelWidgets() if each.inherits("QWhatsThat") and each.isVisible()]


def test_a_text_that_was_cut_is_told_whole_when_the_mouse_rests_on_it(stage):
    name = "resampled & shown with a name that is far too long for a viewport as small as this one"
    stage.canvas.resize(300, 300)
    stage.session.marks.corner_text = "all"
    stage.show(volume())
    stage.view.set_window(Window(100, 50, name=name))
    stage.grab()
    texts = {stage.canvas.fidelity_mark.tip_at(QPoint(x, y)) for x in range(160, 300, 20) for y in range(0, 300, 5)}
    assert f"<qt>W 50 L 100 {name.replace('&', '&amp;')}</qt>" in texts


def test_nothing_to_say_leaves_no_mark(stage):
    stage.canvas.resize(400, 400)
    stage.show(volume())
    stage.grab()
    assert stage.canvas.fidelity_mark.box is None


def test_a_table_of_the_file_is_the_default_without_windows_and_a_drag_leaves_it(stage):
    table = VoiTable(0, np.arange(256, dtype=np.uint8), "bright")
    values = np.full((1, 10, 10), 128, np.int16)
    shown = Volume(values, Geometry((1, 10, 10), (1, 1, 1)), "image", voi_tables=(table,))
    stage.show(shown)
    assert stage.view.voi is table and window_text(stage.view) == "VOI LUT bright"
    assert stage.grab()[50, 50].tolist() == [128, 128, 128]
    before = stage.view.window
    stage.drag((50, 50), (80, 50))
    assert stage.view.table is None and stage.view.window.width == pytest.approx(before.width * 1.1)
    stage.view.reset()
    assert stage.view.voi is table


def test_a_drag_taken_back_brings_the_table_back(stage):
    table = VoiTable(0, np.arange(256, dtype=np.uint8))
    stage.show(Volume(np.zeros((1, 10, 10), np.int16), Geometry((1, 10, 10), (1, 1, 1)), "image", voi_tables=(table,)))
    stage.press(50, 50)
    stage.move(90, 50)
    assert stage.view.table is None
    stage.canvas._mouse.cancel()
    assert stage.view.table is table


def test_a_window_keeps_its_function_while_it_is_dragged(stage):
    shown = replace(volume(), windows=(Window(100, 50, "soft", "SIGMOID"),))
    stage.show(shown)
    stage.drag((50, 50), (80, 50))
    assert stage.view.window.function == "SIGMOID"
    assert window_text(stage.view) == "W 55 L 100 sigmoid"


def test_fractions_are_dragged_by_the_exact_function(stage):
    values = np.linspace(0, 1, 100, dtype=np.float32).reshape(1, 10, 10)
    stage.show(Volume(values, Geometry((1, 10, 10), (1, 1, 1)), "image", windows=(Window(0.5, 2),)))
    stage.drag((50, 50), (80, 50))
    assert stage.view.window.function == "LINEAR_EXACT"


def test_a_view_starts_with_overlays_shown(qtbot):
    assert Marks().overlays
