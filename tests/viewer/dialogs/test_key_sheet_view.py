"""The sheet in its window."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QMainWindow
from pytestqt.qtbot import QtBot

from viewer.commands.action import Action
from viewer.commands.key_sheet import KeySheet
from viewer.dialogs.key_sheet import KeySheetView
from viewer.state.bindings import KeyProfile


def test_the_sheet_is_shown_as_it_is_now_and_saved(qtbot: QtBot, tmp_path: Path) -> None:
    keys = {"invert": ("I",)}
    table = (Action("invert", "Invert", "View", lambda: None),)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.show()
    sheet = KeySheetView(lambda: KeySheet(table, KeyProfile(title="Mine"), keys, {}), window)
    sheet.open_anew()
    assert "Invert" in sheet.paper.toPlainText() and "F5" not in sheet.paper.toPlainText()
    keys["invert"] = ("F5",)
    sheet.open_anew()
    assert "F5" in sheet.paper.toPlainText()
    sheet.save(tmp_path / "keys.html")
    assert sheet.said.text() == f"Saved: {tmp_path / 'keys.html'}"
    sheet.save(tmp_path / "keys.txt")
    assert "expected .html or .pdf" in sheet.said.text()
    QTest.mouseClick(sheet.buttons.button(QDialogButtonBox.StandardButton.Close), Qt.MouseButton.LeftButton)
    assert not sheet.isVisible()
    window.close()
