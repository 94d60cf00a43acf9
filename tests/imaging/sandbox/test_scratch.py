"""Folders of programs that were killed go at the next start; those of living ones never."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from imaging.sandbox import Sandbox
from imaging.sandbox.scratch import Scratch, remove_stale

_OWNER = (
    "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
    "from imaging.sandbox.scratch import Scratch\n"
    "scratch = Scratch(); print(scratch.folder, flush=True); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_folder_of_a_killed_program_is_removed_and_not_before(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        (folder / "patient").mkdir()
        (folder / "patient" / "image").write_bytes(b"pixels")
        remove_stale()
        assert (folder / "patient" / "image").exists()
        owner.kill()
        owner.wait()
    assert folder.exists()
    with Sandbox():
        assert not folder.exists()


def test_own_folders_stay_until_they_are_given_up() -> None:
    first, second = Scratch(), Scratch()
    remove_stale()
    assert Path(first.folder).is_dir() and Path(second.folder).is_dir()
    first.remove()
    assert not Path(first.folder).exists() and Path(second.folder).is_dir()
    second.remove()


def test_folders_that_cannot_be_judged_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "wetread-scratch-unowned").mkdir()
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / "owner").touch()
    (tmp_path / "wetread-scratch-link").symlink_to(target)
    (tmp_path / "wetread-archive-x").mkdir()
    (tmp_path / "wetread-archive-x" / "owner").touch()
    remove_stale()
    assert (target / "owner").exists()
    assert (tmp_path / "wetread-archive-x" / "owner").exists()
    assert (tmp_path / "wetread-scratch-unowned").exists()
