"""Nothing is cut off in a window of 1280 x 800: every text of every tab and dialog has the room it needs."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.viewer.dialogs_open import DIALOGS, opened
from viewer.app import Application

ARROW_PX = 20
"""Of a drop-down list, beside its text."""


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    return main


def cut_off(root: QWidget) -> list[str]:
    """The texts that have less room than they need, with both in pixels."""
    found = [each for each in root.findChildren(QWidget) if each.isVisible() and each.width() > 0]
    told = ((_text(each), _missing(each)) for each in found)
    return [f"{text!r}: {missing} px too small" for text, missing in told if text and missing > 0]


def _settle() -> None:
    """Let layouts in layouts come to rest."""
    for _ in range(10):
        QApplication.processEvents()


def _text(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return "" if widget.toolTip() == widget.currentText() else widget.currentText()
    return widget.text() if isinstance(widget, (QAbstractButton, QLabel)) else ""


def _missing(widget: QWidget) -> int:
    if isinstance(widget, QComboBox):
        return widget.fontMetrics().horizontalAdvance(widget.currentText()) + ARROW_PX - widget.width()
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) - widget.height()
    wanted = widget.sizeHint()
    if isinstance(widget, QLabel):
        return max(wanted.width() - widget.width(), wanted.height() - widget.height())
    return max(widget.minimumSizeHint().width() - widget.width(), wanted.height() - widget.height())


@pytest.mark.parametrize("side", ["left", "right"])
def test_tabs(main: Application, side: str) -> None:
    holder: QTabWidget = getattr(main.sides, side)
    found = {}
    for number in range(holder.count()):
        holder.setCurrentIndex(number)
        _settle()
        found[holder.tabText(number)] = cut_off(holder.currentWidget())
    assert (main.window.width(), main.window.height()) == (1280, 800)
    assert found == {holder.tabText(number): [] for number in range(holder.count())}
    bar = holder.tabBar()
    assert bar.sizeHint().width() <= holder.width(), "all tabs are seen at once"


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(main: Application, qtbot: QtBot, name: str) -> None:
    dialog = opened(qtbot, main, name)
    _settle()
    found, size = cut_off(dialog), dialog.size()
    dialog.close()
    assert found == []
    assert size.width() <= 1280 and size.height() <= 800


def test_a_text_without_room_is_found(qtbot: QtBot) -> None:
    root = QWidget()
    label = QLabel("A text that is longer than its room", root)
    label.resize(30, 20)
    qtbot.addWidget(root)
    root.show()
    assert len(cut_off(root)) == 1
    label.adjustSize()
    assert cut_off(root) == []
    root.close()
