"""What a person does with the window, and waits for, in many journeys."""

from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.app import Application

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def settle(qtbot: QtBot, main: Application) -> None:
    """Wait for what is done in the background, and for what it brings on the screen."""
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=60_000)
    QApplication.processEvents()


def told(main: Application) -> str:
    """All that the person has been told."""
    return " ".join(notice.text for notice in main.notices.all)


def at(main: Application, row: float, column: float) -> QPoint:
    """Where a pixel of the shown plane lies in the active viewport."""
    transform = main.session.active.transform()
    assert transform is not None
    x, y = transform.to_screen(row, column)
    return QPoint(round(x), round(y))


def drag(main: Application, *pixels: tuple[float, float]) -> None:
    """Press on the first (row, column), move from one to the next, let go on the last."""
    QTest.mousePress(main.canvas, LEFT, NONE, at(main, *pixels[0]))
    for one, other in pairwise(pixels):
        for share in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(main.canvas, at(main, *(a + share * (b - a) for a, b in zip(one, other, strict=True))))
    QTest.mouseRelease(main.canvas, LEFT, NONE, at(main, *pixels[-1]))


def key(main: Application, which: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key on the active viewport."""
    QTest.keyClick(main.canvas, which, modifier)
