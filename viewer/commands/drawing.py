"""What outlines and clicks of the canvas change."""

from dataclasses import replace

import numpy as np

from imaging.editing import Editable, Mask, MaskEdit, Region, add, on_layer
from imaging.editing.box_prompt import PromptBox, box_on_axis, box_on_plane, lesion_in_box
from imaging.editing.boxes import along, placed, plane_through, voxel_in
from imaging.editing.click_prompt import lesion_at
from imaging.editing.growing import grow_region, range_about
from imaging.editing.islands import flood, island_at
from imaging.editing.lesion import lesion_about
from imaging.editing.outlines import in_plane, prism, shown, through
from imaging.editing.probable_lesion import probable_lesion
from imaging.layers import flat, layer_of
from imaging.progress import Report
from viewer.commands.operations import Task
from viewer.state.workbench import DrawnBox, Outline, Pixel, Place

OUTLINE_NAMES = {"fill-polygon": "Polygon", "fill-freehand": "Freehand", "livewire": "Livewire", "scissors": "Scissors"}
BOX_NAME = "Box a lesion"
CLICK_NAMES = {"fill": "Fill", "grow-region": "Grow region", "keep-island": "Keep island",
               "remove-island": "Remove island", "find-lesion": "Find lesion"}  # fmt: skip
NOTHING_THERE = {
    "find-lesion": "Nothing stands out there that is not drawn already. Box the lesion (Ctrl+Alt+C), or grow a region "
    "with a tolerance of your own (Alt+E).",
    "keep-island": "No other island of the segment that was clicked would go.",
    "remove-island": "No segment that may be changed lies there.",
}
"""What is said where a click changes nothing."""


def outlined(task: Task, outline: Outline, report: Report) -> MaskEdit | None:
    """The change that a closed outline makes: filled with the label, or cut from it.

    Raises:
        Cancelled: by ``report``.
    """
    report(0, 0, OUTLINE_NAMES[outline.tool])
    cut, options = outline.tool == "scissors", task.options
    region = _enclosed(task, outline, cut and options.through)
    if not cut:
        return None if region is None else add(task.array, region, task.value, OUTLINE_NAMES[outline.tool],
                                               task.editable)  # fmt: skip
    if options.outside:
        region = _rest(task, outline, region)
    mine = Editable(task.editable.locked, frozenset({task.value}), task.editable.values, task.editable.low,
                    task.editable.high)  # fmt: skip
    return None if region is None else add(task.array, region, 0, "Scissors", mine)


def _enclosed(task: Task, outline: Outline, deep: bool) -> Region | None:
    """The voxels inside an outline: of the shown plane, for scissors of the slab that is looked through; or of all."""
    pane, shape = outline.pane, task.array.shape
    if pane.axis is not None:
        found = through(shape, pane.axis, outline.points) if deep else None
        return found if deep else in_plane(shape, pane.axis, outline.k, outline.points, _planes(outline) // 2)
    plane, planes = pane.slice_geometry(outline.k), _planes(outline)
    if plane is None:
        return None
    if planes == 1 and not deep:
        return shown(task.geometry, plane, outline.points)
    return prism(task.geometry, plane, outline.points, np.inf if deep else plane.spacing_mm[0] * planes / 2)


def _planes(outline: Outline) -> int:
    """How many planes an outline means."""
    return outline.pane.slab_planes if outline.tool == "scissors" and outline.pane.can_cut else 1


def _rest(task: Task, outline: Outline, region: Region | None) -> Region | None:
    """All that does not lie inside: of the planes that the outline means, or of the volume."""
    whole_plane = replace(outline, points=_corners(outline))
    wide = _enclosed(task, whole_plane, task.options.through)
    if wide is None:
        return None
    inside = np.zeros(task.array.shape, bool)
    if region is not None:
        inside[region.box] = region.inside
    return Region(wide.box, wide.inside & ~inside[wide.box])


def _corners(outline: Outline) -> tuple[Pixel, ...]:
    """An outline around the whole plane."""
    geometry = outline.pane.slice_geometry(outline.k)
    if geometry is None:
        return outline.points
    bottom, right = (size - 0.5 for size in geometry.shape_kji[1:])
    return (-0.5, -0.5), (-0.5, right), (bottom, right), (bottom, -0.5)


def boxed(task: Task, drawn: DrawnBox, report: Report) -> MaskEdit | None:
    """The change that a box about a lesion makes: the lesion in it gets the label.

    Raises:
        Cancelled: by ``report``.
    """
    report(0, 0, BOX_NAME)
    prompt = _prompt(task, drawn)
    if prompt is None:
        return None
    around = prompt.around(task.image.shape)
    hint = None if task.probable is None or around is None else task.probable(around)
    region = lesion_in_box(task.image, task.geometry, prompt, hint, report)
    return None if region is None else add(task.array, region, task.value, BOX_NAME, task.editable)


def _prompt(task: Task, drawn: DrawnBox) -> PromptBox | None:
    """The box with its depth: frames and flat pictures have none."""
    pane, deep = drawn.pane, task.options.solid and task.kind == "volume"
    if pane.axis is not None:
        return box_on_axis(task.geometry, pane.axis, drawn.k, drawn.corners, deep)
    plane = pane.slice_geometry(drawn.k)
    return None if plane is None else box_on_plane(task.geometry, plane, drawn.corners, deep)


def _lesion(task: Task, place: Place, report: Report) -> Region | None:
    """The lesion that a click means: what a model sees there; else by contrast in speckle; else by what is alike."""
    if task.probable is not None:
        flat = task.kind != "volume"
        seen = probable_lesion(task.image, place.voxel, task.geometry, task.probable, flat, report)
        if seen is not None:
            return seen
    if task.speckled and task.probable is None:
        return lesion_at(task.image, place.voxel, task.geometry, report)
    proposed = None if task.proposed is None else task.proposed()
    if task.kind == "volume":
        return lesion_about(task.image, place.voxel, task.geometry, proposed, report)
    k, row, column = place.voxel
    picture = slice(k, k + 1)
    proposed = None if proposed is None else proposed[picture]
    found = lesion_about(task.image[picture], (0, row, column), task.geometry.slab(k), proposed, report)
    return None if found is None else Region(along(found.box, 0, picture), found.inside)


def clicked(task: Task, place: Place, report: Report) -> MaskEdit | None:
    """The change that a click makes: filled, grown from it, or an island chosen.

    Raises:
        Cancelled: by ``report``.
    """
    solid = task.options.solid and not task.apart
    axis = None if solid or place.pane.axis is None else task.axis
    report(0, 0, CLICK_NAMES[place.tool])
    match place.tool:
        case "grow-region":
            low, high = range_about(task.image, place.voxel, task.options.tolerance)
            region = grow_region(task.image, place.voxel, low, high, axis, report)
        case "find-lesion":
            region = _lesion(task, place, report)
        case "fill":
            region = flood(_seen(task), place.voxel, axis)
        case _:
            return _island(task, place)
    return None if region is None else add(task.array, region, task.value, CLICK_NAMES[place.tool], task.editable)


def _seen(task: Task) -> Mask:
    """(K, J, I) uint8: the label on top of each voxel, whichever layer it lies in; 0 where none is seen."""
    table = np.zeros(256, np.uint8)
    values = [label.value for label in task.seen]
    table[values] = values
    return flat(task.layers, table)


def _island(task: Task, place: Place) -> MaskEdit | None:
    """An island kept or removed: of the active label where it lies under the click, else of the one on top there."""
    there = [each for each in task.seen if layer_of(task.layers, each.layer)[place.voxel] == each.value]
    label = max(there, key=lambda each: (each.value == task.value, each.layer), default=None)
    if label is None:
        return None
    array, name = layer_of(task.layers, label.layer), CLICK_NAMES[place.tool]
    box = plane_through(place.voxel, 0 if task.apart else None, array.shape)
    island = island_at(array[box], voxel_in(place.voxel, box))
    if island is None:
        return None
    region = Region(placed(island.box, box), island.inside)
    if place.tool == "keep-island":
        region = Region(box, (array[box] == label.value) & ~region.within(box))
    edit = add(array, region, 0, name, task.editable)
    return None if edit is None else on_layer(edit, label.layer)
