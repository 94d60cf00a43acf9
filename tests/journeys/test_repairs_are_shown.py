"""Whatever was repaired, assumed or left out in reading a DICOM file is told thrice: with the series, on the view, and
by ``wetread info``."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from zlib import crc32

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from typer.testing import CliRunner

from imaging.formats.reading import load_volume, open_study
from imaging.study import Study
from viewer.canvas.annotation_text import corners, mark_text, reasons
from viewer.cli import program
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

pytestmark = pytest.mark.filterwarnings("ignore:Expected explicit VR")

Write = Callable[[Path], object]
JPEG, JPEG_LS, JPEG_2000, LOSSY_2000 = (f"1.2.840.10008.1.2.4.{number}" for number in (50, 80, 90, 91))
GREY = (np.arange(256, dtype=np.uint16).reshape(16, 16) * 3) % 1021
BYTES = (np.arange(256, dtype=np.uint8)).reshape(16, 16)
AXIAL = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [1, 1]}


def image(pixels: np.ndarray = GREY, **attributes: object) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, "1.2.3.4.5"
    data.Modality, data.StudyInstanceUID, data.PatientID = "MR", "1.2.3", "P1"
    data.Rows, data.Columns = pixels.shape[:2]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8 * pixels.itemsize
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, 0
    data.PixelData = pixels.tobytes()
    data["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
    return changed(data, attributes)


def changed(data: Dataset, attributes: Mapping[str, object]) -> Dataset:
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    return data


def coded(syntax: str, frames: list[bytes], pixels: np.ndarray = BYTES, **attributes: object) -> Dataset:
    data = image(pixels, **attributes)
    data.file_meta.TransferSyntaxUID = syntax
    data.PixelData = encapsulate(frames)
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    return data


def written(*files: Dataset) -> Write:
    """Write files into a folder; those of one series are told apart by their names."""

    def write(folder: Path) -> None:
        uid = f"1.2.{crc32(folder.name.encode())}"
        for n, data in enumerate(files):
            data.SOPInstanceUID, data.SeriesInstanceUID, data.InstanceNumber = f"{uid}.{n}", uid, n + 1
            data.save_as(folder / f"{n}.dcm", enforce_file_format=True)

    return write


def patched(data: Dataset, patch: Callable[[bytes], bytes]) -> Write:
    """Write a file, then change its bytes."""

    def write(folder: Path) -> None:
        written(data)(folder)
        file = folder / "0.dcm"
        file.write_bytes(patch(file.read_bytes()))

    return write


def at(*positions: tuple[float, float, float], **attributes: object) -> Write:
    return written(*(image(ImagePositionPatient=list(each), **(AXIAL | attributes)) for each in positions))


def implicit_body(data: bytes) -> bytes:
    """The same file with its data set in implicit VR, its meta header unchanged."""
    dataset = image()
    del dataset.file_meta
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, True
    write_dataset(buffer, dataset)
    return data[: 144 + int.from_bytes(data[140:144], "little")] + buffer.getvalue()


def longer_meta(data: bytes) -> bytes:
    return data[:140] + (int.from_bytes(data[140:144], "little") + 8).to_bytes(4, "little") + data[144:]


def without_meta(data: bytes) -> bytes:
    return data[144 + int.from_bytes(data[140:144], "little") :]


def written_length(data: bytes) -> bytes:
    at_value = data.index(b"\xe0\x7f\x10\x00OB") + 12
    return data[: at_value - 4] + (len(data) - at_value).to_bytes(4, "little") + data[at_value:]


def wrong_table(data: bytes) -> bytes:
    """Basic Offset Table of two frames whose second entry points one byte too far; there are three fragments."""
    start = data.index(b"\xe0\x7f\x10\x00OB") + 12 + 8
    second = int.from_bytes(data[start + 4 : start + 8], "little") + 2
    return data[: start + 4] + second.to_bytes(4, "little") + data[start + 8 :]


def colour(photometric: str) -> dict[str, object]:
    return {"SamplesPerPixel": 3, "PhotometricInterpretation": photometric, "PlanarConfiguration": 0}


def lut() -> Dataset:
    return changed(Dataset(), {"LUTExplanation": "BAD"})


def table(n: int) -> Dataset:
    values: dict[str, object] = {"LUTDescriptor": [3, 0, 8], "LUTData": [0, 50 + n, 255]}
    found = changed(Dataset(), values)
    found["LUTDescriptor"].VR = found["LUTData"].VR = "US"
    return found


def stacked(n: int, **attributes: object) -> Dataset:
    return image(ImagePositionPatient=[0, 0, 2 * n], **(AXIAL | attributes))


def empty_overlay(data: Dataset) -> Dataset:
    data.add_new((0x6000, 0x0010), "US", 16)
    data.add_new((0x6000, 0x0011), "US", 16)
    data.add_new((0x6000, 0x0050), "SS", [1, 1])
    data.add_new((0x6000, 0x3000), "OW", bytes(4))
    return data


RGB = np.stack([BYTES, BYTES.T, BYTES[::-1]], -1)
LS, J2K = imagecodecs.jpegls_encode(BYTES), imagecodecs.jpeg2k_encode(BYTES, level=0, codecformat="j2k")
YCC = imagecodecs.jpeg8_encode(RGB, level=95, colorspace="RGB", outcolorspace="YCBCR", subsampling="422")
J2K_16 = imagecodecs.jpeg2k_encode(GREY, level=0, codecformat="j2k")

REPAIRS: dict[str, tuple[Write, str]] = {
    "implicit": (patched(image(), implicit_body), "explicit VR, found implicit VR: read so"),
    "meta-length": (patched(image(), longer_meta), "the file's meta header says that it has"),
    "no-meta": (patched(image(), without_meta), "the file does not state its transfer syntax"),
    "no-preamble": (patched(image(), lambda data: data[132:]), "does not begin as DICOM files do"),
    "written-length": (patched(coded(JPEG_LS, [LS]), written_length), "coded pixels have a written length"),
    "wrong-table": (patched(coded(JPEG_LS, [LS, LS], NumberOfFrames=2), wrong_table), "table of frame offsets"),
    "no-end-marker-ls": (written(coded(JPEG_LS, [LS[:-2]])), "lacks its end marker"),
    "no-end-marker-2000": (written(coded(JPEG_2000, [J2K[:-2]])), "lacks its end marker"),
    "precision": (
        written(coded(LOSSY_2000, [J2K_16], GREY, BitsStored=9, HighBit=8)),
        "coded frames have 16 bits a sample, the header says 9",
    ),
    "colour": (written(coded(JPEG, [YCC], RGB, **colour("RGB"))), "colour is named RGB, found YCbCr"),
    "lossy": (written(coded(JPEG, [imagecodecs.jpeg8_encode(BYTES)])), "lossy compression (JPEG)"),
    "high-bit": (written(image(BitsStored=12, HighBit=7)), "High Bit 7 cannot hold 12 stored bits"),
    "full-chroma": (written(image(RGB, **colour("YBR_FULL_422"))), "stored with full chrominance"),
    "window": (written(image(WindowCenter=5, WindowWidth=0)), "its width must be above 0"),
    "half-window": (written(image(WindowCenter=5)), "windows without their centre or width left out"),
    "voi-function": (written(image(WindowCenter=5, WindowWidth=9, VOILUTFunction="CUBIC")), "CUBIC is not known"),
    "voi-lut": (written(image(VOILUTSequence=[changed(lut(), {"LUTDescriptor": [4, 0, 99]})])), "VOI LUT was left out"),
    "voi-luts": (
        written(*(stacked(n, VOILUTSequence=[table(n)]) for n in range(3))),
        "VOI LUTs differ from slice to slice",
    ),
    "photometric": (written(image(PhotometricInterpretation="")), "MONOCHROME2 is assumed"),
    "slope": (written(image(RescaleSlope=0, RescaleIntercept=0)), "a Rescale Slope of 0 makes no sense: read as 1"),
    "inversion": (written(image(PresentationLUTShape="INVERSE")), "shown with low values bright"),
    "overlay": (written(empty_overlay(image())), "overlay 6000 left out: found 4 bytes, expected 32"),
    "missing": (at((0, 0, 0), (0, 0, 2), (0, 0, 6), (0, 0, 8)), "1 slice is missing between 2 and 3"),
    "tilt": (at((0, 0, 0), (0, 1, 5), (0, 2, 10)), "gantry tilt of 11.3°"),
    "spacing": (at((0, 0, 0), (0, 0, 2), (0, 0, 5.1), (0, 0, 7)), "varies from 1.90 to 3.10 mm"),
    "thickness": (at((0, 0, 0)), "slice thickness is not stated: 1 mm is assumed"),
    "orientation": (
        at((0, 0, 0), ImageOrientationPatient=[1, 0, 0, 1, 0, 0]),
        "the stated orientation is impossible",
    ),
    "detector": (written(image(Modality="DX", ImagerPixelSpacing=[0.2, 0.2])), "measured at the detector"),
    "aspect": (written(image(PixelAspectRatio=[1, 2])), "not square"),
    "clip": (written(image(np.vstack([BYTES] * 2), Rows=16, NumberOfFrames=2, Modality="US")), "no frame time"),
    "concatenation": (
        written(image(ConcatenationUID="1.9", InConcatenationNumber=2, InConcatenationTotalNumber=2)),
        "part 1 of 2 of this object is missing",
    ),
    "characters": (
        patched(image(PatientName="Mueller"), lambda data: data.replace(b"Mueller", b"M\xfceller")),
        "without a declared character set",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repaired")
    for kind, (write, _) in REPAIRS.items():
        (folder / kind).mkdir()
        write(folder / kind)
    return folder


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return open_study(folder)


@pytest.fixture(scope="module")
def told(folder: Path) -> tuple[dict, str]:
    """What ``wetread info`` says: as JSON and to a person."""
    as_json, plain = (CliRunner().invoke(program, ["info", str(folder), *options]) for options in (["--json"], []))
    return json.loads(as_json.stdout), plain.stdout


def test_nothing_else_is_refused(study: Study):
    assert [(refusal.file.parent.name, refusal.reason) for refusal in study.refused] == []


@pytest.mark.parametrize("kind", REPAIRS)
def test_every_repair_is_told_thrice(study: Study, told: tuple[dict, str], kind: str):
    words = REPAIRS[kind][1]
    series = next(each for each in study.series if each.files[0].parent.name == kind)
    volume = load_volume(series)
    assert any(words in warning for warning in (*series.warnings, *volume.warnings))

    pane = Pane()
    pane.size_px = (2000, 2000)
    pane.show(OpenSeries(series, volume))
    shown = [reason for reason in reasons(pane) if words in reason]
    assert len(shown) == 1 and mark_text(pane) in corners(pane, "none").bottom_right

    document, text = told
    (found,) = (each for each in document["series"] if each["uid"] == series.uid)
    assert found["warnings"].count(shown[0]) == 1 and f"warning: {shown[0]}" in text
