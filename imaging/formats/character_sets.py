"""Text as files mean it: which characters may be shown, and what is odd about a declared character set."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_KEPT_FORMAT_CHARACTERS = "\u200c\u200d"
"""Zero-width joiners: Persian and Indic spelling needs them. Other format characters reorder or hide text."""
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_shown(character: str) -> bool:
    """True for a character that is safe to show: no control, no change of direction, no half of a surrogate pair."""
    return character in _KEPT_FORMAT_CHARACTERS or unicodedata.category(character) not in _HIDDEN


def one_line(text: str) -> str:
    """The text with every control character, line breaks included, as a space; blanks at the ends removed."""
    if text.isprintable():
        return text.strip()
    return "".join(character if is_shown(character) else " " for character in text).strip()


def lines(text: str) -> list[str]:
    """The lines of a text of several, each as :func:`one_line`, without empty ones at the ends."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip("\n").split("\n")


@dataclass(frozen=True)
class Decoded:
    """Text from bytes, and what was odd about the declared character set, in words."""

    text: str
    odd: tuple[str, ...] = ()


def decode(data: bytes, declared: Sequence[str], delimiters: str = "\\") -> Decoded:
    """The text of a value of text (PS3.5 6.1.2, PS3.3 C.12.1.1.2).

    An undeclared, unknown or wrong character set never loses the text: it is read as UTF-8 where it is that, else as
    declared or as Latin 1, and ``odd`` says so.

    Args:
        data: the value as stored.
        declared: Specific Character Set (0008,0005), one entry a value.
        delimiters: characters after which the first character set holds again: backslash, and ``^=`` in names.
    """
    if data.isascii() and b"\x1b" not in data:
        return Decoded(data.decode("ascii"))
    first = _number(declared[0]) if declared else ""
    if first in _STAND_ALONE:
        return _whole(data, _STAND_ALONE[first])
    unknown = [term for term in declared if _number(term) not in _INITIAL]
    odd = [f"character set {one_line(term)!r} is not known" for term in unknown]
    if _is_rather_utf8(data, declared, bool(unknown)):
        what = f"is declared as {declared[0]}" if first else "has no character set declared"
        return Decoded(data.decode("utf-8"), (*odd, f"text {what} but written in UTF-8, and read as that"))
    codes = _CodeExtensions([_number(term) for term in declared] or [""], delimiters)
    text = codes.decode(data)
    return Decoded(text, tuple(dict.fromkeys((*odd, *codes.odd))))


def _whole(data: bytes, codec: str) -> Decoded:
    """Text in one character set without code extensions."""
    try:
        return Decoded(data.decode(codec))
    except UnicodeDecodeError:
        return Decoded(data.decode("latin_1"), (f"text is declared as {codec.upper()} but is not; read as Latin 1",))


def _number(term: str) -> str:
    """The registration number in a defined term, however it is spelt: ``"100"`` for ``"ISO-IR 100"``."""
    plain = term.strip().upper()
    found = re.fullmatch(r"ISO.?(?:2022.?)?IR.?(\d+)", plain)
    return found[1] if found else plain.replace("-", "").replace("_", "")


def _is_rather_utf8(data: bytes, declared: Sequence[str], is_unknown: bool) -> bool:
    """True for text that is UTF-8 although a single-byte set, or none, is declared.

    Two letters with accents that happen to form UTF-8 look like ``Ã©``: in Latin sets no name is spelt so. In others
    control characters among the letters give it away.
    """
    numbers = [_number(term) for term in declared] or [""]
    if b"\x1b" in data or "149" in numbers or "58" in numbers:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return is_unknown or numbers[0] in _LATIN or any(0x80 <= byte < 0xA0 for byte in data)


class _CodeExtensions:
    """Reads one value with escape sequences: G0 holds bytes below 128, G1 those above (ISO 2022)."""

    def __init__(self, numbers: Sequence[str], delimiters: str) -> None:
        self._numbers, self._delimiters = numbers, delimiters
        self._initial = _INITIAL.get(numbers[0], ("ascii", ""))
        if not self._initial[1]:
            # Files exist that leave out the escape sequence of the only set it could be.
            self._assumed = next((_INITIAL[n][1] for n in numbers if n in _INITIAL and _INITIAL[n][1]), "latin_1")
        self._g0, self._g1 = self._initial
        self.odd: list[str] = []

    def decode(self, data: bytes) -> str:
        """The text; what is odd is added to ``odd``."""
        text, at = "", 0
        while at < len(data):
            pattern = _PARTS if self._g0 in ("ascii", "romaji") else _DOUBLE_BYTE_PARTS
            part = pattern.match(data, at)
            assert part is not None
            text += self._part(part[0])
            at = part.end()
        return text

    def _part(self, part: bytes) -> str:
        """Text of an escape sequence (none), or of bytes that all belong to G0 or all to G1."""
        if part[:1] == b"\x1b":
            self._designate(part)
            return ""
        if part[0] >= 0x80:
            return self._decoded(part, self._g1 or self._undesignated())
        if self._g0 in ("ascii", "romaji"):
            return self._in_ascii(part)
        return self._decoded(part, self._g0)

    def _in_ascii(self, part: bytes) -> str:
        text = part.decode("ascii")
        if any(character in self._delimiters or character in "\r\n\f\t" for character in text):
            self._g0, self._g1 = self._initial
        return text

    def _designate(self, sequence: bytes) -> None:
        found = _ESCAPES.get(sequence[1:])
        if found is None:
            self.odd.append("text holds an escape sequence that no character set has")
            return
        number, place, codec = found
        if number not in (*self._numbers, "6"):
            self.odd.append(f"text uses ISO 2022 IR {number}, which is not declared")
        if place == 0:
            self._g0 = codec
        else:
            self._g1 = codec

    def _undesignated(self) -> str:
        self.odd.append("text uses letters beyond ASCII without a declared character set or escape sequence")
        return self._assumed

    def _decoded(self, part: bytes, codec: str) -> str:
        try:
            return _DECODERS.get(codec, lambda data: data.decode(codec))(part)
        except UnicodeDecodeError:
            self.odd.append("text holds bytes that its character set does not have, shown as \ufffd")
            return part.decode(codec if codec not in _DECODERS else "ascii", errors="replace")


def _katakana(data: bytes) -> str:
    """Half-width katakana of JIS X 0201 (ISO_IR 13)."""
    return "".join(chr(0xFF61 + byte - 0xA1) if 0xA1 <= byte <= 0xDF else "\ufffd" for byte in data)


def _kanji(data: bytes) -> str:
    """JIS X 0208 in G0 (ISO 2022 IR 87)."""
    return bytes(byte | 0x80 if byte > 0x20 else byte for byte in data).decode("euc_jp")


def _supplementary_kanji(data: bytes) -> str:
    """JIS X 0212 in G0 (ISO 2022 IR 159)."""
    pairs = (data[n : n + 2] for n in range(0, len(data), 2))
    return b"".join(b"\x8f" + bytes(byte | 0x80 for byte in pair) for pair in pairs).decode("euc_jp")


_PARTS = re.compile(rb"\x1b\$?[\x28-\x2f]?[\x40-\x7e]|\x1b|[\x80-\xff]+|[\t\n\f\r^=\\]|[^\x1b\x80-\xff\t\n\f\r^=\\]+")
"""Escape sequences, runs of G1, delimiters, runs of G0."""
_DOUBLE_BYTE_PARTS = re.compile(rb"\x1b\$?[\x28-\x2f]?[\x40-\x7e]|\x1b|[\x80-\xff]+|[^\x1b\x80-\xff]+")
"""The same while G0 holds two bytes a character: ``^``, ``=`` and backslash may be half a character there."""
_DECODERS: dict[str, Callable[[bytes], str]] = {
    "katakana": _katakana,
    "kanji": _kanji,
    "supplementary kanji": _supplementary_kanji,
}
_STAND_ALONE = {"192": "utf-8", "UTF8": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
_SINGLE_BYTE = {
    "100": (b"-A", "latin_1"),
    "101": (b"-B", "iso8859_2"),
    "109": (b"-C", "iso8859_3"),
    "110": (b"-D", "iso8859_4"),
    "144": (b"-L", "iso8859_5"),
    "127": (b"-G", "iso8859_6"),
    "126": (b"-F", "iso8859_7"),
    "138": (b"-H", "iso8859_8"),
    "148": (b"-M", "iso8859_9"),
    "166": (b"-T", "iso8859_11"),
    "203": (b"-b", "iso8859_15"),
}
_LATIN = ("", "6", "100", "101", "109", "110", "148", "203")
_INITIAL: dict[str, tuple[str, str]] = {
    "": ("ascii", ""),
    "6": ("ascii", ""),
    "13": ("romaji", "katakana"),
    "87": ("ascii", ""),
    "159": ("ascii", ""),
    "149": ("ascii", "euc_kr"),
    "58": ("ascii", "gb2312"),
    **{number: ("ascii", codec) for number, (_, codec) in _SINGLE_BYTE.items()},
}
"""G0 and G1 at the start of a value whose first declared character set has this number."""
_ESCAPES: dict[bytes, tuple[str, int, str]] = {
    b"(B": ("6", 0, "ascii"),
    b"(J": ("13", 0, "romaji"),
    b")I": ("13", 1, "katakana"),
    b"$B": ("87", 0, "kanji"),
    b"$@": ("87", 0, "kanji"),
    b"$(D": ("159", 0, "supplementary kanji"),
    b"$)C": ("149", 1, "euc_kr"),
    b"$)A": ("58", 1, "gb2312"),
    **{escape: (number, 1, codec) for number, (escape, codec) in _SINGLE_BYTE.items()},
}
"""What follows ESC: number, element (G0 or G1) and codec (PS3.3 tables C.12-3 and C.12-4)."""
