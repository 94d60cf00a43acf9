"""Keyframes of the active label: drawn by hand on some frames, carried along with the picture on those between."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from imaging.editing import MaskEdit
from imaging.editing.edit import changed
from imaging.editing.keyframes import fill_between
from imaging.editing.propagation import obstacle
from imaging.history import Edit
from imaging.labelmap import Label
from imaging.mask_delta import VoxelEdit
from imaging.progress import Report
from viewer.commands.editing import Editing
from viewer.commands.operations import FOLLOW, Task
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

FILL = "Fill between keyframes"
FEWEST = 2


class Keyframing:
    """Marks frames as they are drawn on, and fills the frames between."""

    def __init__(self, session: Session, segmentation: Segmentation, notices: Notices, editing: Editing) -> None:
        self._session, self._segmentation = session, segmentation
        self._notices, self._editing = notices, editing
        segmentation.finishing.connect(self._on_step)

    @property
    def frames(self) -> tuple[int, ...]:
        """The keyframes of the active label in the shown planes: marked, and not empty."""
        axis, label = self._session.active.axis, self._segmentation.active_label
        if axis is None or label is None:
            return ()
        planes = np.moveaxis(self._segmentation.array, axis, 0)
        marks = (k for across, k in label.keyframes if across == axis and k < len(planes))
        return tuple(k for k in marks if (planes[k] == label.value).any())

    @property
    def here(self) -> bool:
        """True when the shown frame is a keyframe."""
        return self._session.view.k in self.frames

    def toggle(self) -> None:
        """Make the shown frame a keyframe, or none, in a step of the undo line."""
        axis, label, k = self._session.active.axis, self._segmentation.active_label, self._session.view.k
        if axis is None or label is None:
            return
        if self.here:
            left = tuple(each for each in label.keyframes if each != (axis, k))
            self._segmentation.set_label(replace(label, keyframes=left), "Unmark keyframe")
        elif (np.moveaxis(self._segmentation.array, axis, 0)[k] == label.value).any():
            self._mark(label, axis, {k}, "Mark keyframe")
        else:
            self._notices.add("info", "A keyframe must hold the active label: draw it here first.")

    def step(self, direction: int) -> None:
        """Go to the next keyframe, or the one before."""
        k = self._session.view.k
        beyond = [frame for frame in self.frames if (frame - k) * direction > 0]
        if beyond:
            self._session.view.set_slice(min(beyond, key=lambda frame: abs(frame - k)))

    def fill(self) -> None:
        """Propose the active label on all frames between its keyframes."""
        axis, volume, frames = self._session.active.axis, self._session.volume, self.frames
        if axis is None or volume is None or self._segmentation.active_label is None:
            self._notices.add("info", "Keyframes lie in planes as they were acquired, or at right angles to them.")
            return
        reason = obstacle(volume, axis)
        if not reason and len(frames) < FEWEST:
            reason = "it takes two keyframes; draw the label on two frames, and those between are filled"
        task = None if reason else self._editing.task()
        if reason:
            self._notices.add("warning", f"{FILL} cannot be done here: {reason}.")
        elif task is not None:
            self._editing.work_out(FILL, partial(filled, task, frames))

    def _mark(self, label: Label, axis: int, frames: set[int], name: str) -> None:
        marks = {*label.keyframes, *((axis, k) for k in frames)}
        self._segmentation.set_label(replace(label, keyframes=tuple(sorted(marks))), name)

    def _on_step(self, edits: Sequence[Edit]) -> None:
        """What is drawn on one frame makes it a keyframe, in the same step."""
        axis, label = self._session.active.axis, self._segmentation.active_label
        if axis is None or label is None:
            return
        drawn = [edit for edit in edits if isinstance(edit, VoxelEdit) and edit.name not in (FILL, FOLLOW)]
        spans = (edit.box[axis] for edit in drawn if (edit.layer or 0) == label.layer)
        self._mark(label, axis, {span.start for span in spans if span.stop - span.start == 1}, "")


def filled(task: Task, frames: tuple[int, ...], report: Report) -> MaskEdit | None:
    """The change that filling between keyframes makes; None where there is nothing between them.

    Raises:
        Cancelled: by ``report``.
    """
    found = fill_between(task.array, task.value, task.image, frames, task.axis, report, task.places_mm)
    return None if found is None else changed(task.array, *found, FILL, task.editable)
