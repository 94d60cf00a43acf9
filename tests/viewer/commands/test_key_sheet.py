"""The sheet says what the keys in effect are, in the window, as HTML and as PDF."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from imaging.errors import SaveError
from viewer.commands.action import Action
from viewer.commands.key_sheet import KeySheet
from viewer.errors import ViewerError
from viewer.state.bindings import KeyProfile

TABLE = (
    Action("invert", "Invert", "View", lambda: None, ("I",)),
    Action("less", "Less < more & other", "View/Marks", lambda: None),
    Action("none", "Without a key", "Help", lambda: None),
)
SHEET = KeySheet(
    TABLE,
    KeyProfile(title="<b>Mine</b>", tool="scroll"),
    {"invert": ("I", "Ctrl+I"), "less": ("<",), "none": ()},
    {"middle": "pan", "Ctrl+right": "none"},
)


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def test_only_what_has_a_key_by_menu() -> None:
    assert SHEET.sections() == {
        "Mouse": [("left", "the chosen tool (at start: scroll)"), ("middle", "pan")],
        "View": [("I, Ctrl+I", "Invert")],
        "View › Marks": [("<", "Less < more & other")],
    }


def test_html_shows_signs_as_they_are() -> None:
    found = Words(SHEET.html()).found
    assert "Wetread: keys and mouse, profile <b>Mine</b>" in found
    assert "Less < more & other" in found and "<" in found and "Without a key" not in found
    assert "Research use" in "".join(found)


def test_plain_lines() -> None:
    assert SHEET.text().splitlines() == [
        "Keys and mouse, profile <b>Mine</b>",
        "",
        "Mouse",
        "  left    the chosen tool (at start: scroll)",
        "  middle  pan",
        "",
        "View",
        "  I, Ctrl+I  Invert",
        "",
        "View › Marks",
        "  <  Less < more & other",
    ]


def test_the_pdf_can_be_read_by_another_program(qapp, tmp_path: Path) -> None:
    SHEET.save(tmp_path / "keys.PDF")
    pages = PdfReader(tmp_path / "keys.PDF").pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) == 1 and "Ctrl+I" in text and "Less < more & other" in text
    width, height = (float(side) for side in pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842), "A4"


def test_html_file_and_an_ending_nobody_knows(tmp_path: Path) -> None:
    SHEET.save(tmp_path / "keys.html")
    assert (tmp_path / "keys.html").read_text(encoding="utf-8") == SHEET.html()
    with pytest.raises(ViewerError, match=r"keys\.docx: found the ending '\.docx', expected \.html or \.pdf"):
        SHEET.save(tmp_path / "keys.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError):
        SHEET.save(tmp_path / "file" / "keys.html")
