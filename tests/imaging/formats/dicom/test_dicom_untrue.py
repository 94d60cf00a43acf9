"""Headers that say something untrue or nothing: what is made of it is right, and is told."""

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from imaging.formats.reading import load_volume, open_study
from imaging.study import Study
from imaging.volume import Volume

GREY = np.arange(24, dtype=np.int16).reshape(4, 6) * 100
RGB = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)


def loaded(study: Study) -> Volume:
    (series,) = study.series
    return load_volume(series)


def encapsulated(path: Path, syntax: str, frames: Sequence[bytes | bytearray], **changes: object) -> Path:
    data = dcmread(path)
    data.PixelData = encapsulate([bytes(each) for each in frames])
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.file_meta.TransferSyntaxUID = UID(syntax)
    for keyword, value in changes.items():
        setattr(data, keyword, value)
    dcmwrite(path, data, implicit_vr=False, little_endian=True, force_encoding=True)
    return path


def renamed_as_decimal(path: Path, keyword: str, value: str) -> Path:
    """Write a text that is no number into a decimal string, which pydicom would not."""
    data = dcmread(path)
    tag = Tag(keyword)
    data.add_new(tag, "LO", value)
    data.save_as(path)
    place = tag.group.to_bytes(2, "little") + tag.element.to_bytes(2, "little")
    path.write_bytes(path.read_bytes().replace(place + b"LO", place + b"DS"))
    return path


@pytest.mark.parametrize("keyword", ["RescaleSlope", "RescaleIntercept"])
@pytest.mark.parametrize("said", ["1,5", "abc", "1e400", "nan"])
def test_a_rescale_that_is_no_number_is_told_and_nothing_is_rescaled(
    write_dicom: Callable[..., Path], keyword: str, said: str
):
    path = renamed_as_decimal(write_dicom(GREY, RescaleSlope="2", RescaleIntercept="-7"), keyword, said)
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], GREY) and volume.unit == ""
    assert f"{keyword} '{said}' is no number: values are shown as stored" in volume.warnings


@pytest.mark.parametrize("keyword", ["RescaleSlope", "RescaleIntercept"])
def test_a_rescale_of_several_values_is_told_and_nothing_is_rescaled(write_dicom: Callable[..., Path], keyword: str):
    path = write_dicom(GREY, **{"RescaleSlope": "2", "RescaleIntercept": "-7", keyword: ["1", "3"]})
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], GREY) and volume.unit == ""
    assert f"{keyword} '1\\3' has 2 values, expected one: values are shown as stored" in volume.warnings


def test_a_rescale_of_several_equal_values_is_meant(write_dicom: Callable[..., Path]):
    volume = loaded(open_study(write_dicom(GREY, RescaleSlope=["2", "2.0"], RescaleIntercept="-7")))
    assert np.array_equal(volume.array[0], GREY * 2 - 7)


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ("PhotometricInterpretation", "the photometric interpretation is not stated: RGB is assumed"),
        ("SamplesPerPixel", "the number of samples per pixel is not stated: 3 is assumed, for RGB"),
    ],
)
def test_samples_and_interpretation_tell_each_other(write_dicom: Callable[..., Path], absent: str, said: str):
    colour = {"Rows": 4, "Columns": 6, "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}
    path = write_dicom(RGB.reshape(4, 18), **{**colour, "PlanarConfiguration": 0, absent: None})
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], RGB) and said in volume.warnings


def test_pixels_for_more_frames_than_stated_are_told(write_dicom: Callable[..., Path]):
    path = write_dicom(GREY)
    data = dcmread(path)
    data.PixelData = np.stack([GREY, GREY + 1]).tobytes()
    data.save_as(path)
    volume = loaded(open_study(path))
    assert volume.array.shape[0] == 1 and volume.array[0, 1, 1] == loaded(open_study(write_dicom(GREY))).array[0, 1, 1]
    assert "Number of Frames says nothing, found pixels for 2: the first are read" in volume.warnings


def test_a_number_of_frames_that_is_none_is_told_as_it_stands(bundled: Callable[[str], Path]):
    volume = loaded(open_study(bundled("badVR.dcm")))
    assert len(volume.array) == 1
    assert "Number of Frames says 1A, found pixels for 15: the first are read" in volume.warnings


@pytest.mark.parametrize("wbits", [-15, 15])
def test_a_deflated_data_set_may_be_in_the_wrapper_of_zlib(write_dicom: Callable[..., Path], wbits: int):
    path = write_dicom(GREY)
    data = dcmread(path)
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dcmwrite(path, data)
    written = path.read_bytes()
    start = 144 + int.from_bytes(written[140:144], "little")
    packer = zlib.compressobj(wbits=wbits)
    packed = packer.compress(zlib.decompress(written[start:], -15)) + packer.flush()
    path.write_bytes(written[:start] + packed)
    assert np.array_equal(loaded(open_study(path)).array[0], GREY)


def test_a_little_padding_is_not_told(write_dicom: Callable[..., Path]):
    path = write_dicom(GREY)
    data = dcmread(path)
    data.PixelData = GREY.tobytes() + b"\0" * 20
    data.save_as(path)
    assert not any("Number of Frames" in words for words in loaded(open_study(path)).warnings)


def test_frames_merely_put_in_fragments_are_read(write_dicom: Callable[..., Path]):
    frames = [(GREY + n).tobytes() for n in range(3)]
    plain = loaded(open_study(write_dicom(GREY))).array[0]
    path = encapsulated(write_dicom(GREY), "1.2.840.10008.1.2.1.98", frames, NumberOfFrames=3)
    found = loaded(open_study(path)).array
    assert np.array_equal(found - found[:1, :1, :1], np.stack([plain + n for n in range(3)]) - plain[0, 0])


def test_a_frame_in_fragments_that_is_short_is_refused_when_loaded(write_dicom: Callable[..., Path]):
    path = encapsulated(write_dicom(GREY), "1.2.840.10008.1.2.1.98", [GREY.tobytes()[:-4]])
    with pytest.raises(Exception, match="truncated: the frame holds 44 bytes, expected 48"):
        loaded(open_study(path))


@pytest.mark.parametrize("photometric", ["XYB", "RGB", "YBR_FULL_422"])
def test_jpeg_xl_is_colour_under_each_of_its_names(write_dicom: Callable[..., Path], photometric: str):
    stream = imagecodecs.jpegxl_encode(RGB, lossless=True)
    kept = {"SamplesPerPixel": 3, "PlanarConfiguration": 0, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    path = encapsulated(
        write_dicom(GREY),
        "1.2.840.10008.1.2.4.112",
        [stream],
        **kept,
        PixelRepresentation=0,
        PhotometricInterpretation=photometric,
    )
    assert np.array_equal(loaded(open_study(path)).array[0], RGB)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("ImageOrientationPatient", [1, 0, 0, 0, 1], "the stated orientation has 5 values, expected 6"),
        ("ImagePositionPatient", [1, 2], "the stated position has 2 values, expected 3"),
    ],
)
def test_a_place_of_too_few_numbers_is_told(
    write_dicom: Callable[..., Path], keyword: str, value: list[float], words: str
):
    volume = loaded(open_study(write_dicom(GREY, **{keyword: value})))
    assert not volume.geometry.has_position
    assert f"{words}: no place in the patient is claimed" in volume.warnings


def test_slices_without_a_place_are_in_the_order_of_their_numbers_and_it_is_told(
    write_slices: Callable[..., list[Path]],
):
    paths = write_slices([(0, 0, z) for z in (0, 2, 4)])
    for path, number in zip(paths, (2, 3, 1), strict=True):
        data = dcmread(path)
        del data.ImagePositionPatient
        data.InstanceNumber = number
        data.save_as(path)
    (series,) = open_study(paths[0].parent).series
    assert series.files == (paths[2], paths[0], paths[1]) and series.kind == "image"
    assert any(words.startswith("not every image states its place in the patient") for words in series.warnings)


def test_a_dose_in_gray_is_scaled_plane_by_plane(write_dicom: Callable[..., Path]):
    place = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [2, 2], "DoseUnits": "GY"}
    for k, scaling in enumerate(("0.001", "0.5")):
        dose = {"DoseGridScaling": scaling, "Modality": "RTDOSE", "ImagePositionPatient": [0, 0, 3 * k]}
        path = write_dicom(GREY, f"{k}.dcm", **place, **dose)
    volume = loaded(open_study(path.parent))
    assert volume.unit == "Gy" and volume.kind == "volume"
    assert volume.array[:, 1, 2].tolist() == pytest.approx([0.8, 400])
    assert not any("Dose Grid Scaling" in words for words in volume.warnings)


def test_what_a_relative_dose_is_worth_is_told(write_dicom: Callable[..., Path]):
    volume = loaded(open_study(write_dicom(GREY, DoseGridScaling="0.001", DoseUnits="RELATIVE", Modality="RTDOSE")))
    assert any(words.startswith("the dose is 0.001 RELATIVE times the value shown") for words in volume.warnings)
    assert np.array_equal(volume.array[0], GREY) and volume.unit == ""


@pytest.mark.filterwarnings("ignore:Expected implicit VR")
@pytest.mark.parametrize("bits", [8, 16])
def test_explicit_value_representations_under_an_implicit_syntax_move_no_pixel(
    write_dicom: Callable[..., Path], bits: int
):
    pixels = (GREY // 100).astype(f"u{bits // 8}")
    path = write_dicom(pixels)
    data = path.read_bytes()
    assert data.count(b"1.2.840.10008.1.2.1\0") == 1
    path.write_bytes(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0"))
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], pixels)
    assert any("implicit VR, found explicit VR" in words for words in volume.warnings)


def test_a_size_of_nothing_is_told_with_its_number(write_dicom: Callable[..., Path]):
    (refused,) = open_study(write_dicom(GREY, Rows=0)).refused
    assert refused.reason == "Rows: found 0, expected a positive number"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BitsStored": None}, "Bits Stored (0028,0101) says nothing: 16 is assumed"),
        ({"BitsStored": 0}, "Bits Stored (0028,0101) says 0: 16 is assumed"),
        (
            {"PixelRepresentation": None},
            "Pixel Representation (0028,0103) says nothing: numbers without a sign are assumed",
        ),
        ({"PixelRepresentation": 2}, "Pixel Representation (0028,0103) says 2: numbers without a sign are assumed"),
    ],
)
def test_what_is_assumed_of_pixel_cells_is_told(
    write_dicom: Callable[..., Path], changes: dict[str, object], said: str
):
    volume = loaded(open_study(write_dicom(GREY, **changes)))
    assert np.array_equal(volume.array[0], GREY) and volume.warnings == (said,)


def test_an_unknown_transfer_syntax_of_native_pixels_is_told(write_dicom: Callable[..., Path]):
    path = write_dicom(GREY)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0"))
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], GREY)
    assert volume.warnings == ("transfer syntax 1.2.840.99999.1.2.1 is not known here: read as uncompressed",)


def test_the_meta_header_of_a_file_without_preamble_is_measured_from_its_own_start(write_dicom: Callable[..., Path]):
    path = write_dicom(GREY)
    path.write_bytes(path.read_bytes()[132:])
    volume = loaded(open_study(path))
    assert np.array_equal(volume.array[0], GREY)
    assert volume.warnings == (
        "the file does not begin as DICOM files do (128 bytes and DICM): read from its first byte on",
    )
