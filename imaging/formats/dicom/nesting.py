"""How deep the sequences of a header lie in one another, told from their delimiters alone."""

import re

MOST_LEVELS = 64
"""Sequences in sequences beyond this are no image's: real ones stay below ten."""

TOO_DEEP = f"damaged DICOM header: sequences nested deeper than {MOST_LEVELS} levels"

_ITEM = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
_ITEM_OR_END = re.compile(re.escape(_ITEM) + rb"|\xfe\xff\x0d\xe0\0\0\0\0")


def is_too_deep(head: bytes) -> bool:
    """True when items of undefined length lie in one another beyond :data:`MOST_LEVELS` (PS3.5 7.5.2).

    Those of stated length are read one level at a time and cannot exhaust a reader.

    Args:
        head: little endian data set up to its pixels.
    """
    if head.count(_ITEM) <= MOST_LEVELS:
        return False
    depth = 0
    for found in _ITEM_OR_END.finditer(head):
        depth = depth + 1 if found.group() == _ITEM else max(0, depth - 1)
        if depth > MOST_LEVELS:
            return True
    return False
