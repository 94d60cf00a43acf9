"""What a mouse button and the wheel do, by profile and by hand."""

from PySide6.QtCore import Qt

from viewer.state.bindings import Bindings, KeyProfile, OwnBindings, gesture, uses

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def bound(profile: dict[str, str], own: dict[str, str] | None = None) -> Bindings:
    bindings = Bindings()
    bindings.show(KeyProfile(title="Test", mouse=profile), OwnBindings(mouse=own or {}), {})
    return bindings


def test_the_left_button_drags_what_is_in_hand_unless_a_gesture_says_otherwise() -> None:
    bindings = bound({"Ctrl+left": "pan"})
    assert bindings.drags_hand(LEFT, NONE) and bindings.drag_tool(LEFT, NONE) is None
    assert not bindings.drags_hand(LEFT, CTRL) and bindings.drag_tool(LEFT, CTRL) == "pan"
    assert bindings.drags_hand(LEFT, SHIFT) and not bindings.drags_hand(RIGHT, NONE)


def test_a_modifier_without_a_gesture_of_its_own_changes_nothing() -> None:
    bindings = bound({"middle": "pan", "Shift+middle": "zoom"})
    assert bindings.drag_tool(MIDDLE, NONE) == bindings.drag_tool(MIDDLE, ALT) == "pan"
    assert bindings.drag_tool(MIDDLE, SHIFT) == "zoom"


def test_a_person_goes_before_the_profile_and_may_want_nothing() -> None:
    bindings = bound({"right": "zoom", "left": "scroll"}, {"right": "none", "left": "none"})
    assert bindings.drag_tool(RIGHT, NONE) is None
    assert bindings.drag_tool(LEFT, NONE) is None and not bindings.drags_hand(LEFT, NONE)


def test_the_wheel_scrolls_unless_told_otherwise() -> None:
    bindings = bound({"Ctrl+wheel": "zoom", "Alt+wheel": "slab"})
    assert bindings.wheel_use(NONE) == "scroll" and bindings.wheel_use(CTRL) == "zoom"
    assert bindings.wheel_use(ALT) == "slab" and bindings.wheel_use(SHIFT) == "scroll"


def test_modifiers_have_a_fixed_order() -> None:
    assert gesture("left", SHIFT | CTRL | ALT) == "Ctrl+Shift+Alt+left"
    assert "zoom" in uses("Ctrl+wheel") and "brush" not in uses("wheel") and "brush" in uses("Ctrl+left")


def test_a_button_that_nobody_knows_does_nothing() -> None:
    assert bound({}).drag_tool(Qt.MouseButton.ExtraButton5, NONE) is None
