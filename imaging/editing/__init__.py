"""Functions that make a change to a mask without making it: the change is a value that can be done and undone.

Operations give a :class:`Region`, the voxels they mean; :func:`add` and :func:`become` make a :class:`MaskEdit` of it.
What is thin is :class:`Runs` of voxels; :func:`add_runs` makes a :class:`RunEdit` of them.
"""

from imaging.editing.boxes import Box, Voxel
from imaging.editing.edit import (
    ANYWHERE,
    Editable,
    Mask,
    MaskEdit,
    Region,
    add,
    become,
    changed,
    on_layer,
    region_of,
    replace,
    replace_layers,
)
from imaging.editing.runs import RunEdit, Runs, add_runs
from imaging.editing.strokes import Point

__all__ = [
    "ANYWHERE",
    "Box",
    "Editable",
    "Mask",
    "MaskEdit",
    "Point",
    "Region",
    "RunEdit",
    "Runs",
    "Voxel",
    "add",
    "add_runs",
    "become",
    "changed",
    "on_layer",
    "region_of",
    "replace",
    "replace_layers",
]
