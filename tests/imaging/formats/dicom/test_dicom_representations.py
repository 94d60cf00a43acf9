"""Elements whose value representation DICOM does not have: read as their tags say, or refused with that reason."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.formats.dicom.representations import LostError, restored_head
from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume

GREY = np.arange(24, dtype=np.int16).reshape(4, 6) * 100
SLOPE, SEX, ROWS, PRIVATE = b"\x28\0\x53\x10", b"\x10\0\x40\0", b"\x28\0\x10\0", b"\x09\0\x01\x10"
UNKNOWN = (b"  ", b"\0\0", b"??", b"cs", b"ZZ")

WriteDicom = Callable[..., Path]


@pytest.fixture
def path(write_dicom: WriteDicom) -> Path:
    written = write_dicom(GREY, PatientSex="M", RescaleSlope="2", RescaleIntercept="-7")
    data = dcmread(written)
    data.add_new(0x00090010, "LO", "MAKER")
    data.add_new(0x00091001, "LO", "ab")
    data.save_as(written)
    return written


def loaded(path: Path) -> Volume:
    study = open_study(path)
    assert study.series, study.refused
    (series,) = study.series
    return load_volume(series)


def with_short_form(path: Path, tag: bytes, code: bytes) -> None:
    """Put a VR in the place of another one."""
    data = path.read_bytes()
    at = data.index(tag) + 4
    path.write_bytes(data[:at] + code + data[at + 2 :])


def with_long_form(path: Path, tag: bytes, code: bytes) -> None:
    """Put a VR there with four bytes of length after two that are reserved, as future ones will have."""
    data = path.read_bytes()
    at = data.index(tag) + 4
    path.write_bytes(data[:at] + code + b"\0\0" + data[at + 2 : at + 4] + b"\0\0" + data[at + 4 :])


@pytest.mark.parametrize("write", [with_short_form, with_long_form])
@pytest.mark.parametrize("tag", [SLOPE, SEX, PRIVATE])
@pytest.mark.parametrize("code", UNKNOWN)
def test_the_element_and_all_after_it_are_read(
    path: Path, write: Callable[[Path, bytes, bytes], None], tag: bytes, code: bytes
):
    write(path, tag, code)
    volume = loaded(path)
    assert np.array_equal(volume.array[0], GREY * 2 - 7)
    said = f"elements have no value representation of DICOM ({repr(code)[1:]}): read as their tags say"
    is_unread = (write, tag, code) == (with_short_form, PRIVATE, b"ZZ")  # an element that is skipped like any other
    assert (said in volume.warnings) != is_unread


def test_the_size_of_the_image_may_be_such_an_element(path: Path):
    with_short_form(path, ROWS, b"  ")
    assert np.array_equal(loaded(path).array[0], GREY * 2 - 7)


@pytest.mark.parametrize("code", [b"  ", b"\0\0", b"??", b"ZZ"])
def test_the_pixels_may_be_such_an_element(path: Path, code: bytes):
    with_short_form(path, b"\xe0\x7f\x10\0", code)
    assert np.array_equal(loaded(path).array[0], GREY * 2 - 7)


def test_pixels_in_the_short_form_and_without_a_representation(path: Path):
    whole = path.read_bytes()
    at = whole.index(b"\xe0\x7f\x10\0") + 4
    size = GREY.nbytes.to_bytes(2, "little")
    for head in (b"US" + size, size + b"\0\0"):
        path.write_bytes(whole[:at] + head + whole[at + 8 :])
        assert np.array_equal(loaded(path).array[0], GREY * 2 - 7)


def test_a_whole_group_of_them_is_passed(path: Path):
    for tag in (b"\x09\0\x10\0", PRIVATE):
        with_short_form(path, tag, b"??")
    assert np.array_equal(loaded(path).array[0], GREY * 2 - 7)


def test_an_element_inside_an_item_of_no_stated_length(write_dicom: WriteDicom):
    item = Dataset()
    item.PatientSex, item.PatientAge, item.is_undefined_length_sequence_item = "M", "009Y", True
    written = write_dicom(GREY, ReferencedImageSequence=[item])
    data = dcmread(written)
    data["ReferencedImageSequence"].is_undefined_length = True
    data.save_as(written)
    with_short_form(written, SEX, b"  ")
    assert np.array_equal(loaded(written).array[0], GREY)


def test_an_element_of_a_big_endian_file_by_hand():
    sex, rows, pixels = b"\0\x10\0\x40  \0\x02M ", b"\0\x28\0\x10US\0\x02\0\x04", b"\x7f\xe0\0\x10OW\0\0\0\0\0\x30"
    found = restored_head(BytesIO(sex + rows + pixels + bytes(48)), "big")
    assert found == (sex.replace(b"  ", b"CS", 1) + rows + pixels, (b"  ",))


def test_items_of_an_unknown_sequence_are_in_implicit_vr_and_no_cause(bundled: Callable[[str], Path]):
    (refusal,) = open_study(bundled("UN_sequence.dcm")).refused
    assert refusal.reason.startswith("ends before its pixels")


def test_where_the_value_ends_nowhere_is_a_refusal_that_says_so(path: Path):
    with_short_form(path, SEX, b"  ")
    data = path.read_bytes()
    at = data.index(SEX) + 6
    path.write_bytes(data[:at] + b"\x05\0" + data[at + 2 :])
    (refusal,) = open_study(path).refused
    assert "(0010,0040) has the value representation '  ', which is none of DICOM" in refusal.reason
    with pytest.raises(LostError, match="cannot be told"):
        restored_head(BytesIO(path.read_bytes()), "little")


@pytest.mark.parametrize("write", [with_short_form, with_long_form])
@pytest.mark.parametrize("code", UNKNOWN)
def test_overlays_behind_such_an_element_are_shown(
    path: Path, write: Callable[[Path, bytes, bytes], None], code: bytes
):
    data = dcmread(path)
    for element, vr, value in ((0x10, "US", 4), (0x11, "US", 6), (0x40, "CS", "G"), (0x50, "SS", [1, 1])):
        data.add_new((0x6000, element), vr, value)
    data.add_new((0x6000, 0x0100), "US", 1)
    data.add_new((0x6000, 0x3000), "OW", bytes(range(1, 5)))
    data.save_as(path)
    write(path, PRIVATE, code)
    (overlay,) = loaded(path).overlays
    assert np.array_equal(overlay.bits[0].ravel(), np.unpackbits(np.arange(1, 4, dtype=np.uint8), bitorder="little"))


def test_a_file_without_such_elements_is_left_alone(path: Path):
    assert restored_head(BytesIO(path.read_bytes()), "little") is None
    assert restored_head(BytesIO(path.read_bytes()[:200]), "little") is None
