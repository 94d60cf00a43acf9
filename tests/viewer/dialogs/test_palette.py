"""The palette by keyboard: type, move, do."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from viewer.commands.action import Action
from viewer.dialogs.palette import Palette
from viewer.state.bindings import Bindings


class Room:
    def __init__(self, qtbot: QtBot) -> None:
        self.done: list[str] = []
        self.bindings = Bindings()
        names = (
            ("next-slice", "Next slice"),
            ("invert", "Invert"),
            ("predict", "Run model"),
            ("series", "Next series"),
        )
        self.table = tuple(
            Action(name, text, "View/Scroll", lambda: None, ("K",), (lambda name=name: name != "predict"))
            for name, text in names
        )
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.palette = Palette(self.table, self.bindings, self.done.append, self.why_not, self.window)
        self.palette.open_anew()

    def why_not(self) -> str:
        return "open an image first"

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.palette.typed, key)

    def rows(self) -> list[list[str]]:
        found = self.palette.found
        return [
            [found.topLevelItem(row).text(column) for column in range(3)] for row in range(found.topLevelItemCount())
        ]


@pytest.fixture
def room(qtbot: QtBot):
    made = Room(qtbot)
    yield made
    made.palette.close()
    made.window.close()


def test_typed_letters_find_and_enter_does(room: Room) -> None:
    QTest.keyClicks(room.palette.typed, "inv")
    assert [row[0] for row in room.rows()] == ["Invert"]
    room.press(Qt.Key.Key_Return)
    assert room.done == ["invert"] and not room.palette.isVisible()


def test_arrows_choose_among_what_fits(room: Room) -> None:
    QTest.keyClicks(room.palette.typed, "next")
    assert [row[0] for row in room.rows()] == ["Next slice", "Next series"]
    room.press(Qt.Key.Key_Down, Qt.Key.Key_Enter)
    assert room.done == ["series"]


def test_escape_does_nothing(room: Room) -> None:
    room.press(Qt.Key.Key_Down, Qt.Key.Key_Escape)
    assert room.done == [] and not room.palette.isVisible()


def test_what_cannot_be_done_says_why_and_is_not_done(room: Room) -> None:
    QTest.keyClicks(room.palette.typed, "run")
    assert room.rows() == [["Run model", "open an image first", "K"]]
    room.press(Qt.Key.Key_Return)
    assert room.done == [] and room.palette.isVisible()


def test_a_click_does_it_and_the_next_opening_is_fresh(room: Room) -> None:
    QTest.keyClicks(room.palette.typed, "inv")
    item = room.palette.found.visualItemRect(room.palette.found.topLevelItem(0))
    QTest.mouseClick(room.palette.found.viewport(), Qt.MouseButton.LeftButton, pos=item.center() + QPoint(0, 0))
    assert room.done == ["invert"]
    room.palette.open_anew()
    assert room.palette.typed.text() == "" and len(room.rows()) == 4


def test_keys_are_those_in_effect(room: Room) -> None:
    room.bindings.show(room.bindings.profile, room.bindings.own, {"invert": ("F5", "Ctrl+I"), "next-slice": ()})
    QTest.keyClicks(room.palette.typed, "inv")
    assert room.rows()[0][2] == "F5   Ctrl+I"


def test_nothing_found_and_enter(room: Room) -> None:
    QTest.keyClicks(room.palette.typed, "qqq")
    room.press(Qt.Key.Key_Return)
    assert room.rows() == [] and room.done == [] and room.palette.isVisible()


def test_it_fits_into_a_small_window(room: Room) -> None:
    room.window.resize(500, 300)
    room.palette.open_anew()
    assert room.palette.width() <= 500 and room.palette.height() <= 300
