"""The keyboard after a click into a number field, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox

from viewer.app import Application
from viewer.panels.annotation_panel import AnnotationPanel


@pytest.fixture
def radius(shown: Application) -> QDoubleSpinBox:
    """The brush radius, clicked into."""
    panel = shown.window.findChild(AnnotationPanel)
    assert panel is not None
    shown.sides.right.setCurrentWidget(panel)
    field = panel.findChildren(QDoubleSpinBox)[0]
    QApplication.processEvents()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is field
    return field


def test_letters_stay_keys_of_the_program(shown: Application, radius: QDoubleSpinBox) -> None:
    QTest.keyClick(radius, Qt.Key.Key_B)
    assert shown.session.hand.tool == "brush"
    QTest.keyClick(radius, Qt.Key.Key_I)
    assert shown.view.inverted


@pytest.mark.parametrize("leaving", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
def test_a_number_is_typed_and_the_keys_go_back_to_the_picture(
    shown: Application, radius: QDoubleSpinBox, leaving: Qt.Key
) -> None:
    preset = shown.view.window
    radius.selectAll()
    QTest.keyClicks(radius, "7.5")
    QTest.keyClick(radius, leaving)
    assert shown.session.hand.radius_mm == 7.5
    assert shown.view.window == preset, "the digits were no presets"
    assert QApplication.focusWidget() is shown.canvas
    k = shown.view.k
    QTest.keyClick(shown.canvas, Qt.Key.Key_Down)
    assert shown.view.k == k + 1
