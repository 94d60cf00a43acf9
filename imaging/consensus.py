"""Several people's masks: where they differ, and one mask out of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.aligned import aligned
from imaging.labelmap import Label, Labelmap
from imaging.layers import any_label

_Mask = NDArray[np.uint8]


DIFFERENCE = (
    Label(1, "only in the first", (213, 94, 0)),
    Label(2, "only in the second", (0, 158, 115)),
    Label(3, "another label", (240, 228, 66)),
)


def difference(one: Labelmap, other: Labelmap) -> _Mask:
    """(K, J, I) uint8 values of ``DIFFERENCE`` where two masks differ."""
    here, there = any_label(one.layers), any_label(other.layers)
    array = aligned((one, other)).differs() * np.uint8(3)
    array[here & ~there] = 1
    array[there & ~here] = 2
    return array


@dataclass(frozen=True)
class Merge:
    """Two people's changes of one layer of a mask in one.

    Attributes:
        array: (K, J, I) uint8 labels.
        undecided: (K, J, I) bool, where both changed the same voxel to different labels; the array has ``ours`` there.
    """

    array: _Mask
    undecided: NDArray[np.bool_]


def three_way(base: _Mask, ours: _Mask, theirs: _Mask) -> Merge:
    """What both made of ``base``: a voxel that only one of them changed is as that one has it."""
    array = np.where(ours == base, theirs, ours)
    undecided = (ours != base) & (theirs != base) & (ours != theirs)
    return Merge(array, undecided)


def majority(masks: Sequence[_Mask]) -> _Mask:
    """(K, J, I) uint8: the label that most of the masks have; where several are as frequent, that of the first mask."""
    import SimpleITK  # late: the window opens without it

    images = [SimpleITK.GetImageFromArray(mask) for mask in masks]
    voted: _Mask = SimpleITK.GetArrayFromImage(SimpleITK.LabelVoting(images, _UNDECIDED))
    return np.where(voted == _UNDECIDED, masks[0], voted)


def staple(masks: Sequence[_Mask]) -> _Mask:
    """(K, J, I) uint8: the likeliest truth when every person errs in a way of their own (Warfield 2004).

    Several labels by the extension of Rohlfing (2004), as ITK has it; where it cannot decide, that of the first mask.
    Worked out in the box in which the masks differ, with a margin, since agreement elsewhere would outvote everything.
    """
    import SimpleITK  # late: the window opens without it

    differs = np.any([mask != masks[0] for mask in masks[1:]], axis=0)
    if not differs.any():
        return masks[0].copy()
    box = tuple(slice(max(int(hits.min()) - 2, 0), int(hits.max()) + 3) for hits in np.nonzero(differs))
    found = SimpleITK.MultiLabelSTAPLE([SimpleITK.GetImageFromArray(mask[box]) for mask in masks], _UNDECIDED)
    decided: _Mask = SimpleITK.GetArrayFromImage(found).astype(np.uint8)
    array = masks[0].copy()
    array[box] = np.where(decided == _UNDECIDED, masks[0][box], decided)
    return array


Way = Literal["three-way", "majority", "STAPLE"]
"""How two masks that were made from one become one."""


def merge(ours: Labelmap, theirs: Labelmap, base: Labelmap, way: Way) -> tuple[Labelmap, int]:
    """One mask of two on one grid that were made from ``base``, and how many voxels were changed by both otherwise."""
    together = aligned((ours, theirs, base))
    layers = list(zip(*together.masks, strict=True))
    if way == "three-way":
        merges = [three_way(before, one, other) for one, other, before in layers]
        arrays, left = [each.array for each in merges], sum(int(each.undecided.sum()) for each in merges)
    else:
        vote = majority if way == "majority" else staple
        arrays, left = [vote(three) for three in layers], 0
    return Labelmap(arrays[0], ours.geometry, together.labels, further=tuple(arrays[1:])), left


_UNDECIDED = 255
