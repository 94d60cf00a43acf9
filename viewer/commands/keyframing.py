"""Keyframes of the active label: drawn by hand on some frames, carried along with the picture on those between."""

from functools import partial

import numpy as np

from imaging.editing import MaskEdit
from imaging.editing.edit import changed
from imaging.editing.keyframes import fill_between
from imaging.editing.propagation import obstacle
from imaging.progress import Report
from viewer.commands.editing import Editing
from viewer.commands.operations import FOLLOW, Task
from viewer.state.keyframes import Keyframes, Line
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

FILL = "Fill between keyframes"
FEWEST = 2


class Keyframing:
    """Marks frames as they are drawn on, and fills the frames between."""

    def __init__(
        self, session: Session, segmentation: Segmentation, keyframes: Keyframes, notices: Notices, editing: Editing
    ) -> None:
        self._session, self._segmentation, self._keyframes = session, segmentation, keyframes
        self._notices, self._editing = notices, editing
        segmentation.changed.connect(self._on_mask)

    @property
    def frames(self) -> tuple[int, ...]:
        """The keyframes of the active label in the shown planes: marked, and not empty."""
        line = self._line()
        if line is None:
            return ()
        planes = np.moveaxis(self._segmentation.array, line[1], 0)
        marks = (k for k in self._keyframes.of(line) if k < len(planes))
        return tuple(k for k in marks if (planes[k] == line[2]).any())

    @property
    def here(self) -> bool:
        """True when the shown frame is a keyframe."""
        return self._session.view.k in self.frames

    def toggle(self) -> None:
        """Make the shown frame a keyframe, or none."""
        line, k = self._line(), self._session.view.k
        if line is None:
            return
        if self.here:
            self._keyframes.unmark(line, k)
        elif (np.moveaxis(self._segmentation.array, line[1], 0)[k] == line[2]).any():
            self._keyframes.mark(line, k)
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
        line, volume, frames = self._line(), self._session.volume, self.frames
        if line is None or volume is None:
            self._notices.add("info", "Keyframes lie in planes as they were acquired, or at right angles to them.")
            return
        reason = obstacle(volume, line[1])
        if not reason and len(frames) < FEWEST:
            reason = "it takes two keyframes; draw the label on two frames, and those between are filled"
        task = None if reason else self._editing.task()
        if reason:
            self._notices.add("warning", f"{FILL} cannot be done here: {reason}.")
        elif task is not None:
            self._editing.work_out(FILL, partial(filled, task, frames))

    def _line(self) -> Line | None:
        """Which marks count: of this series and label, across the shown planes; None in oblique ones."""
        axis, opened, label = self._session.active.axis, self._session.opened, self._segmentation.active_label
        if axis is None or opened is None or label is None:
            return None
        return opened.volume.series_uid, axis, label.value

    def _on_mask(self, edit: MaskEdit | None) -> None:
        """What is drawn on one frame makes it a keyframe."""
        line = self._line()
        if edit is None or line is None or edit.name in (FILL, FOLLOW):
            return
        span = edit.box[line[1]]
        if span.stop - span.start == 1 and (edit.layer or 0) == self._segmentation.layer:
            self._keyframes.mark(line, span.start)


def filled(task: Task, frames: tuple[int, ...], report: Report) -> MaskEdit | None:
    """The change that filling between keyframes makes; None where there is nothing between them.

    Raises:
        Cancelled: by ``report``.
    """
    if task.image is None:
        return None
    found = fill_between(task.array, task.value, task.image, frames, task.axis, report)
    return None if found is None else changed(task.array, *found, FILL, task.editable)
