"""Hashes of files and pixels: the same bytes give the same, and a change is said in words."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.errors import ReadError
from imaging.fingerprint import Fingerprint, fingerprint
from imaging.formats.reading import load_volume, open_study
from imaging.library.store import Library
from imaging.progress import Cancelled


def of(folder: Path) -> Fingerprint:
    series = open_study(folder).series[0]
    return fingerprint(series, load_volume(series))


def picture(path: Path, value: int) -> Path:
    Image.fromarray(np.full((4, 5), value, np.uint8)).save(path)
    return path


def test_the_hash_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", 7)
    ((path, digest),) = of(tmp_path).files
    assert (path, digest) == (file, hashlib.sha256(file.read_bytes()).hexdigest())


def test_nothing_changed_says_nothing(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 7)
    assert of(tmp_path).changes_since(of(tmp_path)) == ()


def test_another_value_changes_file_and_pixels(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 7)
    before = of(tmp_path)
    picture(tmp_path / "a.png", 8)
    assert of(tmp_path).changes_since(before) == ("1 file has changed (a.png)", "the pixels differ")


def test_files_that_come_and_go_are_counted() -> None:
    before = Fingerprint(((Path("x/1"), "a"), (Path("x/2"), "b")), "p")
    now = Fingerprint(((Path("y/1"), "a"), (Path("y/3"), "c"), (Path("y/4"), "d")), "p")
    assert now.changes_since(before) == ("2 files are new (3, 4)", "1 file is gone (2)")


def test_values_of_another_type_are_other_pixels(phantom_study) -> None:
    series = open_study(phantom_study.xray).series[0]
    volume = load_volume(series)
    wider = replace(volume, array=volume.array.astype(np.int64))
    assert fingerprint(series, volume).pixels != fingerprint(series, wider).pixels


def test_a_vanished_file_is_named(tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", 7)
    series = open_study(tmp_path).series[0]
    volume = load_volume(series)
    file.unlink()
    with pytest.raises(ReadError, match=r"a\.png"):
        fingerprint(series, volume)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 7)
    series = open_study(tmp_path).series[0]

    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fingerprint(series, load_volume(series), stop)


def test_the_library_keeps_the_first_one(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.sqlite")
    first, then = Fingerprint(((Path("a"), "1"),), "p"), datetime(2026, 1, 2, tzinfo=UTC)
    other = Fingerprint(((Path("a"), "2"),), "q")
    assert library.first_fingerprint("1.2", first, then) == (first, then)
    library.close()
    again = Library(tmp_path / "library.sqlite")
    assert again.first_fingerprint("1.2", other, datetime(2026, 3, 4, tzinfo=UTC)) == (first, then)
    again.close()
