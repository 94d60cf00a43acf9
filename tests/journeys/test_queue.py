"""A work queue read by keys: the next case is there, verdicts and times are kept; two blind readers, adjudicated."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.classification import Level
from imaging.library.queued import CaseState
from imaging.phantom import PhantomStudy
from imaging.volume import Window
from viewer.app import Application

Start = Callable[[], Application]


def settled(qtbot: QtBot, main: Application) -> None:
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not main.runner.busy() and not main.background.busy(), timeout=60_000)


def to_the_window(qtbot: QtBot, main: Application) -> None:
    """Without a display nobody gives the focus back when a dialog closes."""
    settled(qtbot, main)
    main.window.activateWindow()
    qtbot.waitUntil(main.window.isActiveWindow, timeout=5000)


def press(main: Application, key: Qt.Key) -> None:
    QTest.keyClick(main.window, key)


def drag(main: Application, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas = main.canvas
    places = [
        QPoint(round(canvas.width() * (start[0] + (end[0] - start[0]) * n / 6)),
               round(canvas.height() * (start[1] + (end[1] - start[1]) * n / 6)))
        for n in range(7)
    ]  # fmt: skip
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])


def queue_of(qtbot: QtBot, main: Application, folder: Path, name: str, blind: bool = False, who: str = "") -> None:
    """A queue of a folder, as a person makes it."""
    main.window.run("queue")
    main.sides.queue.folder_chosen.emit(folder)  # what the dialog of the system gives
    dialog = main.queue_dialogs.new_queue
    qtbot.waitUntil(dialog.isVisible, timeout=5000)
    QTest.keyClicks(dialog.name, name)
    if blind:
        dialog.readings.setCurrentIndex(1)
        QTest.keyClicks(dialog.adjudicator, who)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: main.worklist.queue is not None, timeout=60_000)
    to_the_window(qtbot, main)


def states(main: Application) -> list[CaseState]:
    return [case.state for case in main.worklist.cases]


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # pyright: ignore[reportArgumentType]


def test_a_queue_is_read_by_keys_and_everything_is_there_after_a_restart(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    main = start()
    queue_of(qtbot, main, phantom_study.study, "lungs")
    assert main.sides.left.currentWidget() is main.sides.queue
    assert [case.title.split(" · ")[2] for case in main.worklist.cases] == ["CT", "DX", "US"]
    assert main.sides.queue.progress.text() == "0 of 3 done" and main.sides.queue.buttons["next"].text() == "Start"

    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    assert main.session.series is not None and main.session.series.modality == "CT"
    assert main.sides.left.currentWidget() is main.sides.queue, "the list stays in front"
    main.view.set_window(Window(-600, 1500))
    main.view.set_zoom(2.0, (3.0, 4.0))
    QTest.qWait(20)
    press(main, Qt.Key.Key_F5)
    assert main.session.series is not None and main.session.series.modality == "DX", "it was loaded ahead"
    assert main.session.complete and main.session.volume is not None
    assert main.view.zoom == 2.0 and main.view.window != Window(-600, 1500), "zoom goes on, a CT's window does not"

    settled(qtbot, main)
    press(main, Qt.Key.Key_F7)
    assert main.session.hand.tool == "brush" and states(main)[1] is CaseState.STARTED
    drag(main, (0.4, 0.5), (0.6, 0.5))
    assert main.segmentation.array.any()
    press(main, Qt.Key.Key_F7)
    settled(qtbot, main)
    assert main.session.hand.tool == "brush", "the tool stays"
    press(main, Qt.Key.Key_F11)
    settled(qtbot, main)
    assert states(main) == [CaseState.ACCEPTED, CaseState.FIXED, CaseState.REJECTED]
    assert main.worklist.current is None and main.session.series is None
    assert main.notices.all[-1].text.startswith("lungs: nothing is left for")
    fixed = main.worklist.cases[1].readings[0]
    assert fixed.revision is not None and fixed.finished is not None
    assert all(case.readings[0].seconds > 0 for case in main.worklist.cases)
    assert main.shelf.library.revision(fixed.revision).labelmap.array.any()

    main.enlisting.export(tmp_path / "queue.json")
    document = json.loads((tmp_path / "queue.json").read_text())
    assert document["done"] == 3 and [row["state"] for row in document["table"]] == ["accepted", "fixed", "rejected"]
    main.window.close()

    again = start()
    again.window.run("queue")
    settled(qtbot, again)
    assert states(again) == [CaseState.ACCEPTED, CaseState.FIXED, CaseState.REJECTED]
    assert again.sides.queue.progress.text() == "3 of 3 done"
    assert "3 done" in again.sides.queue.figures.text()


def test_a_case_is_fixed_by_what_is_marked_and_not_by_how_it_is_drawn(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy
) -> None:
    main = start()
    main.reading.open([phantom_study.ct])
    settled(qtbot, main)
    press(main, Qt.Key.Key_B)
    drag(main, (0.4, 0.5), (0.6, 0.5))
    main.window.run("save")
    queue_of(qtbot, main, phantom_study.study, "lungs")
    for changed, verdict in ((False, CaseState.ACCEPTED), (True, CaseState.FIXED)):
        main.queueing.open(main.worklist.cases[0].id)
        settled(qtbot, main)
        base, label = main.segmentation.revision, main.segmentation.labels[0]
        name = "Renamed" if changed else label.name
        main.segmentation.set_label(replace(label, name=name, visible=False, opacity=0.5, locked=True), "Change label")
        press(main, Qt.Key.Key_F5)
        settled(qtbot, main)
        reading = main.worklist.cases[0].readings[0]
        assert reading.state is verdict and reading.revision != base and base is not None


def test_a_case_is_fixed_by_a_measurement_and_by_an_answer_as_by_a_stroke(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy
) -> None:
    main = start()
    queue_of(qtbot, main, phantom_study.study, "lungs")
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    press(main, Qt.Key.Key_F7)
    assert main.session.hand.tool == "brush" and "a measurement or an answer" in main.notices.all[-1].text
    press(main, Qt.Key.Key_D)
    drag(main, (0.3, 0.5), (0.7, 0.5))
    assert len(main.session.measurements.all) == 1 and not main.segmentation.array.any()
    press(main, Qt.Key.Key_F7)
    settled(qtbot, main)
    asked = main.classification.asked[0]
    main.classifying.answer(asked, asked.question.choices[0])
    press(main, Qt.Key.Key_F5)
    settled(qtbot, main)
    press(main, Qt.Key.Key_D)
    drag(main, (0.3, 0.5), (0.7, 0.5))
    press_undo(main)
    assert main.session.measurements.all == ()
    press(main, Qt.Key.Key_F5)
    settled(qtbot, main)
    assert states(main) == [CaseState.FIXED, CaseState.FIXED, CaseState.ACCEPTED], "undone is as if never drawn"


def test_a_case_is_put_off_left_and_gone_back_to(qtbot: QtBot, start: Start, phantom_study: PhantomStudy) -> None:
    main = start()
    queue_of(qtbot, main, phantom_study.study, "lungs")
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    press(main, Qt.Key.Key_F12)
    settled(qtbot, main)
    assert states(main)[0] is CaseState.SKIPPED
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    assert states(main)[1:] == [CaseState.STARTED, CaseState.STARTED]
    press(main, Qt.Key.Key_F3)
    settled(qtbot, main)
    assert main.session.series is not None and main.session.series.modality == "DX"
    row = main.sides.queue.model.row_of(main.worklist.cases[0].id)
    main.sides.queue.cases.setCurrentIndex(main.sides.queue.model.index(row))
    QTest.keyClick(main.sides.queue.cases, Qt.Key.Key_Return)
    settled(qtbot, main)
    assert main.session.series.modality == "CT" and states(main)[0] is CaseState.STARTED, "chosen from the list"
    main.sides.queue.state.setCurrentIndex(main.sides.queue.state.findData(CaseState.UNDONE))
    main.sides.queue.state.activated.emit(0)
    assert main.sides.queue.model.rowCount() == 0
    main.sides.queue.state.setCurrentIndex(0)
    main.sides.queue.state.activated.emit(0)
    QTest.keyClicks(main.sides.queue.words, "lung us")
    assert [case.title.split(" · ")[2] for case in main.sides.queue.model.cases] == ["US"]


def test_opening_something_else_leaves_the_case_with_its_time(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy
) -> None:
    main = start()
    queue_of(qtbot, main, phantom_study.study, "lungs")
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    QTest.qWait(20)
    main.reading.open([phantom_study.xray])
    settled(qtbot, main)
    assert main.worklist.current is None and not main.window.actions_by_id["queue-accept"].isEnabled()
    reading = main.shelf.queues.cases("lungs", main.worklist.reader)[0].readings[0]
    assert reading.state is CaseState.STARTED and reading.seconds > 0


@pytest.fixture
def read_twice(qtbot: QtBot, start: Start, phantom_study: PhantomStudy) -> Application:
    """Ada and Bo have read the CT blind, each with a stroke of their own; the adjudicator is at the window."""
    main = start()
    main.enlisting.sign_in("Ada")
    queue_of(qtbot, main, phantom_study.ct, "blind", blind=True, who="Cleo")
    for reader, row in (("Ada", 0.45), ("Bo", 0.6)):
        main.enlisting.sign_in(reader)
        settled(qtbot, main)
        press(main, Qt.Key.Key_F4)
        settled(qtbot, main)
        assert not main.segmentation.array.any(), "the other one's stroke is not to be seen"
        assert main.session.measurements.all == ()
        assert [head.id for head in main.revising.heads] == []
        press(main, Qt.Key.Key_F7)
        drag(main, (0.4, row), (0.6, row))
        press(main, Qt.Key.Key_D)
        drag(main, (0.3, row), (0.7, row))
        assert len(main.session.measurements.all) == 1
        answer_of(main, reader == "Ada")
        seen = main.worklist.cases[0]
        assert all(each.state is CaseState.STARTED for each in seen.readings)
        press(main, Qt.Key.Key_F7)
        settled(qtbot, main)
    assert states(main) == [CaseState.DISAGREED]
    main.enlisting.sign_in("Cleo")
    settled(qtbot, main)
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    qtbot.waitUntil(main.queue_dialogs.adjudication.isVisible, timeout=5000)
    qtbot.waitUntil(lambda: main.queue_dialogs.adjudication.look is not None, timeout=20_000)
    to_the_window(qtbot, main)
    return main


def answer_of(main: Application, first: bool) -> None:
    """The first question about the series answered with the first or second choice; what others said is not there."""
    asked = next(each for each in main.classification.asked if each.subject.target.level is Level.SERIES)
    assert asked.answer is None
    main.classifying.answer(asked, asked.question.choices[0 if first else 1])


def test_two_blind_readings_are_compared_and_one_is_taken(qtbot: QtBot, read_twice: Application) -> None:
    main = read_twice
    dialog = main.queue_dialogs.adjudication
    assert [dialog.rows.topLevelItem(row).text(0) for row in (0, 1)] == ["Ada", "Bo"]
    assert [dialog.rows.topLevelItem(row).text(1) for row in (0, 1)] == ["fixed", "fixed"]
    assert "The masks differ in" in dialog.said.text() and "Dice 0.0000" in dialog.said.text()
    assert dialog.look is not None
    ada, bo = dialog.look.sides
    names = [side.mask.labels[0].name for side in (ada, bo)]
    assert names[0] != names[1] and all(f"{name}: Dice 0.0000" in dialog.said.text() for name in names)
    assert "Ada measured: Length.\nBo measured: Length." in dialog.said.text()
    (pair,) = main.adjudicating.answers()
    assert pair.one is not None and pair.other is not None
    assert "Answers: 0 agree, 1 differ." in dialog.said.text()
    chosen = [each.chosen[0].text for each in (pair.one, pair.other)]
    assert f"{pair.about}: {chosen[0]} for Ada, {chosen[1]} for Bo." in dialog.said.text()
    click(dialog.difference)
    click(dialog.shows[0])
    settled(qtbot, main)
    shown = main.findings.prediction
    assert shown is not None and shown.model.startswith("Ada"), "what was asked for last"
    click(dialog.difference)
    assert main.findings.prediction is shown, "the window does not wait for it"
    settled(qtbot, main)
    assert main.findings.prediction is not shown
    assert main.findings.prediction is not None and not main.segmentation.visible
    assert not main.segmentation.array.any(), "nothing is taken yet"
    click(dialog.takes[1])
    assert np.array_equal(main.segmentation.array, bo.mask.array) and main.segmentation.visible
    QApplication.processEvents()
    press(main, Qt.Key.Key_F5)
    settled(qtbot, main)
    assert not dialog.isVisible() and states(main) == [CaseState.FIXED]
    latest = main.shelf.library.latest_mask(bo.mask and main.worklist.cases[0].series_uid)
    assert latest is not None and np.array_equal(latest.labelmap.array, bo.mask.array)
    assert latest.provenance.author == "Cleo" and latest.note == f"Adjudicated: the mask of {bo.name}"
    done = {(each.provenance.author, each.action) for each in main.revising.attributions(latest.id)}
    assert {("Bo", "modified"), ("Cleo", "approved")} <= done
    assert main.shelf.library.revision(ada.reading.revision or 0).provenance.author == "Ada", "both are kept"


def test_two_blind_readings_are_merged_and_that_is_undone(qtbot: QtBot, read_twice: Application) -> None:
    main = read_twice
    look = main.queue_dialogs.adjudication.look
    assert look is not None
    masks = [side.mask for side in look.sides]
    main.queue_dialogs.adjudication.merge.menu().actions()[0].trigger()
    state = main.segmentation
    assert main.runner.busy() and not state.array.any(), "the window does not wait for it"
    settled(qtbot, main)
    for mask in masks:
        name = mask.labels[0].name
        value = next(label.value for label in state.labels if label.name == name)
        assert mask.array.any() and np.array_equal(state.inside(value), mask.array == 1), "changes of both"
    settled(qtbot, main)
    press_undo(main)
    assert not main.segmentation.array.any()
    press(main, Qt.Key.Key_F11)
    settled(qtbot, main)
    assert states(main) == [CaseState.REJECTED]


def test_a_merge_of_two_readings_does_not_take_what_is_painted_meanwhile(qtbot: QtBot, read_twice: Application) -> None:
    main = read_twice
    main.queue_dialogs.adjudication.merge.menu().actions()[0].trigger()
    press(main, Qt.Key.Key_B)
    drag(main, (0.4, 0.3), (0.6, 0.3))
    painted = main.segmentation.array.copy()
    settled(qtbot, main)
    assert painted.any() and np.array_equal(main.segmentation.array, painted)
    assert "merge it again" in main.notices.all[-1].text
    assert not any("Adjudicated" in head.note for head in main.revising.heads)
    main.queue_dialogs.adjudication.merge.menu().actions()[0].trigger()
    settled(qtbot, main)
    assert main.revising.heads[0].note.startswith("Adjudicated: three-way of Ada")


def test_a_merge_of_two_readings_does_not_come_to_a_case_that_was_put_off(
    qtbot: QtBot, read_twice: Application
) -> None:
    main = read_twice
    series = main.worklist.cases[0].series_uid
    before = [head.id for head in main.shelf.revisions.of(series)]
    main.queue_dialogs.adjudication.merge.menu().actions()[0].trigger()
    press(main, Qt.Key.Key_F12)
    settled(qtbot, main)
    assert [head.id for head in main.shelf.revisions.of(series)] == before


def test_an_adjudication_that_finds_nothing_to_compare_says_so(main: Application) -> None:
    dialog = main.queue_dialogs.adjudication
    dialog.open_anew()
    assert dialog.said.text() == "The masks were not compared."
    dialog.close()


def press_undo(main: Application) -> None:
    QTest.keyClick(main.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_a_queue_of_studies_chosen_in_the_list(qtbot: QtBot, start: Start, phantom_study: PhantomStudy) -> None:
    main = start()
    main.indexing.index([phantom_study.study])
    settled(qtbot, main)
    (study,) = main.studies.listed
    menu = main.sides.browser.menu_at(main.sides.browser.model.index_of(study.key))
    assert menu is not None
    next(each for each in menu.actions() if each.text() == "Work queue of this study…").trigger()
    assert main.queue_dialogs.new_queue.isVisible() and main.queue_dialogs.new_queue.of.text() == "1 study"
    QTest.keyClicks(main.queue_dialogs.new_queue.name, "again")
    QTest.keyClick(main.queue_dialogs.new_queue, Qt.Key.Key_Return)
    settled(qtbot, main)
    assert [case.queue for case in main.worklist.cases] == ["again"] * 3


def test_a_case_whose_files_are_gone_is_put_off_and_told(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    folder = tmp_path / "ct"
    shutil.copytree(phantom_study.ct, folder)
    main = start()
    queue_of(qtbot, main, folder, "lungs")
    shutil.rmtree(folder)
    press(main, Qt.Key.Key_F4)
    settled(qtbot, main)
    assert "is no longer there: the case is put off" in main.notices.all[-1].text
    assert states(main) == [CaseState.SKIPPED] and main.worklist.current is None
