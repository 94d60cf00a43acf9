"""How well a few typed letters fit a text."""

import re

_WORDS = re.compile(r"\w+")
_WORD_START, _NEXT, _ANYWHERE = 8, 6, 1
_WHOLE_WORD = 20


def score(typed: str, text: str) -> int | None:
    """Points for ``typed`` found in ``text`` letter by letter, in order; None when it is not there.

    Letters at the start of a word and letters that follow one another count more, a short text more than a long one.
    Words may be typed in any order: each has to be found.
    """
    parts = [_part(word, text.lower()) for word in typed.lower().split()]
    if None in parts:
        return None
    return 100 * sum(part for part in parts if part) - len(text)


def _part(word: str, text: str) -> int | None:
    starts = [at for at, letter in enumerate(text) if letter == word[0]]
    found = [points for at in starts if (points := _from(word, text, at)) is not None]
    return max(found, default=None)


def _from(word: str, text: str, at: int) -> int | None:
    """Points when the first letter is taken at ``at`` and each further one as early as possible."""
    points, last = 0, -2
    for letter in word:
        here = text.find(letter, at)
        if here < 0:
            return None
        starts_word = here == 0 or not text[here - 1].isalnum()
        points += _NEXT if here == last + 1 else _WORD_START if starts_word else _ANYWHERE
        last, at = here, here + 1
    return points + (_WHOLE_WORD if word in _WORDS.findall(text) else 0)
