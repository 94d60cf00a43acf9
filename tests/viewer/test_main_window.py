from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.panels.status import StatusBar


def drop(main: Application, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(main.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(main.window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none))


def test_a_dropped_folder_opens(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    drop(main, phantom_study.study)
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    assert main.session.study is not None
    assert {series.modality for series in main.session.study.series} == {"CT", "DX", "US"}


def test_the_status_line_tells_value_index_and_place(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    QTest.mouseMove(main.canvas, QPoint(main.canvas.width() // 2, main.canvas.height() // 2))
    cursor, volume = main.view.cursor, main.session.volume
    assert cursor is not None and volume is not None
    k, j, i = cursor.index_kji
    bar = main.window.statusBar()
    assert isinstance(bar, StatusBar)
    text = bar.cursor_text.text()
    assert text.startswith(f"{volume.array[k, j, i]:g} HU   slice {k + 1}, row {j}, column {i}")
    assert text.endswith("mm")


def test_a_long_message_does_not_widen_the_window(main: Application) -> None:
    width = main.window.width()
    main.notices.add("warning", "Not opened: a file with a very long name " * 20)
    QApplication.processEvents()
    assert main.window.width() == width
    assert main.window.minimumSizeHint().width() <= width


def test_a_message_that_does_not_fit_ends_visibly_and_is_whole_in_its_tip(main: Application) -> None:
    bar, text = main.window.statusBar(), "Not opened: a file with a very long name " * 20
    assert isinstance(bar, StatusBar)
    main.notices.add("warning", text)
    QApplication.processEvents()
    shown = bar.message.text()
    assert shown.startswith("Not opened") and shown.endswith("…")
    assert bar.message.fontMetrics().horizontalAdvance(shown) <= bar.message.width()
    assert bar.message.toolTip() == text
    main.window.resize(1900, 800)
    QApplication.processEvents()
    assert len(bar.message.text()) > len(shown), "more of it where there is more room"


def test_a_menu_ticks_the_tool_in_hand_and_draws_no_icons(main: Application) -> None:
    shown = main.window.actions_by_id
    assert shown["tool-window"].isChecked() and not shown["tool-window"].icon().isNull()
    assert not any(action.isIconVisibleInMenu() for action in shown.values() if not action.icon().isNull())


def test_no_tab_is_cut_off(main: Application) -> None:
    for tabs in (main.sides.left, main.sides.right):
        bar = tabs.tabBar()
        assert bar.tabRect(bar.count() - 1).right() < bar.width(), [bar.tabText(n) for n in range(bar.count())]


def test_actions_have_unique_ids_and_keys(main: Application) -> None:
    shown = main.window.actions_by_id.values()
    keys = [key.toString() for action in shown for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), "no key does two things"


def test_nothing_can_be_done_to_an_image_before_there_is_one(main: Application) -> None:
    enabled = {name for name, action in main.window.actions_by_id.items() if action.isEnabled()}
    assert {"open", "open-folder", "open-phantom", "quit"} <= enabled
    assert not enabled & {"predict", "save", "accept", "play", "invert", "undo", "preset-1"}


def test_a_clip_plays_on_key_c(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.ultrasound])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    QTest.keyClick(main.window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: main.view.k >= 3, timeout=10_000)
    QTest.keyClick(main.window, Qt.Key.Key_C)
    assert not main.view.playing


def test_the_panels_make_room_and_come_back(qtbot: QtBot, main: Application) -> None:
    narrow = main.viewports.width()
    QTest.keyClick(main.window, Qt.Key.Key_F9)
    QApplication.processEvents()
    assert main.viewports.width() > narrow + 500
    QTest.keyClick(main.window, Qt.Key.Key_F9)
    QApplication.processEvents()
    assert abs(main.viewports.width() - narrow) < 5


def test_a_menu_ends_with_what_is_seldom_wanted_and_none_is_longer_than_the_screen(main: Application) -> None:
    menus = {menu.title(): menu for menu in (action.menu() for action in main.window.menuBar().actions()) if menu}
    texts = {title: [each.text() for each in menu.actions() if each.text()] for title, menu in menus.items()}
    assert texts["File"][0] == "Open files…" and texts["File"][-1] == "Quit"
    assert texts["Edit"][:2] == ["Undo", "Redo"]
    assert {title: len(each) for title, each in texts.items() if len(each) > 26} == {}
    assert all(menu.sizeHint().height() < 700 for menu in menus.values())
    assert sum(each.isSeparator() for each in menus["Layout"].actions()) >= 3


def test_every_button_of_the_toolbar_has_words_of_its_own(main: Application) -> None:
    bar = next(each for each in main.window.findChildren(QToolBar) if each.windowTitle() == "Tools")
    buttons = [each for each in bar.findChildren(QToolButton) if each.text()]
    assert len({each.text() for each in buttons}) == len(buttons)
    presets = next(each for each in buttons if each.text() == "Presets")
    assert presets.menu().title() == "Window" and not presets.icon().isNull()
