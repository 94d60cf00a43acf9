import threading
import time
from collections.abc import Generator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from imaging.progress import Report
from viewer.jobs.runner import Runner


@pytest.fixture
def runner(qtbot: QtBot) -> Generator[Runner]:
    made = Runner()
    yield made
    made.shut_down()


def refuse(value: object) -> None:
    raise AssertionError(f"not expected: {value!r}")


def all_heard(qtbot: QtBot) -> None:
    """Every thread of a runner has ended, and what it sent has arrived."""
    qtbot.waitUntil(lambda: not any(each.name.startswith("wetread-") for each in threading.enumerate()))
    QCoreApplication.processEvents()


def test_a_result_arrives_on_the_main_thread(qtbot: QtBot, runner: Runner) -> None:
    seen: list[tuple[int, bool]] = []
    main = threading.get_ident()

    def done(value: int) -> None:
        seen.append((value, threading.get_ident() == main))

    runner.start("sum", "Adding", lambda _report: 2 + 3, done, refuse)
    qtbot.waitUntil(lambda: not runner.busy())
    assert seen == [(5, True)]


def test_an_error_is_handed_over(qtbot: QtBot, runner: Runner) -> None:
    seen: list[str] = []

    def fail(_report: Report) -> None:
        raise OSError(28, "No space left on device")

    runner.start("save", "Saving", fail, refuse, lambda error: seen.append(str(error)))
    qtbot.waitUntil(lambda: not runner.busy())
    assert seen == ["[Errno 28] No space left on device"]


def test_latest_wins(qtbot: QtBot, runner: Runner) -> None:
    seen: list[str] = []
    release = threading.Event()

    def slow(_report: Report) -> str:
        release.wait(5)
        return "old"

    runner.start("load", "Old", slow, seen.append, refuse)
    runner.start("load", "New", lambda _report: "new", seen.append, refuse)
    qtbot.waitUntil(lambda: not runner.busy())
    release.set()
    all_heard(qtbot)
    assert seen == ["new"]


def test_cancel_stops_the_work_at_its_next_report(qtbot: QtBot, runner: Runner) -> None:
    steps: list[int] = []

    def work(report: Report) -> None:
        for step in range(10_000):
            report(step, 10_000, "")
            steps.append(step)
            time.sleep(0.001)

    runner.start("long", "Long", work, refuse, refuse)
    qtbot.waitUntil(lambda: len(steps) > 3)
    runner.cancel("long")
    runner.shut_down()
    assert len(steps) < 9_000
    assert not runner.busy()


def test_progress_is_told_in_order(qtbot: QtBot, runner: Runner) -> None:
    told: list[tuple[str, int, int, str]] = []
    runner.progressed.connect(lambda *values: told.append(values))

    def work(report: Report) -> None:
        for step in range(3):
            report(step, 3, f"slice {step}")

    runner.start("load", "Loading", work, lambda _: None, refuse)
    qtbot.waitUntil(lambda: not runner.busy())
    assert told == [("load", 0, 3, "slice 0"), ("load", 1, 3, "slice 1"), ("load", 2, 3, "slice 2")]


def test_nothing_is_begun_after_the_end(runner: Runner) -> None:
    begun: list[str] = []
    runner.shut_down()
    runner.start("late", "Late", lambda _report: begun.append("late"), refuse, refuse)
    assert not runner.busy() and begun == []


def test_a_cancelled_job_is_told_to_have_stopped_unless_it_came_to_its_end(qtbot: QtBot, runner: Runner) -> None:
    stopped: list[str] = []
    runner.stopped.connect(stopped.append)
    begun, go_on = threading.Event(), threading.Event()

    def last(report: Report) -> None:
        begun.set()
        go_on.wait(10)

    def midway(report: Report) -> None:
        last(report)
        report(1, 2, "half")

    for key, work in (("whole", last), ("half", midway)):
        begun.clear()
        runner.start(key, key, work, refuse, refuse)
        assert begun.wait(10)
        runner.cancel(key)
    assert stopped == []
    go_on.set()
    qtbot.waitUntil(lambda: stopped == ["half"])
    all_heard(qtbot)
    assert stopped == ["half"]
