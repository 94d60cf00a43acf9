"""A CT series from disk to a volume, beside the least that any program must do: read the pixels into one array."""

import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from benchmarks.timing import Row, compare, timed
from imaging.formats import reading

SLICES, SIZE = 200, 512
PIXEL_BYTES = 2 * SIZE * SIZE


def loading(rounds: int) -> list[Row]:
    """Listing and loading a native CT series whose files are in the page cache, and the header pass alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _write_series(folder)
        limit = timed(lambda: _read_pixels(files))
        size = f"{SLICES} x {SIZE} x {SIZE} int16"
        reference = "preadv of the same bytes"
        return [
            compare("open and load a CT series", timed(lambda: _load(folder)), reference, limit, rounds, size),
            compare("list it, headers only", timed(lambda: reading.open_study(folder)), reference, limit, rounds, size),
        ]


def _load(folder: Path) -> None:
    (series,) = reading.open_study(folder).series
    volume = reading.load_volume(series)
    assert volume.array.shape == (SLICES, SIZE, SIZE)


def _read_pixels(files: list[Path]) -> NDArray[np.int16]:
    """The limit: pixels lie at the end of each file."""
    volume = np.empty((SLICES, SIZE, SIZE), np.int16)
    for plane, file in zip(volume, files, strict=True):
        descriptor = os.open(file, os.O_RDONLY)
        os.preadv(descriptor, [plane.data.cast("B")], os.fstat(descriptor).st_size - PIXEL_BYTES)
        os.close(descriptor)
    return volume


def _write_series(folder: Path) -> list[Path]:
    noise = np.random.default_rng(0).integers(0, 2000, (SIZE, SIZE)).astype(np.int16)
    files = [folder / f"{k:04d}.dcm" for k in range(SLICES)]
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
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = pixels.astype("<i2").tobytes()
    return data
