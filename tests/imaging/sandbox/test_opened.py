"""The files a worker turned to are known when it is gone."""

import os
import struct
from pathlib import Path

from imaging.sandbox.opened import OpenedFiles, opened_files


def test_the_last_files_in_order(tmp_path: Path):
    place = tmp_path / "opened"
    files = OpenedFiles(place)
    assert opened_files(place) == []
    for n in range(40):
        files.note(f"/images/{n}")
    assert opened_files(place) == [Path(f"/images/{n}") for n in range(8, 40)]
    files.forget()
    files.note("/images/last")
    assert opened_files(place) == [Path("/images/last")]


def test_names_of_any_bytes_and_length(tmp_path: Path):
    files = OpenedFiles(tmp_path / "opened")
    odd = os.fsdecode(b"/images/\xff")
    files.note(odd)
    files.note("/" + "x" * 5000)
    assert opened_files(tmp_path / "opened") == [Path(odd), Path("/" + "x" * 4093)]


def test_nonsense_is_harmless(tmp_path: Path):
    place = tmp_path / "opened"
    assert opened_files(place) == []
    place.write_bytes(b"short")
    assert opened_files(place) == []
    OpenedFiles(place)
    data = bytearray(place.read_bytes())
    data[:8] = struct.pack("<Q", (1 << 64) - 1)
    data[4096 : 4096 + 6] = b"\xff\xff\0abc"
    place.write_bytes(data)
    assert len(opened_files(place)) == 32
