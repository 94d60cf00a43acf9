"""The study list: a folder is indexed, searched, opened and marked as read, and all of it is there the next time."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.library.catalogue import Catalogue
from imaging.library.catalogued import CataloguedStudy, ReadingState, Search
from imaging.phantom import PhantomStudy, write_prior_xray
from viewer.app import Application
from viewer.state.session import SERIES_MIME

NAMES = ("Adams^Ann", "Brown^Ben", "Clark^Cleo", "Diaz^Dora", "Evans^Ed")


@pytest.fixture
def start(start: Callable[[], Application], qtbot: QtBot) -> Callable[[], Application]:
    def begin() -> Application:
        made = start()
        made.cataloguing.begin()
        made.indexing.resume()
        settle(qtbot, made)
        return made

    return begin


def ended(main: Application) -> None:
    main.window.close()
    main.shut_down()


def settle(qtbot: QtBot, main: Application) -> None:
    def quiet() -> bool:
        return not main.runner.busy() and not main.background.busy() and main.studies.indexing is None

    qtbot.waitUntil(quiet, timeout=60_000)
    QApplication.processEvents()
    qtbot.waitUntil(quiet, timeout=60_000)


def write(folder: Path, name: str, date: str, number: int, **more: str) -> Path:
    """A study of one CT slice."""
    folder.mkdir(parents=True, exist_ok=True)
    data = dcmread(str(get_testdata_file("CT_small.dcm")))
    data.PatientName, data.PatientID, data.StudyDate = name, f"P-{name[:3]}", date
    data.PatientBirthDate = "19600101"
    data.StudyInstanceUID, data.SeriesInstanceUID = f"1.2.{number}", f"1.2.{number}.1"
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"1.2.{number}.1.1"
    for keyword, value in more.items():
        setattr(data, keyword, value)
    path = folder / f"{number}.dcm"
    data.save_as(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five patients, the first with a prior."""
    made = tmp_path / "archive"
    for number, name in enumerate(NAMES):
        write(made / str(number), name, f"2024050{number + 1}", number, StudyDescription=f"Chest {number}")
    write(made / "prior", NAMES[0], "20200202", 100, StudyDescription="Old chest")
    return made


def index(qtbot: QtBot, main: Application, folder: Path) -> None:
    main.indexing.index([folder])
    settle(qtbot, main)


def titles(main: Application) -> list[str]:
    return [study.description for study in main.studies.listed]


def key(main: Application, code: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    QTest.keyClick(focused or main.window, code)
    QApplication.processEvents()


def search(qtbot: QtBot, main: Application, text: str) -> None:
    main.window.run("find-study")
    QTest.keyClicks(main.sides.browser.filter.words, text)
    qtbot.waitUntil(lambda: main.studies.search.words == text, timeout=10_000)
    settle(qtbot, main)


def test_index_search_open_set_read_and_all_is_there_the_next_time(
    qtbot: QtBot, main: Application, start: Callable[[], Application], folder: Path
) -> None:
    index(qtbot, main, folder)
    assert main.session.study is None, "nothing is opened"
    assert titles(main) == ["Chest 4", "Chest 3", "Chest 2", "Chest 1", "Chest 0", "Old chest"]
    search(qtbot, main, "clark")
    assert titles(main) == ["Chest 2"]
    key(main, Qt.Key.Key_Down)
    assert main.sides.browser.tree.hasFocus()
    key(main, Qt.Key.Key_Return)
    settle(qtbot, main)
    assert main.session.series is not None and main.session.series.patient.name == NAMES[2]
    assert main.cataloguing.state_in_hand is ReadingState.STARTED
    main.window.run("state-read")
    assert main.window.actions_by_id["state-read"].isChecked()
    ended(main)
    again = start()
    states = {study.description: study.state for study in again.studies.listed}
    assert states.pop("Chest 2") is ReadingState.READ
    assert set(states.values()) == {ReadingState.UNREAD}
    again.sides.browser.filter.list.setCurrentIndex(1)
    settle(qtbot, again)
    assert titles(again) == ["Chest 2"], "recently opened"


def test_a_list_read_before_a_change_does_not_bring_the_old_state_back(
    qtbot: QtBot, main: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(qtbot, main, folder)
    read, handed_over, listed = Event(), Event(), Catalogue.studies

    def slow(catalogue: Catalogue, search: Search) -> tuple[CataloguedStudy, ...]:
        found = listed(catalogue, search)
        read.set()
        handed_over.wait(10)
        return found

    monkeypatch.setattr(Catalogue, "studies", slow)
    main.cataloguing.refresh()
    assert read.wait(10)
    study = main.studies.listed[0]
    main.studies.pick(study.key)
    main.cataloguing.set_state(ReadingState.FLAGGED)
    handed_over.set()
    settle(qtbot, main)
    assert main.cataloguing.state_in_hand is ReadingState.FLAGGED


def test_priors_stand_under_their_patient_by_date(qtbot: QtBot, main: Application, folder: Path) -> None:
    index(qtbot, main, folder)
    main.reading.open([folder / "0"])
    settle(qtbot, main)
    search(qtbot, main, "evans")
    main.window.run("priors")
    settle(qtbot, main)
    model, tree = main.sides.browser.model, main.sides.browser.tree
    patient = tree.currentIndex().parent()
    assert patient.data().startswith("Adams, Ann\n")
    rows = [model.index(row, 0, patient).data() for row in range(model.rowCount(patient))]
    assert [row.split(" · ")[0] for row in rows] == ["2024-05-01", "2020-02-02"]
    assert tree.currentIndex().data().startswith("2024-05-01")


def test_a_series_dragged_from_the_list_is_shown_beside_what_is_open(
    qtbot: QtBot, main: Application, folder: Path
) -> None:
    index(qtbot, main, folder)
    main.reading.open([folder / "0"])
    settle(qtbot, main)
    study = main.sides.browser.model.index_of(
        next(each.key for each in main.studies.listed if "Old" in each.description)
    )
    main.sides.browser.model.fetchMore(study)
    data = main.sides.browser.model.mimeData([main.sides.browser.model.index(0, 0, study)])
    assert bytes(data.data(SERIES_MIME).data()) == b"1.2.100.1"
    drop(main, data)
    settle(qtbot, main)
    assert main.session.series is not None and main.session.series.uid == "1.2.100.1"
    assert main.session.study is not None and len(main.session.study.series) == 2, "beside the study that is open"


def drop(main: Application, data: QMimeData) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(main.canvas, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(main.canvas, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none))


def test_a_study_deleted_from_disk_is_told_and_marked_while_another_stays_on_screen(
    qtbot: QtBot, main: Application, folder: Path
) -> None:
    index(qtbot, main, folder)
    main.reading.open([folder / "1"])
    settle(qtbot, main)
    shown = main.session.series
    shutil.rmtree(folder / "3")
    gone = next(study for study in main.studies.listed if study.description == "Chest 3")
    main.cataloguing.open(gone.key)
    settle(qtbot, main)
    assert "no longer holds the images of this study" in main.notices.all[-1].text
    assert main.studies.find(gone.key).missing and main.session.series == shown
    main.cataloguing.show_series("1.2.3.1")
    settle(qtbot, main)
    assert "is no longer there" in main.notices.all[-1].text and main.session.series == shown
    write(folder / "3", NAMES[3], "20240504", 3, StudyDescription="Chest 3")
    index(qtbot, main, folder)
    assert not main.studies.find(gone.key).missing


def test_a_study_deleted_while_it_is_shown_stays_on_screen_and_is_marked_at_the_next_start(
    qtbot: QtBot, main: Application, start: Callable[[], Application], folder: Path
) -> None:
    main.reading.open([folder / "1"])
    settle(qtbot, main)
    shutil.rmtree(folder / "1")
    main.window.repaint()
    assert main.session.volume is not None
    ended(main)
    again = start()
    assert [study.missing for study in again.studies.listed] == [True]


def test_changed_files_are_read_anew_when_a_listed_study_is_opened(
    qtbot: QtBot, main: Application, folder: Path
) -> None:
    index(qtbot, main, folder)
    write(folder / "1", NAMES[1], "20240502", 1, StudyDescription="Chest 1", SeriesDescription="repeated")
    wanted = next(study for study in main.studies.listed if study.description == "Chest 1")
    main.cataloguing.open(wanted.key)
    settle(qtbot, main)
    assert main.session.series is not None and main.session.series.description == "repeated"
    assert main.session.volume is not None


def test_indexing_is_stopped_by_its_button_and_what_was_found_stays(
    qtbot: QtBot, main: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(qtbot, main, folder / "0")
    listing = main.sandbox.open_study

    def slowly(path: Path, report, partial=None):  # reads and reads, until it is told to stop
        study = listing(path, report)
        partial(study)
        while True:
            time.sleep(0.02)
            report(1, 10, "more")

    monkeypatch.setattr(main.sandbox, "open_study", slowly)
    main.indexing.index([folder])
    qtbot.waitUntil(lambda: len(main.studies.listed) == 6, timeout=20_000)
    main.sides.left.setCurrentWidget(main.sides.browser)
    line = main.sides.browser.line
    assert line.isVisible() and line.bar.maximum() == 10
    QTest.mouseClick(line.stop, Qt.MouseButton.LeftButton)
    settle(qtbot, main)
    assert not line.isVisible() and len(main.studies.listed) == 6
    assert "stopped" in main.notices.all[-1].text


def test_indexing_goes_on_after_the_program_ended(qtbot: QtBot, start: Callable[[], Application], folder: Path) -> None:
    first = start()
    first.indexing.index([folder])
    assert first.studies.indexing is not None
    ended(first)
    again = start()
    assert len(again.studies.listed) == 6


def test_files_that_vanish_while_a_folder_is_indexed_cost_nothing_else(
    qtbot: QtBot, main: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = main.sandbox.open_study

    def vanishing(path: Path, report, partial=None):
        study = listing(path, report, partial)
        shutil.rmtree(folder / "2")
        return study

    monkeypatch.setattr(main.sandbox, "open_study", vanishing)
    index(qtbot, main, folder)
    assert titles(main) == ["Chest 4", "Chest 3", "Chest 1", "Chest 0", "Old chest"]


def test_a_folder_that_is_not_there_is_told(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    index(qtbot, main, tmp_path / "nowhere")
    assert "no such file or folder" in main.notices.all[-1].text
    assert main.studies.indexing is None


def test_small_pictures_are_made_kept_and_never_shown_for_changed_files(
    qtbot: QtBot, main: Application, folder: Path
) -> None:
    main.reading.open([folder / "1"])
    settle(qtbot, main)
    first = main.studies.pictures["1.2.1.1"]
    assert first is not None and first.is_file() and first.parent == main.places.cache / "thumbnails"
    made = first.stat().st_mtime_ns
    main.reading.open([folder / "1"])
    settle(qtbot, main)
    assert main.studies.pictures["1.2.1.1"] == first and first.stat().st_mtime_ns == made, "kept"
    data = dcmread(folder / "1" / "1.dcm")
    data.PixelData = np.zeros_like(data.pixel_array).tobytes()
    data.save_as(folder / "1" / "1.dcm")
    main.reading.open([folder / "1"])
    settle(qtbot, main)
    assert main.studies.pictures["1.2.1.1"] not in (None, first)


def test_a_film_hangs_beside_the_one_before_that_the_library_knows(
    qtbot: QtBot, start: Callable[[], Application], phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    main = start()
    before = write_prior_xray(tmp_path / "before")
    for paths in ([before], [phantom_study.xray]):
        main.reading.open(paths)
        settle(qtbot, main)
    session = main.session
    assert session.layout.name == "1x2"
    assert [pane.series.study_date for pane in session.panes if pane.series] == ["20260101", "20250101"]
    assert session.study is not None and len(session.study.series) == 2, "both are listed as open"
    before.unlink()
    main.reading.open([phantom_study.xray])
    settle(qtbot, main)
    assert session.layout.name == "1x1", "a film that is gone is not missed"


def test_studies_of_the_list_one_after_the_other_by_key(
    qtbot: QtBot, start: Callable[[], Application], folder: Path
) -> None:
    main = start()
    main.indexing.index([folder])
    settle(qtbot, main)
    listed = [study.description for study in main.studies.listed]
    seen: list[str] = []
    control = Qt.KeyboardModifier.ControlModifier
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(main.window, key, control)
        settle(qtbot, main)
        shown = main.session.series
        seen.append(shown.study_description if shown else "")
    assert seen == [*listed[:3], listed[1], listed[0], listed[0]]
    assert main.notices.all[-1].text == "This is the first."
