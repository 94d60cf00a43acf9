"""Answers of two people side by side."""

from dataclasses import replace
from datetime import UTC, datetime

from imaging.agreement import AnswerPair, paired
from imaging.classification import Answer, Choice, Level, Target
from imaging.labelmap import Provenance

MADE = Provenance("Ada", datetime(2026, 1, 2, tzinfo=UTC))
YES, NO = Choice("yes"), Choice("no")
SLICE = Answer(Target(Level.IMAGE, "s", "1.2", 11), "lungs", 1, "nodule", (YES, NO), MADE)
PART = replace(SLICE, target=Target(Level.REGION, "s", "1.2", None, "segment 3"), chosen=(YES,))


def test_the_same_choices_agree_whatever_their_order_and_titles() -> None:
    turned = replace(SLICE, chosen=(Choice("no", "No"), Choice("yes", "Yes")), set_version=2)
    assert AnswerPair(SLICE, turned).agrees
    assert not AnswerPair(SLICE, replace(SLICE, chosen=(YES,))).agrees
    assert not AnswerPair(SLICE, None).agrees and not AnswerPair(None, SLICE).agrees


def test_answers_are_paired_by_what_they_answer() -> None:
    other = replace(SLICE, question="effusion")
    assert paired((SLICE, PART), (other, SLICE)) == (
        AnswerPair(SLICE, SLICE), AnswerPair(PART, None), AnswerPair(None, other),
    )  # fmt: skip
    assert paired((), ()) == ()


def test_a_pair_says_what_it_is_about_with_slices_from_one() -> None:
    assert AnswerPair(SLICE, None).about == "image 12: nodule"
    assert AnswerPair(None, PART).about == "segment 3: nodule"
    assert AnswerPair(replace(SLICE, target=Target(Level.STUDY, "s")), None).about == "study: nodule"
