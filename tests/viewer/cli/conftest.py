"""The command line run inside the test, and small files and model packages to run it on."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from typer.testing import CliRunner

from inference.manifest import InputSpec, LabelSpec, Manifest, NetworkSpec, PreprocessingSpec, WeightsSpec
from viewer.cli import program

Wetread = Callable[..., object]
SERIES_UID = "2.25.101"


@pytest.fixture
def wetread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wetread:
    """A function that runs ``wetread`` with its arguments; the result has exit_code, stdout and stderr."""
    monkeypatch.setenv("WETREAD_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("viewer.places.builtin_models", lambda: tmp_path / "builtin")
    return lambda *arguments: CliRunner().invoke(program, [str(one) for one in arguments])


@pytest.fixture
def make_ct(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes CT slices of 2 x 3 pixels, 2.5 mm apart, into a folder under ``tmp_path``.

    Slice k holds the stored values 100 k + (0 ... 5); the HU are 1024 less. ``first_mm`` lifts
    all slices.
    """

    def make(
        name: str = "ct", slices: tuple[int, ...] = (0, 1, 2), uid: str = SERIES_UID, first_mm: float = 0.0
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for k in slices:
            data = ct_slice(k, uid)
            data.ImagePositionPatient[2] += first_mm
            data.save_as(folder / f"{k}.dcm", enforce_file_format=True)
        return folder

    return make


def ct_slice(k: int, uid: str) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CTImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = f"{uid}.{k + 1}"
    data.StudyInstanceUID, data.SeriesInstanceUID = "2.25.100", uid
    data.PatientID, data.PatientName, data.Modality, data.SeriesDescription = "P7", "Test^Seven", "CT", "Axial"
    data.InstanceNumber, data.SeriesNumber, data.FrameOfReferenceUID = k + 1, 4, "2.25.99"
    data.Rows, data.Columns, data.PixelSpacing = 2, 3, [0.5, 0.75]
    data.ImagePositionPatient, data.ImageOrientationPatient = [-10, -20, 30 + 2.5 * k], [1, 0, 0, 0, 1, 0]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, -1024, "HU"
    data.PixelData = (100 * k + np.arange(6, dtype=np.uint16)).astype("<u2").tobytes()
    return data


def write_package(folder: Path, task: str = "segmentation", version: str = "1.0.0") -> Manifest:
    """A model package with a real network of random weights, called ``tiny-<task>``."""
    import torch
    from safetensors.torch import save_file

    from inference import networks

    segmentation = task == "segmentation"
    network = NetworkSpec(
        name="unet" if segmentation else "classifier",
        encoder="tf_efficientnet_lite0",
        in_channels=1,
        out_channels=3 if segmentation else 2,
        saliency_layer="decoder.3" if segmentation else "last",
    )
    place = folder / f"tiny-{task}-{version}"
    place.mkdir(parents=True)
    torch.manual_seed(1)
    save_file(networks.build(network).state_dict(), place / "weights.safetensors")
    lesions = (LabelSpec(name="ground_glass", value=1), LabelSpec(name="consolidation", value=2))
    classes = (LabelSpec(name="covid19", value=0), LabelSpec(name="no_finding", value=1))
    manifest = Manifest(
        name=f"tiny-{task}",
        version=version,
        title="Tiny model",
        task="segmentation" if segmentation else "classification",
        input=InputSpec(modalities=("CT",) if segmentation else ("CR", "DX")),
        labels=lesions if segmentation else classes,
        network=network,
        preprocessing=PreprocessingSpec(size_px=(64, 64), window=(-500, 1400) if segmentation else None),
        weights=WeightsSpec(
            file="weights.safetensors",
            sha256=hashlib.sha256((place / "weights.safetensors").read_bytes()).hexdigest(),
        ),
        threshold=0.01,
        metrics={"dice_any": (0.7, 0.6, 0.8)},
    )
    (place / "manifest.json").write_text(manifest.model_dump_json(indent=1))
    return manifest


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The person's folder of model packages, one package of each task in it."""
    folder = tmp_path / "data" / "models"
    write_package(folder, "segmentation")
    write_package(folder, "classification")
    return folder
