"""Colour tables by key, menu and palette, on the image and on what lies over it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imaging.colour_tables import COLOUR_TABLES
from imaging.phantom import PhantomStudy
from tests.journeys.hands import key, settle
from viewer.app import Application

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    return main


def test_every_table_has_a_key_of_its_own(main: Application) -> None:
    for code, table in zip(range(Qt.Key.Key_F2, Qt.Key.Key_F35), COLOUR_TABLES.values(), strict=False):
        key(main, Qt.Key(code), CTRL | SHIFT)
        assert main.view.colours is table
    key(main, Qt.Key.Key_F1, CTRL | SHIFT)
    assert main.view.colours is None


def test_one_key_goes_on_and_one_back_round_all_of_them(main: Application) -> None:
    seen = []
    for _ in range(len(COLOUR_TABLES) + 1):
        key(main, Qt.Key.Key_K, SHIFT)
        seen.append(main.view.colours)
    assert seen == [*COLOUR_TABLES.values(), None]
    key(main, Qt.Key.Key_J, CTRL | SHIFT)
    assert main.view.colours is tuple(COLOUR_TABLES.values())[-1]


def test_the_palette_finds_each_by_its_name(main: Application) -> None:
    for table in COLOUR_TABLES.values():
        main.dialogs.palette.open_anew()
        QTest.keyClicks(main.dialogs.palette.typed, table.name.lower())
        QTest.keyClick(main.dialogs.palette.typed, Qt.Key.Key_Return)
        assert main.view.colours is table
        assert [name for name, shown in main.window.actions_by_id.items() if name.startswith("colours-")
                and shown.isChecked()] == [f"colours-{table.name.lower().replace(' ', '-')}"]  # fmt: skip
