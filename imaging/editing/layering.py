"""A label moved from one layer of a mask to another one."""

from dataclasses import dataclass

import numpy as np

from imaging.editing.edit import Editable, Mask, MaskEdit, add, region_of


@dataclass(frozen=True)
class Moved:
    """What becomes of a label's voxels.

    Attributes:
        out, into: the changes of the layer that it leaves and of the one that it comes to; None where there is none.
        taken: voxels that other labels of that layer lose to it.
        left: voxels that it loses to labels of that layer that keep theirs.
    """

    out: MaskEdit | None = None
    into: MaskEdit | None = None
    taken: int = 0
    left: int = 0


def moved_between(here: Mask, there: Mask, value: int, keeping: frozenset[int], name: str) -> Moved:
    """The changes that bring a label from one layer to another one, where it takes its voxels from the others.

    Args:
        here, there: (K, J, I) label values of two layers; not changed.
        keeping: values that lose no voxel to it.
    """
    region = region_of(here, (value,))
    if region is None:
        return Moved()
    others = there[region.box][region.inside]
    left = int(np.isin(others, list(keeping - {0, value})).sum())
    into = add(there, region, value, name, Editable(keeping - {0, value}))
    return Moved(add(here, region, 0, name), into, int(np.count_nonzero(others)) - left, left)
