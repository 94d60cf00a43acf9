"""Attributes of an object without pixels: all of them, or a refusal in words."""

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from imaging.errors import ReadError
from imaging.formats.dicom.plain_object import read_object


def test_all_attributes_are_read() -> None:
    file = get_testdata_file("rtstruct.dcm")
    assert isinstance(file, str)
    found = read_object(Path(file), "RT Structure Set", 1 << 20)
    assert [each.ROIName for each in found.StructureSetROISequence] == ["patient", "Isocenter 1", "Isocenter 2"]


def test_too_large_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "report.dcm"
    file.write_bytes(bytes(2 << 20))
    with pytest.raises(ReadError, match="larger than 1 MiB: refused"):
        read_object(file, "structured report", 1 << 20)


def test_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        read_object(tmp_path / "absent.dcm", "structured report", 1 << 20)
