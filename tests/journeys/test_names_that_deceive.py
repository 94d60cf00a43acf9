"""Markup and control characters in a file's names reach no part of the window, of ``info`` or of the file system as
anything but plain text."""

import json
from collections.abc import Iterator
from pathlib import Path

import pydicom.config
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItem, QTreeWidgetItemIterator, QWidget
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from tests.imaging.sandbox import hostile
from viewer.app import Application
from viewer.canvas.annotation_text import corners
from viewer.cli import program

MARKUP = ("<b>", "<img", "<a ", "<script")


@pytest.fixture
def deceiving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.IGNORE)
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    hostile.named_to_deceive(folder / "a.dcm")
    return folder


@pytest.fixture
def main(main: Application, qtbot: QtBot, deceiving: Path) -> Application:
    main.reading.open([deceiving])
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=60_000)
    return main


def tips(root: QWidget) -> Iterator[str]:
    yield from (widget.toolTip() for widget in (root, *root.findChildren(QWidget)))
    yield from (action.toolTip() for action in root.findChildren(QAction))
    yield from (item.toolTip(0) for item in rows(root))


def rows(root: QWidget) -> Iterator[QTreeWidgetItem]:
    for tree in root.findChildren(QTreeWidget):
        walk = QTreeWidgetItemIterator(tree)
        while walk.value() is not None:
            yield walk.value()
            walk += 1


def test_the_window_shows_them_as_plain_text(main: Application) -> None:
    labels = main.window.findChildren(QLabel)
    texts = [*(row.text(0) for row in rows(main.window)), *(label.text() for label in labels)]
    assert any("<b>Bold</b>" in text for text in texts), "the name is in the window"
    for label in labels:
        if any(tag in label.text() for tag in MARKUP):
            assert label.textFormat() is Qt.TextFormat.PlainText, label.text()
    for tip in tips(main.window):
        assert not (RichText.mightBeRichText(tip) and any(tag in tip for tag in MARKUP)), tip
    for text in (*texts, *tips(main.window), main.window.windowTitle()):
        plain = text.replace("\N{NO-BREAK SPACE}", " ")  # Qt keeps the spaces of a tip with them
        assert all(line.isprintable() for line in plain.splitlines()), ascii(text)


def test_the_view_draws_lines_of_text(main: Application) -> None:
    shown = corners(main.session.active)
    lines = (*shown.top_left, *shown.top_right, *shown.bottom_left, *shown.bottom_right)
    assert any(line.startswith("<b>Bold</b>") for line in lines)
    assert all(line.isprintable() for line in lines), ascii(lines)


def test_info_writes_lines_of_text_and_json(deceiving: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    plain, as_json = (CliRunner().invoke(program, ["info", str(deceiving), *more]).stdout for more in ([], ["--json"]))
    assert all(line.isprintable() for line in plain.splitlines()) and all(map(str.isprintable, as_json.splitlines()))
    (series,) = json.loads(as_json)["series"]
    assert series["patient_name"].startswith("<b>Bold</b>") and series["patient_name"].isprintable()
    assert sorted(tmp_path.rglob("*")) == before
