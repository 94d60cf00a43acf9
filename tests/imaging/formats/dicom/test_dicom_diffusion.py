"""The b value of vendors' own attributes, in every way that files write them."""

import struct

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.formats.dicom.diffusion import b_value
from imaging.formats.reading import open_study

SIEMENS = (0x0019, 0x100C, "SIEMENS MR HEADER")
GE = (0x0043, 0x1039, "GEMS_PARM_01")
PHILIPS = (0x2001, 0x1003, "Philips Imaging DD 001")


def stating(vendor: tuple[int, int, str], vr: str, value: object, creator: str | None = None) -> Dataset:
    group, element, name = vendor
    data = Dataset()
    data.add_new((group, element >> 8), "LO", name if creator is None else creator)
    data.add_new((group, element), vr, value)
    return data


@pytest.mark.parametrize(
    ("vendor", "vr", "value", "expected"),
    [
        (SIEMENS, "IS", "1000", "1000"),
        (SIEMENS, "UN", b"50 ", "50"),
        (SIEMENS, "UN", b"0\0", "0"),
        (GE, "IS", ["800", "8", "0", "0"], "800"),
        (GE, "IS", ["1000000800", "8", "0", "0"], "800"),
        (GE, "UN", b"1000001500\\8\\0\\0", "1500"),
        (PHILIPS, "FL", 600.0, "600"),
        (PHILIPS, "UN", struct.pack("<f", 2500), "2500"),
    ],
)
def test_every_vendor_states_it_in_its_own_way(vendor, vr, value, expected):
    assert b_value(stating(vendor, vr, value)) == expected


@pytest.mark.parametrize(
    ("vendor", "vr", "value"),
    [
        (SIEMENS, "UN", b"many"),
        (SIEMENS, "IS", ""),
        (PHILIPS, "UN", b"\0\0"),
        (PHILIPS, "FL", float("inf")),
        (PHILIPS, "FL", float("nan")),
        (PHILIPS, "FL", -1.0),
    ],
)
def test_what_is_no_b_value_is_none(vendor, vr, value):
    assert b_value(stating(vendor, vr, value)) == ""


def test_another_creator_of_the_same_block_means_something_else():
    assert b_value(stating(SIEMENS, "IS", "1000", "SIEMENS CT VA0  COAD")) == ""
    data = stating(SIEMENS, "IS", "1000")
    del data[0x0019, 0x0010]
    assert b_value(data) == ""


def test_the_standard_attribute_comes_first():
    data = stating(GE, "IS", "800")
    data.DiffusionBValue = 750.0
    assert b_value(data) == "750.0"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize(("vendor", "vr", "values"), [(SIEMENS, "IS", ("0", "1000")), (PHILIPS, "FL", (0.0, 1000.0))])
def test_phases_are_named_by_it(tmp_path, write_slices, vendor, vr, values, syntax):
    group, element, creator = vendor
    heights = [(0, 0, z) for z in (0, 4, 8)] * 2
    for n, path in enumerate(write_slices(heights, Modality="MR")):
        data = dcmread(path)
        data.add_new((group, element >> 8), "LO", creator)
        data.add_new((group, element), vr, values[n // 3])
        data.file_meta.TransferSyntaxUID = syntax
        data.save_as(path, implicit_vr=syntax.is_implicit_VR, little_endian=True)
    found = open_study(tmp_path).series
    assert [series.description for series in found] == ["b value 0", "b value 1000"]
    assert [series.phase and series.phase.index for series in found] == [0, 1]
    assert [series.frames for series in found] == [3, 3]
