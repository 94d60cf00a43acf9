"""Steps of the undo line: made of what was changed, and made again on a mask."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from imaging.editing import Box, MaskEdit, RunEdit
from imaging.editing.boxes import size_of, union
from imaging.history import Edit, Step
from imaging.mask_delta import LARGE_VOXELS, VoxelEdit, pack, packed
from viewer.state.mask import Mask

HELD_VOXELS = 1 << 18
"""Larger changes are packed while the drag goes on: those of a large ball would fill the memory in seconds."""


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
    voxels = sum(prod(size_of(edit.box)) for edit in edits if isinstance(edit, VoxelEdit))
    return Step(name, step.edits, loose=True) if voxels > LARGE_VOXELS else packed(step)


def repeat(mask: Mask, edits: Sequence[VoxelEdit]) -> tuple[Touched, ...]:
    """Make changes of the undo line; of each layer the box around what they changed."""
    boxes: dict[int, Box] = {}
    for edit in edits:
        layer = edit.layer or 0
        boxes[layer] = union(boxes.get(layer, edit.box), edit.box)
    mask.layer(max(boxes, default=0))
    for edit in edits:
        edit.apply_to(mask.layers[edit.layer or 0])
    return tuple(Touched(box, layer) for layer, box in boxes.items())
