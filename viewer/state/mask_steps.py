"""Steps of the undo line: made of what was changed, and made again on a mask."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np

from imaging.editing import Box, MaskEdit, RunEdit
from imaging.editing.boxes import union
from imaging.history import Edit, Step
from imaging.mask_delta import LARGE_VOXELS, VoxelEdit, pack, packed
from viewer.state.mask import Mask

HELD_VOXELS = 1 << 18
"""Larger changes are packed while the drag goes on: those of a large ball would fill the memory in seconds."""

_MOST_THREADS = 4


@dataclass(frozen=True)
class Touched:
    """Where voxels of a mask changed: a box of one layer."""

    box: Box
    layer: int = 0


def held(edit: MaskEdit | RunEdit) -> tuple[Edit, ...]:
    """The same change as it is kept until its drag ends."""
    return pack([edit]) if isinstance(edit, MaskEdit) and edit.after.size > HELD_VOXELS else (edit,)


def step_of(name: str, edits: Sequence[Edit]) -> Step:
    """The changes as one step, packed; a large one is packed by who hears of it, when there is time."""
    step = Step(name, tuple(edits))
    voxels = sum(_voxels(edit.box) for edit in edits if isinstance(edit, VoxelEdit))
    return Step(name, step.edits, loose=True) if voxels > LARGE_VOXELS else packed(step)


def repeat(mask: Mask, edits: Sequence[VoxelEdit]) -> tuple[Touched, ...]:
    """Make changes of the undo line; of each layer the box around what they changed."""
    boxes: dict[int, Box] = {}
    for edit in edits:
        layer = edit.layer or 0
        boxes[layer] = union(boxes.get(layer, edit.box), edit.box)
    mask.layer(max(boxes, default=0))

    def make(group: Sequence[VoxelEdit]) -> None:
        for edit in group:
            edit.apply_to(mask.layers[edit.layer or 0])

    groups = [group for layer in boxes for group in _apart([edit for edit in edits if (edit.layer or 0) == layer])]
    if len(groups) > 1 and sum(_voxels(edit.box) for edit in edits) > LARGE_VOXELS:
        with ThreadPoolExecutor(min(cpu_count() or 1, _MOST_THREADS), "wetread-undo") as pool:
            list(pool.map(make, groups))
    else:
        make(edits)
    return tuple(Touched(box, layer) for layer, box in boxes.items())


def _apart(edits: Sequence[VoxelEdit]) -> list[list[VoxelEdit]]:
    """Changes of one layer in groups that share no slice, so that they can be made at once; in order in each group."""
    crossed = np.zeros(max(edit.box[0].stop for edit in edits), bool)
    for edit in edits:
        crossed[edit.box[0].start + 1 : edit.box[0].stop] = True
    number, groups = np.cumsum(~crossed), defaultdict[int, list[VoxelEdit]](list)
    for edit in edits:
        groups[int(number[edit.box[0].start])].append(edit)
    return list(groups.values())


def _voxels(box: Box) -> int:
    k, j, i = (span.stop - span.start for span in box)
    return k * j * i
