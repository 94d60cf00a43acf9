"""Names of files that are no text, or that would steer a terminal, are written out and nothing more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from imaging.formats.raster import write_png
from viewer.cli.answering import shown

ROOT = Path(__file__).parents[3]


def test_control_characters_are_written_out() -> None:
    assert shown("a\x1b[31m\nb\udcff é <b>") == "a\\x1b[31m\\nb\\udcff é <b>"


@pytest.mark.skipif(sys.platform != "linux", reason="such names exist on Linux only")
def test_info_lists_them_in_any_locale(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    write_png(folder / "a.png", np.zeros((2, 2), np.uint8))
    for name in (b"red\x1b[31m.png", b"no\xfftext.png"):
        (tmp_path / "pictures" / os.fsdecode(name)).write_bytes((folder / "a.png").read_bytes())
    (folder / os.fsdecode(b"\x1b]0;title\x07\xfe.txt")).write_text("hello")
    plain, as_json = (_info(folder, *options) for options in ((), ("--json",)))
    assert "red\\x1b[31m.png" in plain
    assert "no\\udcfftext.png" in plain
    assert "\\x1b]0;title\\x07\\udcfe.txt: not an image" in plain
    found = json.loads(as_json)
    assert {each["description"] for each in found["series"]} == {"a.png", "red\x1b[31m.png", "no\udcfftext.png"}
    assert not any(ord(c) < 32 and c != "\n" for c in plain + as_json)


def _info(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "viewer", "info", str(folder), *options]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode("utf-8")
