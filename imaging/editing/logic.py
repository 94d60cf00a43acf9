"""Two sets of voxels taken together: of two labels, or of a label and another segmentation."""

from typing import Literal

import numpy as np

from imaging.editing.boxes import whole
from imaging.editing.edit import Inside, Mask, Region

Combination = Literal["union", "subtract", "intersect", "copy", "invert", "clear"]


def combine(array: Mask, value: int, how: Combination, other: Inside | None = None) -> Region:
    """What a label holds afterwards.

    In one mask a voxel has one label: what is taken from another label leaves it.

    Args:
        array: (K, J, I) label values.
        value: the label that changes.
        how: ``copy`` makes it equal to the other, ``invert`` takes all that it is not, ``clear`` empties it.
        other: (K, J, I) bool: the second operand; not looked at for invert and clear.

    Raises:
        ValueError: an operand is missing or has another shape.
    """
    mine = array == value
    if how == "clear":
        return Region(whole(array.shape), np.zeros(array.shape, bool))
    if how == "invert":
        return Region(whole(array.shape), ~mine)
    if other is None or other.shape != array.shape:
        raise ValueError(f"second mask of shape {None if other is None else other.shape}: expected {array.shape}")
    match how:
        case "union":
            mine |= other
        case "subtract":
            mine &= ~other
        case "intersect":
            mine &= other
        case "copy":
            mine = other
    return Region(whole(array.shape), mine)
