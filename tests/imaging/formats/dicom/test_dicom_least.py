"""What listing and loading take at most, and that what is remembered never stands for a file that changed."""

import os
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless, RLELossless

from benchmarks.loading import CODECS, one_slice
from imaging.errors import ReadError
from imaging.formats.reading import load_volume, open_study
from imaging.sandbox import Sandbox
from imaging.study import Series

SLICES, SIZE = 80, 256


def _write(folder: Path, syntax: str = "") -> list[Path]:
    """CT slices of 128 KB, native or coded, each with its number as its lowest value."""
    files = [folder / f"{k:03d}.dcm" for k in range(SLICES)]
    pixels = np.arange(SIZE * SIZE, dtype=np.int16).reshape(SIZE, SIZE) % 1000
    for k, file in enumerate(files):
        data = one_slice(k, pixels + k)
        for codec in CODECS:
            if codec.syntax == syntax:
                data.file_meta.TransferSyntaxUID = codec.syntax
                data.PixelData = encapsulate([bytes(codec.encode((pixels + k).astype(np.int16)))])
                data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
        data.save_as(file, enforce_file_format=True)
    return files


def _listed(folder: Path) -> Series:
    (series,) = open_study(folder).series
    return series


@pytest.mark.skipif(sys.platform != "linux", reason="only there the system counts bytes read")
def test_listing_reads_the_heads_of_files_only(tmp_path: Path) -> None:
    def bytes_read() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    files = _write(tmp_path)
    open_study(files[0])  # what is imported first
    before = bytes_read()
    assert _listed(tmp_path).frames == SLICES
    assert bytes_read() - before < 0.35 * sum(file.stat().st_size for file in files)


@pytest.mark.parametrize("syntax", ["", JPEGLSLossless, RLELossless])
def test_loading_takes_little_more_memory_than_the_volume(
    tmp_path: Path, syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)  # each thread has a frame in hand
    _write(tmp_path, syntax)
    series = _listed(tmp_path)
    load_volume(series)  # what is imported and kept for good
    tracemalloc.start()
    volume = load_volume(series)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert volume.array[7].min() == 7 - 1024
    assert peak < 1.1 * volume.array.nbytes


def _edit(file: Path, **attributes: Any) -> None:
    """Other attributes, under the old time of change."""
    before, data = file.stat(), dcmread(file)
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    data.save_as(file, enforce_file_format=True)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _rewrite(file: Path, value: int) -> None:
    """Other pixels in the same bytes: size, name and time of change stay as they were."""
    before = file.stat()
    data = dcmread(file)
    data.PixelData = np.full((SIZE, SIZE), value, "<i2").tobytes()
    with file.open("r+b") as stream:
        data.save_as(stream, enforce_file_format=True)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)


def test_pixels_that_changed_are_read_anew(tmp_path: Path) -> None:
    files = _write(tmp_path)
    series = _listed(tmp_path)
    assert load_volume(series).array[40].min() == 40 - 1024
    _rewrite(files[40], 500)
    assert np.unique(load_volume(series).array[40]).tolist() == [500 - 1024]


def test_a_header_that_changed_is_not_taken_from_memory(tmp_path: Path) -> None:
    files = _write(tmp_path)
    series = _listed(tmp_path)
    _edit(files[40], RescaleIntercept=-1000)
    assert load_volume(series).array[40].min() == 40 - 1000
    _edit(files[40], ImagePositionPatient=[0, 0, 45.5])
    with pytest.raises(ReadError, match="changed since it was listed"):
        load_volume(series)


def test_a_listing_that_was_kept_is_not_served_for_files_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imaging.sandbox.sandbox.LARGE", 2)
    (tmp_path / "ct").mkdir()
    files = _write(tmp_path / "ct")
    with Sandbox(cache=tmp_path / "cache") as sandbox:
        assert sandbox.open_study(tmp_path / "ct").series[0].description == ""
        for file in files:
            _edit(file, SeriesDescription="changed")
        (series,) = sandbox.open_study(tmp_path / "ct").series
        assert series.description == "changed"
        _rewrite(files[40], 500)
        assert np.unique(sandbox.load_volume(series).array[40]).tolist() == [500 - 1024]
