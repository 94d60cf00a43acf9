"""Input of the whole program counts as work while a case is read; another program in front does not."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from viewer.commands.timing import CaseTime


class Clock:
    """Seconds as a test wants them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_input_anywhere_in_the_program_counts(clock: Clock, widget: QWidget) -> None:
    time = CaseTime(clock)
    assert time.seconds == 0.0 and time.stop() == 0.0
    time.start()
    clock.now = 50.0
    QTest.keyClick(widget, Qt.Key.Key_A)
    clock.now = 100.0
    QTest.mouseMove(widget)
    QApplication.processEvents()
    clock.now = 1000.0
    assert time.stop() == pytest.approx(160.0), "50, 50, and a minute of the pause"
    assert time.seconds == 0.0


def test_another_program_in_front_is_a_pause(clock: Clock, widget: QWidget) -> None:
    time = CaseTime(clock)
    time.start()
    clock.now = 10.0
    QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.ApplicationDeactivate))
    clock.now = 500.0
    QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.ApplicationActivate))
    clock.now = 503.0
    assert time.stop() == 13.0


def test_nothing_is_watched_after_the_end(clock: Clock, widget: QWidget) -> None:
    time = CaseTime(clock)
    time.start()
    clock.now = 5.0
    assert time.stop() == 5.0
    clock.now = 9.0
    QTest.keyClick(widget, Qt.Key.Key_A)
    assert time.stop() == 0.0
