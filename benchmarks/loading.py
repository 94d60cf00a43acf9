"""A CT series from disk to a volume, beside the least that any program must do: read the pixels into one array."""

import os
import tempfile
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from benchmarks.timing import Row, Seconds, compare, timed
from imaging.formats import reading
from imaging.formats.dicom import header
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume

SIZE = 512
PIXEL_BYTES = 2 * SIZE * SIZE
REFERENCE = "preadv of the same bytes"


def loading(rounds: int) -> list[Row]:
    """Native CT series of 300 and 1,000 slices with their files in the page cache: listed, loaded, first looked at."""
    return [*_rows(300, rounds), *_rows(1000, rounds)]


def _rows(slices: int, rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        folder = Path(name)
        files = write_series(folder, slices)
        (series,) = reading.open_study(folder).series
        limit = timed(lambda: _read_pixels(files))
        size = f"{slices} x {SIZE} x {SIZE} int16"
        load = timed(lambda: reading.load_volume(series))
        loaded = compare("load a listed CT series", load, REFERENCE, limit, rounds, f"{size}; {_peak(series)}")
        listed = timed(lambda: _list_anew(folder))
        by_pydicom = compare("list it, headers only", listed, "pydicom header pass", _headers(files), rounds)
        return [
            loaded,
            compare("  the same in the sandbox", _in_sandbox(sandbox, folder), REFERENCE, limit, rounds, size),
            compare(
                "  its middle slice", _first_slice(series), "pydicom headers, middle", _middle(files), rounds, size
            ),
            replace(by_pydicom, note=f"{1000 * slices / by_pydicom.ours_ms:.0f} files/s"),
        ]


def _list_anew(folder: Path) -> None:
    """List without what is remembered of the last time."""
    header.forget()
    reading.open_study(folder)


def _in_sandbox(sandbox: Sandbox, folder: Path) -> Seconds:
    (series,) = sandbox.open_study(folder).series
    return timed(lambda: sandbox.load_volume(series))


def _peak(series: Series) -> str:
    """Peak of what Python and NumPy allocate while loading, over the volume."""
    tracemalloc.start()
    volume = reading.load_volume(series)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"peak memory {peak / volume.array.nbytes:.2f} x the volume"


class _FirstSlice(Exception):
    """The slice looked at is there."""


class _Eye:
    """An arrival that wants the middle slice and no more."""

    def __init__(self, slices: int) -> None:
        self._slices = slices

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        return np.zeros(shape, dtype)

    def begun(self, volume: Volume) -> None:
        del volume
        raise _FirstSlice

    def wanted(self) -> int:
        return self._slices // 2

    def arrived(self, k: int) -> None:
        del k


def _first_slice(series: Series) -> Seconds:
    def look() -> None:
        with suppress(_FirstSlice):
            reading.load_volume(series, arrival=_Eye(series.frames))

    return timed(look)


def _middle(files: list[Path]) -> Seconds:
    """What a viewer on pydicom does before it shows the middle slice: every header, then one file's pixels."""
    headers = _headers(files)

    def look() -> None:
        headers()
        _ = dcmread(files[len(files) // 2]).pixel_array

    return timed(look)


def _headers(files: list[Path]) -> Seconds:
    tags = ["SeriesInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
    return timed(lambda: [dcmread(file, stop_before_pixels=True, specific_tags=list(tags)) for file in files])


def _read_pixels(files: list[Path]) -> NDArray[np.int16]:
    """The limit: pixels lie at the end of each file."""
    volume = np.empty((len(files), SIZE, SIZE), np.int16)
    for plane, file in zip(volume, files, strict=True):
        descriptor = os.open(file, os.O_RDONLY)
        os.preadv(descriptor, [plane.data], os.fstat(descriptor).st_size - PIXEL_BYTES)
        os.close(descriptor)
    return volume


def write_series(folder: Path, slices: int) -> list[Path]:
    """The files of a native CT series of noise, written to ``folder``."""
    noise = np.random.default_rng(0).integers(0, 2000, (SIZE, SIZE)).astype(np.int16)
    files = [folder / f"{k:04d}.dcm" for k in range(slices)]
    for k, file in enumerate(files):
        _slice(k, np.roll(noise, k)).save_as(file, enforce_file_format=True)
    return files


def _slice(k: int, pixels: NDArray[np.int16]) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CTImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = UID(f"2.25.7.{k + 1}")
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = "2.25.5", "2.25.6", "2.25.4"
    data.PatientID, data.Modality, data.InstanceNumber = "BENCHMARK", "CT", k + 1
    data.Rows, data.Columns, data.PixelSpacing, data.SliceThickness = SIZE, SIZE, [0.7, 0.7], 1.0
    data.ImagePositionPatient, data.ImageOrientationPatient = [0, 0, float(k)], [1, 0, 0, 0, 1, 0]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = pixels.astype("<i2").tobytes()
    return data
