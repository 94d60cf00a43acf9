"""A disk that does not answer holds nobody: the load can be cancelled, ends by itself, and keeps no program alive."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.filling import Chunk, Filling
from imaging.geometry import Geometry
from imaging.progress import Cancelled, Report, silent
from imaging.sandbox.left import LeftPlanes, UnreadVolume
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


def unread(answers: threading.Event, report: Report = silent, silence_s: float = 30) -> UnreadVolume:
    stored = _Disk([Path(f"{k}.dcm") for k in range(4)], [0] * 4, [16] * 4, [1] * 4, [0] * 4)
    object.__setattr__(stored, "answers", answers)
    left = LeftPlanes((4, 2, 3), np.dtype(np.int16), stored, None, report, None, silence_s)
    return UnreadVolume(Volume(left.array, Geometry((4, 2, 3)), "image"), left)


def test_a_load_from_a_disk_that_hangs_can_be_cancelled(answers: threading.Event):
    asked: list[int] = []

    def report(done: int, total: int, text: str) -> None:
        asked.append(done)
        if len(asked) > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        unread(answers, report).read()
    assert asked == [0] * 4


def test_a_disk_that_hangs_is_said_by_the_name_of_a_file(answers: threading.Event):
    with pytest.raises(ReadError, match=r"0\.dcm: the disk gives nothing: no answer for 0\.3 s"):
        unread(answers, silence_s=0.3).read()


def test_a_disk_that_answers_late_gives_its_planes(answers: threading.Event):
    threading.Timer(0.3, answers.set).start()
    found = unread(answers).read()
    assert found.array[:, 0, 0].tolist() == [0, 1, 2, 3]


HELD = """
import sys
from imaging.filling import Chunk, Filling
from imaging.progress import Cancelled

asked = []

def report(done, total, text):
    asked.append(done)
    if len(asked) > 2:
        raise Cancelled

try:
    Filling([Chunk((0,))], lambda task: open(sys.argv[1]).read(), report, None, silence_s=60).run(lambda: None)
except Cancelled:
    print("given up")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_a_read_that_never_returns_does_not_keep_the_program_alive(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", HELD, str(tmp_path / "pipe")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "given up\n"


def test_all_is_handed_over_by_the_calling_thread_and_read_by_others():
    readers: set[str] = set()
    told: list[tuple[int, str]] = []
    volume = Volume(np.zeros((40, 1, 1), np.int16), Geometry((40, 1, 1)), "image")

    def read(task: Sequence[Chunk]) -> None:
        readers.add(threading.current_thread().name)

    def report(done: int, total: int, text: str) -> None:
        told.append((done, threading.current_thread().name))

    chunks = [Chunk((k,)) for k in range(40)]
    assert Filling(chunks, read, report, None, threads=3).run(lambda: volume) is volume
    done = [each for each, _ in told]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 40
    assert {name for _, name in told} == {threading.current_thread().name}
    assert readers and threading.current_thread().name not in readers


def test_the_plane_looked_at_is_handed_over_first_also_where_another_is_read_sooner():
    volume = Volume(np.zeros((8, 1, 1), np.int16), Geometry((8, 1, 1)), "image")
    neighbour = threading.Event()
    handed_over: list[int] = []

    class Eye:
        def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
            return np.zeros(shape, dtype)

        def begun(self, volume: Volume) -> None:
            assert volume.array.shape == (8, 1, 1) and not handed_over

        def wanted(self) -> int:
            return 6

        def arrived(self, k: int) -> None:
            handed_over.append(k)

    def read(task: Sequence[Chunk]) -> None:
        if task[0].ks == (6,):
            assert neighbour.wait(10)
        neighbour.set()

    Filling([Chunk((k,)) for k in range(8)], read, silent, Eye(), threads=2).run(lambda: volume)
    assert handed_over[0] == 6 and sorted(handed_over) == list(range(8))


def test_errors_of_reading_pass_once_no_thread_reads_any_more():
    slow, reading = threading.Event(), threading.Event()
    ended: list[int] = []

    def read(task: Sequence[Chunk]) -> None:
        (k,) = task[0].ks
        if k == 2:  # the middle one, which is read first
            return
        if not reading.is_set():
            reading.set()
            slow.wait(10)
            ended.append(k)
            return
        reading.wait(10)
        threading.Timer(0.1, slow.set).start()
        raise KeyError("gone")

    volume = Volume(np.zeros((4, 1, 1), np.int16), Geometry((4, 1, 1)), "image")
    with pytest.raises(KeyError, match="gone"):
        Filling([Chunk((k,)) for k in range(4)], read, silent, None, 1, threads=2).run(lambda: volume)
    assert len(ended) == 1
