"""Buttons of dialogs."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton


def button(text: str, clicked: Callable[[], object]) -> QPushButton:
    """A button that calls ``clicked``; Enter elsewhere in the dialog does not press it."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: clicked())
    return made
