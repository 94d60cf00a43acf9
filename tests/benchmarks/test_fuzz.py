"""Mutants are the same for the same seed, and the run over them counts what it met."""

import argparse
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.mutation import mutants
from imaging.phantom import PhantomStudy


def test_seed_and_number_make_the_mutant(phantom_study: PhantomStudy) -> None:
    sources = sorted(path for path in phantom_study.study.rglob("*") if path.is_file())
    once = [make() for make in mutants(sources, 7, 0, 30)]
    assert [make() for make in mutants(sources, 7, 10, 20)] == once[10:]
    assert [make() for make in mutants(sources, 8, 0, 30)] != once
    assert sum(each.data == each.source.read_bytes() for each in once) <= 3
    assert len({each.method for each in once}) >= 5


def test_run_reports_no_violation(phantom_study: PhantomStudy, capfd: pytest.CaptureFixture[str]) -> None:
    status = fuzz.main(["--mutants", "24", "--seed", "5", "--files", str(phantom_study.study), "--processes", "1"])
    table = capfd.readouterr().out
    assert status == 0, table
    lines = {line[:38].strip(): line[38:].split()[0] for line in table.splitlines()[1:12]}
    assert lines["mutants"] == "24"
    assert lines["viewer processes that died"] == "0"
    assert sum(int(lines[each]) for each in ("series loaded", "documents listed and read", "refusals in words")) >= 24


def test_file_that_stops_the_run_is_a_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal without words is counted: the judge can fail."""
    from imaging.errors import ReadError
    from imaging.sandbox import Sandbox

    def refuse(_self: Sandbox, path: Path) -> None:
        raise ReadError(path, "no")

    (tmp_path / "a.dcm").write_bytes(bytes(400))
    monkeypatch.setattr(Sandbox, "open_study", refuse)
    monkeypatch.setattr(fuzz, "_in_processes", lambda options, folders: ([_part(options, folders)], 0))
    assert fuzz.main(["--mutants", "3", "--files", str(tmp_path)]) == 1


def _part(options: argparse.Namespace, folders: list[Path]) -> fuzz.Tally:
    options.files = folders
    return fuzz.tally_of(options)
