"""Text that is read from its bytes is what pydicom makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from imaging.formats.character_sets import one_line
from imaging.formats.dicom.attributes import MOST_TEXT_BYTES, known_tag, text, value, written_text

_VRS = {"SeriesDescription": "LO", "PatientName": "PN", "Modality": "CS", "StudyInstanceUID": "UI", "StudyDate": "DA"}


def _holding(keyword: str, stored: bytes, vr: str | None) -> Dataset:
    number = tag_for_keyword(keyword)
    assert number is not None
    tag = known_tag(number)
    return Dataset({tag: RawDataElement(tag, vr, len(stored), stored, 0, vr is None, True)})


@given(
    st.sampled_from(sorted(_VRS)),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7F), max_size=20),
    st.booleans(),
)
def test_it_is_pydicoms(keyword: str, characters: str, is_implicit: bool) -> None:
    stored, vr = characters.encode("ascii"), None if is_implicit else _VRS[keyword]
    quick, slow = (_holding(keyword, stored, vr) for _ in range(2))
    found = value(slow, keyword)
    several = found if isinstance(found, MultiValue) else [found or ""]
    assert text(quick, keyword) == one_line("\\".join(map(str, several)))


@pytest.mark.parametrize(
    ("stored", "expected"),
    [(b"CT ", "CT"), (b"1.2.3\0", "1.2.3"), (b"  CT", "  CT"), (b"", ""), (b"A\\B ", "A\\B"), (b"a~b ", "a~b")],
)
def test_padding_is_left_out(stored: bytes, expected: str) -> None:
    assert written_text(_holding("SeriesDescription", stored, "LO"), "SeriesDescription") == expected


def test_of_a_name_that_takes_in_the_pixels_no_more_is_read_than_any_text_has() -> None:
    stored = b"M\xfcller^" + bytes(range(256)) * 2000
    found = text(_holding("PatientName", stored, "PN"), "PatientName")
    assert found.startswith("Müller^") and len(found) <= MOST_TEXT_BYTES


def test_a_tag_is_always_the_same_object() -> None:
    assert known_tag(0x00080060) is known_tag(0x00080060)
    assert isinstance(known_tag(0x00080060), BaseTag)
