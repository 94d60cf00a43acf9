"""What the window says of a run that is stopped."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag

import pytest
from pytestqt.qtbot import QtBot

from imaging.progress import Cancelled, Report
from viewer.app import Application
from viewer.errors import ViewerError
from viewer.jobs import training_process

OnEvent = Callable[[training_process.Event], None]


class Run:
    """A run that has told of its last step; what comes of it waits for ``go_on``."""

    def __init__(self, outcome: Callable[[Report, OnEvent], Path]) -> None:
        self.at_its_end, self.go_on, self.outcome = Flag(), Flag(), outcome

    def __call__(self, config: Path, out: Path, report: Report, on_event: OnEvent) -> Path:
        del config, out
        report(9, 10, "Judging")
        self.at_its_end.set()
        assert self.go_on.wait(20)
        return self.outcome(report, on_event)


def at_its_end(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch, outcome: Callable[[Report, OnEvent], Path]
) -> Run:
    """A run that was started, and has told of its last step."""
    run = Run(outcome)
    monkeypatch.setattr(training_process, "run_training", run)
    main.teaching.start("late", main.places.models, 1)
    qtbot.waitUntil(run.at_its_end.is_set)
    return run


def last_words(qtbot: QtBot, main: Application, run: Run) -> str:
    """What the window says once the run has ended."""
    run.go_on.set()
    qtbot.waitUntil(lambda: not main.learning.running)
    return main.learning.message


def stopped_late(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch, outcome: Callable[[Report, OnEvent], Path]
) -> str:
    """What the window says in the end of a run that was stopped after its last step."""
    run = at_its_end(qtbot, main, monkeypatch, outcome)
    main.teaching.stop()
    assert main.learning.running and main.learning.message == "Stopping…", "nobody knows yet what comes of it"
    return last_words(qtbot, main, run)


@pytest.mark.parametrize("stop_heard", [False, True])
def test_a_run_that_released_all_the_same_says_so(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch, stop_heard: bool
) -> None:
    """Any whole package is released: the first of those that come with the program."""
    folder = next(each.folder for each in main.models.packages if each.usable)

    def released(report: Report, on_event: OnEvent) -> Path:
        del report
        on_event({"event": "released", "folder": str(folder)})
        if stop_heard:
            raise Cancelled
        return folder

    message = stopped_late(qtbot, main, monkeypatch, released)
    assert message.startswith(f"Released {folder.name}; it is in the model list.")


@pytest.mark.parametrize("how", [Cancelled, ViewerError("Training stopped: exit status 1")])
def test_a_run_that_released_nothing_says_so_when_it_has_ended(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch, how: type[Cancelled] | ViewerError
) -> None:
    def ended(report: Report, on_event: OnEvent) -> Path:
        del report, on_event
        raise how

    assert stopped_late(qtbot, main, monkeypatch, ended) == "Stopped. Nothing was released."


def test_a_run_that_is_cancelled_in_the_status_bar_ends_as_well(
    qtbot: QtBot, main: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(report: Report, on_event: OnEvent) -> Path:
        del on_event
        report(10, 10, "Releasing")
        raise AssertionError("the stop was not heard")

    run = at_its_end(qtbot, main, monkeypatch, wait)
    main.runner.cancel("train")
    assert last_words(qtbot, main, run) == "Stopped. Nothing was released."
