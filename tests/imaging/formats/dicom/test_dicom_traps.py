"""Traps of real files that no other test here builds: odd structures, retired processes, files that lie."""

from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ImplicitVRLittleEndian, JPEGBaseline8Bit

from imaging.errors import ReadError
from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume

SMOOTH = np.add.outer(np.arange(32), np.arange(24)).astype(np.uint8) * 3


def loaded(path: Path) -> Volume:
    (series,) = open_study(path).series
    return load_volume(series)


def encoded(path: Path, syntax: str, *frames: bytes) -> Path:
    data = dcmread(path)
    data.PixelData = encapsulate(list(frames))
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.save_as(path)
    return path


@pytest.mark.parametrize("process", [53, 55])
def test_retired_progressive_jpeg(write_dicom, process: int):
    stream = BytesIO()
    Image.fromarray(SMOOTH).save(stream, "JPEG", quality=95, progressive=True)
    assert b"\xff\xc2" in stream.getvalue(), "the stream is progressive"
    found = loaded(encoded(write_dicom(SMOOTH), f"1.2.840.10008.1.2.4.{process}", stream.getvalue()))
    assert np.abs(found.array[0].astype(int) - SMOOTH).max() <= 3
    assert any(words.startswith("lossy compression") for words in found.warnings)


@pytest.mark.parametrize(
    "name",
    [
        "ExplVR_BigEndNoMeta.dcm",
        "nested_priv_SQ.dcm",
        "meta_missing_tsyntax.dcm",
        "badVR.dcm",
        "UN_sequence.dcm",
        "no_meta.dcm",
        "ExplVR_LitEndNoMeta.dcm",
        "priv_SQ.dcm",
        "empty_charset_LEI.dcm",
        "rtplan_truncated.dcm",
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_odd_structures_are_opened_listed_or_refused_in_words(bundled, name: str):
    study = open_study(bundled(name))
    for series in study.series:
        assert load_volume(series).array.size
    told = (*study.series, *study.documents, *study.refused)
    assert len(told) == 1 and all(refusal.reason for refusal in study.refused)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(bytes.fromhex("00000000 04000000 0a000000 00000001 02000000 0100"), id="a command group"),
        pytest.param(bytes.fromhex("03000100 08000000") + b"PROGRAM ", id="group 0003"),
    ],
)
def test_a_file_without_preamble_may_begin_with_elements_of_a_program(write_dicom, before: bytes):
    path = write_dicom(SMOOTH)
    data = dcmread(path)
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data.save_as(path)
    path.write_bytes(before + path.read_bytes()[_end_of_meta(path) :])
    assert np.array_equal(loaded(path).array[0], SMOOTH)


def _end_of_meta(path: Path) -> int:
    return 144 + int(dcmread(path).file_meta.FileMetaInformationGroupLength)


def test_a_program_in_the_preamble_is_no_program(write_dicom):
    path = write_dicom(SMOOTH)
    path.write_bytes(b"MZ\x90\x00".ljust(128, b"\0") + path.read_bytes()[128:])
    assert np.array_equal(loaded(path).array[0], SMOOTH)


def test_pixels_of_no_length_are_refused(write_dicom):
    (refusal,) = open_study(write_dicom(SMOOTH, PixelData=b"")).refused
    assert refusal.reason == f"truncated: found 0 bytes of pixels, expected {SMOOTH.size} (7FE0,0010)"


def test_a_stream_that_claims_more_than_the_header_is_refused(write_dicom):
    stream = bytearray(imagecodecs.jpeg8_encode(SMOOTH))
    at = stream.index(b"\xff\xc0")
    stream[at + 5 : at + 9] = (65500).to_bytes(2) * 2
    (series,) = open_study(encoded(write_dicom(SMOOTH), JPEGBaseline8Bit, bytes(stream))).series
    with pytest.raises(ReadError, match="the stream holds 65500 x 65500 pixels, expected 32 x 24"):
        load_volume(series)


def test_a_damaged_stream_is_refused(write_dicom):
    stream = imagecodecs.jpeg2k_encode(SMOOTH, level=0, codecformat="j2k")
    damaged = stream[:60] + bytes(len(stream) - 62) + stream[-2:]
    (series,) = open_study(encoded(write_dicom(SMOOTH), "1.2.840.10008.1.2.4.90", damaged)).series
    with pytest.raises(ReadError, match=r"frame 1 \(JPEG 2000 Image Compression"):
        load_volume(series)


def test_an_image_without_rows_is_refused(write_dicom):
    (refusal,) = open_study(write_dicom(SMOOTH, Rows=None)).refused
    assert refusal.reason == "pixels without their size: Rows (0028,0010) is missing"


def test_slices_around_an_axis_make_no_volume(write_dicom):
    """A radial localizer: every slice through one line, each turned further."""
    for n in range(6):
        c, s = float(np.cos(n * np.pi / 6)), float(np.sin(n * np.pi / 6))
        path = write_dicom(
            SMOOTH,
            f"{n}.dcm",
            ImageOrientationPatient=[c, s, 0, 0, 0, -1],
            ImagePositionPatient=[-12 * c, -12 * s, 16],
            PixelSpacing=[1, 1],
            SliceThickness=5,
            InstanceNumber=n + 1,
        )
    found = open_study(path.parent).series
    assert [(series.kind, series.frames) for series in found] == [("image", 1)] * 6
    assert len({series.description for series in found}) == 6, "each has a name of its own"


def test_a_sequence_of_unknown_representation_is_passed_over(write_dicom):
    item = Dataset()
    item.PatientID = "inside"
    data_path = write_dicom(SMOOTH, ReferencedImageSequence=[item])
    data = dcmread(data_path)
    data.add_new(0x00091001, "UN", b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + b"\xfe\xff\x0d\xe0\0\0\0\0")
    data.save_as(data_path)
    assert np.array_equal(loaded(data_path).array[0], SMOOTH)


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_an_unknown_representation_of_nothing_harms_nothing(write_dicom):
    """An element without a value whose representation is no such thing: pydicom raises when it is asked for."""
    path = write_dicom(SMOOTH, PatientSex="")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\x10\x00\x40\x00CS", b"\x10\x00\x40\x00C "))
    assert np.array_equal(loaded(path).array[0], SMOOTH)
