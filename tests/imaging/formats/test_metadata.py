"""The header as it stands in the file: everything there, nothing that harms a reader."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from imaging.errors import ReadError
from imaging.formats.metadata import LONGEST_VALUE, MOST_ELEMENTS, Element, read_metadata, visible


def written(path: Path, dataset: Dataset) -> Path:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.save_as(path, enforce_file_format=True)
    return path


def by_name(found: tuple[Element, ...], name: str) -> Element:
    return next(element for element in found if element.name == name)


def test_every_element_of_a_real_file_is_listed_in_order() -> None:
    """Oracle: pydicom's own walk through the file."""
    path = Path(str(get_testdata_file("CT_small.dcm")))
    dataset = dcmread(path)
    found = read_metadata(path)
    expected = [*dataset.file_meta.keys(), *dataset.keys()]
    assert [element.tag for element in found if element.depth == 0] == [
        f"({int(tag) >> 16:04X},{int(tag) & 0xFFFF:04X})" for tag in expected
    ]
    assert by_name(found, "PatientName") == Element(0, "(0010,0010)", "PN", "PatientName", str(dataset.PatientName))
    assert by_name(found, "ImageOrientationPatient").value == "\\".join(str(v) for v in dataset.ImageOrientationPatient)
    assert by_name(found, "PixelData").value.startswith("32768 bytes")
    assert any(int(element.tag[1:5], 16) % 2 for element in found if element.tag), "private elements are there"


def test_sequences_have_their_items_below_them(tmp_path: Path) -> None:
    code = Dataset()
    code.CodeValue = "T-28000"
    code.CodeMeaning = "Lung"
    outer = Dataset()
    outer.SOPClassUID = CTImageStorage
    outer.AnatomicRegionSequence = [code, Dataset()]
    found = read_metadata(written(tmp_path / "a.dcm", outer))
    at = found.index(by_name(found, "AnatomicRegionSequence"))
    below = [(element.depth, element.name, element.value) for element in found[at : at + 5]]
    assert below == [
        (0, "AnatomicRegionSequence", "2 items"),
        (1, "Item 1", ""),
        (2, "CodeValue", "T-28000"),
        (2, "CodeMeaning", "Lung"),
        (1, "Item 2", ""),
    ]


def test_long_values_and_strange_characters_are_shown_safely(tmp_path: Path) -> None:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientComments = "a\x1b[31mb\r\nc‮d"
    dataset.ImageComments = "x" * 5000
    dataset.add_new(0x00091001, "OB", bytes(range(256)) * 1000)
    dataset.add_new(0x00090010, "LO", "OURS")
    dataset.add_new(0x00091002, "UN", b"\x01\x02")
    found = read_metadata(written(tmp_path / "a.dcm", dataset))
    assert by_name(found, "PatientComments").value == "a␛[31mb␍␊c<U+202E>d"
    assert by_name(found, "ImageComments").value == "x" * LONGEST_VALUE + " … (5000 characters)"
    private = {element.tag: element for element in found if element.tag.startswith("(0009")}
    assert private["(0009,1001)"].value == "256000 bytes", "what is large is not even read"
    assert private["(0009,1002)"].value == "2 bytes: 01 02"
    assert private["(0009,0010)"].value == "OURS"


def test_a_value_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.PatientID = "7"
    path = written(tmp_path / "a.dcm", dataset)
    # Rows (0028,0010) US with three bytes
    path.write_bytes(path.read_bytes() + b"\x28\x00\x10\x00US\x03\x00\x01\x02\x03")
    found = read_metadata(path)
    assert by_name(found, "PatientID").value == "7"
    assert by_name(found, "Rows").value.startswith("cannot be read")


def test_more_elements_than_anybody_reads(tmp_path: Path) -> None:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.ReferencedImageSequence = [Dataset() for _ in range(MOST_ELEMENTS)]
    found = read_metadata(written(tmp_path / "a.dcm", dataset))
    assert len(found) == MOST_ELEMENTS + 1 and "only the first 20000" in found[-1].value


def test_nifti_nrrd_and_metaimage_headers(tmp_path: Path) -> None:
    nib.save(nib.Nifti1Image(np.zeros((3, 4, 5), np.int16), np.diag([1.0, 2.0, 3.0, 1.0])), tmp_path / "a.nii.gz")
    assert by_name(read_metadata(tmp_path / "a.nii.gz"), "shape").value == "(3, 4, 5)"
    nrrd = "NRRD0004\ntype: short\ndimension: 3\nsizes: 1 1 1\nencoding: raw\nspace: left-posterior-superior\n\n\0\0"
    (tmp_path / "a.nrrd").write_text(nrrd)
    assert by_name(read_metadata(tmp_path / "a.nrrd"), "space").value == "left-posterior-superior"


def test_what_has_no_header_and_what_is_no_file(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    assert read_metadata(tmp_path / "a.png") == ()
    with pytest.raises(ReadError, match="no longer there"):
        read_metadata(tmp_path / "gone.dcm")


@given(st.text(max_size=40).map(lambda text: text * 12))
def test_whatever_is_shown_has_no_control_character_and_an_end(text: str) -> None:
    shown = visible(text)
    assert not any(ord(character) < 0x20 or character in "‪‫‬‭‮\x7f" for character in shown)
    assert len(shown) <= 8 * LONGEST_VALUE + 40
