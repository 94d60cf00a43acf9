"""Buttons of dialogs."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QPushButton

from imaging.consensus import Way
from viewer.commands.seeking import Seeking

_WAYS: dict[Way, str] = {
    "three-way": "Changes of both (by what both began with)",
    "majority": "Majority of both and what they began with",
    "STAPLE": "STAPLE of both and what they began with",
}


def button(text: str, clicked: Callable[[], object]) -> QPushButton:
    """A button that calls ``clicked``; Enter elsewhere in the dialog does not press it."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: clicked())
    return made


def merge_button(merge: Callable[[Way], object]) -> QPushButton:
    """A button that opens the ways in which two masks are merged, and calls ``merge`` with the chosen one."""
    made = QPushButton("Merge")
    made.setAutoDefault(False)
    menu = QMenu(made)
    for way, text in _WAYS.items():
        menu.addAction(text, partial(merge, way))
    made.setMenu(menu)
    return made


def step_buttons(seeking: Seeking) -> tuple[QPushButton, QPushButton]:
    """To the slice before and to the next one where two masks differ, while the difference is shown."""
    made = button("◀", lambda: seeking.step(-1)), button("▶", lambda: seeking.step(1))
    for each, words, key in zip(made, ("Previous", "Next"), ("Up", "Down"), strict=True):
        each.setAccessibleName(f"{words} slice that differs")
        each.setToolTip(f"{words} slice that differs (Alt+Shift+{key} in the window)")
        each.setFixedWidth(40)

    def follow() -> None:
        for each in made:
            each.setEnabled(seeking.compares)

    seeking.findings.changed.connect(follow)
    follow()
    return made
