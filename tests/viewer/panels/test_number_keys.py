"""The keyboard after a click into a number field, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.panels.annotation_panel import AnnotationPanel


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.window.activateWindow()
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    return main


@pytest.fixture
def radius(main: Application) -> QDoubleSpinBox:
    """The brush radius, clicked into."""
    panel = main.window.findChild(AnnotationPanel)
    assert panel is not None
    main.sides.right.setCurrentWidget(panel)
    field = panel.findChildren(QDoubleSpinBox)[0]
    QApplication.processEvents()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is field
    return field


def test_letters_stay_keys_of_the_program(main: Application, radius: QDoubleSpinBox) -> None:
    QTest.keyClick(radius, Qt.Key.Key_B)
    assert main.session.hand.tool == "brush"
    QTest.keyClick(radius, Qt.Key.Key_I)
    assert main.view.inverted


@pytest.mark.parametrize("leaving", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
def test_a_number_is_typed_and_the_keys_go_back_to_the_picture(
    main: Application, radius: QDoubleSpinBox, leaving: Qt.Key
) -> None:
    preset = main.view.window
    radius.selectAll()
    QTest.keyClicks(radius, "7.5")
    QTest.keyClick(radius, leaving)
    assert main.session.hand.radius_mm == 7.5
    assert main.view.window == preset, "the digits were no presets"
    assert QApplication.focusWidget() is main.canvas
    k = main.view.k
    QTest.keyClick(main.canvas, Qt.Key.Key_Down)
    assert main.view.k == k + 1
