"""Presets edited by hand: nothing holds before OK, and Cancel leaves no trace."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QMainWindow
from pytestqt.qtbot import QtBot

from imaging.geometry import Geometry
from imaging.volume import Volume, Window
from viewer.commands.presetting import Presetting, builtin_groups
from viewer.dialogs.preset_form import SHARES
from viewer.dialogs.presets import WindowPresets
from viewer.settings import Settings
from viewer.state.notices import Notices
from viewer.state.presets import Preset, Presets
from viewer.state.session import Session

LEFT = Qt.MouseButton.LeftButton


class Room:
    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.session, self.presets = Session(), Presets()
        self.settings, self.notices = Settings(folder), Notices()
        self.presetting = Presetting(self.session, self.presets, self.settings, self.notices)
        array = np.arange(1000, dtype=np.int16).reshape(10, 10, 10)
        self.session.show(None, Volume(array, Geometry((10, 10, 10)), "volume", "HU", "CT"))
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.dialog = WindowPresets(self.presets, self.presetting, self.window)
        self.dialog.open_anew()

    def ct(self) -> tuple[Preset, ...]:
        return self.presets.groups[0].preset

    def press(self, button: QDialogButtonBox.StandardButton) -> None:
        QTest.mouseClick(self.dialog.buttons.button(button), LEFT)

    def ok(self) -> None:
        self.press(QDialogButtonBox.StandardButton.Ok)
        assert not self.dialog.isVisible()


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path):
    made = Room(qtbot, tmp_path / "config")
    yield made
    made.dialog.close()
    made.window.close()


def test_the_presets_of_what_is_shown_come_first(room: Room) -> None:
    assert room.dialog.group.currentText() == "CT"
    assert room.dialog.rows.item(1).text() == "2   lung  1500 / -600"
    assert room.dialog.form.name.text() == "soft tissue"


def test_the_window_shown_is_added_named_and_kept(room: Room) -> None:
    room.session.view.set_window(Window(55, 111))
    room.dialog.add_shown()
    QTest.keyClicks(room.dialog.form.name, "pancreas")
    assert room.ct() == builtin_groups()[0].preset, "nothing holds before OK"
    room.ok()
    assert room.ct()[-1] == Preset(name="pancreas", centre=55, width=111)
    assert "pancreas" in room.settings.path("presets").read_text()


def test_a_number_is_typed_and_a_key_is_taken_from_another(room: Room) -> None:
    form = room.dialog.form
    form.centre.selectAll()
    QTest.keyClicks(form.centre, "35")
    form.key.setCurrentIndex(2)
    form.key.activated.emit(2)
    assert room.dialog.said.text() == "Key 2 was “lung”, which is now in the menu alone."
    room.ok()
    assert room.ct()[0] == Preset(name="soft tissue", key=2, centre=35, width=400)
    assert room.ct()[1].key is None and room.presets.groups[0].at(1) is None


def test_cancel_and_escape_leave_no_trace(room: Room) -> None:
    for leave in (lambda: room.press(QDialogButtonBox.StandardButton.Cancel),
                  lambda: QTest.keyClick(room.dialog, Qt.Key.Key_Escape)):  # fmt: skip
        room.dialog.open_anew()
        room.dialog.delete()
        leave()
        assert not room.dialog.isVisible()
        assert room.ct() == builtin_groups()[0].preset and not room.settings.path("presets").exists()


def test_order_delete_and_the_built_in_ones_again(room: Room) -> None:
    dialog = room.dialog
    dialog.move_by(-1)
    dialog.move_by(1)
    assert dialog.rows.currentRow() == 1 and dialog.rows.item(0).text().startswith("2   lung")
    dialog.delete()
    room.ok()
    assert [preset.name for preset in room.ct()[:2]] == ["lung", "liver"]
    dialog.open_anew()
    dialog.restore_builtin()
    room.ok()
    assert room.presets.groups == builtin_groups()


def test_every_preset_can_go(room: Room) -> None:
    for _ in range(len(room.ct()) + 1):
        room.dialog.delete()
    assert not room.dialog.form.isEnabled()
    room.dialog.move_by(1)
    room.ok()
    assert room.ct() == ()


def test_shares_and_what_makes_no_sense(room: Room) -> None:
    dialog, form = room.dialog, room.dialog.form
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    form.kind.setCurrentIndex(form.kind.findData(SHARES))
    form.kind.activated.emit(form.kind.currentIndex())
    assert form.low.isVisible() and not form.centre.isVisible()
    form.low.setValue(99.9)
    assert "low_percent is not below high_percent" in dialog.said.text() and not ok.isEnabled()
    form.low.setValue(5)
    assert dialog.said.text() == "" and ok.isEnabled()
    form.name.clear()
    QTest.keyClicks(form.name, " ")
    assert dialog.said.text() == "The preset needs a name" and not ok.isEnabled()
    QTest.keyClicks(form.name, "x")
    room.ok()
    assert room.ct()[0] == Preset(name="x", key=1, low_percent=5, high_percent=99.5)


def test_another_group_keeps_what_was_edited_in_the_first(room: Room) -> None:
    room.dialog.delete()
    room.dialog.group.setCurrentText("MR")
    room.dialog.group.activated.emit(room.dialog.group.currentIndex())
    assert room.dialog.rows.item(0).text() == "1   auto  0.5 to 99.5 %"
    room.dialog.delete()
    room.ok()
    titles = {group.title: len(group.preset) for group in room.presets.groups}
    own = {group.title: len(group.preset) for group in builtin_groups()}
    assert titles["CT"] == own["CT"] - 1 and titles["MR"] == own["MR"] - 1 and titles["PET"] == own["PET"]


def test_enter_in_a_field_does_not_close(room: Room) -> None:
    QTest.keyClick(room.dialog.form.name, Qt.Key.Key_Return)
    assert room.dialog.isVisible()
