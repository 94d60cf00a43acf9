"""Several people's masks: where they differ, and one mask out of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.aligned import aligned
from imaging.labelmap import Label, Labelmap
from imaging.layers import any_label
from imaging.same_segments import numbered_as

_Mask = NDArray[np.uint8]


DIFFERENCE = (
    Label(1, "only in the first", (213, 94, 0)),
    Label(2, "only in the second", (0, 158, 115)),
    Label(3, "another label", (240, 228, 66)),
)


def difference(one: Labelmap, other: Labelmap, common: Sequence[Label] = ()) -> _Mask:
    """(K, J, I) uint8 values of ``DIFFERENCE`` where two masks differ.

    Args:
        common: the labels that both were made from.

    Raises:
        ValueError: both masks have more than 255 segments together.
    """
    here, there = any_label(one.layers), any_label(other.layers)
    array = aligned((one, numbered_as(one, other, common))).differs() * np.uint8(3)
    array[here & ~there] = 1
    array[there & ~here] = 2
    return array


@dataclass(frozen=True)
class Merge:
    """Two people's changes of one layer of a mask in one.

    Attributes:
        array: (K, J, I) uint8 labels.
        contested: (K, J, I) bool, where both changed the same voxel to different labels; the array has ``ours`` there.
    """

    array: _Mask
    contested: NDArray[np.bool_]


def three_way(base: _Mask, ours: _Mask, theirs: _Mask) -> Merge:
    """What both made of ``base``: a voxel that only one of them changed is as that one has it.

    Where both took a voxel from its label, and one of them gave it to another one, that one has it.
    """
    both = (ours != base) & (theirs != base)
    array = np.where((ours == base) | (both & (ours == 0)), theirs, ours)
    return Merge(array, both & (ours != theirs) & (ours != 0) & (theirs != 0))


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
    """One mask of two on one grid that were made from ``base``, and how many voxels each gave to another label.

    Which segments are the same is as :func:`imaging.same_segments.same_segments` has it, whatever their values. By
    ``three-way`` a voxel that they gave to different labels belongs to both, in different layers; majority and STAPLE
    decide for one.

    Raises:
        ValueError: there would be more than 255 segments.
    """
    theirs = numbered_as(ours, theirs, base.labels)
    mine = {label.value for label in ours.labels}
    both = replace(ours, labels=(*ours.labels, *(label for label in theirs.labels if label.value not in mine)))
    together = aligned((ours, theirs, numbered_as(both, base, base.labels)))
    layers = list(zip(*together.masks, strict=True))
    if way != "three-way":
        vote = majority if way == "majority" else staple
        return _labelmap([vote(three) for three in layers], together.labels, ours), 0
    merges = [three_way(before, one, other) for one, other, before in layers]
    claims = [_claims(merge, other) for merge, (_, other, _) in zip(merges, layers, strict=True)]
    arrays, labels = _with_room([each.array for each in merges], together.labels, claims)
    return _labelmap(arrays, labels, ours), sum(int(np.count_nonzero(each.contested)) for each in merges)


def _claims(merge: Merge, theirs: _Mask) -> dict[int, NDArray[np.bool_]]:
    """(K, J, I) bool of each of their labels that has contested voxels: all that it has then."""
    values = np.unique(theirs[merge.contested]).tolist()
    return {value: (merge.array == value) | (merge.contested & (theirs == value)) for value in values}


def _with_room(
    arrays: list[_Mask], labels: Sequence[Label], claims: Sequence[dict[int, NDArray[np.bool_]]]
) -> tuple[list[_Mask], list[Label]]:
    """The layers with the claimed labels moved to the first further one that has room for each, and the labels."""
    found, places, first = list(arrays), {label.value: label.layer for label in labels}, len(arrays)
    for array, claimed in zip(arrays, claims, strict=True):
        for value, inside in claimed.items():
            array[array == value] = 0
            roomy = (n for n in range(first, len(found)) if not found[n][inside].any())
            place = places[value] = next(roomy, len(found))
            if place == len(found):
                found.append(np.zeros_like(array))
            found[place][inside] = value
    return found, [replace(label, layer=places[label.value]) for label in labels]


def _labelmap(layers: Sequence[_Mask], labels: Sequence[Label], like: Labelmap) -> Labelmap:
    return Labelmap(
        layers[0], like.geometry, tuple(labels), slice_spacing_known=like.slice_spacing_known, further=tuple(layers[1:])
    )


_UNDECIDED = 255
