"""What a proposed change looks like, and whether it may still be made."""

from collections.abc import Collection

import numpy as np

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap
from viewer.state.workbench import Proposal

TAKEN = (255, 255, 255)
"""The colour of what a change takes away."""


def proposal_of(edit: MaskEdit, labels: tuple[Label, ...], geometry: Geometry) -> Proposal:
    """The change as something to look at: what is added in the colour of its label, what is taken away in white."""
    differs = edit.before != edit.after
    erased = differs & (edit.after == 0)
    used = {label.value for label in labels}
    taken = next((value for value in range(255, 0, -1) if value not in used), 255)
    array = np.zeros(geometry.shape_kji, np.uint8)
    array[edit.box] = np.where(erased, taken, np.where(differs, edit.after, 0))
    shown = Labelmap(array, geometry, (*labels, Label(taken, "taken away", TAKEN)))
    removed = int(np.count_nonzero(erased))
    return Proposal(edit, shown, int(np.count_nonzero(differs)) - removed, removed)


def outdated(proposal: Proposal, labels: tuple[Label, ...], protected: Collection[int]) -> str:
    """Why a change may no longer be made as it was proposed; empty where it may.

    Args:
        labels: of the mask now; one that has another identity is another label.
        protected: values whose voxels no tool may change now.
    """
    now = {label.value: label for label in labels}
    for then in proposal.shown.labels[:-1]:
        label = now.get(then.value)
        gone = label is None or label.uid != then.uid
        if (gone or then.value in protected) and _changes(proposal.edit, then.value):
            return f"{then.name} is {'not there any more' if gone else 'locked or hidden now'}"
    return ""


def _changes(edit: MaskEdit, value: int) -> bool:
    """Whether any voxel gets or loses a label; plane by plane, which spares the memory."""
    planes = zip(edit.before, edit.after, strict=True)
    return any(bool(((before == value) != (after == value)).any()) for before, after in planes)
