"""Messages are found again: by key, by a click on the status line, by their words."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from viewer.app import Application
from viewer.dialogs.messages import line_of
from viewer.state.notices import Notice

SHIFT = Qt.KeyboardModifier.ShiftModifier


def listed(main: Application) -> list[str]:
    return [line.split("  ", 1)[1] for line in main.dialogs.messages.body.toPlainText().splitlines()]


def test_what_was_missed_is_read_again_with_its_time_and_copied(main: Application) -> None:
    main.notices.add("info", "Saved to\n<b>here</b>.")
    main.notices.add("error", "The disk is full.")
    QTest.keyClick(main.window, Qt.Key.Key_F2, SHIFT)
    dialog = main.dialogs.messages
    assert dialog.isVisible() and listed(main) == ["Saved to <b>here</b>.", "error: The disk is full."]
    main.notices.add("warning", "One more.")
    assert listed(main)[-1] == "warning: One more.", "it goes on while it is open"
    QTest.keyClicks(dialog.search, "DISK full")
    assert listed(main) == ["error: The disk is full."]
    dialog.copy()
    assert QApplication.clipboard().text() == dialog.body.toPlainText()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_click_on_the_status_line_opens_them(main: Application) -> None:
    main.notices.add("info", "Saved.")
    QTest.mouseClick(main.window.statusBar().message, Qt.MouseButton.LeftButton)
    assert listed(main) == ["Saved."]


def test_a_line_of_the_list() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5).astimezone()
    assert line_of(Notice("warning", "no  such\nfile", at)) == "03:04:05  warning: no such file"
