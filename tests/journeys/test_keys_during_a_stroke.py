"""Keys pressed while a brush is down: the undo line still leads all the way back, and no voxel gets a strange label."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.journeys.hands import LEFT, NONE, at, drag, key
from tests.journeys.small_ct import show_ct
from viewer.app import Application

CONTROL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def main(start: Callable[[], Application], tmp_path: Path) -> Application:
    """Two segments, the second one in a layer of its own; some is painted of the first, which is the active one."""
    main = start()
    show_ct(main, tmp_path)
    main.window.run("layout-1x1")
    main.segmenting.add("other")
    main.window.run("overlap-segment")
    main.window.run("previous-segment")
    main.window.run("tool-brush")
    main.session.hand.set_radius_mm(3.0)
    drag(main, (10, 20), (10, 60))
    return main


def stroke_with(main: Application, which: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    """Paint along a row, and press a key on the way."""
    QTest.mousePress(main.canvas, LEFT, NONE, at(main, 30, 20))
    QTest.mouseMove(main.canvas, at(main, 30, 30))
    key(main, which, modifier)
    for column in (40, 50, 60):
        QTest.mouseMove(main.canvas, at(main, 30, column))
    QTest.mouseRelease(main.canvas, LEFT, NONE, at(main, 30, 60))


def test_another_segment_is_not_painted_with_the_label_of_the_first(main: Application) -> None:
    steps = len(main.segmentation.history.done)
    stroke_with(main, Qt.Key.Key_Down, CONTROL | ALT)
    assert main.segmentation.active == 2
    assert not any(main.segmentation.layer_with(2).flat), "its layer holds no voxel of the first segment"
    assert main.segmentation.inside(1)[6, 30, 20:30].all() and len(main.segmentation.history.done) == steps + 1


def test_undo_takes_the_stroke_back_and_the_rest_of_the_drag_paints_nothing(main: Application) -> None:
    before, steps = main.segmentation.array.copy(), len(main.segmentation.history.done)
    stroke_with(main, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(main.segmentation.array, before) and len(main.segmentation.history.done) == steps


def test_a_segment_deleted_meanwhile_comes_back_with_its_stroke(main: Application) -> None:
    steps = len(main.segmentation.history.done)
    stroke_with(main, Qt.Key.Key_Delete, CONTROL | SHIFT)
    assert [step.name for step in main.segmentation.history.done[steps:]] == ["Brush", "Delete segment"]
    assert not any(layer.any() for layer in main.segmentation.layers)
    main.segmentation.undo()
    assert main.segmentation.inside(1)[6, 30, 20:30].all() and not main.segmentation.inside(1)[6, 30, 40:].any()
    while main.segmentation.history.can_undo:
        main.segmentation.undo()
    assert not any(layer.any() for layer in main.segmentation.layers)
