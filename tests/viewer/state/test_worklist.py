"""Which cases are listed, and when a reading is blind."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from imaging.library.queued import ADJUDICATION, BlindReading, Case, CaseReading, CaseState
from viewer.state.worklist import CaseFilter, Worklist

ADA = CaseReading(7, "Ada", 1, CaseState.STARTED)
CASE = Case(1, "lungs", 1, 0, "1.2", "Doe Jane · CT", 2, 40, (ADA,))


def test_the_filter_takes_state_assignee_and_words() -> None:
    assert CaseFilter().takes(CASE)
    assert CaseFilter(CaseState.STARTED, "Ada", "ct JANE").takes(CASE)
    assert not CaseFilter(state=CaseState.UNDONE).takes(CASE)
    assert not CaseFilter(assignee="Bo").takes(CASE)
    assert not CaseFilter(words="jane mr").takes(CASE)


def test_only_a_reading_of_two_is_blind_and_only_on_its_series(qtbot: QtBot) -> None:
    worklist = Worklist("Ada")
    assert worklist.blind("1.2") is None
    worklist.set_current(CASE)
    assert worklist.blind("1.2") == BlindReading(7, 40) and worklist.blind("1.3") is None
    worklist.set_current(replace(CASE, wanted=1))
    assert worklist.blind("1.2") is None
    worklist.set_current(replace(CASE, readings=(replace(ADA, slot=ADJUDICATION),)))
    assert worklist.blind("1.2") is None and worklist.adjudicates
    worklist.set_reader("Bo")
    assert worklist.current is None and worklist.reading is None


def test_what_is_new_about_a_case_reaches_list_and_screen(qtbot: QtBot) -> None:
    worklist = Worklist("Ada")
    worklist.show((), None, (CASE, replace(CASE, id=2)))
    worklist.set_current(CASE)
    done = replace(CASE, readings=(replace(ADA, state=CaseState.ACCEPTED),))
    with qtbot.waitSignal(worklist.changed):
        worklist.update(done)
    assert worklist.current == done and worklist.cases[0] == done and worklist.cases[1].id == 2
    worklist.set_filter(CaseFilter(state=CaseState.REJECTED))
    assert worklist.listed == ()
