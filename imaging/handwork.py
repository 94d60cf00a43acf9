"""What of a mask is handwork: the undo line tells which voxels a person changed, and which a model did."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from imaging.editing import Box, Region
from imaging.editing.boxes import common, placed_in, size_of, union
from imaging.editing.edit import Inside
from imaging.history import Step
from imaging.mask_delta import VoxelEdit

_Part = tuple[Box, Inside]


@dataclass(frozen=True, eq=False)
class Handwork:
    """Voxels that a person drew or erased.

    Attributes:
        drawn: all of them.
        fresh: those since a model last changed the mask.
    """

    drawn: Region
    fresh: Region


def handwork(steps: Sequence[Step], by_model: Callable[[str], bool], layer: int = 0) -> Handwork | None:
    """The handwork that an undo line tells of; None where there is nothing fresh.

    Args:
        steps: what undo takes back, the last one last.
        by_model: True for the name of a step in which a model changed the mask.
        layer: of the mask.

    Raises:
        ValueError: a step does not fit its box.
    """
    drawn: list[_Part] = []
    fresh: list[_Part] = []
    for step in steps:
        parts = list(_changed(step, layer))
        if by_model(step.name):
            _take_away(drawn, parts)
            fresh.clear()
        else:
            drawn += parts
            fresh += [(box, differs.copy()) for box, differs in parts]
    everything, latest = _together(drawn), _together(fresh)
    return None if everything is None or latest is None else Handwork(everything, latest)


def _changed(step: Step, layer: int) -> Iterable[_Part]:
    for edit in step.edits:
        if isinstance(edit, VoxelEdit) and (edit.layer or 0) == layer:
            yield edit.box, edit.voxels() != 0


def _take_away(drawn: list[_Part], parts: Iterable[_Part]) -> None:
    """What a model changed is no handwork any more."""
    for other, differs in parts:
        for box, inside in drawn:
            shared = common(box, other)
            if shared is not None:
                inside[placed_in(shared, box)] &= ~differs[placed_in(shared, other)]


def _together(parts: Sequence[_Part]) -> Region | None:
    """One region of all parts; None without a voxel."""
    if not parts:
        return None
    box = reduce(union, (other for other, _ in parts))
    inside = np.zeros(size_of(box), np.bool_)
    for other, differs in parts:
        inside[placed_in(other, box)] |= differs
    return Region(box, inside).tight()
