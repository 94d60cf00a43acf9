"""A large folder listed in parts is what it is in one go; partly, again, after changes, and when given up."""

import json
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.errors import ReadError
from imaging.formats import reading
from imaging.phantom import PhantomStudy
from imaging.progress import Cancelled, Report, silent
from imaging.sandbox import Sandbox, listings
from imaging.sandbox.indexing import Indexing, files_below, parts_of
from imaging.sandbox.listings import Listings, StampedFile, stamped
from imaging.study import Study


@pytest.fixture
def folder(phantom_study: PhantomStudy, tmp_path: Path) -> Path:
    """A series of slices in two folders, a text and a copy."""
    root = tmp_path / "export"
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
    for n, file in enumerate(reading.open_study(phantom_study.ct).series[0].files[:8]):
        shutil.copy(file, root / ("a" if n < 5 else "b") / f"{n}.dcm")
    (root / "a" / "notes.txt").write_text("notes")
    shutil.copy(root / "a" / "0.dcm", root / "b" / "copy.dcm")
    return root


class Listed:
    """Lists files in this process, and writes down which."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, list[list[Path]]()

    def __call__(self, files: Sequence[Path], report: Report) -> Study:
        self.asked.append(list(files))
        return reading.open_files(self.folder, files, report)


def index(folder: Path, lister: Listed, cache: Path | None = None, report: Report = silent) -> Study:
    return Indexing(folder, lister, Listings(cache), report, None).run(*files_below(folder))


@pytest.fixture
def each_folder_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.sandbox.indexing._FEWEST", 1)


@pytest.mark.usefixtures("each_folder_a_part")
def test_a_series_in_two_parts_is_put_together(folder: Path) -> None:
    lister = Listed(folder)
    study = index(folder, lister)
    whole = reading.open_study(folder)
    assert [(one.uid, one.files, one.geometry) for one in study.series] == [
        (one.uid, one.files, one.geometry) for one in whole.series
    ]
    assert study.series[0].frames == 8
    assert [one.file.name for one in study.refused] == [one.file.name for one in whole.refused]
    assert len(lister.asked) == 3


@pytest.mark.usefixtures("each_folder_a_part")
def test_nothing_is_read_again_but_the_part_that_changed(folder: Path, tmp_path: Path) -> None:
    first = index(folder, Listed(folder), tmp_path / "cache")
    again = Listed(folder)
    assert index(folder, again, tmp_path / "cache") == first
    assert again.asked == []
    (folder / "a" / "notes.txt").write_text("other")
    changed = Listed(folder)
    index(folder, changed, tmp_path / "cache")
    assert [len(files) for files in changed.asked] == [6]


@pytest.mark.parametrize(
    "nonsense", [b"", b"{", b"[[1]]", b"[" * 100_000, json.dumps(["x", [], [], []]).encode() + b"x"]
)
@pytest.mark.usefixtures("each_folder_a_part")
def test_a_damaged_listing_is_made_anew(folder: Path, tmp_path: Path, nonsense: bytes) -> None:
    first = index(folder, Listed(folder), tmp_path / "cache")
    for kept in (tmp_path / "cache" / "listings").iterdir():
        kept.write_bytes(nonsense)
    assert index(folder, Listed(folder), tmp_path / "cache") == first
    healed = Listed(folder)
    assert index(folder, healed, tmp_path / "cache") == first
    assert healed.asked == []


def test_a_listing_that_names_other_files_is_not_believed(folder: Path, tmp_path: Path) -> None:
    kept = Listings(tmp_path)
    one, other = (stamped(folder / "a" / name) for name in ("0.dcm", "1.dcm"))
    kept.keep([one], reading.open_files(folder, [other.path]))
    assert kept.find([one]) is None


def test_a_file_that_changed_while_it_was_read_is_not_kept(folder: Path, tmp_path: Path) -> None:
    file = stamped(folder / "a" / "0.dcm")
    study = reading.open_files(folder, [file.path])
    file.path.write_bytes(file.path.read_bytes())
    Listings(tmp_path).keep([file], study)
    assert Listings(tmp_path).find([file]) is None


def _age(place: Path, days: float) -> Path:
    now = time.time()
    os.utime(place, (now, now - 86_400 * days))
    return place


def test_listings_not_used_for_long_are_removed(folder: Path, tmp_path: Path) -> None:
    one, other = (stamped(folder / "a" / name) for name in ("0.dcm", "1.dcm"))
    before = Listings(tmp_path)
    for file in (one, other):
        before.keep([file], reading.open_files(folder, [file.path]))
    for place in (tmp_path / "listings").iterdir():
        _age(place, 91)
    assert before.find([one]) is not None, "still there, and used by this"
    Listings(tmp_path).keep([one, other], reading.open_files(folder, [one.path, other.path]))
    assert Listings(tmp_path).find([one]) is not None
    assert Listings(tmp_path).find([other]) is None


def test_listings_beyond_the_limit_are_removed_from_the_longest_unused_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "listings"
    kept.mkdir()
    for name, days in (("oldest", 3), ("older", 2), ("old", 1)):
        (kept / name).write_bytes(bytes(1 << 20))
        _age(kept / name, days)
    monkeypatch.setattr(listings, "MOST_BYTES", (2 << 20) + (1 << 19))
    file = stamped(folder / "a" / "0.dcm")
    Listings(tmp_path).keep([file], reading.open_files(folder, [file.path]))
    assert {place.name for place in kept.iterdir() if place.suffix != ".json"} == {"old", "older"}
    assert Listings(tmp_path).find([file]) is not None


@pytest.mark.usefixtures("each_folder_a_part")
def test_what_vanishes_meanwhile_is_refused_and_the_rest_opens(folder: Path) -> None:
    files, refused = files_below(folder)
    (folder / "b" / "6.dcm").unlink()
    study = Indexing(folder, Listed(folder), Listings(None), silent, None).run(files, refused)
    assert (folder / "b" / "6.dcm") in [one.file for one in study.refused]
    assert sum(one.frames for one in study.series) == 7


@pytest.mark.usefixtures("each_folder_a_part")
def test_given_up_it_stops_and_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int, text: str) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        index(folder, Listed(folder), tmp_path / "cache", stop)
    lister = Listed(folder)
    index(folder, lister, tmp_path / "cache")
    part, together = lister.asked
    assert len(part) in (4, 6) and len(together) == 9


@pytest.mark.usefixtures("each_folder_a_part")
def test_parts_are_listed_at_the_same_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=20)  # passed only while two are at work
    alone = Listed(folder)

    def list_files(files: Sequence[Path], report: Report) -> Study:
        if len(alone.asked) < 2:
            both.wait()
        return alone(files, report)

    Indexing(folder, list_files, Listings(None), silent, None).run(*files_below(folder))
    assert len(alone.asked) == 3, "two parts, and the series that both have a share of"


def test_workers_that_hang_are_left_when_it_is_given_up(folder: Path) -> None:
    def hang(_files: Sequence[Path], report: Report) -> Study:
        while True:
            report(0, 1, "")
            time.sleep(0.001)

    def stop(done: int, total: int, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Indexing(folder, hang, Listings(None), stop, None).run(*files_below(folder))


def test_the_sandbox_lists_large_folders_in_parts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each_folder_a_part: None
) -> None:
    monkeypatch.setattr("imaging.sandbox.sandbox.LARGE", 2)
    seen: list[Study] = []
    with Sandbox(cache=tmp_path / "cache") as sandbox:
        study = sandbox.open_study(folder, partial=seen.append)
        assert len(seen) == 2
        pieces = [[(one.uid, one.frames) for one in part.series] for part in seen]
        assert pieces[0] == pieces[1]
        assert pieces[0][0][0] == study.series[0].uid
        assert pieces[0][0][1] in (4, 5) and study.series[0].frames == 8
        assert np.array_equal(sandbox.load_volume(study.series[0]).array, reading.load_volume(study.series[0]).array)
    assert study.series == reading.open_study(folder).series
    assert all(kept.stat().st_mode & 0o077 == 0 for kept in (tmp_path / "cache" / "listings").iterdir())


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with Sandbox() as sandbox, pytest.raises(ReadError, match="no such file"):
        sandbox.open_study(tmp_path / "gone")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9999)), max_size=600, unique=True))
def test_parts_hold_every_file_once_and_a_new_one_changes_few(names: list[tuple[int, int]]) -> None:
    files = [StampedFile(Path(f"/x/{d}/{n}"), (0, 0, 0, 0)) for d, n in sorted(names)]
    parts = parts_of(files)
    assert [file for part in parts for file in part] == files
    without_first = parts_of(files[1:])
    assert sum(part not in parts for part in without_first) <= 2
