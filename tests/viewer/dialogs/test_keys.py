"""Keys and mouse, rebound by pressing them."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialogButtonBox, QMainWindow
from pytestqt.qtbot import QtBot

from viewer.commands.action import Action
from viewer.commands.binding import Binding
from viewer.dialogs.key_table import KeyTable
from viewer.dialogs.keys import KeysAndMouse
from viewer.dialogs.mouse_table import GESTURES
from viewer.settings import Settings
from viewer.state.bindings import Bindings
from viewer.state.hand import Hand
from viewer.state.notices import Notices

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
TABLE = (
    Action("invert", "Invert", "View", lambda: None, ("I",)),
    Action("play", "Play", "View/Clip", lambda: None, ("C",)),
    Action("about", "About", "Help", lambda: None),
)


class Room:
    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.bindings, self.notices = Bindings(), Notices()
        self.binding = Binding(self.bindings, Hand(), Settings(folder), self.notices)
        self.binding.begin(TABLE)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.dialog = KeysAndMouse(TABLE, self.bindings, self.binding, self.window)
        self.dialog.open_anew()
        self.keys = self.dialog.keys

    def change(self, action: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.keys.choose(action)
        QTest.keyClick(self.keys.rows, Qt.Key.Key_Return)
        assert self.keys.capture.isVisible()
        QTest.keyClick(self.keys.capture, key, modifiers)

    def visible(self) -> list[str]:
        rows = self.keys.rows
        items = [rows.topLevelItem(row) for row in range(rows.topLevelItemCount())]
        return [item.text(0) for item in items if item is not None and not item.isHidden()]


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path):
    made = Room(qtbot, tmp_path / "config")
    yield made
    made.dialog.close()
    made.window.close()


def test_press_enter_press_the_key(room: Room) -> None:
    room.change("about", Qt.Key.Key_A, CTRL | SHIFT)
    assert room.bindings.keys["about"] == ("Ctrl+Shift+A",)
    assert not room.keys.capture.isVisible() and room.dialog.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "text"),
    [
        (Qt.Key.Key_Plus, SHIFT, "+"),
        (Qt.Key.Key_Question, SHIFT, "?"),
        (Qt.Key.Key_A, SHIFT, "Shift+A"),
        (Qt.Key.Key_Tab, NONE, "Tab"),
        (Qt.Key.Key_Space, NONE, "Space"),
        (Qt.Key.Key_Return, NONE, "Return"),
        (Qt.Key.Key_PageDown, CTRL, "Ctrl+PgDown"),
        (Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier, "5"),
    ],
)
def test_any_key_can_be_taken(room: Room, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> None:
    room.change("about", key, modifiers)
    assert room.bindings.keys["about"] == (text,)


def test_a_modifier_alone_is_waited_through(room: Room) -> None:
    room.change("about", Qt.Key.Key_Control, CTRL)
    assert room.keys.capture.isVisible() and room.bindings.keys["about"] == ()
    QTest.keyClick(room.keys.capture, Qt.Key.Key_F2)
    assert room.bindings.keys["about"] == ("F2",)


def test_turning_to_something_else_gives_up(room: Room, qtbot: QtBot) -> None:
    room.keys.choose("play")
    room.keys.change()
    qtbot.waitUntil(room.keys.capture.hasFocus)
    room.keys.search.setFocus()
    assert not room.keys.capture.isVisible() and room.keys.search.hasFocus()
    assert room.bindings.keys["play"] == ("C",)


def test_escape_leaves_the_key_and_the_dialog(room: Room) -> None:
    room.change("play", Qt.Key.Key_Escape)
    assert room.bindings.keys["play"] == ("C",) and room.dialog.isVisible()


def test_a_conflict_is_shown_at_once_and_decided(room: Room) -> None:
    room.change("about", Qt.Key.Key_C)
    assert room.keys.said.text() == "C is already “Play”." and room.keys.said.isVisible()
    assert room.bindings.keys["about"] == (), "nothing has changed yet"
    QTest.mouseClick(room.keys.leave, LEFT)
    assert room.bindings.keys["play"] == ("C",) and not room.keys.said.isVisible()
    room.change("about", Qt.Key.Key_C)
    QTest.mouseClick(room.keys.take, LEFT)
    assert room.bindings.keys["about"] == ("C",) and room.bindings.keys["play"] == ()


def test_the_action_stays_in_view_beside_the_question_whose_key_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    table = (*(Action(f"a{n}", f"Action {n}", "View", lambda: None) for n in range(60)), *TABLE)
    bindings = Bindings()
    binding = Binding(bindings, Hand(), Settings(tmp_path), Notices())
    binding.begin(table)
    keys = KeyTable(table, bindings, binding)
    qtbot.addWidget(keys)
    keys.resize(500, 400)
    keys.show()
    keys.choose("a40")
    rows, item = keys.rows, keys.rows.currentItem()
    rows.scrollToItem(item, QAbstractItemView.ScrollHint.PositionAtBottom)

    def in_view() -> bool:
        QApplication.processEvents()
        return rows.viewport().rect().contains(rows.visualItemRect(item))

    assert in_view()
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert keys.capture.isVisible() and in_view()
    QTest.keyClick(keys.capture, Qt.Key.Key_C)
    assert keys.said.isVisible() and in_view()


def test_one_more_key_no_key_and_reset(room: Room) -> None:
    room.keys.choose("play")
    room.keys.add()
    QTest.keyClick(room.keys.capture, Qt.Key.Key_F5)
    assert room.bindings.keys["play"] == ("C", "F5")
    room.keys.clear()
    assert room.bindings.keys["play"] == ()
    room.keys.reset()
    assert room.bindings.keys["play"] == ("C",)


def test_search_by_name_menu_and_key(room: Room) -> None:
    for typed, found in (("inv", ["Invert"]), ("clip", ["Play"]), ("view", ["Invert", "Play"]), ("zzz", [])):
        room.keys.search.clear()
        QTest.keyClicks(room.keys.search, typed)
        assert room.visible() == found
    room.keys.search.clear()
    assert room.visible() == ["Invert", "Play", "About"]


def test_cancel_takes_everything_back(room: Room) -> None:
    room.change("play", Qt.Key.Key_F5)
    QTest.keyClick(room.dialog, Qt.Key.Key_Escape)
    assert not room.dialog.isVisible() and room.bindings.keys["play"] == ("C",)


def test_ok_keeps_and_reset_all_forgets(room: Room) -> None:
    room.change("play", Qt.Key.Key_F5)
    QTest.mouseClick(room.dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), LEFT)
    assert not room.dialog.isVisible() and room.bindings.keys["play"] == ("F5",)
    room.dialog.open_anew()
    QTest.mouseClick(room.dialog.reset_all, LEFT)
    assert room.bindings.keys["play"] == ("C",)


def test_another_profile_by_keyboard(room: Room) -> None:
    names = list(room.binding.profiles)
    room.dialog.profile.setFocus()
    QTest.keyClick(room.dialog.profile, Qt.Key.Key_End)
    room.dialog.profile.activated.emit(room.dialog.profile.currentIndex())
    assert room.bindings.own.profile == names[-1]
    assert room.dialog.about.text() == room.binding.profiles[names[-1]].about


def test_a_gesture_is_found_by_making_it(room: Room) -> None:
    room.dialog.tabs.setCurrentIndex(1)
    mouse = room.dialog.mouse
    QTest.mouseClick(mouse.field, RIGHT, CTRL)
    assert GESTURES[mouse.rows.currentRow()] == "Ctrl+right"
    middle = QPointF(mouse.field.rect().center())
    event = QWheelEvent(middle, mouse.field.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                        SHIFT, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(mouse.field, event)
    assert GESTURES[mouse.rows.currentRow()] == "Shift+wheel"


def test_a_gesture_is_bound_and_put_back_by_its_list(room: Room) -> None:
    room.dialog.tabs.setCurrentIndex(1)
    choice = room.dialog.mouse.choices["Ctrl+right"]
    assert choice.currentText() == "as in the profile: zoom", "as without Ctrl"
    for wanted, shown in (("scroll", "scroll"), ("", "zoom")):
        choice.setCurrentIndex(choice.findData(wanted))
        choice.activated.emit(choice.currentIndex())
        assert room.bindings.drag_tool(RIGHT, CTRL) == shown
