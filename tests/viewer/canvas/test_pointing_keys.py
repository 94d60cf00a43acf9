"""The pointer moved by keys: where it goes, what it presses, and that other keys stay what they are."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from imaging.geometry import Calibration, Geometry
from imaging.study import Series
from imaging.volume import Volume
from viewer.state.view import Cursor

SHIFT = Qt.KeyboardModifier.ShiftModifier
GRID = Geometry((3, 100, 100), calibration=Calibration.PATIENT)


@pytest.fixture
def pointed(stage):
    """A viewport of 100 x 100 on a slice of 100 x 100, a screen pixel for each, with its pointer on keys."""
    series = Series("1.2.3", "volume", "dicom", (), GRID.shape_kji, GRID, "CT")
    stage.show(Volume(np.zeros(GRID.shape_kji, np.int16), GRID, "volume"), series)
    stage.session.measurements.load("1.2.3", ())
    stage.session.hand.set_by_keys(True)
    return stage


def keys(stage, *codes, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    for code in codes:
        QTest.keyClick(stage.canvas, code, modifier)


def lines(stage) -> list[tuple[int, ...]]:
    """Column and row of both ends of each measurement, whole voxels."""
    return [tuple(round(v) for point in each.figure.points for v in point[:2]) for each in
            stage.session.measurements.all]  # fmt: skip


def test_arrows_go_by_ten_and_with_shift_by_one_and_stay_inside(pointed):
    keys(pointed, Qt.Key.Key_Right, Qt.Key.Key_Up)
    assert pointed.view.cursor == Cursor((1, 40, 60))
    keys(pointed, Qt.Key.Key_Left, Qt.Key.Key_Down, modifier=SHIFT)
    assert pointed.view.cursor == Cursor((1, 41, 59))
    keys(pointed, *(Qt.Key.Key_Right,) * 20, *(Qt.Key.Key_Down,) * 20)
    assert pointed.view.cursor == Cursor((1, 99, 99)) and pointed.view.k == 1, "no slice is left by it"


def test_the_space_bar_clicks_both_ends_of_a_line(pointed):
    pointed.session.hand.set_tool("length")
    keys(pointed, Qt.Key.Key_Left, Qt.Key.Key_Space, *(Qt.Key.Key_Right,) * 3, Qt.Key.Key_Space)
    assert lines(pointed) == [(40, 50, 70, 50)]


def test_the_space_bar_held_down_drags(pointed):
    pointed.session.hand.set_tool("length")
    QTest.keyPress(pointed.canvas, Qt.Key.Key_Space)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):  # what a held key repeats
        again = QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
        QApplication.sendEvent(pointed.canvas, again)
    keys(pointed, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert lines(pointed) == []
    QTest.keyRelease(pointed.canvas, Qt.Key.Key_Space)
    assert lines(pointed) == [(50, 50, 50, 70)]


def test_escape_gives_up_the_drag_then_the_figure_then_the_pointer(pointed):
    pointed.session.hand.set_tool("angle")
    keys(pointed, Qt.Key.Key_Space, Qt.Key.Key_Right)
    assert pointed.session.measurements.sketch is not None
    keys(pointed, Qt.Key.Key_Escape)
    assert pointed.session.measurements.sketch is None and pointed.session.hand.by_keys
    keys(pointed, Qt.Key.Key_Escape)
    assert not pointed.session.hand.by_keys


def test_it_begins_where_the_mouse_is_and_can_be_seen(pointed):
    pointed.move(20, 30)
    keys(pointed, Qt.Key.Key_Right)
    assert pointed.view.cursor == Cursor((1, 30, 30))
    assert pointed.grab()[30, 22].max() > 150 and pointed.grab()[30, 30].max() < 60, "a cross around a free middle"
    pointed.session.hand.set_by_keys(False)
    assert pointed.grab()[30, 22].max() < 60


def test_without_it_the_keys_are_the_windows(pointed):
    pointed.session.hand.set_by_keys(False)
    before = pointed.view.cursor
    for code in (Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, code, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(pointed.canvas, event)
        assert not event.isAccepted()
    keys(pointed, Qt.Key.Key_Left, Qt.Key.Key_Space)
    assert pointed.view.cursor == before
