"""Work queues: order, atomic claims, blindness, adjudication, times; on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from imaging.errors import LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.queue_figures import as_csv, as_document, done, figures
from imaging.library.queued import ADJUDICATION, BlindReading, Case, CaseState, WorkQueue
from imaging.library.queues import Queues
from imaging.library.revisions import Revisions
from imaging.library.store import Library
from imaging.study import Series

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
GRID = Geometry((1, 2, 2), (1.0, 1.0, 1.0), calibration=Calibration.PATIENT)
SINGLE = WorkQueue("lungs", 1, "", "Ada", NOW)
BLIND = WorkQueue("blind", 2, "", "Ada", NOW)
ACCEPTED, FIXED, REJECTED = CaseState.ACCEPTED, CaseState.FIXED, CaseState.REJECTED


@pytest.fixture
def queues(library: Library) -> Queues:
    return Queues(library)


def made(queues: Queues, queue: WorkQueue, count: int = 3) -> WorkQueue:
    queues.make(queue, [(f"1.{n}", f"case {n}") for n in range(1, count + 1)])
    return queue


def taken(queues: Queues, queue: WorkQueue, reader: str, *besides: int) -> Case:
    case = queues.next(queue, reader, besides)
    assert case is not None
    return queues.begin(case.id, reader, NOW)


def save(library: Library, uid: str, value: int, author: str, blind: BlindReading | None = None) -> int:
    series = Series(uid, "volume", "DICOM", (Path("a.dcm"),), (1, 2, 2), GRID)
    mask = Labelmap(np.full((1, 2, 2), value, np.uint8), GRID, (Label(1, "lesion"), Label(2, "cyst")))
    return library.save_mask(series, mask, Provenance(author, NOW), None, blind=blind)


def test_a_queue_is_made_once_and_grows_at_its_end(queues: Queues) -> None:
    assert queues.make(SINGLE, [("1.1", "a"), ("1.2", "b"), ("1.1", "again")]) == 2
    assert queues.make(SINGLE, [("1.2", "b"), ("1.3", "c")]) == 1
    assert queues.make(SINGLE, [("1.4", "urgent")], priority=5) == 1
    cases = queues.cases("lungs", "Ada")
    assert [(each.title, each.position) for each in cases] == [("urgent", 4), ("again", 1), ("b", 2), ("c", 3)]
    assert queues.all() == (SINGLE,)
    with pytest.raises(LibraryError, match="3 readings of each case; expected 1 or 2"):
        queues.make(WorkQueue("x", 3, "", "Ada", NOW), [])
    with pytest.raises(LibraryError, match="name of 201 letters; expected 1 to 200"):
        queues.make(WorkQueue("x" * 201, 1, "", "Ada", NOW), [])


def test_a_case_is_taken_begun_timed_and_judged(queues: Queues) -> None:
    made(queues, SINGLE)
    case = queues.next(SINGLE, "Ada")
    assert case is not None and case.title == "case 1" and case.state is CaseState.UNDONE
    assert queues.next(SINGLE, "Ada") == case, "what is taken comes first"
    assert queues.begin(case.id, "Ada", NOW).state is CaseState.STARTED
    queues.add_time(case.id, "Ada", 40.5)
    queues.add_time(case.id, "Ada", 2.0)
    later = NOW + timedelta(minutes=1)
    reading = queues.judge(case.id, "Ada", ACCEPTED, None, later).reading_of("Ada")
    assert reading is not None
    assert (reading.state, reading.seconds, reading.started, reading.finished) == (ACCEPTED, 42.5, NOW, later)
    following = queues.next(SINGLE, "Ada")
    assert following is not None and following.title == "case 2"


def test_a_reading_never_ends_before_it_began_where_the_clock_was_set_back(queues: Queues) -> None:
    case = taken(queues, made(queues, SINGLE), "Ada")
    reading = queues.judge(case.id, "Ada", ACCEPTED, None, NOW - timedelta(hours=1)).reading_of("Ada")
    assert reading is not None and (reading.started, reading.finished) == (NOW, NOW)


def test_a_case_that_was_put_off_is_not_judged_until_it_is_chosen_again(queues: Queues) -> None:
    case = taken(queues, made(queues, SINGLE), "Ada")
    queues.skip(case.id, "Ada")
    for reader in ("Ada", "Bo"):
        with pytest.raises(LibraryError, match=rf"case 1: {reader} has put it off or never taken it; choose it"):
            queues.judge(case.id, reader, ACCEPTED, None, NOW)
    assert queues.case(case.id, "Ada").state is CaseState.SKIPPED
    queues.take(SINGLE, case.id, "Ada")
    assert queues.judge(case.id, "Ada", ACCEPTED, None, NOW).state is ACCEPTED


def test_what_was_judged_can_be_judged_again_while_nobody_else_depends_on_it(queues: Queues) -> None:
    case = taken(queues, made(queues, SINGLE), "Ada")
    queues.judge(case.id, "Ada", ACCEPTED, None, NOW)
    assert queues.judge(case.id, "Ada", REJECTED, None, NOW).state is REJECTED
    with pytest.raises(ValueError, match="expected one of accepted, fixed, rejected"):
        queues.judge(case.id, "Ada", CaseState.UNDONE, None, NOW)


def test_two_people_get_different_cases_and_what_one_puts_off_goes_to_the_other(queues: Queues) -> None:
    queue = made(queues, SINGLE, 2)
    first, second = taken(queues, queue, "Ada"), taken(queues, queue, "Bo")
    assert (first.title, second.title) == ("case 1", "case 2")
    assert queues.next(queue, "Cleo") is None
    queues.skip(first.id, "Ada")
    assert queues.case(first.id, "Ada").state is CaseState.SKIPPED
    assert queues.next(queue, "Ada") is None, "she is not asked again"
    assert taken(queues, queue, "Cleo").id == first.id
    with pytest.raises(LibraryError, match="case 1: Cleo has it"):
        queues.take(queue, first.id, "Ada")
    queues.skip(first.id, "Cleo")
    assert queues.take(queue, first.id, "Ada").reading_of("Ada").state is CaseState.UNDONE


def test_what_was_taken_and_not_begun_is_given_back(queues: Queues) -> None:
    queue = made(queues, SINGLE, 2)
    begun = taken(queues, queue, "Ada")
    ahead = queues.next(queue, "Ada", [begun.id])
    assert ahead is not None and queues.next(queue, "Bo") is None
    queues.give_back("Ada", queue.name)
    assert queues.next(queue, "Bo").id == ahead.id
    assert queues.case(begun.id, "Bo").reading_of("Ada").state is CaseState.STARTED


def test_what_was_begun_before_and_taken_again_keeps_its_time_when_given_back(queues: Queues) -> None:
    """The masks of a blind reading belong to it as well: they are found by its id."""
    made(queues, BLIND, 1)
    case = taken(queues, BLIND, "Ada")
    first = case.reading_of("Ada")
    queues.add_time(case.id, "Ada", 7.5)
    queues.skip(case.id, "Ada")
    assert queues.take(BLIND, case.id, "Ada").reading_of("Ada").state is CaseState.UNDONE
    queues.give_back("Ada", BLIND.name)
    kept = queues.case(case.id, "Ada").reading_of("Ada")
    assert kept == replace(first, state=CaseState.SKIPPED, slot=None, seconds=7.5)
    assert queues.case(case.id, "Bo").free_slots == (1, 2)


def test_many_people_at_once_never_get_the_same_case(database: str) -> None:
    """Eight threads, each with a library of its own as another program has, draw 24 cases."""
    opened = [Library(database) for _ in range(8)]
    queue = made(Queues(opened[0]), SINGLE, 24)
    begin = Barrier(len(opened))

    def draw(number: int) -> list[int]:
        queues, reader, drawn = Queues(opened[number]), f"reader {number}", list[int]()
        begin.wait()
        while (case := queues.next(queue, reader)) is not None:
            queues.begin(case.id, reader, NOW)
            queues.judge(case.id, reader, ACCEPTED, None, NOW)
            drawn.append(case.id)
        return drawn

    with ThreadPoolExecutor(len(opened)) as pool:
        drawn = [identity for found in pool.map(draw, range(len(opened))) for identity in found]
    cases = Queues(opened[0]).cases("lungs", "Ada")
    for library in opened:
        library.close()
    assert sorted(drawn) == sorted(case.id for case in cases), "each once"
    assert all(len(case.readings) == 1 and case.state is ACCEPTED for case in cases)


def test_blind_readers_know_nothing_of_one_another_until_both_are_finished(queues: Queues) -> None:
    queue = made(queues, BLIND, 1)
    case = taken(queues, queue, "Ada")
    assert taken(queues, queue, "Bo").id == case.id
    assert queues.next(queue, "Cleo") is None, "two read it"
    queues.add_time(case.id, "Ada", 77.0)
    queues.judge(case.id, "Ada", REJECTED, None, NOW)
    seen = queues.case(case.id, "Bo")
    theirs = seen.reading_of("Ada")
    assert theirs is not None
    assert (theirs.state, theirs.seconds, theirs.finished, theirs.revision) == (CaseState.STARTED, 0.0, None, None)
    assert seen.state is CaseState.STARTED
    assert queues.case(case.id, "Cleo").reading_of("Ada").state is CaseState.STARTED, "nor does anybody else"
    assert queues.case(case.id, "Ada").reading_of("Ada").state is REJECTED
    assert queues.unseen(["1.1"], "Bo") == {"Ada"} and queues.unseen(["1.1"], "Cleo") == {"Ada", "Bo"}
    queues.judge(case.id, "Bo", REJECTED, None, NOW)
    seen = queues.case(case.id, "Bo")
    assert seen.reading_of("Ada").seconds == 77.0 and seen.state is REJECTED, "agreed: no adjudication"
    assert queues.unseen(["1.1"], "Bo") == frozenset()
    with pytest.raises(LibraryError, match="both readings are finished"):
        queues.judge(case.id, "Bo", ACCEPTED, None, NOW)


@pytest.mark.parametrize(
    ("ada", "bo", "state"),
    [
        (ACCEPTED, ACCEPTED, ACCEPTED),
        (REJECTED, REJECTED, REJECTED),
        (FIXED, FIXED, CaseState.DISAGREED),
        (ACCEPTED, FIXED, CaseState.DISAGREED),
        (ACCEPTED, REJECTED, CaseState.DISAGREED),
    ],
)
def test_what_two_readings_come_to(queues: Queues, ada: CaseState, bo: CaseState, state: CaseState) -> None:
    queue = made(queues, BLIND, 1)
    for reader, verdict in (("Ada", ada), ("Bo", bo)):
        queues.judge(taken(queues, queue, reader).id, reader, verdict, None, NOW)
    (case,) = queues.cases("blind", "Ada")
    assert case.state is state


@pytest.mark.parametrize("adjudicator", ["", "Cleo"])
def test_a_third_person_adjudicates(queues: Queues, adjudicator: str) -> None:
    queue = made(queues, WorkQueue("blind", 2, adjudicator, "Ada", NOW), 1)
    if adjudicator:
        assert queues.next(queue, "Cleo") is None, "the adjudicator reads nothing"
    for reader, verdict in (("Ada", ACCEPTED), ("Bo", REJECTED)):
        queues.judge(taken(queues, queue, reader).id, reader, verdict, None, NOW)
    assert queues.next(queue, "Bo") is None, "whoever read it does not adjudicate it"
    if adjudicator:
        assert queues.next(queue, "Dan") is None
    case = taken(queues, queue, "Cleo")
    assert case.adjudication is not None and case.adjudication.slot == ADJUDICATION
    assert queues.next(queue, "Dan") is None
    assert queues.judge(case.id, "Cleo", FIXED, None, NOW).state is FIXED
    assert done(queues.cases("blind", "Ada")) == 1


def test_both_readings_begin_with_one_mask_whatever_happens_meanwhile(library: Library, queues: Queues) -> None:
    queue = made(queues, BLIND, 1)
    base = save(library, "1.1", 1, "model")
    case = taken(queues, queue, "Ada")
    save(library, "1.1", 2, "somebody")
    again = taken(queues, queue, "Bo")
    assert case.base == again.base == base
    blind = BlindReading(again.reading_of("Bo").id, again.base)
    assert library.latest_mask("1.1", blind).id == base


def test_a_blind_line_of_revisions_is_seen_by_nobody_else(library: Library, queues: Queues) -> None:
    queue = made(queues, BLIND, 1)
    base = save(library, "1.1", 1, "model")
    ada, bo = (BlindReading(taken(queues, queue, reader).reading_of(reader).id, base) for reader in ("Ada", "Bo"))
    hers = save(library, "1.1", 2, "Ada", ada)
    assert library.latest_mask("1.1", ada).id == hers
    assert library.latest_mask("1.1", bo).id == base
    assert library.latest_mask("1.1").id == base and [each.id for each in library.history("1.1")] == [base]
    assert [each.id for each in Revisions(library).of("1.1")] == [base]
    assert [each.id for each in Revisions(library).of("1.1", ada)] == [hers]
    assert library.annotated_series()[0].revision == base, "nobody trains on it"
    assert library.latest_mask("1.1", BlindReading(99, None)) is None


def test_a_queue_goes_and_its_masks_stay(library: Library, queues: Queues) -> None:
    queue = made(queues, BLIND, 1)
    case = taken(queues, queue, "Ada")
    kept = save(library, "1.1", 2, "Ada", BlindReading(case.reading_of("Ada").id, None))
    queues.judge(case.id, "Ada", FIXED, kept, NOW)
    queues.remove("blind")
    assert queues.all() == () and library.revision(kept).id == kept
    again = taken(queues, made(queues, BLIND, 1), "Ada").reading_of("Ada")
    assert again is not None and again.id != case.reading_of("Ada").id, "or it would go on with the mask of the first"
    assert library.latest_mask("1.1", BlindReading(again.id, None)) is None
    queues.remove("blind")
    with pytest.raises(LibraryError, match="there is no case"):
        queues.case(case.id, "Ada")


def test_figures_and_tables(queues: Queues) -> None:
    queue = made(queues, WorkQueue("=2+2", 1, "", "Ada", NOW))
    for seconds, verdict in ((30.0, ACCEPTED), (10.0, REJECTED)):
        case = taken(queues, queue, "Ada")
        queues.add_time(case.id, "Ada", seconds)
        queues.judge(case.id, "Ada", verdict, None, NOW)
    case = taken(queues, queue, "Bo")
    queues.add_time(case.id, "Bo", 5.0)
    cases = queues.cases(queue.name, "Ada")
    ada, bo = figures(cases)
    assert (ada.reader, ada.done, ada.seconds, ada.median_seconds) == ("Ada", 2, 40.0, 20.0)
    assert (bo.done, bo.seconds, bo.median_seconds) == (0, 5.0, None)
    assert ada.counts == {ACCEPTED: 1, REJECTED: 1} and done(cases) == 2
    document = as_document(queue, cases)
    assert document["done"] == 2 and [row["state"] for row in document["table"]] == [
        "accepted",
        "rejected",
        "in progress",
    ]
    lines = as_csv(queue, cases).splitlines()
    assert len(lines) == 4 and lines[1].startswith(
        f"'=2+2,{cases[0].id},1,0,1.1,case 1,accepted,Ada,reading,accepted,30.0,"
    )


def test_a_case_that_nobody_reads_has_a_row(queues: Queues) -> None:
    queue = made(queues, SINGLE, 1)
    (row,) = as_document(queue, queues.cases("lungs", "Ada"))["table"]
    assert row["case_state"] == "undone" and row["reader"] is None
