"""The study list: first rows of a folder of 10,000 files, and a search among as many studies."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from benchmarks.timing import Row, Seconds, compare, timed
from imaging.geometry import Geometry
from imaging.library.catalogue import Catalogue
from imaging.library.catalogued import Search
from imaging.library.store import Library
from imaging.study import Patient, Series
from viewer.app import Application, application
from viewer.places import Places
from viewer.waiting import wait_until

FILES, SLICES, SIDE = 10_000, 50, 16
SCAN = f"scandir and stat of the same {FILES:,} files"


def browsing(rounds: int) -> list[Row]:
    """First rows after a folder is given to be indexed; a search; ratios to looking at the folder."""
    application()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        _write(folder)
        scan = timed(lambda: _scan(folder))
        count = 0

        def indexed(ready: Callable[[Application], bool]) -> Seconds:
            def run() -> float:
                nonlocal count
                count += 1
                return _indexed(folder, Path(scratch) / f"home{count}", ready)

            return run

        first = compare("first rows of 10,000 files", indexed(_has_rows), SCAN, scan, min(rounds, 3))
        whole = compare("all rows of 10,000 files", indexed(_has_all), SCAN, scan, 1)
        search = _search(Path(scratch), scan, rounds)
    return [first, whole, search]


def _has_rows(main: Application) -> bool:
    return main.sides.browser.model.rowCount() > 0


def _has_all(main: Application) -> bool:
    return main.studies.indexing is None and not main.background.busy()


def _indexed(folder: Path, home: Path, ready: Callable[[Application], bool]) -> float:
    """Seconds from the click to what is waited for, in a new window with an empty library."""
    main = Application(Places(home / "data", home / "cache"))
    try:
        main.window.show()
        wait_until(lambda: not main.background.busy(), "the window")
        return timed(lambda: _index(main, folder, ready))()
    finally:
        main.shut_down()
        main.window.deleteLater()
        shutil.rmtree(home, ignore_errors=True)


def _index(main: Application, folder: Path, ready: Callable[[Application], bool]) -> None:
    main.indexing.index([folder])
    wait_until(lambda: ready(main), "rows")


def _scan(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in os.scandir(folder))


def _search(scratch: Path, scan: Seconds, rounds: int) -> Row:
    """Words looked for among 10,000 studies of as many patients."""
    library = Library(scratch / "many.sqlite")
    catalogue, file = Catalogue(library), scratch / "one"
    file.write_bytes(b"")
    grid = Geometry((1, SIDE, SIDE))
    catalogue.add(
        [
            Series(str(n), "image", "DICOM", (file,), grid.shape_kji, grid, study_uid=str(n),
                   patient=Patient(f"P{n}", f"Name{n}^Given"))
            for n in range(FILES)
        ]
    )  # fmt: skip
    row = compare(
        "search among 10,000 studies", timed(lambda: catalogue.studies(Search("name77 given"))), SCAN, scan, rounds
    )
    library.close()
    return row


def _write(folder: Path) -> None:
    """Small CT slices: 200 patients with one series of 50 each, all in one folder."""
    folder.mkdir()
    pixels = np.zeros((SIDE, SIDE), np.int16).tobytes()
    for n in range(FILES):
        patient, k = divmod(n, SLICES)
        _slice(patient, k, pixels).save_as(folder / f"{n:05}.dcm", enforce_file_format=True)


def _slice(patient: int, k: int, pixels: bytes) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, f"1.2.3.{patient}.1.{k + 1}"
    data.StudyInstanceUID, data.SeriesInstanceUID = f"1.2.3.{patient}", f"1.2.3.{patient}.1"
    data.PatientID, data.PatientName, data.Modality = f"P{patient}", f"Patient^{patient}", "CT"
    data.StudyDate, data.InstanceNumber, data.SeriesNumber = "20240501", k + 1, 1
    data.Rows = data.Columns = SIDE
    data.PixelSpacing, data.ImageOrientationPatient = [1, 1], [1, 0, 0, 0, 1, 0]
    data.ImagePositionPatient = [0, 0, k]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.PixelData = 15, 1, pixels
    data["PixelData"].VR = "OW"
    return data
