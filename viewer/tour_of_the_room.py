"""The tour's way through what a reader sets, turns, measures and compares."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from imaging import phantom
from viewer.visitor import Visitor

NONE, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def walk_reading_room(visitor: Visitor, study: Path) -> None:
    """Every station; ends on the CT of ``study`` with the window tool in hand.

    Raises:
        ViewerError: a station did not finish in time.
        SaveError: a picture could not be written.
    """
    _turn(visitor)
    _measure(visitor)
    _play(visitor)
    _set(visitor)
    _compare(visitor, study)


def _turn(visitor: Visitor) -> None:
    visitor.show("CT")
    visitor.key(Qt.Key.Key_D)
    visitor.drag((0.35, 0.45), (0.60, 0.45))
    visitor.key(Qt.Key.Key_R)
    visitor.drag((0.80, 0.50), (0.74, 0.66))
    visitor.key(Qt.Key.Key_F, ALT)
    visitor.picture("turned and flipped with letters and length")
    visitor.key(Qt.Key.Key_Space)
    visitor.key(Qt.Key.Key_2, CONTROL)
    visitor.picture("as large as in the patient")
    visitor.key(Qt.Key.Key_Space)
    visitor.main.measuring.delete_all()


def _measure(visitor: Visitor) -> None:
    visitor.tab("Measures")
    visitor.key(Qt.Key.Key_B, SHIFT)
    visitor.drag((0.30, 0.30), (0.44, 0.32))
    visitor.drag((0.30, 0.38), (0.44, 0.33))
    visitor.key(Qt.Key.Key_Q)
    visitor.drag((0.62, 0.30), (0.72, 0.38))
    visitor.key(Qt.Key.Key_E, SHIFT)
    visitor.drag((0.50, 0.62), (0.60, 0.70))
    visitor.key(Qt.Key.Key_Y, SHIFT)
    visitor.drag((0.36, 0.62), (0.30, 0.72))
    visitor.picture("Cobb angle, regions and an arrow")
    visitor.main.measuring.delete_all()
    visitor.key(Qt.Key.Key_W)
    visitor.tab("Findings")


def _play(visitor: Visitor) -> None:
    visitor.show("US")
    visitor.tab("View")
    visitor.key(Qt.Key.Key_C, CONTROL | SHIFT)
    visitor.key(Qt.Key.Key_Period, ALT)
    visitor.key(Qt.Key.Key_C)
    QTest.qWait(500)
    visitor.picture("clip to and fro at twice its speed")
    visitor.key(Qt.Key.Key_C)
    visitor.tab("Findings")


def _set(visitor: Visitor) -> None:
    main = visitor.main
    visitor.key(Qt.Key.Key_T, CONTROL | SHIFT)
    visitor.leave("corner texts", main.dialogs.corners)
    main.binding.choose("weasis")
    visitor.key(Qt.Key.Key_F2)
    visitor.leave("keys of another program", main.dialogs.keys)
    main.binding.choose("wetread")


def _compare(visitor: Visitor, study: Path) -> None:
    """Two films of one patient by their protocol, then the CT twice, scrolled together from where they stand."""
    main = visitor.main
    before = phantom.write_prior_xray(study.parent / "before")
    main.reading.open([study / "xray", before])
    visitor.settle("both films")
    visitor.picture("current and prior by the hanging protocol")
    main.reading.open([study])
    visitor.settle("the study")
    visitor.show("CT")
    visitor.key(Qt.Key.Key_Period)
    visitor.settle("lung and mediastinum")
    visitor.key(Qt.Key.Key_L, SHIFT)
    visitor.key(Qt.Key.Key_Down, SHIFT)
    visitor.picture("lung and mediastinum, scrolled together")
    visitor.key(Qt.Key.Key_L)
    visitor.key(Qt.Key.Key_1, CONTROL | ALT)
    visitor.show("CT")
