"""Examples of the standard (PS3.5 annexes H to K), byte by byte, and text with wrong or missing declarations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.formats.character_sets import decode, lines, one_line

NAME = "^=\\"
EXAMPLES = {
    "H.3-1": (
        ["", "ISO 2022 IR 87"],
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ),
    "H.3-2": (
        ["ISO 2022 IR 13", "ISO 2022 IR 87"],
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    "I.2": (
        ["", "ISO 2022 IR 149"],
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    "J.1": (
        ["ISO_IR 192"],
        b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1=",
        "Wang^XiaoDong=王^小東=",
    ),
    "J.3": (["GB18030"], b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="),
    "J.4": (["GBK"], b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="),
    "K.2": (
        ["", "ISO 2022 IR 58"],
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东=",
    ),
    "Latin 1": (["ISO_IR 100"], b"Buc^J\xe9r\xf4me", "Buc^Jérôme"),
    "Latin 2": (["ISO_IR 101"], b"Dvo\xf8\xe1k^Anton\xedn", "Dvořák^Antonín"),
    "Latin 3": (["ISO_IR 109"], b"\xc6apelo", "Ĉapelo"),
    "Latin 4": (["ISO_IR 110"], b"J\xe0nis^B\xe7rzi\xf2\xf9", "Jānis^Bįrziōų"),
    "Latin 5": (["ISO_IR 148"], b"\xc7avu\xfeo\xf0lu", "Çavuşoğlu"),
    "Cyrillic": (["ISO_IR 144"], b"\xbb\xee\xda\x63\xd5\xdc\xd1\xeb\x70\xd3", "Люкc\u0435мбыpг"),
    "Arabic": (["ISO_IR 127"], b"\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"),
    "Greek": (["ISO_IR 126"], b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"),
    "Hebrew": (["ISO_IR 138"], b"\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"),
    "Thai": (["ISO_IR 166"], b"\xb9\xd2\xc1\xca\xa1\xd8\xc5", "นามสกุล"),
    "Supplementary kanji": (["", "ISO 2022 IR 159"], b"\x1b$(D\x30\x21\x30\x22\x1b(B", "丂丄"),
    "Latin 1 and Cyrillic": (
        ["ISO 2022 IR 100", "ISO 2022 IR 144"],
        b"Dionysios=\xe9^\x1b-L\xbb\xee\xda^\xe9",
        "Dionysios=é^Люк^é",
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_names_of_the_standard(example: str) -> None:
    declared, data, name = EXAMPLES[example]
    found = decode(data, declared, NAME)
    assert found.text == name
    assert found.odd == ()


@pytest.mark.parametrize(
    ("declared", "data", "text", "words"),
    [
        ([], "Jérôme".encode(), "Jérôme", "UTF-8"),
        (["ISO_IR 100"], "Jérôme".encode(), "Jérôme", "UTF-8"),
        ([], b"J\xe9r\xf4me", "Jérôme", "without a declared character set"),
        (["ISO_IR 192"], b"J\xe9r\xf4me", "Jérôme", "is not"),
        (["ISO_IR 999"], b"J\xe9r\xf4me", "Jérôme", "'ISO_IR 999' is not known"),
        (["ISO_IR 100"], b"\x1b$B;3ED\x1b(B", "山田", "IR 87, which is not declared"),
        (["", "ISO 2022 IR 149"], b"\xc8\xab", "홍", "escape sequence"),
        (["ISO_IR 100"], b"a\x1b%Gb", "a%Gb", "escape sequence that no character set has"),
        (["", "ISO 2022 IR 149"], b"\x1b$)C\xc8", "\ufffd", "shown as \ufffd"),
    ],
)
def test_wrong_or_missing_declarations_are_told(declared: list[str], data: bytes, text: str, words: str) -> None:
    found = decode(data, declared, NAME)
    assert found.text == text
    assert words in " ".join(found.odd)


@pytest.mark.parametrize("term", ["ISO-IR 100", "ISO_IR_100", "iso_ir 100", "ISO 2022 IR 100", "ISO IR 100 "])
def test_terms_may_be_misspelt(term: str) -> None:
    assert decode(b"J\xe9r\xf4me", [term]).text == "Jérôme"


def test_a_delimiter_inside_a_double_byte_character_is_no_delimiter() -> None:
    data = b"\x1b$B\x3b\x5e\x1b(B^A"
    assert decode(data, ["", "ISO 2022 IR 87"], NAME).text == "枝^A"


@given(st.text(st.characters(codec="euc_kr", min_codepoint=0xAC00), min_size=1), st.text("ABC", min_size=1))
def test_korean_of_any_length_comes_back(hangul: str, latin: str) -> None:
    data = latin.encode() + b"=\x1b$)C" + hangul.encode("euc_kr")
    assert decode(data, ["", "ISO 2022 IR 149"], NAME).text == f"{latin}={hangul}"


@given(st.binary(), st.lists(st.sampled_from(["", "ISO 2022 IR 87", "ISO 2022 IR 13", "GB18030", "x", "ISO_IR 192"])))
def test_no_bytes_fail(data: bytes, declared: list[str]) -> None:
    assert isinstance(decode(data, declared, NAME).text, str)


def test_one_line_keeps_letters_and_drops_what_hides() -> None:
    assert one_line("e\u0301山\u200cن\ue000") == "e\u0301山\u200cن\ue000"
    assert one_line("\x1b[31ma\u202eb\nc\x00") == "[31ma b c"


def test_lines_of_any_kind_of_break() -> None:
    assert lines("a\r\nb\x0bc\n\n") == ["a", "b", "c"]
