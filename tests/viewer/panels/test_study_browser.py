"""The study browser by mouse and keyboard, on a catalogue of its own."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.geometry import Geometry
from imaging.library.catalogued import ReadingState
from imaging.study import Patient, Series
from viewer.app import Application
from viewer.panels.study_words import patient_name

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def main(main: Application, qtbot: QtBot) -> Application:
    main.cataloguing.begin()
    settle(qtbot, main)
    return main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a.dcm"
    made.write_bytes(b"no image")
    return made


def settle(qtbot: QtBot, main: Application) -> None:
    typing = main.sides.browser.filter.findChildren(QTimer)
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in typing), timeout=20_000)
    qtbot.waitUntil(lambda: not main.background.busy() and not main.runner.busy(), timeout=20_000)
    QApplication.processEvents()


def fill(qtbot: QtBot, main: Application, file: Path, patients: int = 3, studies: int = 2) -> None:
    """Studies of one series each; modality and date differ by study."""
    items = [
        Series(
            f"{n}.{m}", "volume", "DICOM", (file,), (9, 8, 8), Geometry((9, 8, 8)), study_uid=f"{n}.{m}",
            patient=Patient(f"P{n}", f"Name{n}^Given", "19600101"), modality="CT" if m == 0 else "MR",
            study_date=f"202{m}0101", study_description=f"Study {m}", description=f"Series {n}.{m}",
        )
        for n in range(patients)
        for m in range(studies)
    ]  # fmt: skip
    main.shelf.catalogue.add(items)
    main.cataloguing.refresh()
    settle(qtbot, main)


def texts(main: Application) -> list[str]:
    """First lines of the rows that are seen, from the top."""
    tree, found = main.sides.browser.tree, []
    index = main.sides.browser.model.index(0, 0)
    while index.isValid():
        found.append(index.data().split("\n")[0])
        index = tree.indexBelow(index)
    return found


def press(main: Application, *keys: Qt.Key) -> None:
    for code in keys:
        QTest.keyClick(main.sides.browser.tree, code)
        QApplication.processEvents()


def test_the_empty_list_says_what_to_do(main: Application) -> None:
    assert main.sides.browser.empty.isVisible() and "index a folder" in main.sides.browser.empty.text()


def test_patients_show_their_studies_from_the_newest_on(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 2)
    assert sorted(texts(main)[::3]) == ["Name0, Given", "Name1, Given"]
    assert texts(main)[1:3] == texts(main)[4:] == ["2021-01-01 · MR · Study 1", "2020-01-01 · CT · Study 0"]


def test_slash_searches_and_the_filters_narrow(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file)
    QTest.keyClick(main.window, Qt.Key.Key_Slash)
    assert main.sides.browser.filter.words.hasFocus()
    QTest.keyClicks(main.sides.browser.filter.words, "name2 wr")
    settle(qtbot, main)
    assert main.sides.browser.empty.isVisible() and main.sides.browser.empty.text() == "No study fits the search."
    QTest.keyClick(main.sides.browser.filter.words, Qt.Key.Key_Backspace)
    QTest.keyClick(main.sides.browser.filter.words, Qt.Key.Key_Backspace)
    settle(qtbot, main)
    assert texts(main)[0] == "Name2, Given" and len(texts(main)) == 3
    main.sides.browser.filter.modality.setCurrentText("CT")
    settle(qtbot, main)
    assert texts(main) == ["Name2, Given", "2020-01-01 · CT · Study 0"]
    QTest.keyClick(main.sides.browser.filter.words, Qt.Key.Key_Escape)
    settle(qtbot, main)
    assert len(texts(main)) == 6, "CT of three patients"


def test_a_range_of_dates(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 1)
    choices = main.sides.browser.filter
    main.sides.left.setCurrentWidget(main.sides.browser)
    choices.dates.setCurrentIndex(choices.dates.count() - 1)
    assert choices.first.isVisible() and choices.last.isVisible()
    QTest.keyClicks(choices.first, "2020-06-01")
    QTest.keyClicks(choices.last, "2021-0")
    settle(qtbot, main)
    assert texts(main)[1:] == ["2021-01-01 · MR · Study 1"], "what is no date yet narrows nothing"
    choices.dates.setCurrentIndex(1)
    settle(qtbot, main)
    assert main.studies.listed == (), "nothing of today"


def test_the_keyboard_walks_unfolds_and_sets_states(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 1)
    tree = main.sides.browser.tree
    tree.setFocus()
    tree.setCurrentIndex(main.sides.browser.model.index(0, 0))
    assert main.studies.in_hand == "", "a patient is no study"
    press(main, Qt.Key.Key_Down)
    study = main.studies.listed[0]
    assert main.studies.in_hand == study.key
    press(main, Qt.Key.Key_Space, Qt.Key.Key_Down)
    assert tree.currentIndex().data().startswith("Series 0.1\n"), "unfolded"
    assert main.studies.in_hand == study.key, "a series stands for its study"
    assert main.window.actions_by_id["state-unread"].isChecked()
    QTest.keyClick(tree, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert main.shelf.catalogue.study(study.key).state is ReadingState.FLAGGED
    assert tree.currentIndex().data().startswith("Series 0.1\n"), "the row stays where it is"
    assert tree.currentIndex().parent().data().split("\n")[1].startswith("flagged")
    press(main, Qt.Key.Key_Home, Qt.Key.Key_Up)
    assert main.sides.browser.filter.words.hasFocus()
    assert main.studies.in_hand == ""


def test_the_menu_of_a_row_sets_the_state_and_takes_off_the_list(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 1, 1)
    study = main.sides.browser.model.index_of(main.studies.listed[0].key)
    assert main.sides.browser.menu_at(study.parent()) is None
    menu = main.sides.browser.menu_at(study)
    entries = {action.text(): action for action in menu.actions()}
    assert entries["Unread"].isChecked() and not entries["Read"].isChecked()
    entries["Read"].trigger()
    assert main.studies.listed[0].state is ReadingState.READ
    entries["Take off the list"].trigger()
    settle(qtbot, main)
    assert main.studies.listed == () and main.sides.browser.empty.isVisible() and file.exists()


def test_a_double_click_opens(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 1, 1)
    tree = main.sides.browser.tree
    place = tree.visualRect(main.sides.browser.model.index_of(main.studies.listed[0].key)).center()
    QTest.mouseClick(tree.viewport(), LEFT, pos=place)
    QTest.mouseDClick(tree.viewport(), LEFT, pos=place)
    settle(qtbot, main)
    assert main.session.study is not None and main.session.study.series[0].uid == "0.0"


def test_unfolded_rows_and_the_chosen_one_stay_when_the_list_grows(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 70, 1)
    tree, model = main.sides.browser.tree, main.sides.browser.model
    study = model.index_of(main.studies.listed[20].key)
    tree.expand(study.parent())
    tree.expand(study)
    tree.setCurrentIndex(model.index(0, 0, study))
    chosen = tree.currentIndex().data()
    fill(qtbot, main, file, 80, 1)
    assert model.rowCount() == 80 and tree.currentIndex().data() == chosen
    assert sum(tree.isExpanded(model.index(row, 0)) for row in range(80)) == 1, "others are folded in a long list"


def test_nothing_is_cut_off_in_the_narrowest_dock(qtbot: QtBot, main: Application, file: Path) -> None:
    fill(qtbot, main, file, 1, 1)
    browser = main.sides.browser
    assert browser.isVisible() and browser.width() >= browser.minimumSizeHint().width()
    for widget in (browser.filter.words, browser.filter.list, browser.filter.modality, browser.filter.dates):
        right = widget.mapTo(browser, QPoint(widget.width(), 0)).x()
        assert right <= browser.width()


@pytest.mark.parametrize(
    ("patient", "shown"),
    [
        (Patient("1", "Meier^Anna^B"), "Meier, Anna B"),
        (Patient("1", ""), "1"),
        (Patient(), "No patient name"),
        (Patient("1", "^Anna"), "Anna"),
    ],
)
def test_names(patient: Patient, shown: str) -> None:
    assert patient_name(patient) == shown
