"""Answers in the library: every state is kept, the last one counts, also after the program is killed."""

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from imaging.annotation import newest
from imaging.classification import Answer, Choice, Level, Target
from imaging.errors import LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Code, Provenance
from imaging.library.answered import Answered
from imaging.library.store import Library
from imaging.study import Patient, Series

ROOT = Path(__file__).parents[3]
GRID = Geometry((3, 5, 7), (2.5, 0.7, 0.8), calibration=Calibration.PATIENT)
THORAX = Series("1.2.3", "volume", "dicom", (Path("/scans/a.dcm"),), (3, 5, 7), GRID, patient=Patient("P1"))
OTHER = replace(THORAX, uid="1.2.4")
NOON = datetime(2026, 1, 2, 12, 0, 0, 678, timezone(timedelta(hours=5)))
ADA = Provenance("Ada", NOON, "cxr-findings", "1.0.0")
EFFUSION = Choice("effusion", "Erguß", Code("60046008", "SCT", "Pleural effusion"))
IMAGE = Answer(Target(Level.IMAGE, "study", "1.2.3", 2), "chest", 1, "signs", (EFFUSION, Choice("opacity")), ADA)
STUDY = Answer(Target(Level.STUDY, "study"), "chest", 1, "sex", (Choice("no"),), Provenance("Bo", NOON))


def test_every_field_comes_back_in_the_order_of_answering(library: Library) -> None:
    answered = Answered(library)
    region = replace(IMAGE, target=replace(IMAGE.target, level=Level.REGION, region="segment 3"))
    answered.save(THORAX, (IMAGE, STUDY))
    answered.save(THORAX, (region,))
    assert answered.of("study", "1.2.3") == (IMAGE, STUDY, region)
    assert answered.of("study", "1.2.3")[0].provenance.time == NOON.astimezone(UTC)


def test_a_study_is_answered_for_all_its_series_and_a_series_for_itself(library: Library) -> None:
    answered = Answered(library)
    answered.save(THORAX, (IMAGE, STUDY))
    assert answered.of("study", "1.2.4") == (STUDY,)
    assert answered.of("another", "1.2.4") == ()
    changed = replace(STUDY, chosen=(Choice("yes"),))
    answered.save(OTHER, (changed,))
    assert answered.of("study", "1.2.3") == (IMAGE, changed)
    assert [each.answer for each in answered.seen_in("1.2.4")] == [changed]


def test_two_label_sets_do_not_answer_for_one_another(library: Library) -> None:
    answered = Answered(library)
    other = replace(IMAGE, label_set="lung", chosen=(Choice("clear"),))
    answered.save(THORAX, (IMAGE, other))
    assert answered.of("study", "1.2.3") == (IMAGE, other)


def test_changes_and_withdrawals_are_added_not_written_over(library: Library) -> None:
    answered = Answered(library)
    changed = replace(IMAGE, chosen=(EFFUSION,), provenance=Provenance("Cy", NOON + timedelta(hours=1)))
    answered.save(THORAX, (IMAGE,))
    answered.save(THORAX, (changed,))
    assert answered.of("study", "1.2.3") == (changed,)
    answered.save(THORAX, (replace(changed, provenance=Provenance("Di", NOON)),), withdrawn=True)
    assert answered.of("study", "1.2.3") == ()
    history = answered.history("study", "1.2.3")
    assert [(each.answer.provenance.author, each.withdrawn) for each in history] == [
        ("Ada", False), ("Cy", False), ("Di", True),
    ]  # fmt: skip
    assert newest(history[:2]) == history[1:2]


def test_in_a_blind_reading_the_answers_of_others_are_not_seen(library: Library) -> None:
    answered = Answered(library)
    others = replace(IMAGE, chosen=(EFFUSION,), provenance=Provenance("Bo", NOON))
    answered.save(THORAX, (IMAGE,))
    answered.save(THORAX, (others, STUDY))
    assert answered.of("study", "1.2.3", frozenset({"Bo"})) == (IMAGE,)
    assert answered.of("study", "1.2.3", frozenset({"Ada"})) == (others, STUDY)


def test_what_was_answered_survives_a_kill(place: Path) -> None:
    program = f"""
import os, signal
from tests.imaging.library.test_answered import IMAGE, THORAX
from imaging.library.answered import Answered
from imaging.library.store import Library
Answered(Library({str(place)!r})).save(THORAX, (IMAGE,))
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    again = Library(place)
    assert Answered(again).of("study", "1.2.3") == (IMAGE,)
    again.close()


@pytest.mark.parametrize("broken", ["chosen = '{'", "chosen = '[{}]'", "level = 'planet'"])
def test_a_damaged_answer_is_named(library: Library, place: Path, broken: str) -> None:
    Answered(library).save(THORAX, (IMAGE,))
    with sqlite3.connect(place) as database:
        database.execute(f"UPDATE answer_revision SET {broken}")
    database.close()
    with pytest.raises(LibraryError, match=r"a stored answer is damaged: signs of series 1\.2\.3"):
        Answered(library).of("study", "1.2.3")


def test_what_cannot_be_saved_is_said(library: Library, place: Path) -> None:
    with sqlite3.connect(place) as database:
        database.execute("DROP TABLE answer_revision")
    database.close()
    with pytest.raises(LibraryError, match="the answer could not be saved"):
        Answered(library).save(THORAX, (IMAGE,))
