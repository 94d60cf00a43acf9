"""Segmented palettes to single entries (PS3.3 C.7.9.2)."""

from collections.abc import Sequence

MOST_ENTRIES = 1 << 16
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2
_WORDS_OF_OFFSET = {1: 4, 2: 2}
"""Numbers that make the 32-bit byte offset of an indirect segment, by the bytes of a number."""


class SegmentError(Exception):
    """Segments that cannot be expanded, and why."""


def expand_segments(words: Sequence[int], width: int) -> list[int]:
    """All entries that the segments stand for.

    Args:
        words: the segmented table as numbers.
        width: bytes of a number, 1 or 2; indirect segments count their offsets in bytes.

    Raises:
        SegmentError: an unknown kind of segment, one that ends early, or references that go too deep.
    """
    entries: list[int] = []
    position = 0
    while position + 1 < len(words) and len(entries) < MOST_ENTRIES:
        if words[position] == _INDIRECT:
            position = _follow(words, position, width, entries)
        else:
            position = _append(words, position, entries)
    return entries[:MOST_ENTRIES]


def _follow(words: Sequence[int], position: int, width: int, entries: list[int]) -> int:
    """Repeat segments that stand earlier in the table; the position after the indirect segment."""
    count = words[position + 1]
    end = position + 2 + _WORDS_OF_OFFSET[width]
    parts = words[position + 2 : end]
    source = sum(part << (8 * width * n) for n, part in enumerate(parts)) // width
    if end > len(words) or source >= position:
        raise SegmentError("an indirect segment that points outside the table before it")
    for _ in range(count):
        if source >= position or words[source] == _INDIRECT or len(entries) >= MOST_ENTRIES:
            raise SegmentError("an indirect segment that repeats another one, or more than there is")
        source = _append(words, source, entries)
    return end


def _append(words: Sequence[int], position: int, entries: list[int]) -> int:
    """Add the entries of a discrete or linear segment; the position after it."""
    kind, count = words[position], words[position + 1]
    start = position + 2
    if kind == _DISCRETE:
        if start + count > len(words):
            raise SegmentError(f"{count} entries announced, {len(words) - start} left")
        entries.extend(words[start : start + count])
        return start + count
    if kind != _LINEAR:
        raise SegmentError(f"a segment of kind {kind}, expected 0, 1 or 2")
    if not entries or start >= len(words):
        raise SegmentError("a linear segment without a start or an end")
    first, last = entries[-1], words[start]
    entries.extend(round(first + (last - first) * step / count) for step in range(1, count + 1))
    return start + 1
