"""What becomes of a mask when another one is accepted: beside it, only where it is empty, or in its place."""

from dataclasses import replace
from typing import Literal

import numpy as np

from imaging.editing.edit import Mask
from imaging.labelmap import Label, Labelmap

Merge = Literal["beside", "empty", "replace"]
MOST = 255


def merged(array: Mask, labels: tuple[Label, ...], proposed: Labelmap, how: Merge) -> tuple[Mask, tuple[Label, ...]]:
    """(K, J, I) uint8 and its labels after ``proposed`` was accepted; ``array`` is not changed.

    Args:
        array, labels: the mask as it is.
        how: ``beside`` makes a new segment of every proposed one, ``empty`` adds to segments of the same name; neither
            touches a voxel that has a label. ``replace`` puts the proposed mask in the place of all.

    Raises:
        ValueError: the shapes differ, or there would be more than 255 segments.
    """
    if array.shape != proposed.array.shape:
        raise ValueError(f"proposed mask of shape {proposed.array.shape}: expected {array.shape}")
    if how == "replace":
        return proposed.array.copy(), proposed.labels
    present = set(np.unique(proposed.array).tolist())
    known = {label.name: label.value for label in labels} if how == "empty" else {}
    table, result = np.zeros(256, np.uint8), list(labels)
    for label in proposed.labels:
        if label.value in present:
            table[label.value] = known.get(label.name) or _added(result, label)
    return np.where(array == 0, table[proposed.array], array).astype(np.uint8), tuple(result)


def _added(labels: list[Label], label: Label) -> int:
    """The value of a new label that was put at the end of ``labels``, under a name that is free."""
    values, names = {each.value for each in labels}, {each.name for each in labels}
    value = next((each for each in range(1, MOST + 1) if each not in values), 0)
    if not value:
        raise ValueError(f"a mask holds at most {MOST} segments")
    number = next(n for n in range(1, MOST + 2) if _numbered(label.name, n) not in names)
    labels.append(replace(label, value=value, name=_numbered(label.name, number)))
    return value


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"
