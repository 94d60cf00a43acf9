"""The journal: what was written is there, whatever ends the program; what is broken is said and set aside."""

import errno
import json
import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imagecodecs import zstd_encode

from imaging.editing import MaskEdit, replace_layers
from imaging.errors import JournalError, SaveError
from imaging.geometry import Geometry
from imaging.history import Step
from imaging.labelmap import Label
from imaging.layers import Layers, layer_of
from imaging.legend import Legend, LegendEdit
from imaging.library import journal as module
from imaging.library.journal import VERSION, Journal
from imaging.library.journal_entries import Beginning, Entry, Saved, decode, encode
from imaging.library.journal_line import fold, replay
from imaging.mask_delta import MaskDelta, packed
from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement

GRID = Geometry((2, 4, 5))
LEGEND = Legend((Label(1, "Läsion"),))
BEGINNING = Beginning("sqlite:////a.sqlite", "1.2.3", GRID, LEGEND)
LINE = Measurement("u1", Length(((1 / 3, 0.0, 0.0), (2.0, 0.0, 0.0))), "lps", "eins")
EMPTY = np.zeros(GRID.shape_kji, np.uint8)


def stroke(array: np.ndarray, row: int, value: int, layer: int = 0) -> Step:
    box = (slice(0, 1), slice(row, row + 1), slice(0, 5))
    edit = MaskEdit(f"Brush {row}", box, array[box].copy(), np.full((1, 1, 5), value, np.uint8), layer)
    edit.apply_to(array)
    return packed(Step(edit.name, (edit,)))


def strokes(count: int) -> tuple[list[Step], np.ndarray]:
    array = EMPTY.copy()
    return [stroke(array, number % 4, number % 250 + 1) for number in range(count)], array


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "a.journal"


@pytest.mark.parametrize(
    "entry",
    [
        BEGINNING,
        Beginning("x", "1", GRID, LEGEND, 41, strokes(1)[0][0].edits),
        replace(BEGINNING, legend=Legend((Label(1, os.fsdecode(b"L\xe4sion")),))),
        Saved(7),
        Saved(7, whole=False),
        "undo",
        "redo",
    ],
)
def test_entries_come_back(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


def test_a_step_of_every_kind_comes_back() -> None:
    edits = (
        *strokes(1)[0][0].edits,
        LegendEdit(LEGEND, Legend((), "model", "2")),
        MeasurementEdit("1.2.3", None, LINE),
    )
    found = decode(encode(Step("All", edits)))
    assert isinstance(found, Step) and (found.name, found.edits) == ("All", edits)


@pytest.mark.parametrize(
    "data", [b"", b"\x02\0\0\0{}", b"\x0d\0\0\0" + b'{"is": "new"}', b"\x04\0\0\0\xff\xff\xff\xff"]
)
def test_other_bytes_are_no_entry(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"entry|Expecting|decode"):
        decode(data)


def test_a_journal_without_steps_leaves_no_file(path: Path) -> None:
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.close()
    assert not path.exists()


def test_what_was_written_is_there_again(path: Path) -> None:
    steps, painted = strokes(3)
    journal = Journal(path)
    journal.begin(BEGINNING)
    for step in steps:
        journal.append(step)
    journal.append("undo")
    journal.sync()
    journal.close()
    again = Journal(path)
    line = replay(again.entries)
    again.append("redo")
    assert [step.name for step in line.done] == ["Brush 0", "Brush 1"] and not again.damaged and not line.saved
    assert [step.name for step in line.undone] == ["Brush 2"]
    assert np.array_equal(replay(again.read()).mask((EMPTY,))[0], painted)
    again.close()


@given(cut=st.integers(0, 10_000))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_wherever_the_last_write_was_cut_the_steps_before_are_there(path: Path, cut: int) -> None:
    path.unlink(missing_ok=True)
    journal = Journal(path)
    journal.begin(BEGINNING)
    ends = []
    for step in strokes(6)[0]:
        journal.append(step)
        ends.append(journal.byte_size)
    journal.close()
    size = cut % (ends[-1] + 1)
    os.truncate(path, size)
    again = Journal(path)
    whole = sum(end <= size for end in ends)
    assert not again.damaged
    assert sum(isinstance(entry, Step) for entry in again.entries) == whole
    if whole:
        again.append(*strokes(1)[0])
        assert len(replay(again.read()).done) == whole + 1, "it goes on behind the last whole step"
    again.close()


def test_a_step_that_was_cut_leaves_nothing_behind_a_shorter_one(path: Path) -> None:
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.append(strokes(1)[0][0])
    end = journal.byte_size
    journal.append(Step("x" * 5000, strokes(1)[0][0].edits))
    journal.close()
    os.truncate(path, path.stat().st_size - 1)
    again = Journal(path)
    again.append("undo")
    again.close()
    last = Journal(path)
    assert not last.damaged and len(last.entries) == 3 and path.stat().st_size < end + 100
    last.close()


def test_a_damaged_step_ends_the_line_and_a_copy_keeps_the_rest(path: Path) -> None:
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.append(strokes(1)[0][0])
    end = journal.byte_size
    journal.append(*strokes(3)[0][1:])
    journal.close()
    data = bytearray(path.read_bytes())
    data[end + 12] ^= 1
    path.write_bytes(data)
    again = Journal(path)
    assert again.damaged and len(replay(again.entries).done) == 1
    assert again.copy().read_bytes() == data
    again.close()


def test_a_full_disk_is_said_and_the_step_is_written_when_there_is_room(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, painted = strokes(3)
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.append(steps[0])
    whole = os.pwrite

    def full(file: int, data: memoryview, place: int) -> int:
        if len(data) > 7:
            return whole(file, data[:7], place)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "pwrite", full)
        with pytest.raises(SaveError, match="No space left on device"):
            journal.append(steps[1])
    assert len(replay(journal.read()).done) == 1, "the file is as it was"
    journal.append(steps[2])
    assert np.array_equal(replay(journal.read()).mask((EMPTY,))[0], painted)
    journal.close()


@pytest.mark.parametrize(
    ("last", "kept"),
    [(Saved(5), None), (Saved(5, whole=False), 1), ("undo", 1)],
    ids=["saved", "not whole", "not saved"],
)
def test_a_full_disk_leaves_no_journal_that_is_older_than_the_library(
    path: Path, monkeypatch: pytest.MonkeyPatch, last: Entry, kept: int | None
) -> None:
    steps, _ = strokes(2)
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.append(steps[0])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "pwrite", full)
        for entry in (steps[1], last):
            with pytest.raises(SaveError):
                journal.append(entry)
        journal.close()
    assert path.exists() == (kept is not None)
    if kept:
        again = Journal(path)
        assert len(replay(again.entries).done) == kept
        again.close()


def test_another_window_is_told(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(JournalError, match=r"another window of Wetread.*Ctrl\+S"):
        Journal(path)
    journal.close()
    Journal(path).close()


@pytest.mark.parametrize("how", ["close", "rewrite"])
def test_a_file_that_another_window_takes_away_in_this_moment_is_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Between finding the file and locking it: what would be written into it then, nobody would find again."""
    first, lock = Journal(path), module._lock

    def late(file: int) -> None:
        monkeypatch.setattr(module, "_lock", lock)
        if how == "rewrite":
            first.begin(BEGINNING)
            first.rewrite((BEGINNING, Saved(1)))
        first.close()
        lock(file)

    monkeypatch.setattr(module, "_lock", late)
    second = Journal(path)
    second.begin(BEGINNING)
    second.append(Saved(7))
    second.close()
    third = Journal(path)
    assert third.entries[-1] == Saved(7) and len(third.entries) == (2 if how == "close" else 4)
    third.close()


def test_a_file_that_was_taken_away_is_said(path: Path) -> None:
    journal = Journal(path)
    journal.sync()
    journal.begin(BEGINNING)
    journal.append(Saved(1))
    journal.sync()
    path.rename(path.with_name("away"))
    with pytest.raises(SaveError, match=r"a\.journal could not be saved: No such file"):
        journal.sync()
    path.with_name("away").rename(path)
    journal.sync()
    journal.close()


def test_what_is_rewritten_is_locked_and_private_still(path: Path) -> None:
    journal = Journal(path)
    journal.rewrite((BEGINNING, Saved(1)))
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match="another window"):
        Journal(path)
    journal.append(Saved(2))
    journal.close()
    again = Journal(path)
    assert again.entries[-1] == Saved(2)
    again.close()


def test_a_newer_journal_and_another_file_are_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    for data, words in (
        (b"WETREAD-JOURNAL" + bytes([VERSION + 1]), f"found journal {VERSION + 1}, this one supports {VERSION}"),
        (b"A text that somebody kept here.", "not a journal"),
    ):
        path.write_bytes(data)
        with pytest.raises(JournalError, match=words):
            Journal(path)
        assert path.read_bytes() == data


@pytest.mark.parametrize("version", [1, 2])
def test_a_journal_of_an_older_program_is_read_and_becomes_one_of_this_version(path: Path, version: int) -> None:
    """Version 1 said no layer: its changes are of the lowest one."""
    steps, painted = strokes(2)
    entries = [older(steps[0], version), older(steps[1], version)]
    frames = [struct.pack("<II", len(data), zlib.crc32(data)) + data for data in (encode(BEGINNING), *entries)]
    path.parent.mkdir()
    path.write_bytes(b"WETREAD-JOURNAL" + bytes([version]) + b"".join(frames))
    journal = Journal(path)
    assert not journal.damaged and np.array_equal(replay(journal.entries).mask((EMPTY,))[0], painted)
    assert path.read_bytes()[15] == version, "looking at it changes nothing"
    journal.append(stroke(EMPTY.copy(), 1, 7, 2))
    assert path.read_bytes()[15] == VERSION
    assert [layer.max() for layer in replay(journal.read()).mask((EMPTY,))] == [2, 0, 7]
    journal.close()


def older(step: Step, version: int, dense: bytes = b"") -> bytes:
    """A step of one stroke as it was written before version 3: each voxel of its box."""
    (delta,) = (edit for edit in step.edits if isinstance(edit, MaskDelta))
    data = dense or bytes(zstd_encode(delta.voxels().tobytes()))
    box = [[span.start, span.stop] for span in delta.box]
    head = {"is": "mask", "name": delta.name, "box": box, "bytes": len(data)} | ({"layer": 0} if version > 1 else {})
    text = json.dumps({"is": "step", "name": step.name, "edits": [head]}).encode()
    return len(text).to_bytes(4, "little") + text + data


def test_voxels_of_an_older_program_that_do_not_fit_are_no_entry() -> None:
    with pytest.raises(ValueError, match=r"expected \(1, 1, 5\) voxels"):
        decode(older(strokes(1)[0][0], 2, b"nothing"))


def test_a_change_of_an_impossible_layer_is_no_entry() -> None:
    entry = Step("x", (MaskDelta("x", (slice(0, 1),) * 3, b"", 255),))
    with pytest.raises(ValueError, match="layer 255; expected 0 to 254"):
        decode(encode(entry))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="the journal cannot be opened"):
        Journal(tmp_path / "file" / "a.journal")


def test_setting_aside_begins_anew(path: Path) -> None:
    journal = Journal(path)
    journal.begin(BEGINNING)
    journal.append(strokes(1)[0][0])
    aside = journal.set_aside()
    assert journal.entries == journal.read() == () and aside.exists()
    journal.begin(BEGINNING)
    journal.append(strokes(1)[0][0])
    assert path.read_bytes() == aside.read_bytes()
    assert journal.set_aside() != aside, "nothing is written over"
    journal.close()


ACTIONS = st.lists(st.sampled_from(["stroke", "stroke", "undo", "redo", "saved", "legend", "measure"]), max_size=30)


def step_of(action: str, layers: Layers, number: int) -> Step:
    if action == "stroke":
        layer = number % 3
        return stroke(layer_of(layers, layer).copy(), number % 4, number + 1, layer)
    if action == "legend":
        return Step("L", (LegendEdit(LEGEND, Legend((), "m", str(number))),))
    return Step("M", (MeasurementEdit("1.2.3", None, LINE),))


def entries_of(actions: list[str]) -> list[Entry]:
    done, undone = 0, 0
    entries: list[Entry] = [BEGINNING]
    for number, action in enumerate(actions):
        match action:
            case "undo" if done:
                done, undone = done - 1, undone + 1
                entries.append("undo")
            case "redo" if undone:
                done, undone = done + 1, undone - 1
                entries.append("redo")
            case "saved":
                entries.append(Saved(number + 1))
            case "stroke" | "legend" | "measure":
                entries.append(step_of(action, replay(entries).mask((EMPTY,)), number))
                done, undone = done + 1, 0
    return entries


@given(actions=ACTIONS, keep=st.integers(1, 6))
@settings(deadline=None)
def test_folding_changes_nothing_but_how_far_back_undo_goes(actions: list[str], keep: int) -> None:
    entries = entries_of(actions)
    line, folded = replay(entries), replay(fold(entries, keep, 1 << 30))
    assert replace_layers(folded.mask((EMPTY,)), line.mask((EMPTY,)), "") == ()
    assert (folded.legend, folded.saved, folded.revision) == (line.legend, line.saved, line.revision)
    assert [step.name for step in folded.done] == [step.name for step in line.done[-keep:]]
    assert [step.edits for step in folded.undone] == [step.edits for step in line.undone]


@pytest.mark.parametrize("entries", [(), ("undo",), (BEGINNING, "undo"), (BEGINNING, "redo"), (BEGINNING, BEGINNING)])
def test_a_line_that_makes_no_sense_is_refused(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(JournalError, match=r"without its beginning|what was not done"):
        replay(entries)
