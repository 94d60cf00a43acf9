"""DICOM files written with pydicom for the tests of the readers, and files that pydicom brings along."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

WriteSlices = Callable[..., list[Path]]


def slice_dataset(pixels: np.ndarray, **attributes: object) -> Dataset:
    """A CT slice around (rows, columns) or (frames, rows, columns) stored values; attributes replace the defaults."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid()
    data.Modality, data.SeriesInstanceUID, data.StudyInstanceUID = "CT", "1.2.3.4", "1.2.3"
    data.PatientID, data.PatientName = "P1", "Test^Case"
    data.Rows, data.Columns = pixels.shape[-2:]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = pixels.itemsize * 8
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    if pixels.ndim == 3:
        data.NumberOfFrames = len(pixels)
    data.PixelData = pixels.tobytes()
    data["PixelData"].VR = "OW" if pixels.itemsize > 1 else "OB"
    for keyword, value in attributes.items():
        if value is None:
            delattr(data, keyword)
        else:
            setattr(data, keyword, value)
    return data


def save(data: Dataset, path: Path) -> Path:
    """Write a data set as a DICOM file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def write_dicom(tmp_path: Path) -> Callable[..., Path]:
    """Write one slice: ``write_dicom(pixels, name="a.dcm", **attributes)``."""

    def write(pixels: np.ndarray, name: str = "image.dcm", **attributes: object) -> Path:
        return save(slice_dataset(pixels, **attributes), tmp_path / "study" / name)

    return write


@pytest.fixture
def write_slices(write_dicom: Callable[..., Path]) -> WriteSlices:
    """Write 3 x 4 slices whose pixels are 100 k + their order, at the given positions in LPS millimetres."""

    def write(positions: Sequence[Sequence[float]], **attributes: object) -> list[Path]:
        plain = np.arange(12, dtype=np.uint16).reshape(3, 4)
        placed = {
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "PixelSpacing": [0.5, 0.5],
            "SliceThickness": 2.0,
            "RescaleSlope": 1,
            "RescaleIntercept": -1024,
            "FrameOfReferenceUID": "1.2.3.9",
        }
        return [
            write_dicom(
                plain + np.uint16(100 * k),
                f"{k:03d}.dcm",
                ImagePositionPatient=list(position),
                InstanceNumber=k + 1,
                **(placed | attributes),
            )
            for k, position in enumerate(positions)
        ]

    return write


@pytest.fixture
def bundled() -> Callable[[str], Path]:
    """A file of pydicom's own wheel; nothing is downloaded."""

    def find(name: str) -> Path:
        found = get_testdata_file(name, download=False)
        assert isinstance(found, str), f"{name} is not in the installed pydicom"
        return Path(found)

    return find
