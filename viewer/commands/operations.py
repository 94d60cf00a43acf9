"""Everything that changes a label as a whole: one table, from which menu, keys and panel are made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing import Box, Editable, MaskEdit, Region, add, become, changed
from imaging.editing.boxes import along, whole
from imaging.editing.growing import Flooded, grow_from_seeds
from imaging.editing.interpolation import interpolate
from imaging.editing.islands import holes, keep_largest, split, voxels_of, without_small
from imaging.editing.logic import Combination, combine
from imaging.editing.margins import Side, hollow, margin
from imaging.editing.propagation import empty_ahead, obstacle, propagate
from imaging.editing.smoothing import Smoothing, smooth, smooth_jointly
from imaging.editing.thresholds import local, otsu, threshold
from imaging.errors import GeometryError
from imaging.geometry import Geometry
from imaging.labelmap import Label
from imaging.layers import Layers
from imaging.progress import Report
from imaging.volume import Kind, Volume
from viewer.state.workbench import EditOptions


@dataclass(frozen=True, eq=False)
class Task:
    """What an operation works on, as it was when it was asked for.

    Attributes:
        array: (K, J, I) label values; read only.
        value: the active label.
        other: gives (K, J, I) bool of what is taken together with it, None where there is nothing.
        editable: what may change.
        axis, k: the shown plane of the array.
        free: values of the other labels in the same layer that may change.
        proposed: gives (K, J, I) bool, what a model takes for lesions; None without.
        image: (K, J, I) of the image, or (K, J, I, 3) in colour.
        probable: gives (K, J, I) float32, 0-1, of a box: how probable a model takes lesions to be; None without.
        kind: of the volume.
        speckled: flat pictures or frames of ultrasound, or such as do not say what they are.
        layers: of the whole mask; ``array`` is one of them.
        labels: of the whole mask, as they are drawn.
        apart: separate pictures: nothing goes on from one to the next.
        slice_places_mm: along the slices' normal where these make no regular grid, else empty.
    """

    array: NDArray[np.uint8]
    value: int
    other: Callable[[], NDArray[np.bool_]] | None
    geometry: Geometry
    image: NDArray[Any]
    options: EditOptions
    editable: Editable
    axis: int
    k: int
    free: tuple[int, ...] = ()
    proposed: Callable[[], NDArray[np.bool_]] | None = None
    probable: Callable[[Box], NDArray[np.float32]] | None = None
    kind: Kind = "volume"
    speckled: bool = False
    layers: Layers = ()
    labels: tuple[Label, ...] = ()
    apart: bool = False
    slice_places_mm: tuple[float, ...] = ()

    @property
    def reach(self) -> Geometry:
        """The grid on which margins and radii count: none reaches from one picture or frame to the next."""
        if self.kind == "volume":
            return self.geometry
        return replace(self.geometry, spacing_mm=(UNREACHED_MM, *self.geometry.spacing_mm[1:]))

    @property
    def places_mm(self) -> tuple[float, ...]:
        """Where the planes lie along the shown axis; empty where they are evenly spaced, as frames of a clip are."""
        return self.slice_places_mm if self.axis == 0 and self.kind != "clip" else ()

    @property
    def seen(self) -> tuple[Label, ...]:
        """The labels that a person sees, and the active one."""
        return tuple(label for label in self.labels if label.visible or label.value == self.value)


FOLLOW = "Follow to slice"
UNREACHED_MM = 1e6
"""Further than any margin."""


Work = Callable[[Task, Report], MaskEdit | None]


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        group: the menu below Edit, and the heading in the panel.
        with_other: needs a second label.
        live: is done again when an option changes while its proposal is shown.
        obstacle: says why it makes no sense across an axis of a volume; empty where it does.
        leads: its change lies on another slice, which is shown with it.
        follows: is done again after each stroke while its proposal is shown: the strokes are its seeds.
    """

    id: str
    text: str
    group: str
    work: Work
    keys: tuple[str, ...] = ()
    hint: str = ""
    with_other: bool = False
    live: bool = True
    follows: bool = False
    leads: bool = False
    obstacle: Callable[[Volume, int], str] | None = None


def _shape(name: str, region: Callable[[Task], Region | None]) -> Work:
    """The active label becomes a region."""

    def work(task: Task, report: Report) -> MaskEdit | None:
        report(0, 0, name)
        found = region(task)
        return None if found is None else become(task.array, found, task.value, name, task.editable)

    return work


def _margin(name: str, sign: int) -> Work:
    def work(task: Task, report: Report) -> MaskEdit | None:
        found = margin(task.array, task.value, task.reach, sign * task.options.size_mm, report)
        return None if found is None else become(task.array, found, task.value, name, task.editable)

    return work


def _smoothing(name: str, how: Smoothing) -> Work:
    return _shape(name, lambda task: smooth(task.array, task.value, task.reach, how, task.options.size_mm))


def _hollow(name: str, side: Side) -> Work:
    return _shape(name, lambda task: hollow(task.array, task.value, task.reach, task.options.size_mm, side))


def _combined(name: str, how: Combination) -> Work:
    def region(task: Task) -> Region:
        return combine(task.array, task.value, how, task.other() if task.other else None)

    return _shape(name, region)


def _threshold(task: Task, report: Report) -> MaskEdit | None:
    region = threshold(task.image, task.options.low, task.options.high, report)
    return add(task.array, region, task.value, "Threshold", task.editable)


def _otsu(task: Task, report: Report) -> MaskEdit | None:
    region = threshold(task.image, np.nextafter(otsu(task.image), np.inf), np.inf, report)
    return add(task.array, region, task.value, "Otsu threshold", task.editable)


def _local(task: Task, report: Report) -> MaskEdit | None:
    region = local(task.image, task.reach, task.options.size_mm, task.options.tolerance, report)
    return add(task.array, region, task.value, "Local threshold", task.editable)


def _from_seeds(name: str, over: Flooded) -> Work:
    def work(task: Task, report: Report) -> MaskEdit | None:
        picture = slice(task.k, task.k + 1) if task.apart else slice(None)
        found = grow_from_seeds(task.array[picture], task.image[picture], report, over)
        if found is None:
            return None
        box, new = found
        return changed(task.array, along(box, 0, picture) if task.apart else box, new, name, task.editable)

    return work


def _interpolate(task: Task, report: Report) -> MaskEdit | None:
    region = interpolate(task.array, task.value, task.geometry, task.axis, report, task.places_mm)
    return None if region is None else add(task.array, region, task.value, "Fill between slices", task.editable)


def _propagate(step: int) -> Work:
    def work(task: Task, report: Report) -> MaskEdit | None:
        report(0, 0, "Following to the next slice")
        if empty_ahead(task.image, task.k, step, task.axis):
            raise GeometryError("the next slice is empty, as in a gap of the series. Draw on the one beyond it.")
        region = propagate(task.array, task.value, task.image, task.k, step, task.axis)
        return None if region is None else add(task.array, region, task.value, FOLLOW, task.editable)

    return work


def _within(task: Task, new: NDArray[np.uint8], name: str) -> MaskEdit | None:
    """The change to ``new`` as far as it may go."""
    return changed(task.array, whole(task.array.shape), new, name, task.editable)


def _jointly(task: Task, report: Report) -> MaskEdit | None:
    new = smooth_jointly(task.array, task.reach, task.options.size_mm, report)
    return None if new is None else _within(task, new, "Smooth all labels")


def _split(task: Task, report: Report) -> MaskEdit | None:
    report(0, 0, "Splitting")
    empty = tuple(value for value in task.free if not (task.array == value).any())
    if not empty:
        raise GeometryError("no other segment is empty. Add one for each island that shall leave this one.")
    new = split(task.array, task.value, empty, flat=task.apart)
    return None if new is None else _within(task, new, "Split islands")


OPERATIONS: tuple[Operation, ...] = (
    Operation("edit-threshold", "Threshold", "Values", _threshold, ("J",), "Values in the range"),
    Operation("edit-otsu", "Otsu threshold", "Values", _otsu, ("Alt+O",), "Bright from dark, by itself"),
    Operation("edit-local", "Local threshold", "Values", _local, ("Alt+Shift+O",),
              "Brighter than around by the tolerance"),
    Operation("edit-seeds", "Grow from seeds", "Values", _from_seeds("Grow from seeds", "edges"), ("Ctrl+Shift+K",),
              "All labels grow from what is painted until they meet on edges", follows=True),
    Operation("edit-watershed", "Watershed", "Values", _from_seeds("Watershed", "values"), ("Alt+Shift+W",),
              "Labels flood the dark regions and meet on bright ridges", follows=True),
    Operation("edit-interpolate", "Fill between slices", "Slices", _interpolate, ("N",),
              "Slices between those that hold the label, across the shown plane", obstacle=obstacle),
    Operation("edit-follow-next", "Follow to next", "Slices", _propagate(1), ("Alt+N",),
              "The label moves along with the picture; then it goes on from there", live=False, leads=True,
              obstacle=obstacle),
    Operation("edit-follow-previous", "Follow to previous", "Slices", _propagate(-1), ("Alt+Shift+N",), live=False,
              leads=True, obstacle=obstacle),
    Operation("edit-largest", "Keep largest", "Islands",
              _shape("Keep largest island", lambda task: keep_largest(task.array, task.value, flat=task.apart)),
              ("Ctrl+J",)),
    Operation("edit-small", "Remove small", "Islands",
              _shape("Remove small islands", lambda task: without_small(
                  task.array, task.value, voxels_of(task.options.least_mm3, task.geometry), flat=task.apart)),
              ("Alt+Shift+I",)),
    Operation("edit-split", "Split into labels", "Islands", _split, ("Alt+S",),
              "The largest stays; each other one goes to an empty segment", live=False),
    Operation("edit-holes", "Fill holes", "Islands",
              _shape("Fill holes", lambda task: holes(task.array, task.value, flat=task.kind != "volume")), ("Alt+H",)),
    Operation("edit-grow", "Grow by margin", "Shape", _margin("Grow by margin", 1), ("Alt+G",)),
    Operation("edit-shrink", "Shrink by margin", "Shape", _margin("Shrink by margin", -1), ("Alt+Shift+G",)),
    Operation("edit-hollow", "Hollow, inside", "Shape", _hollow("Hollow", "inside"), ("Alt+U",)),
    Operation("edit-shell", "Hollow, outside", "Shape", _hollow("Hollow", "outside"), ("Alt+Shift+U",)),
    Operation("edit-median", "Smooth: median", "Shape", _smoothing("Smooth: median", "median"), ("Alt+M",)),
    Operation("edit-opening", "Smooth: opening", "Shape", _smoothing("Smooth: opening", "opening"), ("Alt+D",),
              "Takes thin parts away"),
    Operation("edit-closing", "Smooth: closing", "Shape", _smoothing("Smooth: closing", "closing"), ("Alt+Shift+D",),
              "Fills thin gaps"),
    Operation("edit-gaussian", "Smooth: Gaussian", "Shape", _smoothing("Smooth: Gaussian", "gaussian"), ("Alt+B",)),
    Operation("edit-joint", "Smooth all labels", "Shape", _jointly, ("Alt+Shift+M",), "No gaps between labels"),
    Operation("edit-union", "Add the other", "Labels", _combined("Add other", "union"), ("Alt+Shift+A",),
              "The other is a label, or the proposed mask: choose it in the panel", with_other=True),
    Operation("edit-subtract", "Take the other away", "Labels", _combined("Take other away", "subtract"),
              ("Alt+Shift+S",), with_other=True),
    Operation("edit-intersect", "Keep what both have", "Labels", _combined("Keep common", "intersect"),
              ("Alt+Shift+B",), with_other=True),
    Operation("edit-copy", "Become the other", "Labels", _combined("Become other", "copy"), ("Alt+Shift+C",),
              with_other=True),
    Operation("edit-invert", "Invert", "Labels", _combined("Invert", "invert"), ("Alt+Shift+V",)),
    Operation("edit-clear", "Clear label", "Labels", _combined("Clear label", "clear"), ("Shift+Delete",)),
)  # fmt: skip
"""Every operation."""
