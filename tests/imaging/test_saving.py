"""Files are whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from imaging import saving
from imaging.errors import SaveError


def test_content_is_replaced(tmp_path: Path):
    saving.write_bytes(tmp_path / "deep" / "a.bin", b"one")
    saving.write_bytes(tmp_path / "deep" / "a.bin", b"two")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "deep").iterdir()] == [("a.bin", b"two")]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_who_may_read_a_file_is_the_persons_choice(tmp_path: Path, umask: int):
    path = tmp_path / "a.bin"
    before = os.umask(umask)
    try:
        saving.write_bytes(path, b"new")
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask
        path.chmod(0o640)
        saving.write_bytes(path, b"again")
        assert path.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_the_temporary_file_keeps_the_suffixes(tmp_path: Path):
    with saving.replacing(tmp_path / "mask.nii.gz") as temporary:
        assert temporary.name.endswith(".nii.gz") and temporary.parent == tmp_path
        temporary.write_bytes(b"x")


def test_a_full_disk_keeps_the_old_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match=r"a\.bin could not be saved: No space left on device"):
        saving.write_bytes(path, b"new")
    assert path.read_bytes() == b"old" and not list(tmp_path.glob(".saving-*"))


def test_an_error_of_the_writer_passes_and_leaves_nothing(tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), saving.replacing(path) as temporary:
        temporary.write_bytes(b"half")
        _ = 1 / 0
    assert path.read_bytes() == b"old" and not list(tmp_path.glob(".saving-*"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SaveError) as caught:
        saving.write_bytes(tmp_path / "file" / "a.bin", b"x")
    assert caught.value.path == tmp_path / "file" / "a.bin" and caught.value.reason


def test_a_folder_is_filled_when_all_of_it_is_written(tmp_path: Path):
    folder = tmp_path / "deep" / "masks"
    saving.write_bytes(folder / "a.txt", b"old")
    saving.write_bytes(folder / "other.txt", b"stays")
    with saving.filling(folder) as temporary:
        (temporary / "below").mkdir()
        (temporary / "a.txt").write_bytes(b"new")
        (temporary / "below" / "b.txt").write_bytes(b"b")
        assert (folder / "a.txt").read_bytes() == b"old"
    found = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    assert found == {"a.txt": b"new", "other.txt": b"stays", "below/b.txt": b"b"}
    assert not list(tmp_path.rglob(".saving-*"))


def test_a_folder_that_is_left_half_way_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "out" / "masks"
    with pytest.raises(ZeroDivisionError), saving.filling(folder) as temporary:
        (temporary / "a.txt").write_bytes(b"half")
        _ = 1 / 0
    assert not list(folder.parent.iterdir())

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match="No space left on device"), saving.filling(folder) as temporary:
        (temporary / "a.txt").write_bytes(b"half")
    assert not list(folder.parent.iterdir())
