"""The metadata browser on the real window: it follows the slice and is searched by keyboard."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.dialogs.metadata import MetadataBrowser

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    assert not main.window.actions_by_id["metadata"].isEnabled(), "there is nothing to read about"
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    return main


def browser(qtbot: QtBot, main: Application) -> MetadataBrowser:
    QTest.keyClick(main.window, Qt.Key.Key_I, CTRL)
    qtbot.waitUntil(lambda: bool(main.header.elements), timeout=10_000)
    return main.dialogs.metadata


def visible(shown: MetadataBrowser) -> list[tuple[str, str]]:
    return [(item.text(2), item.text(3)) for item in shown.items() if not item.isHidden()]


def value(shown: MetadataBrowser, name: str) -> str:
    return dict(visible(shown))[name]


def test_it_lists_the_file_of_the_shown_slice_and_follows_it(qtbot: QtBot, main: Application) -> None:
    shown = browser(qtbot, main)
    first, position = main.header.file, value(shown, "ImagePositionPatient")
    assert first == main.inspecting.file and first is not None and first.name in shown.said.text()
    main.view.scroll(3)
    qtbot.waitUntil(lambda: main.header.file != first, timeout=10_000)
    assert value(shown, "ImagePositionPatient") != position
    assert main.session.series is not None and main.header.file == main.session.series.files[main.view.k]


def test_search_by_keyword_tag_and_value(qtbot: QtBot, main: Application) -> None:
    shown = browser(qtbot, main)
    for typed, found in (
        ("pixelspac", "PixelSpacing"),
        ("0028,0010", "Rows"),
        ("ct image storage", ""),
        ("modality ct", "Modality"),
    ):
        shown.search.clear()
        QTest.keyClicks(shown.search, typed)
        names = [name for name, _ in visible(shown)]
        assert (found in names) if found else names == [], typed
        assert len(names) < 12
    shown.search.clear()
    assert len(visible(shown)) == len(main.header.elements)


def test_lines_are_copied(qtbot: QtBot, main: Application) -> None:
    shown = browser(qtbot, main)
    QTest.keyClicks(shown.search, "0028,0010")
    item = next(item for item in shown.items() if not item.isHidden())
    shown.tree.setCurrentItem(item)
    QTest.keyClick(shown.tree, Qt.Key.Key_C, CTRL)
    rows = main.session.volume.array.shape[1]  # pyright: ignore[reportOptionalMemberAccess]
    assert QGuiApplication.clipboard().text() == f"(0028,0010)\tUS\tRows\t{rows}"


def test_a_file_that_is_gone_is_said_and_escape_closes(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    shown = browser(qtbot, main)
    main.header.show(tmp_path / "gone.dcm", (), "gone.dcm: neither a file nor a link to one")
    assert "neither a file" in shown.said.text() and visible(shown) == []
    QTest.keyClick(shown, Qt.Key.Key_Escape, NONE)
    assert not shown.isVisible()
