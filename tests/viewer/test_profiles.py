"""The five key profiles against the real table of actions."""

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from imaging.volume import Window
from viewer.app import Application, application
from viewer.commands.binding import builtin_profiles, mistakes, resolve
from viewer.places import Places
from viewer.state.bindings import OwnBindings

NAMES = ("wetread", "ohif", "weasis", "horos", "bir")


@pytest.fixture
def main(main: Application) -> Generator[Application]:
    yield main
    main.dialogs.palette.close()
    main.dialogs.keys.close()
    main.dialogs.presets.close()


def test_every_profile_is_right_and_complete(main: Application) -> None:
    """No strange id, no clash, and whoever loses all its keys to a profile is given others there."""
    assert set(builtin_profiles()) == set(NAMES) == set(main.binding.profiles)
    for name, profile in builtin_profiles().items():
        keys, clashes = resolve(main.table, profile, OwnBindings())
        assert mistakes(main.table, profile.keys) == (), name
        assert clashes == (), name
        assert [action.id for action in main.table if action.keys and not keys[action.id]] == [], name
        assert profile.about and profile.mouse, name


def test_the_window_starts_with_our_own_keys_and_bir_with_scroll_in_hand(main: Application) -> None:
    shown = main.window.actions_by_id
    assert [key.toString() for key in shown["invert"].shortcuts()] == ["I"]
    assert shown["invert"].toolTip().endswith("(I)")
    assert main.notices.all == []
    assert main.session.hand.tool == "window"
    main.binding.choose("bir")
    assert main.session.hand.tool == "scroll" and main.session.bindings.profile.down_brightens


def test_another_profile_holds_at_once_and_after_a_restart(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.binding.choose("horos")
    QTest.keyClick(main.window, Qt.Key.Key_M)
    assert main.session.hand.tool == "pan"
    QTest.keyClick(main.window, Qt.Key.Key_I)
    assert not main.view.inverted and main.session.hand.tool == "rotate", "I rotates here"
    again = Application(main.places)
    assert again.session.bindings.keys["tool-rotate"] == ("I",)
    again.window.close()


def test_a_broken_settings_file_is_told_and_the_window_works(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir(parents=True)
    (tmp_path / "settings" / "keys.toml").write_text('version = 1\n[keys]\ninvert = "I"\n')
    (tmp_path / "settings" / "presets.toml").write_text("version = 1\nnonsense\n")
    application()
    made = Application(Places(tmp_path, tmp_path))
    said = " ".join(notice.text for notice in made.notices.all)
    assert "keys.toml, line 3" in said and "presets.toml, line 2" in said
    assert made.session.bindings.keys["invert"] == ("I",)
    assert made.window.statusBar().message.whole == made.notices.all[-1].text  # pyright: ignore[reportAttributeAccessIssue]
    made.window.close()


def test_every_dialog_by_its_key(qtbot: QtBot, main: Application) -> None:
    dialogs = main.dialogs
    for key, modifiers, dialog in (
        (
            Qt.Key.Key_P,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            lambda: dialogs.palette,
        ),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, lambda: dialogs.palette),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, lambda: dialogs.keys),
        (
            Qt.Key.Key_W,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            lambda: dialogs.presets,
        ),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier, lambda: dialogs.key_sheet),
    ):
        QTest.keyClick(main.window, key, modifiers)
        assert dialog().isVisible()
        QTest.keyClick(dialog(), Qt.Key.Key_Escape)
        assert not dialog().isVisible()


def test_the_shown_window_becomes_a_preset_by_keyboard(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.view.set_window(Window(33, 44))
    QTest.keyClick(main.window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    QTest.keyClicks(main.dialogs.presets.focusWidget(), "pancreas")
    main.dialogs.presets.accept()
    texts = [action.text() for action in main.window.actions_by_id.values() if action.isVisible()]
    assert "pancreas  44 / 33" in texts


def test_the_palette_does_what_the_menu_does(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.dialogs.palette.open_anew()
    QTest.keyClicks(main.dialogs.palette.typed, "invert")
    QTest.keyClick(main.dialogs.palette.typed, Qt.Key.Key_Return)
    assert main.view.inverted and main.window.actions_by_id["invert"].isChecked()


def test_the_window_menu_follows_what_is_shown(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    shown = main.window.actions_by_id
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    assert (
        shown["preset-2"].text() == "lung  1500 / -600"
        and shown["preset-other-1"].text() == "temporal bone  4000 / 700"
    )
    shown["preset-other-1"].trigger()
    assert main.view.window.name == "temporal bone"
    main.reading.open([phantom_study.xray])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume.modality == "DX", timeout=20_000)
    assert shown["preset-3"].text() == "lung fields  1 to 75 %"
    assert not shown["preset-9"].isVisible() and not shown["preset-other-1"].isVisible()
    QTest.keyClick(main.window, Qt.Key.Key_3)
    assert main.view.window.name == "lung fields"


SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
HOME = {
    "ohif": [
        (Qt.Key.Key_Equal, NONE, "zoom-fit"),
        (Qt.Key.Key_Plus, NONE, "zoom-in"),
        (Qt.Key.Key_R, NONE, "rotate-right"),
        (Qt.Key.Key_2, NONE, "preset-2"),
        (Qt.Key.Key_Backspace, NONE, "delete-measurement"),
    ],
    "weasis": [
        (Qt.Key.Key_R, NONE, "tool-rotate"),
        (Qt.Key.Key_0, NONE, "auto-window"),
        (Qt.Key.Key_1, NONE, "file-window-1"),
        (Qt.Key.Key_3, NONE, "preset-1"),
        (Qt.Key.Key_8, NONE, "preset-6"),
        (Qt.Key.Key_M, NONE, "tool-length"),
        (Qt.Key.Key_PageUp, NONE, "first-series"),
        (Qt.Key.Key_PageDown, NONE, "last-series"),
        (Qt.Key.Key_Right, CONTROL, "next-study"),
        (Qt.Key.Key_Left, ALT, "pan-left"),
        (Qt.Key.Key_B, CONTROL | ALT, "next-slab"),
        (Qt.Key.Key_K, NONE, "key-image"),
    ],
    "horos": [
        (Qt.Key.Key_I, NONE, "tool-rotate"),
        (Qt.Key.Key_0, NONE, "full-window"),
        (Qt.Key.Key_AsciiTilde, NONE, "file-window"),
        (Qt.Key.Key_Period, NONE, "state-unread"),
        (Qt.Key.Key_Slash, NONE, "state-read"),
        (Qt.Key.Key_Comma, NONE, "state-unread"),
        (Qt.Key.Key_Backslash, NONE, "state-started"),
    ],
}
"""What readers from other programs press without looking."""


@pytest.mark.parametrize("profile", HOME)
def test_keys_of_other_programs_do_what_their_readers_expect(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, profile: str
) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    qtbot.waitUntil(lambda: main.cataloguing.state_in_hand is not None, timeout=20_000)
    main.binding.choose(profile)
    done: list[str] = []
    for name, action in main.window.actions_by_id.items():
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=name: done.append(name))
    main.session.measurements.select("one")
    main.window.actions_by_id["delete-measurement"].setEnabled(True)
    for key, modifiers, _ in HOME[profile]:
        QTest.keyClick(main.window, key, modifiers)
    assert done == [wanted for _, _, wanted in HOME[profile]]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen
def test_the_right_button_of_weasis_shows_a_menu_and_drags_nothing(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.binding.choose("weasis")
    QTest.mousePress(main.canvas, Qt.MouseButton.RightButton)
    menu = main.window.viewport_menu
    assert menu.isVisible() and main.view.zoom == 1
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[:4] == ["Window", "Layout", "Tools", "Measure"] and "Reset view" in texts
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    QTest.mouseRelease(main.canvas, Qt.MouseButton.RightButton)
    main.binding.choose("wetread")
    QTest.mousePress(main.canvas, Qt.MouseButton.RightButton)
    assert not menu.isVisible(), "there it zooms"
    QTest.mouseMove(main.canvas, main.canvas.rect().center() + QPoint(0, -60))
    QTest.mouseRelease(main.canvas, Qt.MouseButton.RightButton, pos=main.canvas.rect().center() + QPoint(0, -60))
    assert not menu.isVisible() and main.view.zoom > 1
    QTest.mouseClick(main.canvas, Qt.MouseButton.RightButton)
    assert menu.isVisible(), "and a click that drags nothing shows it"
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    where = main.canvas.rect().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, where, main.canvas.mapToGlobal(where))
    QApplication.sendEvent(main.canvas, asked)
    assert menu.isVisible(), "by its key"
    QTest.keyClick(menu, Qt.Key.Key_Escape)
