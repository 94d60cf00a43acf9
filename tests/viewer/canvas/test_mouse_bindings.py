"""Buttons and wheel do what the bindings say, with real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.state.bindings import KeyProfile, OwnBindings

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shown(stage):
    array = np.arange(20 * 10 * 10, dtype=np.int16).reshape(20, 10, 10)
    stage.show(Volume(array, Geometry((20, 10, 10)), "volume"))
    return stage


def bind(stage, mouse: dict[str, str], **more: object) -> None:
    profile = KeyProfile.model_validate({"title": "Test", "mouse": mouse, **more})
    stage.session.bindings.show(profile, OwnBindings(), {})


def drag(stage, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(stage.canvas, button, modifiers, QPoint(40, 40))
    QTest.mouseMove(stage.canvas, QPoint(50, 60))
    QTest.mouseRelease(stage.canvas, button, modifiers, QPoint(50, 60))


def test_a_gesture_with_ctrl_leaves_the_tool_in_hand_alone(shown) -> None:
    bind(shown, {"Ctrl+left": "pan"})
    drag(shown, LEFT, CTRL)
    assert shown.view.pan_px == (10, 20) and shown.session.hand.tool == "window"
    before = shown.view.window
    drag(shown, LEFT)
    assert shown.view.window != before and shown.view.pan_px == (10, 20)


def test_middle_and_right_do_what_they_are_bound_to(shown) -> None:
    bind(shown, {"middle": "window", "right": "pan"})
    before = shown.view.window
    drag(shown, RIGHT)
    assert shown.view.pan_px == (10, 20) and shown.view.window == before
    drag(shown, MIDDLE)
    assert shown.view.window != before


def test_a_button_bound_to_nothing_does_nothing(shown) -> None:
    bind(shown, {"right": "none", "middle": "none", "left": "none"})
    before = (shown.view.window, shown.view.pan_px, shown.view.zoom, shown.view.k)
    for button in (LEFT, MIDDLE, RIGHT):
        drag(shown, button)
    assert (shown.view.window, shown.view.pan_px, shown.view.zoom, shown.view.k) == before


def test_the_wheel_does_what_it_is_bound_to(shown) -> None:
    bind(shown, {"wheel": "zoom", "Ctrl+wheel": "scroll", "Shift+wheel": "none"})
    k, zoom = shown.view.k, shown.view.zoom
    shown.wheel(120)
    assert shown.view.zoom == pytest.approx(zoom * 1.2) and shown.view.k == k
    shown.wheel(-120, modifiers=CTRL)
    assert shown.view.k == k + 1
    radius, zoom = shown.session.hand.radius_mm, shown.view.zoom
    shown.wheel(-120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert (shown.session.hand.radius_mm, shown.view.zoom, shown.view.k) == (radius, zoom, k + 1)


@pytest.mark.parametrize(("down_brightens", "sign"), [(False, 1), (True, -1)])
def test_dragging_down_darkens_or_as_bir_asks_brightens(shown, down_brightens: bool, sign: int) -> None:
    """A lower centre is brighter; the drag goes 20 pixels down."""
    bind(shown, {}, down_brightens=down_brightens)
    before = shown.view.window.centre
    drag(shown, LEFT)
    assert np.sign(shown.view.window.centre - before) == sign
