"""Answers and the library: a library that fails loses nothing, and a model's answer says that it is one."""

import sqlite3
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from imaging.classification import AnswerEdit, Choice, Kind, LabelSet, Level, Question
from imaging.geometry import Calibration, Geometry
from imaging.history import Step
from imaging.labelmap import Label
from imaging.legend import Legend
from imaging.library.catalogued import study_key
from imaging.library.journal_entries import decode, encode
from imaging.library.shelf import Shelf
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.study import Series
from imaging.volume import Kind as VolumeKind
from imaging.volume import Volume
from inference.prediction import Finding, Prediction
from viewer.commands.classifying import Classifying
from viewer.commands.segmenting import Segmenting
from viewer.places import author
from viewer.state.classification import Asked, Classification
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

GRID = Geometry((4, 4, 4), calibration=Calibration.PATIENT)
CHOICES = (Choice("clear", "Clear"), Choice("opaque"), Choice("other"))
ONE = LabelSet("lungs", 3, "Lungs", tuple(Question(each.value, each.value, each, Kind.ONE, CHOICES) for each in Level))
FILMS = replace(ONE, name="films", modalities=("DX",))


@dataclass
class Room:
    """What the commands work with."""

    session: Session
    segmentation: Segmentation
    findings: Findings
    state: Classification
    notices: Notices
    shelf: Shelf
    classifying: Classifying

    def show(
        self, uid: str, kind: VolumeKind = "volume", frames: int = 4, modality: str = "CT", description: str = ""
    ) -> Series:
        grid = replace(GRID, shape_kji=(frames, 4, 4))
        series = Series(
            uid, kind, "picture", (Path("/scans/a.png"),), grid.shape_kji, grid, modality, description, study_uid="9"
        )
        volume = Volume(np.zeros(grid.shape_kji, np.uint8), grid, kind, modality=modality, series_uid=uid)
        self.session.show(series, volume)
        return series

    def asked(self, level: Level) -> Asked:
        found = self.state.find(level.value)
        assert found is not None
        return found

    def answer(self, level: Level, number: int) -> None:
        self.classifying.answer(self.asked(level), CHOICES[number])

    def answers(self, level: Level) -> list[str]:
        return [each.name for each in self.asked(level).chosen]


def furnish(place: Path, *label_sets: LabelSet) -> Room:
    session, segmentation, findings = Session(), Segmentation(), Findings()
    state, notices, shelf = Classification(), Notices(), Shelf(place)
    made = Classifying(session, segmentation, findings, state, notices, shelf, label_sets or (FILMS, ONE))
    return Room(session, segmentation, findings, state, notices, shelf, made)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


@pytest.fixture
def room(place: Path) -> Generator[Room]:
    made = furnish(place)
    yield made
    made.shelf.close()


def write(place: Path, order: str) -> None:
    with sqlite3.connect(place) as database:
        database.execute(order)
    database.close()


def said(prediction: tuple[tuple[str, float], ...], task: str = "classification") -> Prediction:
    findings = tuple(Finding(name, name, probability) for name, probability in prediction)
    return Prediction("1.2", "reader", "2.0", task, findings, None, {}, "cpu", 0.1, 1.0)


def test_what_is_shown_is_asked_about(room: Room) -> None:
    series = room.show("1.2")
    room.session.view.set_slice(2)
    asked = {each.question.level: each.subject for each in room.state.asked}
    assert set(asked) == {Level.STUDY, Level.SERIES, Level.IMAGE}
    assert asked[Level.STUDY].target.series_uid == "" and asked[Level.STUDY].target.study == study_key(series)
    assert (asked[Level.IMAGE].target.k, asked[Level.IMAGE].title) == (2, "Slice 3 of 4")
    room.session.active.set_plane("coronal")
    assert room.state.find("image") is None, "a coronal plane is no image"
    room.show("1.3", "clip")
    assert room.asked(Level.FRAME).subject.title == "Frame 1 of 4" and room.state.find("image") is None
    room.show("1.4", "image", 1)
    assert room.asked(Level.IMAGE).subject.title == "This image"
    room.session.show(None, None)
    assert room.state.asked == ()


def test_the_measurement_or_else_the_segment_is_the_region(room: Room) -> None:
    room.show("1.2")
    room.segmentation.load(GRID, None, (Label(3, "lesion"),))
    assert room.asked(Level.REGION).subject.title == "Segment “lesion”"
    room.answer(Level.REGION, 1)
    room.session.measurements.add(Measurement("u", Length(((0, 0, 0), (0, 0, 1))), "lps", "gap"))
    assert room.asked(Level.REGION).subject.title == "Measurement “gap”" and room.answers(Level.REGION) == []
    assert room.asked(Level.REGION).subject.target.region == "measurement u"
    room.session.measurements.select("")
    assert room.answers(Level.REGION) == ["opaque"]


def test_a_deleted_segment_takes_its_answers_along_in_one_step(room: Room) -> None:
    study = study_key(room.show("1.2"))
    room.segmentation.load(GRID, None, (Label(1, "lesion"), Label(2, "nodule")))
    segmenting = Segmenting(room.session, room.segmentation, room.notices, ())
    room.segmentation.set_active(2)
    room.answer(Level.REGION, 1)
    room.segmentation.set_active(1)
    room.answer(Level.REGION, 0)
    segmenting.delete()
    segmenting.add("another")
    assert room.segmentation.active == 1 and room.answers(Level.REGION) == [], "a new segment inherits nothing"
    assert [each.target.region for each in room.shelf.answered.of(study, "1.2")] == ["segment 2"]
    done = room.segmentation.history.done
    assert [step.name for step in done[2:]] == ["Delete segment", "Add segment"]
    assert decode(encode(done[2])) is not None, "the journal keeps both in one entry"
    room.segmentation.undo()
    room.segmentation.undo()
    room.segmentation.set_active(1)
    assert room.answers(Level.REGION) == ["clear"]
    room.segmentation.redo()
    assert [each.target.region for each in room.shelf.answered.of(study, "1.2")] == ["segment 2"]


def test_another_mask_in_the_place_does_not_inherit_the_answers(room: Room) -> None:
    room.show("1.2")
    room.segmentation.load(GRID, None, (Label(1, "lesion"), Label(2, "nodule")))
    for value in (1, 2):
        room.segmentation.set_active(value)
        room.answer(Level.REGION, 1)
    room.segmentation.become([np.zeros(GRID.shape_kji, np.uint8)], Legend((Label(1, "liver"), Label(2, "nodule"))), "x")
    room.segmentation.set_active(1)
    assert room.answers(Level.REGION) == []
    room.segmentation.set_active(2)
    assert room.answers(Level.REGION) == ["opaque"], "the same segment with other voxels keeps its answers"
    room.segmentation.undo()
    room.segmentation.set_active(1)
    assert room.answers(Level.REGION) == ["opaque"]


def test_a_set_for_the_modality_is_chosen_and_a_choice_stays(room: Room) -> None:
    room.show("1.2", modality="DX")
    assert room.state.chosen is FILMS
    room.classifying.choose(ONE)
    room.show("1.3", modality="DX")
    assert room.state.chosen is ONE, "what a person chose suits too"
    room.classifying.choose(FILMS)
    room.show("1.4", modality="CT")
    assert room.state.chosen is ONE


def test_a_set_that_speaks_of_the_series_comes_first(place: Path) -> None:
    spoken = replace(ONE, name="ribs", words=("rib",))
    room = furnish(place, FILMS, ONE, spoken)
    room.show("1.2", description="Ribs, left")
    assert room.state.chosen is spoken
    room.show("1.3", description="Abdomen")
    assert room.state.chosen is ONE
    room.shelf.close()


def test_every_answer_is_in_the_library_at_once(room: Room) -> None:
    study = study_key(room.show("1.2"))
    room.answer(Level.STUDY, 0)
    room.answer(Level.IMAGE, 1)
    room.answer(Level.IMAGE, 2)
    kept = {each.question: each for each in room.shelf.answered.of(study, "1.2")}
    assert (kept["image"].chosen, kept["study"].chosen) == (CHOICES[2:], CHOICES[:1])
    assert (kept["image"].label_set, kept["image"].set_version) == ("lungs", 3)
    assert (kept["image"].provenance.author, kept["image"].provenance.model) == (author(), "")
    room.classifying.withdraw(room.asked(Level.IMAGE))
    room.classifying.withdraw(room.asked(Level.SERIES))
    assert [each.question for each in room.shelf.answered.of(study, "1.2")] == ["study"]
    assert len(room.shelf.answered.history(study, "1.2")) == 4, "withdrawing nothing is nothing"


def test_undo_and_redo_go_through_the_library_too(room: Room) -> None:
    study = study_key(room.show("1.2"))
    room.answer(Level.IMAGE, 0)
    room.answer(Level.IMAGE, 1)
    assert [step.name for step in room.segmentation.history.done] == ["Answer “image”"] * 2
    room.segmentation.undo()
    assert room.answers(Level.IMAGE) == ["clear"]
    room.segmentation.undo()
    assert room.answers(Level.IMAGE) == [] and room.shelf.answered.of(study, "1.2") == ()
    room.segmentation.redo()
    assert room.shelf.answered.of(study, "1.2")[0].chosen == CHOICES[:1]


def test_a_study_is_answered_in_any_of_its_series(room: Room) -> None:
    room.show("1.2")
    room.answer(Level.STUDY, 0)
    room.answer(Level.SERIES, 1)
    room.show("1.3")
    assert (room.answers(Level.STUDY), room.answers(Level.SERIES)) == (["clear"], [])


def test_what_could_not_be_saved_stays_and_is_saved_with_the_next_answer(room: Room, place: Path) -> None:
    study = study_key(room.show("1.2"))
    room.answer(Level.SERIES, 0)
    write(place, "ALTER TABLE answer_revision RENAME TO elsewhere")
    room.answer(Level.IMAGE, 1)
    assert "still on screen" in room.notices.all[-1].text
    room.show("1.3")
    assert "could not be read" in room.notices.all[-1].text
    room.show("1.2")
    assert room.answers(Level.IMAGE) == ["opaque"], "the series was left and came back"
    write(place, "ALTER TABLE elsewhere RENAME TO answer_revision")
    room.answer(Level.STUDY, 2)
    assert {each.question for each in room.shelf.answered.of(study, "1.2")} == {"series", "image", "study"}


def test_what_only_the_undo_line_knows_comes_back(room: Room, place: Path) -> None:
    """As after a crash while the library was gone: the journal has the steps, the library does not."""
    room.show("1.2")
    room.answer(Level.SERIES, 0)
    room.answer(Level.STUDY, 0)
    write(place, "ALTER TABLE answer_revision RENAME TO elsewhere")
    room.answer(Level.IMAGE, 1)
    room.classifying.withdraw(room.asked(Level.SERIES))
    write(place, "ALTER TABLE elsewhere RENAME TO answer_revision")
    again = furnish(place)
    again.segmentation.history.restore(room.segmentation.history.done, ())
    study = study_key(again.show("1.2"))
    assert (again.answers(Level.IMAGE), again.answers(Level.SERIES)) == (["opaque"], [])
    assert {each.question for each in again.shelf.answered.of(study, "1.2")} == {"study", "image"}
    again.shelf.close()


def test_what_was_taken_back_while_the_library_was_gone_stays_taken_back(room: Room, place: Path) -> None:
    room.show("1.2")
    room.answer(Level.STUDY, 0)
    room.answer(Level.SERIES, 0)
    room.answer(Level.SERIES, 1)
    write(place, "ALTER TABLE answer_revision RENAME TO elsewhere")
    room.segmentation.undo()
    write(place, "ALTER TABLE elsewhere RENAME TO answer_revision")
    again = furnish(place)
    again.segmentation.history.restore(room.segmentation.history.done, room.segmentation.history.undone)
    again.show("1.2")
    assert again.answers(Level.SERIES) == ["clear"], "as before the undone change"
    again.shelf.close()


def test_what_somebody_else_answered_since_stays(room: Room, place: Path) -> None:
    study = study_key(room.show("1.2"))
    write(place, "ALTER TABLE answer_revision RENAME TO elsewhere")
    room.answer(Level.SERIES, 0)
    mine = room.asked(Level.SERIES).answer
    write(place, "ALTER TABLE elsewhere RENAME TO answer_revision")
    later = replace(mine, chosen=(Choice("opaque"),), provenance=replace(mine.provenance, author="Bo"))
    room.shelf.answered.save(room.session.series, (later,))
    again = furnish(place)
    again.segmentation.history.restore(room.segmentation.history.done, ())
    again.show("1.2")
    assert again.answers(Level.SERIES) == ["opaque"]
    assert again.shelf.answered.of(study, "1.2") == (later,)
    again.shelf.close()


def test_an_answer_goes_through_the_journal_unchanged(room: Room) -> None:
    room.show("1.2")
    room.answer(Level.IMAGE, 1)
    room.classifying.withdraw(room.asked(Level.IMAGE))
    for step in room.segmentation.history.done:
        back = decode(encode(step))
        assert isinstance(back, Step) and back.edits == step.edits and isinstance(back.edits[0], AnswerEdit)


def test_a_models_findings_are_taken_over_with_its_name(room: Room) -> None:
    room.show("1.2", "image", 1)
    room.findings.show_prediction(said((("clear", 0.2), ("opaque", 0.8))))
    assert {each.question.name for each in room.classifying.open_proposals} == {"study", "series", "image"}
    room.classifying.accept(room.asked(Level.IMAGE))
    answer = room.asked(Level.IMAGE).answer
    assert answer is not None and answer.chosen == CHOICES[1:2]
    made = answer.provenance
    assert (made.author, made.model, made.model_version) == (author(), "reader", "2.0")
    assert {each.question.name for each in room.classifying.open_proposals} == {"study", "series"}
    room.classifying.accept_all()
    assert room.classifying.open_proposals == () and len(room.segmentation.history.done) == 3
    room.answer(Level.IMAGE, 0)
    changed = room.asked(Level.IMAGE).answer
    assert changed is not None and changed.provenance.model == "", "a person's own answer is no model's"


@pytest.mark.parametrize(
    "prediction",
    [
        said((("clear", 0.2), ("fracture", 0.8))),
        said((("clear", 0.2), ("opaque", 0.8)), "segmentation"),
        said(()),
        None,
    ],
)
def test_findings_that_are_no_answers_propose_nothing(room: Room, prediction: Prediction | None) -> None:
    room.show("1.2", "image", 1)
    room.findings.show_prediction(prediction)
    room.classifying.accept_all()
    assert room.classifying.open_proposals == () and room.segmentation.history.done == ()


def test_findings_of_a_stack_are_not_those_of_one_slice(room: Room) -> None:
    room.show("1.2")
    room.findings.show_prediction(said((("clear", 0.2), ("opaque", 0.8))))
    assert {each.question.name for each in room.classifying.open_proposals} == {"study", "series"}


def test_of_several_the_likely_ones_are_proposed(place: Path) -> None:
    several = replace(ONE, questions=(Question("signs", "Signs?", Level.SERIES, Kind.SEVERAL, CHOICES),))
    room = furnish(place, several)
    room.show("1.2")
    room.findings.show_prediction(said((("clear", 0.7), ("opaque", 0.6), ("other", 0.4))))
    (asked,) = room.classifying.open_proposals
    assert asked.proposal is not None
    assert (asked.proposal.chosen, asked.proposal.probability) == (CHOICES[:2], 0.6)
    room.findings.show_prediction(said((("clear", 0.4), ("opaque", 0.1), ("other", 0.2))))
    assert room.classifying.open_proposals == ()
    room.shelf.close()
