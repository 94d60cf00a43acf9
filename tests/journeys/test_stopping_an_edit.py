"""What takes long says how far it is, and can be stopped at any moment with nothing changed."""

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imaging.editing import MaskEdit, replace
from imaging.phantom import PhantomStudy
from imaging.progress import Report
from tests.journeys.hands import key, settle, told
from viewer.app import Application
from viewer.commands.operations import Operation, Task
from viewer.panels.status import StatusBar


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.complete, timeout=60_000)
    array = np.zeros_like(main.segmentation.array)
    array[20:40, 60:180, 60:180] = 1
    edit = replace(main.segmentation.array, array, "block")
    assert edit is not None
    main.segmentation.apply(edit)
    return main


@pytest.mark.parametrize("how", ["Cancel", "Escape"])
def test_a_long_operation_shows_its_progress_and_is_stopped(qtbot: QtBot, main: Application, how: str) -> None:
    going, before, ended = Event(), main.segmentation.array.copy(), Event()

    def slow(_task: Task, report: Report) -> MaskEdit | None:
        try:
            for n in range(100_000):
                report(n % 100, 100, "Slice after slice")
                going.set()
                Event().wait(0.001)
        finally:
            ended.set()
        return None

    main.editing.run(Operation("slow", "Something slow", "Shape", slow))
    bar = main.window.findChild(StatusBar)
    assert isinstance(bar, StatusBar)
    qtbot.waitUntil(lambda: going.is_set() and bar.progress.maximum() == 100, timeout=5000)
    assert bar.progress.isVisible() and bar.cancel.isVisible()
    assert bar.progress.format().startswith("Slice after slice")
    if how == "Cancel":
        QTest.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    else:
        key(main, Qt.Key.Key_Escape)
    assert not main.editing.waiting and not bar.progress.isVisible()
    assert ended.wait(5.0), "the thread stopped, too"
    settle(qtbot, main)
    assert main.session.workbench.proposal is None and np.array_equal(main.segmentation.array, before)
    assert "did not work" not in told(main)
