"""A disk that does not answer holds nobody: the load can be cancelled, and ends by itself."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.geometry import Geometry
from imaging.progress import Cancelled, Report, silent
from imaging.sandbox.left import LeftPlanes, UnreadVolume
from imaging.sandbox.watched import SilenceError, watched
from imaging.stored_planes import StoredPlanes
from imaging.volume import Volume


@pytest.fixture
def answers() -> Generator[threading.Event]:
    """Set when the disk answers at last."""
    event = threading.Event()
    yield event
    event.set()
    for thread in threading.enumerate():
        if thread.name.startswith("wetread"):
            thread.join(10)


class _Disk(StoredPlanes):
    """Planes whose bytes do not come before an event."""

    answers: threading.Event

    def read_into(self, k: int, out: NDArray[Any]) -> None:
        self.answers.wait(60)
        out[...] = k


def unread(answers: threading.Event) -> UnreadVolume:
    stored = _Disk([Path(f"{k}.dcm") for k in range(4)], [0] * 4, [16] * 4, [1] * 4, [0] * 4)
    object.__setattr__(stored, "answers", answers)
    left = LeftPlanes((4, 2, 3), np.dtype(np.int16), stored)
    return UnreadVolume(Volume(left.array, Geometry((4, 2, 3)), "image"), left)


def test_a_load_from_a_disk_that_hangs_can_be_cancelled(answers: threading.Event):
    asked: list[int] = []

    def report(done: int, total: int, text: str) -> None:
        asked.append(done)
        if len(asked) > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        unread(answers).read(report, None)
    assert asked == [0] * 4


def test_a_disk_that_hangs_is_said_by_the_name_of_a_file(answers: threading.Event):
    with pytest.raises(ReadError, match=r"0\.dcm: the disk gives nothing: no answer for 0\.3 s"):
        unread(answers).read(silent, None, 0.3)


def test_a_disk_that_answers_late_gives_its_planes(answers: threading.Event):
    threading.Timer(0.3, answers.set).start()
    found = unread(answers).read(silent, None, 30)
    assert found.array[:, 0, 0].tolist() == [0, 1, 2, 3]


def test_what_is_told_arrives_in_order_in_the_calling_thread():
    told: list[tuple[int, str]] = []

    def work(tell: Report) -> str:
        for n in range(50):
            tell(n, 50, "x")
        return "done"

    def report(done: int, total: int, text: str) -> None:
        told.append((done, threading.current_thread().name))

    assert watched(work, report, 10) == "done"
    assert told == [(n, threading.current_thread().name) for n in range(50)]


def test_errors_of_the_work_pass():
    def work(tell: Report) -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        watched(work, silent, 10)
    with pytest.raises(SilenceError):
        watched(lambda _: threading.Event().wait(1), silent, 0.2)
