import pytest

from imaging.spreadsheet import cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_be_carried_out_is_marked_as_text(text: str):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("content", ["", "nodule", "a=1", "'=1", -1.5, 3, None])
def test_all_else_is_written_as_it_is(content: object):
    assert cell(content) is content
