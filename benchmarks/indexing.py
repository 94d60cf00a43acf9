"""A folder of many series listed, beside a pydicom header pass; and how soon giving up is over."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from time import perf_counter as clock

import numpy as np
from pydicom import dcmread
from pydicom.uid import UID

from benchmarks.loading import one_slice
from benchmarks.timing import Row, Seconds, compare, timed
from imaging.progress import Cancelled, Report
from imaging.sandbox import Sandbox

STUDIES, SERIES, SLICES = 5, 6, 100
REFERENCE = "pydicom stop_before_pixels, one core"
PATIENCE = "50 ms"


def indexing(rounds: int) -> list[Row]:
    """3,000 files: listed for the first time, once more, first rows of it; a listing and a load given up."""
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name, "export"), Path(name, "cache")
        files = write_export(folder)
        reference = timed(lambda: [dcmread(file, stop_before_pixels=True) for file in files])
        with Sandbox(cache=cache) as sandbox:

            def cold() -> float:
                rmtree(cache, ignore_errors=True)
                return timed(lambda: sandbox.open_study(folder))()

            again = timed(lambda: sandbox.open_study(folder))
            rows = [
                compare("index a folder", cold, REFERENCE, reference, rounds),
                compare("  the same once more", again, REFERENCE, reference, rounds),
            ]
            rows = [replace(row, note=f"{1000 * len(files) / row.ours_ms:.0f} files/s") for row in rows]
            series = sandbox.open_study(folder).series[0]
            list_it = _given_up(lambda report: sandbox.open_study(folder, report), lambda: rmtree(cache, True))
            load_it = _given_up(lambda report: sandbox.load_volume(series, report))
            return [
                *rows,
                compare("  give up a listing", list_it, PATIENCE, lambda: 0.05, rounds),
                compare("  give up a load", load_it, PATIENCE, lambda: 0.05, rounds),
            ]


def _given_up(work: Callable[[Report], object], before: Callable[[], object] = lambda: None) -> Seconds:
    """Seconds from the first wish to stop, once work is under way, until everything is stopped."""

    def run() -> float:
        before()
        wishes: list[float] = []

        def stop(done: int, total: int, text: str) -> None:
            del total, text
            if done:
                wishes.append(clock())
                raise Cancelled

        with suppress(Cancelled):
            work(stop)
        return clock() - wishes[0] if wishes else float("nan")

    return run


def write_export(folder: Path) -> list[Path]:
    """The files of several studies, a folder for each series: small images under headers like those of a scanner."""
    pixels = np.zeros((64, 64), np.int16)
    files: list[Path] = []
    for study in range(STUDIES):
        for series in range(SERIES):
            place = folder / f"study {study}" / f"series {series}"
            place.mkdir(parents=True)
            for k in range(SLICES):
                data = one_slice(k, pixels)
                data.StudyInstanceUID, data.SeriesInstanceUID = f"2.25.8.{study}", f"2.25.8.{study}.{series}"
                data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = UID(f"{data.SeriesInstanceUID}.{k}")
                files.append(place / f"{k:04d}.dcm")
                data.save_as(files[-1], enforce_file_format=True)
    return files
