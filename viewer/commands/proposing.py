"""What a proposed change looks like."""

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
