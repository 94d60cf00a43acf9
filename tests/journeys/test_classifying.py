"""Studies, series, images, frames and regions are classified by mouse and by keys alone, and nothing of it is lost."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from imaging.classification import Level
from imaging.library.answered import Answered
from imaging.library.catalogued import study_key
from imaging.library.store import Library
from imaging.phantom import PhantomStudy
from inference.manifest import LabelSpec
from training.index import read_index
from viewer.app import Application
from viewer.cli import program
from viewer.panels.question_row import QuestionRow

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
Start = Callable[[], Application]


def settle(qtbot: QtBot, main: Application) -> None:
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.complete, timeout=60_000)


def open_on(qtbot: QtBot, main: Application, path: Path) -> Application:
    main.reading.open([path])
    settle(qtbot, main)
    main.sides.right.setCurrentWidget(main.sides.questions)
    QApplication.processEvents()
    return main


def row(main: Application, question: str) -> QuestionRow:
    return next(each for each in main.sides.questions.rows if each.asked.question.name == question)


def click(main: Application, question: str, choice: str) -> None:
    asked = row(main, question)
    names = [each.name for each in asked.asked.question.choices]
    QTest.mouseClick(asked.buttons[names.index(choice)], LEFT)
    QApplication.processEvents()


def chosen(main: Application, question: str) -> list[str]:
    """The choices whose buttons are down."""
    asked = row(main, question)
    choices = asked.asked.question.choices
    return [choice.name for each, choice in zip(asked.buttons, choices, strict=True) if each.isChecked()]


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)
    QApplication.processEvents()


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_every_level_is_answered_with_one_click_and_undone(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    open_on(qtbot, main, phantom_study.ct)
    click(main, "follow_up", "yes")
    click(main, "pattern", "typical")
    click(main, "signs", "ground_glass")
    click(main, "signs", "effusion")
    click(main, "region_kind", "consolidation")
    levels = {each.subject.target.level for each in main.classification.asked if each.answer}
    assert levels == {Level.STUDY, Level.SERIES, Level.IMAGE, Level.REGION}
    assert chosen(main, "signs") == ["ground_glass", "effusion"], "several signs at once"
    assert row(main, "signs").said.text().startswith(main.classification.asked[3].answer.provenance.author)
    assert main.sides.questions.progress.text() == "4 of 5 answered"
    click(main, "pattern", "atypical")
    assert chosen(main, "pattern") == ["atypical"], "a grade is one of them"
    click(main, "pattern", "atypical")
    assert chosen(main, "pattern") == [], "pointing again takes it back"
    for _ in range(3):
        main.window.run("undo")
    assert chosen(main, "pattern") == ["typical"] and chosen(main, "region_kind") == []
    main.window.run("redo")
    assert chosen(main, "region_kind") == ["consolidation"]


def test_slice_after_slice_by_keys_alone(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    open_on(qtbot, main, phantom_study.ct)
    main.sides.right.setCurrentIndex(0)
    main.viewports.active.setFocus()
    first = main.view.k
    press(Qt.Key.Key_A, BOTH)
    assert main.sides.right.currentWidget() is main.sides.questions and focused() is row(main, "follow_up")
    press(Qt.Key.Key_2)
    for _ in range(3):
        press(Qt.Key.Key_Tab)
    assert focused() is row(main, "signs")
    window = main.view.window
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Down)
    assert main.view.k == first + 1 and chosen(main, "signs") == [] and focused() is row(main, "signs")
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_4)
    press(Qt.Key.Key_Up)
    assert chosen(main, "signs") == ["ground_glass"]
    press(Qt.Key.Key_Down)
    assert chosen(main, "signs") == ["consolidation", "nodule"]
    press(Qt.Key.Key_9)
    assert chosen(main, "signs") == ["consolidation", "nodule"], "there is no ninth choice"
    assert main.view.window == window, "numbers are no window presets meanwhile"
    press(Qt.Key.Key_Delete)
    assert chosen(main, "signs") == []
    main.window.run("next-label-set")
    main.window.run("next-label-set")
    assert focused() is row(main, "follow_up"), "the keyboard stays with the questions when others are asked"
    press(Qt.Key.Key_Escape)
    press(Qt.Key.Key_2)
    assert main.view.window != window and chosen(main, "follow_up") == [], "the keyboard is the picture's again"


def test_a_frame_of_a_clip_and_a_measurement(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    open_on(qtbot, main, phantom_study.ultrasound)
    main.view.set_slice(7)
    click(main, "signs", "b_line")
    assert row(main, "signs").asked.subject.title.startswith("Frame 8 of")
    main.view.set_slice(8)
    assert chosen(main, "signs") == []
    main.window.run("tool-length")
    view = main.viewports.active
    start, end = view.rect().center() - QPoint(40, 20), view.rect().center() + QPoint(30, 40)
    QTest.mousePress(view, LEFT, NONE, start)
    for place in ((start + end) / 2, end):
        QTest.mouseMove(view, place)
    QTest.mouseRelease(view, LEFT, NONE, end)
    main.sides.right.setCurrentWidget(main.sides.questions)
    QApplication.processEvents()
    assert row(main, "certain").asked.subject.title == "Measurement “Length”"
    click(main, "certain", "unsure")
    (found,) = (each for each in main.classification.asked if each.question.name == "certain")
    assert found.subject.target.region.startswith("measurement ") and [each.name for each in found.chosen] == ["unsure"]


def test_everything_is_there_after_a_new_start_and_can_still_be_undone(
    qtbot: QtBot, start: Start, phantom_study: PhantomStudy
) -> None:
    main = open_on(qtbot, start(), phantom_study.ct)
    click(main, "signs", "nodule")
    click(main, "follow_up", "no")
    click(main, "extent", "up_to_25")
    main.window.close()
    again = open_on(qtbot, start(), phantom_study.ct)
    assert (chosen(again, "signs"), chosen(again, "follow_up"), chosen(again, "extent")) == (
        ["nodule"], ["no"], ["up_to_25"],
    )  # fmt: skip
    again.window.run("undo")
    assert chosen(again, "extent") == [], "the undo line is there too"
    series = again.session.series
    assert series is not None
    library = Library(again.places.library)
    history = Answered(library).history(study_key(series), series.uid)
    library.close()
    assert [(each.answer.question, each.withdrawn) for each in history] == [
        ("signs", False), ("follow_up", False), ("extent", False), ("extent", True),
    ]  # fmt: skip


def test_what_was_answered_in_the_window_leaves_as_a_table_and_teaches(
    qtbot: QtBot, start: Start, tmp_path: Path, phantom_study: PhantomStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = open_on(qtbot, start(), phantom_study.ct)
    main.view.set_slice(10)
    click(main, "signs", "nodule")
    main.view.set_slice(11)
    click(main, "signs", "ground_glass")
    click(main, "region_kind", "other")
    click(main, "follow_up", "unsure")
    main.window.close()
    monkeypatch.setenv("WETREAD_DATA", str(main.places.data))
    command = ["annotations", "answers", "export", str(phantom_study.ct)]
    ended = CliRunner().invoke(program, [*command, str(tmp_path / "answers.csv")])
    assert ended.exit_code == 0 and "4 answers" in ended.stdout
    with (tmp_path / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {(each["level"], each["slice"], each["region"], each["answer"]) for each in rows}
    assert found == {
        ("image", "11", "", "nodule"),
        ("image", "12", "", "ground_glass"),
        ("region", "", "segment 1", "other"),
        ("study", "", "", "unsure"),
    }
    assert all(each["sop_instance"] for each in rows if each["slice"]) and {each["patient"] for each in rows} != {""}
    assert CliRunner().invoke(program, [*command, str(tmp_path / "index.csv"), "--index", "signs"]).exit_code == 0
    labels = tuple(LabelSpec(name=name, value=value) for value, name in enumerate(("nodule", "ground_glass")))
    learnt = read_index(tmp_path / "index.csv", "chest-ct", "classification", labels)
    assert [each.label for each in learnt.examples] == ["nodule", "ground_glass"]
    assert learnt.examples[0].load().array.shape[0] == 1, "a file of one slice each"


def test_a_study_answer_is_that_of_all_its_series(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    open_on(qtbot, main, phantom_study.study)
    study = main.session.study
    assert study is not None
    ct, film = (next(each for each in study.series if each.modality == modality) for modality in ("CT", "DX"))
    main.reading.load(film)
    settle(qtbot, main)
    click(main, "changed", "no")
    click(main, "quality", "limited")
    main.reading.load(ct)
    settle(qtbot, main)
    assert main.sides.questions.sets.currentText() == "Chest CT, COVID-19"
    main.window.run("next-label-set")
    assert main.sides.questions.sets.currentText() == "Chest X-ray"
    assert (chosen(main, "changed"), chosen(main, "quality")) == (["no"], []), "the quality was another image's"
    main.sides.questions.sets.activated.emit(main.sides.questions.sets.findText("Lung ultrasound"))  # as its list does
    assert main.sides.questions.sets.currentText() == "Lung ultrasound" and row(main, "aeration").isVisible()
    main.window.run("next-label-set")
    assert main.sides.questions.sets.currentText() == "Breast ultrasound", "after the last comes the first"


def test_a_models_findings_become_answers_with_its_name(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    open_on(qtbot, main, phantom_study.xray)
    main.inferring.predict()
    qtbot.waitUntil(lambda: main.findings.prediction is not None, timeout=120_000)
    prediction = main.findings.prediction
    assert prediction is not None
    top = max(prediction.findings, key=lambda each: each.probability)
    asked = row(main, "impression")
    assert asked.proposal.isVisible() and f"({top.probability:.0%})" in asked.proposal.text()
    QTest.mouseClick(asked.proposal, LEFT)
    assert chosen(main, "impression") == [top.label] and not asked.proposal.isVisible()
    assert asked.said.text().endswith(f", taken over from {prediction.model} {prediction.version}")
    names = [each.name for each in asked.asked.question.choices]
    other = next(name for name in names if name != top.label)
    click(main, "impression", other)
    assert "taken over" not in asked.said.text() and asked.proposal.isVisible(), "a person changed it"
    asked.setFocus()
    press(Qt.Key.Key_Return)
    assert chosen(main, "impression") == [top.label]


def test_a_label_set_with_an_error_names_the_line_and_the_others_are_used(
    qtbot: QtBot, start: Start, tmp_path: Path, phantom_study: PhantomStudy
) -> None:
    folder = tmp_path / "data" / "settings" / "label_sets"
    folder.mkdir(parents=True)
    good = 'version = 1\nname = "mine"\ntitle = "Mine"\nmodalities = ["CT"]\n[[question]]\nname = "done"\n'
    good += 'text = "Well?"\nlevel = "series"\nkind = "yes-no"\n'
    (folder / "bad.toml").write_text(good.replace('"series"', '"galaxy"'))
    main = open_on(qtbot, start(), phantom_study.ct)
    assert any("bad.toml, line 8: question.0.level" in notice.text for notice in main.notices.all)
    assert main.sides.questions.sets.currentText() == "Chest CT, COVID-19"
    (folder / "good.toml").write_text(good)
    again = open_on(qtbot, start(), phantom_study.ct)
    assert again.sides.questions.sets.currentText() == "Mine", "a person's own set comes first"
    click(again, "done", "yes")
    assert chosen(again, "done") == ["yes"]


@pytest.mark.parametrize("path", ["ct", "xray", "ultrasound"])
def test_nothing_is_cut_off(qtbot: QtBot, main: Application, phantom_study: PhantomStudy, path: str) -> None:
    open_on(qtbot, main, getattr(phantom_study, path))
    assert main.sides.right.tabBar().sizeHint().width() <= main.sides.right.width(), "every tab is seen"
    for each in main.sides.questions.rows:
        for button in each.buttons:
            assert button.width() >= button.sizeHint().width(), button.text()
            assert each.rect().contains(button.geometry())
