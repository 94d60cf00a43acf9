"""Which segments of two masks are the same one, whatever their values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from imaging.labelmap import Code, Label, Labelmap
from imaging.layers import Layer

MOST = 255


def same_segments(one: Sequence[Label], other: Sequence[Label], common: Iterable[Label] = ()) -> dict[int, int]:
    """The value in ``one`` of each value of ``other`` that is the same segment; those without one are left out.

    The same are, in this order: those with one value and one name; with one name, unless their codes differ; with
    one code; and with one value that both have from ``common``, renamed.

    Args:
        common: the labels that both were made from.
    """
    inherited = {label.value for label in common}
    rules: tuple[Callable[[Label, Label], bool], ...] = (
        lambda mine, their: (mine.value, mine.name) == (their.value, their.name),
        lambda mine, their: mine.name == their.name and not _contradict(mine.code, their.code),
        lambda mine, their: mine.code is not None and their.code is not None and _one(mine.code, their.code),
        lambda mine, their: mine.value == their.value and mine.value in inherited,
    )
    found: dict[int, int] = {}
    mine, theirs = list(one), list(other)
    for rule in rules:
        for their in tuple(theirs):
            same = next((each for each in mine if rule(each, their)), None)
            if same is not None:
                found[their.value] = same.value
                mine.remove(same)
                theirs.remove(their)
    return found


def numbered_as(one: Labelmap, other: Labelmap, common: Sequence[Label] = ()) -> Labelmap:
    """``other`` with the values of ``one`` for segments that are the same, and other values than these for the rest.

    Args:
        common: the labels that both were made from.

    Raises:
        ValueError: no value is free.
    """
    same = same_segments(one.labels, other.labels, common)
    mine = {label.value for label in one.labels}
    used = mine | {label.value for each in (other.labels, common) for label in each}
    free = (value for value in range(1, MOST + 1) if value not in used)
    table = np.arange(MOST + 1, dtype=np.uint8)
    for value in (label.value for label in other.labels):
        found = same.get(value) or (next(free, 0) if value in mine else value)
        if not found:
            raise ValueError(f"a mask holds at most {MOST} segments")
        table[value] = found
    return _renumbered(other, table)


def _one(code: Code, other: Code) -> bool:
    """Whether both are one concept; its meaning may be written in other words."""
    return (code.value, code.scheme) == (other.value, other.scheme)


def _contradict(code: Code | None, other: Code | None) -> bool:
    return code is not None and other is not None and not _one(code, other)


def _renumbered(mask: Labelmap, table: Layer) -> Labelmap:
    """The mask with another value for each label; itself where all stay."""
    if np.array_equal(table, np.arange(MOST + 1)):
        return mask
    lowest, *further = (table[layer] for layer in mask.layers)
    labels = tuple(replace(label, value=int(table[label.value])) for label in mask.labels)
    return replace(mask, array=lowest, labels=labels, further=tuple(further))
