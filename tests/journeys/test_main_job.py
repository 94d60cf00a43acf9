"""The promise of first light: from opening a study to predicting with a model retrained on one's own corrections."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from imaging.volume import Window
from viewer.app import Application, application
from viewer.places import Places

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "data", tmp_path / "cache")


@pytest.fixture
def opened(qtbot: QtBot, places: Places, phantom_study: PhantomStudy) -> Iterator[Application]:
    main = open_window(qtbot, places, phantom_study.study)
    yield main
    main.window.close()


def open_window(qtbot: QtBot, places: Places, path: Path) -> Application:
    application()
    main = Application(places)
    qtbot.addWidget(main.window)
    main.window.resize(1280, 860)
    main.start([path])
    qtbot.waitUntil(lambda: main.session.study is not None, timeout=60_000)
    settle(qtbot, main)
    show(qtbot, main, "CT")
    return main


def settle(qtbot: QtBot, main: Application, timeout_ms: int = 60_000) -> None:
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=timeout_ms)


def show(qtbot: QtBot, main: Application, modality: str) -> None:
    assert main.session.study is not None
    main.reading.load(next(series for series in main.session.study.series if series.modality == modality))
    settle(qtbot, main)


def key(main: Application, which: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(main.window, which, modifier)


def drag(main: Application, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas = main.canvas
    QTest.mousePress(canvas, LEFT, NONE, QPoint(*start))
    for step in range(1, 9):
        x = start[0] + (end[0] - start[0]) * step // 8
        y = start[1] + (end[1] - start[1]) * step // 8
        QTest.mouseMove(canvas, QPoint(x, y))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(*end))


def wheel(main: Application, notches: int) -> None:
    canvas = main.canvas
    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle, canvas.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_window_and_scroll(qtbot: QtBot, opened: Application) -> None:
    key(opened, Qt.Key.Key_2)
    lung = Window(-600, 1500, "lung")
    assert opened.view.window == lung
    drag(opened, (300, 300), (360, 260))
    assert opened.view.window.width > lung.width, "dragging right widens the window"
    assert opened.view.window.centre < lung.centre, "dragging up lowers the centre: brighter"
    start = opened.view.k
    wheel(opened, -2)
    assert opened.view.k == start + 2
    key(opened, Qt.Key.Key_Home)
    assert opened.view.k == 0
    key(opened, Qt.Key.Key_Space)
    assert opened.view.window == opened.session.volume.default_window()


def test_from_open_to_the_retrained_model(qtbot: QtBot, places: Places, phantom_study: PhantomStudy) -> None:
    main = open_window(qtbot, places, phantom_study.study)
    key(main, Qt.Key.Key_2)
    key(main, Qt.Key.Key_P)
    settle(qtbot, main, 120_000)
    prediction = main.findings.prediction
    assert prediction is not None and prediction.model == "ct-covid-lesions"
    assert prediction.mask is not None and prediction.mask.array.any(), "the phantom's lesions are found"

    key(main, Qt.Key.Key_A)
    accepted = main.segmentation.array.copy()
    assert np.array_equal(accepted, prediction.mask.array)

    key(main, Qt.Key.Key_B)
    centre = main.canvas.rect().center()
    drag(main, (centre.x(), centre.y()), (centre.x() + 60, centre.y() + 20))
    painted = main.segmentation.array.copy()
    changed = np.argwhere(painted != accepted)
    assert len(changed) > 0 and set(changed[:, 0]) == {main.view.k}, "the stroke is on the shown slice only"
    key(main, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(main.segmentation.array, accepted), "a drag is one undo"
    key(main, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(main.segmentation.array, painted)
    key(main, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert main.segmentation.saved
    main.window.close()

    again = open_window(qtbot, places, phantom_study.study)
    assert np.array_equal(again.segmentation.array, painted), "reopening brings the annotation back"
    assert again.segmentation.mask.legend.model == "ct-covid-lesions"
    parent = next(p for p in again.models.packages if p.manifest and p.manifest.name == "ct-covid-lesions")
    again.teaching.start("my-lesions", parent.folder, 2)
    qtbot.waitUntil(lambda: not again.learning.running, timeout=300_000)
    assert len(again.learning.curves["train_loss"]) == 2
    released = [p for p in again.models.packages if p.manifest and p.manifest.name == "my-lesions"]
    assert len(released) == 1, again.learning.message
    again.models.choose(released[0])
    key(again, Qt.Key.Key_P)
    settle(qtbot, again, 120_000)
    assert again.findings.prediction is not None and again.findings.prediction.model == "my-lesions"
    again.window.close()


def test_unsaved_strokes_are_kept_when_the_window_closes(
    qtbot: QtBot, places: Places, phantom_study: PhantomStudy
) -> None:
    main = open_window(qtbot, places, phantom_study.study)
    key(main, Qt.Key.Key_B)
    centre = main.canvas.rect().center()
    drag(main, (centre.x(), centre.y()), (centre.x() + 30, centre.y()))
    painted = main.segmentation.array.copy()
    assert painted.any()
    main.window.close()
    again = open_window(qtbot, places, phantom_study.study)
    assert np.array_equal(again.segmentation.array, painted)
    again.window.close()
