"""A header is read by the worker, like everything else of a file nobody vouches for."""

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from imaging.errors import ReadError
from imaging.formats.metadata import read_metadata
from imaging.sandbox import Sandbox


def test_the_header_comes_back_as_it_was_read(tmp_path: Path) -> None:
    file = Path(str(get_testdata_file("CT_small.dcm")))
    # A sequence that claims two gigabytes in a file that ends with it.
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(b"\0" * 128 + b"DICM" + b"\x08\x00\x05\x00SQ\0\0\xff\xff\xff\x7f")
    with Sandbox() as sandbox:
        assert sandbox.read_metadata(file) == read_metadata(file)
        with pytest.raises(ReadError, match=r"gone\.dcm"):
            sandbox.read_metadata(tmp_path / "gone.dcm")
        assert [element.name for element in sandbox.read_metadata(broken)] == ["SpecificCharacterSet"]
