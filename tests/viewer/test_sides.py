"""The tabs beside the picture, by keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.app import Application
from viewer.sides import TABS

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_every_tab_is_in_the_menu_and_found_by_the_palette(qtbot: QtBot, shown: Application) -> None:
    sides = shown.sides
    titles = [holder.tabText(n) for holder in (sides.left, sides.right) for n in range(holder.count())]
    assert tuple(titles) == TABS
    for title in TABS:
        shown.window.run(f"tab-{title.lower()}")
        holder = sides.left if title in TABS[:3] else sides.right
        assert holder.tabText(holder.currentIndex()) == title and QApplication.focusWidget() is holder.tabBar()


def test_one_key_goes_to_the_panels_and_back_to_the_picture(qtbot: QtBot, shown: Application) -> None:
    bar = shown.sides.right.tabBar()
    shown.canvas.setFocus()
    QTest.keyClick(shown.canvas, Qt.Key.Key_F6, CONTROL)
    assert QApplication.focusWidget() is bar
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert shown.sides.right.currentIndex() == 1
    QTest.keyClick(bar, Qt.Key.Key_Tab)
    inside = QApplication.focusWidget()
    assert inside is not None and shown.sides.right.currentWidget().isAncestorOf(inside)
    QTest.keyClick(inside, Qt.Key.Key_F6, CONTROL)
    assert QApplication.focusWidget() is shown.canvas
    QTest.keyClick(shown.canvas, Qt.Key.Key_F7, CONTROL)
    assert QApplication.focusWidget() is shown.sides.left.tabBar()


def test_hidden_panels_come_back_when_they_are_asked_for(qtbot: QtBot, shown: Application) -> None:
    shown.window.run("panels")
    assert not shown.sides.right.isVisible()
    shown.window.run("tab-view")
    assert shown.sides.right.isVisible() and shown.sides.right.tabText(shown.sides.right.currentIndex()) == "View"
