"""Which keys and mouse buttons do what now: a profile, and what the person changed in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from PySide6.QtCore import QObject, Qt, Signal

from viewer.settings import Place, SettingsFile
from viewer.state.hand import Tool

Keys = tuple[str, ...]
"""Shortcuts of one action, in Qt's portable spelling."""
WheelUse = Literal["scroll", "zoom", "brush-size", "slab", "none"]

MENU = "menu"
"""What a button does that shows the menu of the viewport."""

_GESTURE = re.compile(r"(?:(?:Ctrl|Shift|Alt|Meta)\+)*(?:left|middle|right|back|forward|wheel)")
_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Meta": Qt.KeyboardModifier.MetaModifier,
}
BUTTONS = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
    Qt.MouseButton.BackButton: "back",
    Qt.MouseButton.ForwardButton: "forward",
}


USUAL_MOUSE = {
    "middle": "pan",
    "right": "zoom",
    "wheel": "scroll",
    "Ctrl+wheel": "zoom",
    "Shift+wheel": "brush-size",
    "Alt+wheel": "slab",
}
"""What most viewers have in common, for profiles that say nothing of the mouse."""


class KeyProfile(SettingsFile):
    """One profile: the keys and buttons that readers from one program already have in their fingers.

    Attributes:
        tool: what the left button holds at start.
        down_brightens: dragging down brightens, as IHE BIR asks; elsewhere dragging up does.
        keys: action id to its keys; actions that are not named keep their own, unless a named one takes them.
        mouse: gesture (``"Ctrl+left"``, ``"wheel"``) to the tool it drags, or to what the wheel does.
    """

    title: str
    about: str = ""
    tool: Tool = "window"
    down_brightens: bool = False
    keys: dict[str, Keys] = {}
    mouse: dict[str, str] = USUAL_MOUSE

    def problem(self) -> tuple[Place, str] | None:
        """A gesture that is none, or one that cannot do what it is given."""
        return _mouse_problem(self.mouse)


class OwnBindings(SettingsFile):
    """What a person changed: the profile chosen, and keys and gestures that differ from it."""

    profile: str = "wetread"
    keys: dict[str, Keys] = {}
    mouse: dict[str, str] = {}

    def problem(self) -> tuple[Place, str] | None:
        """A gesture that is none, or one that cannot do what it is given."""
        return _mouse_problem(self.mouse)


@dataclass(frozen=True)
class Clash:
    """One key wanted by two actions: the first has it."""

    key: str
    kept_by: str
    lost_by: str


class Bindings(QObject):
    """Keys and gestures in effect.

    Signals:
        changed: another profile, or another key or gesture.

    Attributes:
        keys: action id to keys; every action of the table is there.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.profile = KeyProfile(title="Wetread")
        self.own = OwnBindings()
        self.keys: Mapping[str, Keys] = {}

    def show(self, profile: KeyProfile, own: OwnBindings, keys: Mapping[str, Keys]) -> None:
        """Put others into effect."""
        self.profile, self.own, self.keys = profile, own, dict(keys)
        self.changed.emit()

    @property
    def mouse(self) -> dict[str, str]:
        """Gestures in effect."""
        return {**self.profile.mouse, **self.own.mouse}

    def drag_tool(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Tool | None:
        """The tool that a button drags, None for nothing or for the tool in hand (see :meth:`drags_hand`)."""
        use = self._use(BUTTONS.get(button, ""), modifiers)
        return use if _is_tool(use) else None

    def drags_hand(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """True when the button drags whatever tool is in hand: the left one, unless a gesture says otherwise."""
        return button == Qt.MouseButton.LeftButton and self._use("left", modifiers) is None

    def opens_menu(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """True when the button shows the menu of the viewport, as readers from Weasis expect of the right one."""
        return self._use(BUTTONS.get(button, ""), modifiers) == MENU

    def wheel_use(self, modifiers: Qt.KeyboardModifier) -> WheelUse:
        """What the wheel does."""
        use = self._use("wheel", modifiers)
        return use if _is_wheel_use(use) else "scroll"

    def _use(self, name: str, modifiers: Qt.KeyboardModifier) -> str | None:
        """What is bound to a button with these modifiers, else to the button alone."""
        mouse = self.mouse
        return mouse.get(gesture(name, modifiers), mouse.get(name))


def gesture(name: str, modifiers: Qt.KeyboardModifier) -> str:
    """A button or the wheel with modifiers in their fixed order: ``"Ctrl+Shift+left"``."""
    return "+".join([*(text for text, flag in _MODIFIERS.items() if modifiers & flag), name])


def uses(gesture_name: str) -> tuple[str, ...]:
    """What can be bound to a gesture."""
    return get_args(WheelUse) if gesture_name.endswith("wheel") else (*get_args(Tool), MENU, "none")


def _mouse_problem(mouse: Mapping[str, str]) -> tuple[Place, str] | None:
    for name, use in mouse.items():
        modifiers = name.split("+")[:-1]
        ordered = [text for text in _MODIFIERS if text in modifiers]
        if _GESTURE.fullmatch(name) is None or modifiers != ordered:
            return [
                "mouse",
                name,
            ], f"{name!r} is no gesture; expected such as 'middle', 'Ctrl+left', 'Ctrl+Shift+wheel'"
        if use not in uses(name):
            return ["mouse", name], f"{name} cannot be {use!r}; expected one of {_listed(uses(name))}"
    return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _is_tool(use: str | None) -> TypeGuard[Tool]:
    return use in get_args(Tool)


def _is_wheel_use(use: str | None) -> TypeGuard[WheelUse]:
    return use in get_args(WheelUse)
