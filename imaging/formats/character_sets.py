"""Text as files mean it: which characters may be shown, and what is odd about a declared character set."""

import unicodedata

_KEPT_FORMAT_CHARACTERS = "\u200c\u200d"
"""Zero-width joiners: Persian and Indic spelling needs them. Other format characters reorder or hide text."""
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_shown(character: str) -> bool:
    """True for a character that is safe to show: no control, no change of direction, no half of a surrogate pair."""
    return character in _KEPT_FORMAT_CHARACTERS or unicodedata.category(character) not in _HIDDEN


def one_line(text: str) -> str:
    """The text with every control character, line breaks included, as a space; blanks at the ends removed."""
    return "".join(character if is_shown(character) else " " for character in text).strip()


def lines(text: str) -> list[str]:
    """The lines of a text of several, each as :func:`one_line`, without empty ones at the ends."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip("\n").split("\n")
