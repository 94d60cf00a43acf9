"""Library gone, full, newer or locked, clock set back: a clear sentence, editing goes on, and nothing is lost."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import Engine, create_engine, event, text

from benchmarks.postgresql import Server, programs, running
from imaging.library import schema
from imaging.library.store import Library
from tests.journeys.hands import told
from tests.journeys.small_ct import show_ct
from viewer.app import Application, application
from viewer.commands import annotating
from viewer.dialogs.leaving import LeavingQuestion
from viewer.places import Places

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Start = Callable[[], Application]


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with running(("fsync=off", "full_page_writes=off")) as found:
        yield found


@pytest.fixture
def server(one_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A running server with an empty database, which the program uses."""
    engine = create_engine(one_server.url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    monkeypatch.setenv("WETREAD_DATABASE", one_server.url)
    return one_server


@pytest.fixture
def library_file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.sqlite"


def paint(main: Application, dx: int) -> None:
    """A stroke with the mouse, ``dx`` pixels beside the middle."""
    main.window.run("tool-brush")
    canvas = main.canvas
    start = canvas.rect().center() + QPoint(dx, 0)
    QTest.mousePress(canvas, LEFT, NONE, start)
    QTest.mouseMove(canvas, start + QPoint(0, 15))
    QTest.mouseRelease(canvas, LEFT, NONE, start + QPoint(0, 15))


def painted(start: Start, folder: Path) -> Application:
    """The program with a CT, and a stroke on it that is not saved."""
    main = start()
    show_ct(main, folder)
    paint(main, -40)
    return main


def last_said(main: Application, level: str) -> str:
    return next(each.text for each in reversed(main.notices.all) if each.level == level)


def question(qtbot: QtBot, main: Application) -> LeavingQuestion:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in main.window.findChildren(LeavingQuestion)))
    return main.window.findChildren(LeavingQuestion)[-1]


def test_a_server_that_stops_while_one_draws(qtbot: QtBot, server: Server, start: Start, tmp_path: Path) -> None:
    main = painted(start, tmp_path)
    main.window.run("save")
    assert main.segmentation.saved
    server.stop()
    paint(main, 40)
    main.window.run("save")
    assert not main.segmentation.saved
    said = last_said(main, "error")
    assert "the annotation could not be saved" in said and "nothing was lost" in said and "wetread:" not in said
    paint(main, 80)
    main.window.run("undo")
    main.window.run("redo")
    drawn = main.segmentation.array.copy()
    assert main.journalling.waiting == 0 and main.annotating.held, "the journal has it all"

    server.start()
    main.window.run("save")
    assert main.segmentation.saved
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    other = Library(server.url)
    latest = other.latest_mask(main.session.series.uid)
    assert latest is not None
    np.testing.assert_array_equal(latest.labelmap.array, drawn)
    assert latest.base is not None, "it goes on from what was saved before the server went"
    other.close()


def test_closing_without_the_server_asks_and_the_journal_brings_it_back(
    qtbot: QtBot, server: Server, start: Start, tmp_path: Path
) -> None:
    main = painted(start, tmp_path)
    drawn = main.segmentation.array.copy()
    server.stop()
    main.window.close()
    asked = question(qtbot, main)
    assert main.window.isVisible() and "the journal" in asked.text() and "come back" in asked.text()
    assert asked.defaultButton() == asked.stay
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert main.window.isVisible(), "who stays, stays"
    paint(main, 60)
    drawn_more = main.segmentation.array.copy()
    assert not np.array_equal(drawn, drawn_more)

    main.window.close()
    main.links.set_zoom(not main.links.zoom)
    qtbot.mouseClick(question(qtbot, main).leave, LEFT)
    qtbot.waitUntil(lambda: not main.window.isVisible())

    server.start()
    again = start()
    assert again.links.zoom == main.links.zoom, "what was set is kept too"
    show_ct(again, tmp_path)
    np.testing.assert_array_equal(again.segmentation.array, drawn_more)
    assert any("brought back" in each.text for each in again.notices.all)
    again.segmentation.undo()
    np.testing.assert_array_equal(again.segmentation.array, drawn)


def test_a_series_opened_without_the_server_is_drawn_on_and_kept(
    qtbot: QtBot, server: Server, start: Start, tmp_path: Path
) -> None:
    """The journal needs no library; when it is back, what was drawn goes into it."""
    server.stop()
    main = start()
    show_ct(main, tmp_path)
    assert "cannot be opened" in last_said(main, "error")
    paint(main, -40)
    drawn = main.segmentation.array.copy()
    assert drawn.any() and main.annotating.held
    main.window.close()
    qtbot.mouseClick(question(qtbot, main).leave, LEFT)
    qtbot.waitUntil(lambda: not main.window.isVisible())

    without = start()
    show_ct(without, tmp_path)
    np.testing.assert_array_equal(without.segmentation.array, drawn)
    server.start()
    without.window.run("save")
    assert without.segmentation.saved
    qtbot.waitUntil(lambda: not without.runner.busy(), timeout=20_000)
    other = Library(server.url)
    np.testing.assert_array_equal(other.latest_mask(without.session.series.uid).labelmap.array, drawn)
    other.close()


def test_what_only_the_library_has_is_neither_shown_nor_lost_without_it(
    qtbot: QtBot, server: Server, start: Start, tmp_path: Path
) -> None:
    """The journal is gone too, as on another computer: an empty mask that says so, and both revisions are kept."""
    main = painted(start, tmp_path)
    first = main.segmentation.array.copy()
    main.window.run("save")
    paint(main, -60)
    main.window.close()
    uid = main.session.series.uid
    (journal,) = (tmp_path / "data" / "journals").glob("*.journal")
    journal.unlink()
    prepared = start()
    show_ct(prepared, tmp_path)
    paint(prepared, 10)
    saved = prepared.segmentation.array.copy()
    prepared.window.close()

    server.stop()
    without = start()
    show_ct(without, tmp_path)
    assert not without.segmentation.array.any()
    assert any("it is not shown" in each.text for each in without.notices.all)
    paint(without, 70)
    without.window.close()
    asked = question(qtbot, without)
    assert "lost when it closes" in asked.text() and asked.leave.text() == "Close and lose them"
    qtbot.mouseClick(asked.stay, LEFT)
    server.start()
    without.window.run("save")
    qtbot.waitUntil(lambda: not without.runner.busy(), timeout=20_000)
    assert "while you worked" in last_said(without, "warning")
    other = Library(server.url)
    kept = [each.labelmap.array for each in other.history(uid)]
    other.close()
    assert np.array_equal(kept[0], without.segmentation.array) and np.array_equal(kept[1], saved)
    assert np.array_equal(kept[-1], first)


def limit_growth(engine: Engine) -> list[int]:
    """The most pages that the file may have, as many as it has now; for every connection."""
    with engine.connect() as connection:
        most = [connection.exec_driver_sql("PRAGMA page_count").scalar_one()]

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most[0]}")

    event.listen(engine, "checkout", limit)
    return most


def test_a_full_disk(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    """SQLite may not grow any more; noise does not fit into what is left of its pages."""
    show_ct(main, tmp_path)
    paint(main, -40)
    state = main.segmentation
    noise = np.random.default_rng(1).integers(0, 2, state.array.shape).astype(np.uint8)
    state.become([noise], state.mask.legend, "Noise")
    qtbot.waitUntil(lambda: main.journalling.waiting == 0, timeout=20_000)
    pages = limit_growth(main.shelf.library._engine)
    main.window.run("save")
    assert "full" in last_said(main, "error") and "nothing was lost" in last_said(main, "error")
    assert not state.saved and np.array_equal(state.array, noise)
    main.window.close()
    asked = question(qtbot, main)
    assert "full" in asked.informativeText()
    for label in asked.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
    qtbot.mouseClick(asked.stay, LEFT)
    pages[0] = 1 << 30
    main.window.run("save")
    assert state.saved


def test_a_library_of_a_newer_program(qtbot: QtBot, start: Start, library_file: Path, tmp_path: Path) -> None:
    Library(library_file).close()
    with sqlite3.connect(library_file) as connection:
        connection.execute(f"INSERT INTO {schema.SchemaRow.__tablename__} (version) VALUES ({schema.VERSION + 1})")
    connection.close()
    before = library_file.read_bytes()
    main = start()
    show_ct(main, tmp_path)
    said = [each.text for each in main.notices.all]
    assert any("made by a newer Wetread" in each and "Update Wetread" in each for each in said)
    paint(main, -40)
    drawn = main.segmentation.array.copy()
    main.window.close()
    asked = question(qtbot, main)
    assert "Update Wetread" in asked.informativeText() and "come back" in asked.text()
    qtbot.mouseClick(asked.leave, LEFT)
    qtbot.waitUntil(lambda: not main.window.isVisible())
    assert library_file.read_bytes() == before, "it was left alone"
    with sqlite3.connect(library_file) as connection:
        connection.execute(f"DELETE FROM {schema.SchemaRow.__tablename__} WHERE version > {schema.VERSION}")
    connection.close()
    updated = start()
    show_ct(updated, tmp_path)
    np.testing.assert_array_equal(updated.segmentation.array, drawn)


def test_a_library_that_was_deleted_while_one_draws(
    qtbot: QtBot, start: Start, library_file: Path, tmp_path: Path
) -> None:
    """Its folder is gone and a file lies in its place: nothing can be made there."""
    main = start()
    show_ct(main, tmp_path)
    main.shelf.close()
    for each in library_file.parent.glob("library.sqlite*"):
        each.unlink()
    library_file.mkdir()
    paint(main, -40)
    drawn = main.segmentation.array.copy()
    main.window.run("save")
    assert "unable to open database file" in last_said(main, "error") and not main.segmentation.saved
    assert main.annotating.held
    library_file.rmdir()
    main.window.run("save")
    assert main.segmentation.saved
    np.testing.assert_array_equal(main.shelf.library.latest_mask(main.session.series.uid).labelmap.array, drawn)


def test_a_library_whose_file_vanishes_while_it_is_open(
    qtbot: QtBot, start: Start, library_file: Path, tmp_path: Path
) -> None:
    """What was saved went with it; the journal has all of it, and a new library takes it."""
    main = painted(start, tmp_path)
    main.window.run("save")
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    for each in library_file.parent.glob("library.sqlite*"):
        each.unlink()
    paint(main, 40)
    drawn = main.segmentation.array.copy()
    main.window.run("save")
    said = last_said(main, "error")
    assert "taken away while it was open" in said and "nothing was lost" in said and not main.segmentation.saved
    main.window.close()
    qtbot.mouseClick(question(qtbot, main).leave, LEFT)
    qtbot.waitUntil(lambda: not main.window.isVisible())

    again = start()
    show_ct(again, tmp_path)
    np.testing.assert_array_equal(again.segmentation.array, drawn)
    assert "holds no revision" in last_said(again, "warning") and not again.segmentation.saved
    again.window.run("save")
    assert again.segmentation.saved
    np.testing.assert_array_equal(again.shelf.library.latest_mask(again.session.series.uid).labelmap.array, drawn)


def test_a_folder_that_cannot_be_written(qtbot: QtBot, tmp_path: Path) -> None:
    """Nobody may make a file where the data shall lie: it is said, editing and undo go on, and leaving asks."""
    place = Path("/sys/wetread")
    application()
    main = Application(Places(place, tmp_path / "cache"))
    qtbot.addWidget(main.window)
    main.window.resize(1280, 800)
    with qtbot.waitExposed(main.window):
        main.window.show()
    show_ct(main, tmp_path)
    paint(main, -40)
    drawn = main.segmentation.array.copy()
    assert drawn.any() and not main.annotating.held
    main.window.run("save")
    assert str(place) in told(main) and not main.segmentation.saved
    main.window.run("undo")
    main.window.run("redo")
    np.testing.assert_array_equal(main.segmentation.array, drawn)
    main.window.close()
    asked = question(qtbot, main)
    qtbot.mouseClick(asked.stay, LEFT)
    np.testing.assert_array_equal(main.segmentation.array, drawn)
    main.window.close()
    qtbot.mouseClick(question(qtbot, main).leave, LEFT)
    qtbot.waitUntil(lambda: not main.window.isVisible())


def test_a_clock_that_was_set_back(qtbot: QtBot, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved last is shown, whatever its time says."""

    class Earlier(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> datetime:
            return datetime(2001, 1, 1, tzinfo=UTC)

    main = painted(start, tmp_path)
    main.window.run("save")
    monkeypatch.setattr(annotating, "datetime", Earlier)
    paint(main, 40)
    drawn = main.segmentation.array.copy()
    main.window.close()
    again = start()
    show_ct(again, tmp_path)
    np.testing.assert_array_equal(again.segmentation.array, drawn)
    assert again.segmentation.saved
    newest = again.shelf.library.history(again.session.series.uid)[0]
    assert newest.provenance.time.year == 2001
