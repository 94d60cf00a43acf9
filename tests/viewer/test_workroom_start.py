"""What a start does once the window is painted."""

import sqlite3
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from imaging.library.shelf import Shelf
from imaging.phantom import PhantomStudy
from viewer.app import Application, application
from viewer.places import Places


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return Places(tmp_path / "data", tmp_path / "cache")


def test_studies_are_listed_once_the_window_is_painted(
    qtbot: QtBot, where: Places, phantom_study: PhantomStudy
) -> None:
    application()
    shelf, first = Shelf(where.library), Application(where)
    qtbot.addWidget(first.window)
    first.start([phantom_study.ct])
    qtbot.waitUntil(lambda: bool(first.studies.listed) and first.session.complete, timeout=60_000)
    first.window.close()
    first.shut_down()
    assert len(shelf.catalogue.studies()) == 1
    shelf.close()


def test_a_newer_library_is_told_in_the_window_and_work_goes_on(
    qtbot: QtBot, where: Places, phantom_study: PhantomStudy
) -> None:
    application()
    shelf = Shelf(where.library)
    shelf.library.close()
    with sqlite3.connect(where.library) as database:
        database.execute("update schema set version = 1000")
    database.close()
    main = Application(where)
    qtbot.addWidget(main.window)
    main.start([phantom_study.ct])
    qtbot.waitUntil(lambda: main.session.volume is not None and main.session.complete, timeout=60_000)
    qtbot.waitUntil(lambda: any("made by a newer Wetread" in each.text for each in main.notices.all), timeout=60_000)
    told = next(each.text for each in main.notices.all if "made by a newer Wetread" in each.text)
    assert "Update Wetread" in told
    main.annotating.clear_slice(0)
    assert main.session.volume is not None
    assert main.window.isVisible()
    main.window.close()
    main.shut_down()


def test_files_are_listed_while_the_library_is_still_loading(
    qtbot: QtBot, where: Places, phantom_study: PhantomStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    application()
    main, order = Application(where), list[str]()
    qtbot.addWidget(main.window)
    read, prior_of, waiting = main.sandbox.open_study, main.shelf.open, threading.Event()

    def open_study(*given: object) -> object:
        order.append("listed")
        waiting.set()
        return read(*given)

    def open_shelf() -> None:
        waiting.wait(60)  # however long the library takes, files do not wait for it
        order.append("library")
        prior_of()

    monkeypatch.setattr(main.sandbox, "open_study", open_study)
    monkeypatch.setattr(main.shelf, "open", open_shelf)
    main.start([phantom_study.xray])
    qtbot.waitUntil(lambda: main.session.volume is not None and "library" in order, timeout=60_000)
    assert order[0] == "listed"
    main.window.close()
    main.shut_down()
