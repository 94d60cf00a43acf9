"""Whose keys they are while a control beside the picture has the keyboard, in the real window."""

from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QSlider, QWidget

from viewer.app import Application
from viewer.panels.annotation_panel import AnnotationPanel

_Kind = TypeVar("_Kind", bound=QWidget)


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


def _controls(main: Application, kind: type[_Kind]) -> list[_Kind]:
    """The controls of one kind in the tab in front that can be used now."""
    tab = main.sides.right.currentWidget()
    return [each for each in tab.findChildren(kind) if each.isVisible() and each.isEnabled()]


@pytest.mark.parametrize("kind", [QComboBox, QSlider, QDoubleSpinBox])
def test_arrows_are_those_of_the_control_that_has_the_keyboard(shown: Application, kind: type[_Kind]) -> None:
    tried = 0
    for tab in range(shown.sides.right.count()):
        shown.sides.right.setCurrentIndex(tab)
        QApplication.processEvents()
        for control in _controls(shown, kind):
            if isinstance(control, QComboBox) and control.count() < 2:
                continue
            control.setFocus(Qt.FocusReason.TabFocusReason)
            shows, k = _shows(control), shown.view.k
            at_end = isinstance(control, QComboBox) and shows == control.count() - 1
            for key in (Qt.Key.Key_Up, Qt.Key.Key_Down) if at_end else (Qt.Key.Key_Down,):
                QTest.keyClick(control, key)
                tried += _shows(control) != shows
            assert shown.view.k == k, f"{control} let the slice change"
    assert tried >= 2


def _shows(control: QWidget) -> float:
    assert isinstance(control, QComboBox | QSlider | QDoubleSpinBox)
    return control.currentIndex() if isinstance(control, QComboBox) else control.value()


def test_space_presses_a_button_and_does_not_reset_the_view(shown: Application) -> None:
    QTest.keyClick(shown.canvas, Qt.Key.Key_I)
    shown.sides.open_tab("Segments")
    QApplication.processEvents()
    boxes = _controls(shown, QCheckBox)
    boxes[0].setFocus(Qt.FocusReason.TabFocusReason)
    was = boxes[0].isChecked()
    QTest.keyClick(boxes[0], Qt.Key.Key_Space)
    assert boxes[0].isChecked() != was
    assert shown.view.inverted


def test_a_click_on_a_choice_or_a_button_leaves_the_keyboard_to_the_picture(shown: Application) -> None:
    controls = [
        control
        for kind in (QComboBox, QSlider, QAbstractButton)
        for control in shown.sides.right.findChildren(kind)
        if control.focusPolicy() & Qt.FocusPolicy.ClickFocus
    ]
    assert not controls
