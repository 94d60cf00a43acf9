"""Which segments of two masks are the same one, whatever their values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

import numpy as np

from imaging.labelmap import MOST_LABELS, Code, Label, Labelmap
from imaging.layers import Layer


def same_segments(one: Sequence[Label], other: Sequence[Label], common: Iterable[Label] = ()) -> dict[int, int]:
    """The value in ``one`` of each value of ``other`` that is the same segment; those without one are left out.

    The same are, in this order: those with one uid; with one value and one name; with one name, unless their codes
    differ; with one code, unless their uids differ; and with one value that both have from ``common`` without a uid.

    Args:
        common: the labels that both were made from.
    """
    inherited = {label.value for label in common}
    rules: tuple[Callable[[Label, Label], bool], ...] = (
        lambda mine, their: mine.uid == their.uid != "",
        lambda mine, their: (mine.value, mine.name) == (their.value, their.name),
        lambda mine, their: mine.name == their.name and not _contradict(mine.code, their.code),
        lambda mine, their: _of_one_code(mine.code, their.code) and "" in (mine.uid, their.uid),
        lambda mine, their: mine.value == their.value in inherited and mine.uid == their.uid,
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


def identified(labels: Iterable[Label], known: Sequence[Label]) -> tuple[Label, ...]:
    """Labels that take the place of ``known``: each with its uid, else that of the same one there, else a new one."""
    labels = tuple(labels)
    same, uids = same_segments(known, labels), {label.value: label.uid for label in known}
    found = {label.value: uids[same[label.value]] if label.value in same else uuid4().hex for label in labels}
    return tuple(label if label.uid else replace(label, uid=found[label.value]) for label in labels)


def numbered_as(one: Labelmap, other: Labelmap, common: Sequence[Label] = ()) -> Labelmap:
    """``other`` with the values of ``one`` for segments that are the same, and other values than these for the rest.

    Voxels without a label keep their value, which no segment is given.

    Args:
        common: the labels that both were made from.

    Raises:
        ValueError: no value is free.
    """
    same = same_segments(one.labels, other.labels, common)
    mine = {label.value for label in one.labels}
    used = mine | {label.value for each in (other.labels, common) for label in each}
    free = (value for value in range(1, MOST_LABELS + 1) if value not in used and not _held(value, (one, other)))
    table = np.arange(MOST_LABELS + 1, dtype=np.uint8)
    for value in (label.value for label in other.labels):
        found = same.get(value) or (next(free, 0) if value in mine else value)
        if not found:
            raise ValueError(f"a mask holds at most {MOST_LABELS} segments")
        table[value] = found
    return _renumbered(other, table)


def _held(value: int, masks: Iterable[Labelmap]) -> bool:
    return any((layer == value).any() for mask in masks for layer in mask.layers)


def _of_one_code(one: Code | None, other: Code | None) -> bool:
    """Whether both are one concept; its meaning may be written in other words."""
    return one is not None and other is not None and (one.value, one.scheme) == (other.value, other.scheme)


def _contradict(one: Code | None, other: Code | None) -> bool:
    return one is not None and other is not None and not _of_one_code(one, other)


def _renumbered(mask: Labelmap, table: Layer) -> Labelmap:
    """The mask with another value for each label; itself where all stay."""
    if np.array_equal(table, np.arange(MOST_LABELS + 1)):
        return mask
    lowest, *further = (table[layer] for layer in mask.layers)
    labels = tuple(replace(label, value=int(table[label.value])) for label in mask.labels)
    return replace(mask, array=lowest, labels=labels, further=tuple(further))
