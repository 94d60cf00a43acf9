"""What counts as a reader's correction beside the mask: measurements and answers, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imaging.classification import Answer, Choice, Level, Target
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Provenance
from imaging.library.answered import Answered
from imaging.library.measured import Measured
from imaging.library.queued import WorkQueue
from imaging.library.queues import Queues
from imaging.library.store import Library
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.study import Series

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
BEFORE, AFTER, LATER = (NOON + timedelta(minutes=n) for n in (-1, 1, 2))
GRID = Geometry((1, 2, 2), (1.0, 1.0, 1.0), calibration=Calibration.PATIENT)
SERIES = Series("1.1", "volume", "DICOM", (Path("a.dcm"),), (1, 2, 2), GRID)
LINE = Measurement("u1", Length(((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))), "lps")
LONGER = replace(LINE, figure=Length(((0.0, 0.0, 0.0), (2.0, 0.0, 0.0))))
SIGNS = Answer(
    Target(Level.SERIES, "study", "1.1"), "chest", 1, "signs", (Choice("a"), Choice("b")), Provenance("Ada", AFTER)
)


class Desk:
    """One case that Ada begins at noon, and what people do with it."""

    def __init__(self, library: Library, readings: int) -> None:
        self.queues, self.measured, self.answered = Queues(library), Measured(library), Answered(library)
        self._queue = WorkQueue("lungs", readings, "", "Ada", NOON)
        self.queues.make(self._queue, [("1.1", "case 1")])
        self._case = self.begin("Ada", NOON)

    def begin(self, reader: str, time: datetime) -> int:
        case = self.queues.take(self._queue, self.queues.cases("lungs", reader)[0].id, reader)
        return self.queues.begin(case.id, reader, time).id

    def skip(self, reader: str) -> None:
        self.queues.skip(self._case, reader)

    def measure(self, author: str, time: datetime, what: Measurement = LINE, deleted: bool = False) -> None:
        self.measured.save(SERIES, (what,), author, time, deleted)

    def answer(self, author: str, time: datetime, *names: str, withdrawn: bool = False) -> None:
        chosen, made = tuple(map(Choice, names)), Provenance(author, time)
        self.answered.save(SERIES, (replace(SIGNS, chosen=chosen, provenance=made),), withdrawn)

    def corrected(self, reader: str = "Ada") -> bool:
        return self.queues.corrected(self._case, reader)


@pytest.fixture(params=[1, 2], ids=("single", "blind"))
def desk(library: Library, request: pytest.FixtureRequest) -> Iterator[Desk]:
    yield Desk(library, request.param)


def test_what_is_measured_since_the_case_was_begun_counts_until_it_is_taken_back(desk: Desk) -> None:
    assert not desk.corrected()
    desk.measure("Ada", AFTER)
    assert desk.corrected()
    desk.measure("Ada", LATER, deleted=True)
    assert not desk.corrected(), "nothing is left of it"


def test_a_measurement_from_before_counts_where_it_is_changed_or_deleted(desk: Desk) -> None:
    desk.measure("Bo", BEFORE)
    assert not desk.corrected()
    desk.measure("Ada", AFTER, LONGER)
    assert desk.corrected()
    desk.measure("Ada", LATER)
    assert not desk.corrected(), "it is as it was"
    desk.measure("Ada", LATER, deleted=True)
    assert desk.corrected()


def test_what_a_reader_left_is_listed_without_what_they_took_away(desk: Desk) -> None:
    other = replace(LINE, uid="u2", name="other")
    desk.measure("Bo", BEFORE)
    desk.measure("Ada", AFTER, LONGER)
    desk.measure("Ada", AFTER, other)
    desk.measure("Bo", LATER, other)
    assert desk.measured.left_by("1.1", "Ada", NOON) == (LONGER, other)
    desk.measure("Ada", LATER, other, deleted=True)
    assert desk.measured.left_by("1.1", "Ada", NOON) == (LONGER,)


def test_answers_count_by_what_is_chosen(desk: Desk) -> None:
    desk.answer("Bo", BEFORE, "a", "b")
    desk.answer("Ada", AFTER, "b", "a")
    assert not desk.corrected(), "the same in another order"
    desk.answer("Ada", LATER, "b")
    assert desk.corrected()
    desk.answer("Ada", LATER, "b", withdrawn=True)
    assert desk.corrected(), "what was said before is taken back"


def test_what_others_do_meanwhile_is_not_the_readers(desk: Desk) -> None:
    desk.measure("Bo", AFTER)
    desk.answer("Bo", AFTER, "a")
    assert not desk.corrected() and not desk.corrected("Bo"), "who reads nothing corrects nothing"


def test_who_comes_back_to_a_case_has_begun_when_they_first_did(desk: Desk) -> None:
    desk.measure("Ada", AFTER)
    desk.skip("Ada")
    desk.begin("Ada", LATER)
    assert desk.corrected()


def test_a_clock_set_back_while_the_case_is_read_hides_nothing_of_the_reader(desk: Desk) -> None:
    desk.measure("Ada", BEFORE)
    assert desk.corrected()
    assert desk.measured.left_by("1.1", "Ada", NOON) == (LINE,)
    desk.measure("Ada", BEFORE, deleted=True)
    assert not desk.corrected()
    desk.answer("Ada", BEFORE, "a")
    assert desk.corrected()


@pytest.mark.parametrize("desk", [2], indirect=True)
def test_what_was_there_before_a_clock_was_set_back_is_no_correction(desk: Desk) -> None:
    desk.measure("Bo", LATER)
    desk.answer("Bo", LATER, "a")
    desk.begin("Bo", AFTER)
    assert not desk.corrected("Bo")
    desk.measure("Bo", AFTER, deleted=True)
    assert desk.corrected("Bo"), "it was there and is no more"


@pytest.mark.parametrize("desk", [2], indirect=True)
def test_a_blind_reader_corrects_although_the_other_one_said_the_same_before(desk: Desk) -> None:
    desk.answer("Ada", AFTER, "a")
    desk.begin("Bo", LATER)
    desk.answer("Bo", LATER, "a")
    assert desk.corrected("Bo")
