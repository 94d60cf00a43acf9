"""Answers as values: what a click chooses, what a set asks, and that every answer comes back from text."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr.codedict import codes

from imaging.classification import (
    YES_NO_UNSURE,
    Answer,
    AnswerEdit,
    Choice,
    Kind,
    LabelSet,
    Level,
    Question,
    Target,
    packed,
    unpacked,
)
from imaging.labelmap import Code, Provenance

MILD, SEVERE = Choice("mild"), Choice("severe", "Severe")
NOON = datetime(2026, 1, 2, 12, 0, 0, 678, timezone(timedelta(hours=5)))
ANSWER = Answer(
    Target(Level.IMAGE, "study-1", "1.2.3", 4),
    "chest",
    2,
    "signs",
    (Choice("effusion", "Läsion", Code("60046008", "SCT", "Pleural effusion")), MILD),
    Provenance("Ada", NOON, "cxr-findings", "1.0.0"),
)


def question(kind: Kind, level: Level = Level.IMAGE) -> Question:
    return Question("q", "How much?", level, kind, (MILD, SEVERE))


@pytest.mark.parametrize("kind", [Kind.ONE, Kind.GRADE, Kind.YES_NO])
def test_one_choice_replaces_another_and_pointing_again_takes_it_back(kind: Kind) -> None:
    asked = question(kind)
    assert asked.chosen_with((), MILD) == (MILD,)
    assert asked.chosen_with((MILD,), SEVERE) == (SEVERE,)
    assert asked.chosen_with((SEVERE,), SEVERE) == ()


def test_several_choices_stand_in_the_order_of_the_question() -> None:
    asked = question(Kind.SEVERAL)
    assert asked.chosen_with((SEVERE,), MILD) == (MILD, SEVERE)
    assert asked.chosen_with((MILD, SEVERE), MILD) == (SEVERE,)


def test_a_choice_that_the_set_no_longer_knows_goes_with_the_next_answer() -> None:
    assert question(Kind.SEVERAL).chosen_with((Choice("gone"),), MILD) == (MILD,)


def test_a_set_asks_by_level_and_suits_by_modality() -> None:
    of_image, of_study = question(Kind.ONE), question(Kind.ONE, Level.STUDY)
    chest = LabelSet("chest", 1, "Chest", (of_image, of_study), ("CR", "DX"))
    assert chest.asked_of((Level.STUDY,)) == (of_study,)
    assert chest.asked_of((Level.STUDY, Level.IMAGE, Level.REGION)) == (of_image, of_study)
    assert not chest.speaks_of("chest")
    assert LabelSet("lung", 1, "Lung", (), (), ("lung", "pleura")).speaks_of("Right LUNG, convex")
    assert chest.suits("DX") and not chest.suits("CT") and LabelSet("any", 1, "Any", ()).suits("")


def test_yes_no_and_unsure_have_the_codes_of_dicom() -> None:
    assert [each.code.value for each in YES_NO_UNSURE if each.code] == [
        codes.SCT.Yes.value,
        codes.SCT.No.value,
        codes.SCT.Undetermined.value,
    ]


def test_a_change_of_mind_is_taken_back() -> None:
    edit = AnswerEdit(None, ANSWER)
    assert edit.reverted() == AnswerEdit(ANSWER, None) and edit.reverted().reverted() == edit
    assert edit.nbytes == 400 + 2 * 100


def test_an_answer_comes_back_from_text() -> None:
    found = unpacked(json.loads(json.dumps(packed(ANSWER))))
    assert found == ANSWER
    assert packed(ANSWER)["provenance"]["time"] == "2026-01-02T07:00:00.000678+00:00"


@given(
    st.builds(
        Target,
        st.sampled_from(Level),
        st.text(max_size=9),
        st.text(max_size=9),
        st.none() | st.integers(0, 999),
        st.text(max_size=9),
    ),
    st.lists(st.builds(Choice, st.text(), st.text(), st.none() | st.builds(Code, st.text())), min_size=1, max_size=3),
    st.datetimes(timezones=st.just(UTC)),
)
def test_any_answer_comes_back(target: Target, chosen: list[Choice], time: datetime) -> None:
    answer = Answer(target, "set", 1, "question", tuple(chosen), Provenance("Bo", time))
    assert unpacked(json.loads(json.dumps(packed(answer)))) == answer


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {**packed(ANSWER), "target": {"level": "planet", "study": ""}},
        {**packed(ANSWER), "chosen": [{"title": "without a name"}]},
        {**packed(ANSWER), "provenance": {"author": "Ada"}},
    ],
)
def test_what_is_no_answer_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected an answer with target, question, chosen and provenance, found"):
        unpacked(broken)
