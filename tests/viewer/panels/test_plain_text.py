"""Markup in names of patients, series and files is shown as it is written."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from viewer.panels.layout import heading, muted, plain, plain_tip

LINK = "<a href='file:/etc/passwd'>click</a>\nsecond line"


@pytest.mark.parametrize("make", [heading, muted, plain])
def test_labels_show_markup_as_it_is(qtbot: QtBot, make) -> None:
    label = make(LINK)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == LINK


def test_tool_tip_shows_markup_as_it_is() -> None:
    shown = QTextDocument()
    shown.setHtml(plain_tip(LINK))
    assert shown.toPlainText().split() == LINK.split()
    assert plain_tip("a < b, plain as it is") == "a < b, plain as it is"
