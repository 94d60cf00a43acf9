"""Planes that a worker leaves to the program: only from files that were asked for, only as numbers, in their places."""

import os
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.uid import ExplicitVRLittleEndian

from imaging.errors import ReadError, Truncated
from imaging.formats import reading
from imaging.progress import silent
from imaging.sandbox import Sandbox, room
from imaging.sandbox.channel import Message
from imaging.sandbox.exchange import Exchange
from imaging.sandbox.left import LeftPlanes, UnreadVolume, body_of, planes_in
from imaging.sandbox.requests import LoadVolume
from imaging.sandbox.wire import WireError
from imaging.stored_planes import StoredPlanes
from imaging.study import Series

INT16 = np.dtype(np.int16)


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with Sandbox() as made:
        yield made


def _ct(folder: Path, stored: NDArray[np.integer], slices: int = 3, **attributes: Any) -> list[Path]:
    """CT slices a millimetre apart, each with its number added to ``stored``."""
    from benchmarks.loading import one_slice

    files = [folder / f"{k}.dcm" for k in range(slices)]
    for k, file in enumerate(files):
        data = one_slice(k, (stored + k).astype(np.int16))
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        for keyword, value in attributes.items():
            setattr(data, keyword, value)
        data.save_as(file, enforce_file_format=True)
    return files


def _series(sandbox: Sandbox, folder: Path) -> Series:
    (series,) = sandbox.open_study(folder).series
    return series


def test_values_are_those_of_the_readers(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    read = UnreadVolume.read
    monkeypatch.setattr(UnreadVolume, "read", lambda *what: (taken.append(1), read(*what))[1])
    _ct(tmp_path, np.arange(20).reshape(4, 5))
    found = sandbox.load_volume(_series(sandbox, tmp_path))
    own = reading.load_volume(reading.open_study(tmp_path).series[0])
    assert taken and found.array.dtype == own.array.dtype == np.int16
    assert found.array[1, 0].tolist() == [-1023, -1022, -1021, -1020, -1019]
    np.testing.assert_array_equal(found.array, own.array)
    with pytest.raises(ValueError, match="WRITEABLE"):
        found.array.flags.writeable = True


def test_a_type_too_narrow_is_widened(sandbox: Sandbox, tmp_path: Path) -> None:
    _ct(tmp_path, np.zeros((4, 5), np.int16), RescaleIntercept=40_000)
    found = sandbox.load_volume(_series(sandbox, tmp_path))
    assert found.array.dtype == np.int32
    assert found.array[:, 0, 0].tolist() == [40_000, 40_001, 40_002]


def test_a_file_cut_after_it_was_listed_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    files = _ct(tmp_path, np.zeros((4, 5), np.int16))
    own = StoredPlanes(files, [files[0].stat().st_size - 20] * 3, [12] * 3, [0] * 3, [0] * 3)
    with pytest.raises(Truncated, match=r"0\.dcm.*found 20 bytes, expected 40"):
        own.read_into(0, np.zeros((4, 5), np.int16))


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    planes = StoredPlanes([tmp_path / "pipe"], [0], [12], [0], [0])
    with pytest.raises(ReadError, match="no ordinary file"):
        planes.read_into(0, np.zeros((4, 5), np.int16))


def test_files_go_by_their_number_in_the_request() -> None:
    files = [Path("a"), Path("b")]
    stored = StoredPlanes([Path("b"), Path("a")], [10, 20], [12, 12], [0, 1], [-1024, 0])
    assert planes_in(Message({**body_of(stored, files)}, bytearray()), files) == stored


@pytest.mark.parametrize(
    "wrong",
    [
        {"files": [0, 2]},
        {"files": [0, -1]},
        {"files": [0]},
        {"offsets": [0, -2]},
        {"offsets": [0, 1 << 63]},
        {"bits": [0, 12]},
        {"bits": [17, 12]},
        {"signs": [2, 0]},
        {"intercepts": [0, 1 << 20]},
        {"offsets": "far"},
    ],
)
def test_nonsense_is_no_plane(wrong: dict[str, Any]) -> None:
    files = [Path("a"), Path("b")]
    body = body_of(StoredPlanes(files, [0, 0], [12, 12], [0, 0], [0, 0]), files)
    with pytest.raises(WireError):
        planes_in(Message({**body, **wrong}, bytearray()), files)


@pytest.mark.parametrize(
    ("shape", "dtype", "offset"),
    [((2, 4, 5), "i2", 0), ((1, 4, 5), "f4", 0), ((1, 4, 5), "i4", 0), ((1, 4, 5, 3), "u1", 0), ((1, 4, 5), "i2", -1)],
)
def test_planes_of_another_array_are_refused(shape: tuple[int, ...], dtype: str, offset: int) -> None:
    stored = StoredPlanes([Path("a")], [offset], [12], [0], [0])
    with pytest.raises(WireError, match="planes in files"):
        LeftPlanes(shape, np.dtype(dtype), stored, None, silent, None)


def test_giving_up_leaves_the_worker_at_hand(sandbox: Sandbox, tmp_path: Path) -> None:
    _ct(tmp_path, np.zeros((4, 5), np.int16), slices=40)
    series = _series(sandbox, tmp_path)

    class Enough(Exception):
        pass

    def stop(done: int, total: int, text: str) -> None:
        if total == 40 and done:
            raise Enough

    with pytest.raises(Enough):
        sandbox.load_volume(series, stop)
    assert sandbox.load_volume(series, silent).array.shape == (40, 4, 5)


@pytest.fixture
def slow_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is made 40 bytes at a time, ten times a second."""
    monkeypatch.setattr(room, "_STEP_BYTES", 40)
    monkeypatch.setattr(room, "give_out", lambda _step: time.sleep(0.1))


def _still_made() -> list[threading.Thread]:
    """The threads that make room, and go on to do so."""
    making = [thread for thread in threading.enumerate() if thread.name == "wetread-room"]
    for thread in making:
        thread.join(5.0)
    return [thread for thread in making if thread.is_alive()]


@pytest.mark.usefixtures("slow_room")
def test_room_is_made_no_further_when_no_planes_are_left(sandbox: Sandbox, tmp_path: Path) -> None:
    _ct(tmp_path, np.zeros((4, 5), np.int16), slices=200, RescaleSlope=0.5)
    sandbox.load_volume(_series(sandbox, tmp_path))
    assert not _still_made()


@pytest.mark.usefixtures("slow_room")
def test_room_is_made_no_further_when_the_request_ends(tmp_path: Path) -> None:
    _ct(tmp_path, np.zeros((4, 5), np.int16), slices=200)
    exchange = Exchange(LoadVolume(reading.open_study(tmp_path).series[0]), silent, None)
    exchange.make_room(1 << 20)
    assert exchange.room is not None
    exchange.close()
    assert not _still_made()


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [("crash_after_leaving", "memory fault"), ("leave_twice", "makes no sense.*left before")],
)
def test_planes_are_read_no_further_when_their_worker_fails(
    misbehaviour: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_into = StoredPlanes.read_into
    monkeypatch.setattr(StoredPlanes, "read_into", lambda *what: (time.sleep(0.05), read_into(*what)))
    _ct(tmp_path, np.zeros((4, 5), np.int16), slices=200)
    series = reading.open_study(tmp_path).series[0]
    program = (sys.executable, str(Path(__file__).with_name("misbehaving.py")), misbehaviour)
    with Sandbox(program=program) as sandbox, pytest.raises(ReadError, match=words):
        sandbox.load_volume(series)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wetread-planes")]
