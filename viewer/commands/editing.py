"""Correcting a mask: operations propose a change, which is kept or put away; outlines and clicks of the canvas."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from imaging.editing import Box, MaskEdit, on_layer
from imaging.editing.propagation import obstacle, slice_places_mm
from imaging.labelmap import Labelmap
from imaging.layers import any_label
from imaging.progress import Report
from viewer.commands.drawing import BOX_NAME, CLICK_NAMES, NOTHING_THERE, OUTLINE_NAMES, boxed, clicked, outlined
from viewer.commands.operations import Operation, Task
from viewer.commands.proposing import outdated, proposal_of
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.workbench import PROPOSED, DrawnBox, Outline, Place, Proposal

KEY = "editing"
SLANTING = "the shown plane slants through the slices. Choose one as acquired, or at right angles to it"


class Editing:
    """Makes changes in the background, shows them, and applies those that are confirmed.

    The mask is not copied for the work: when it changes meanwhile, the work and what it proposed are dropped.
    """

    def __init__(
        self, session: Session, segmentation: Segmentation, findings: Findings, notices: Notices, runner: Runner
    ) -> None:
        self._session, self._bench = session, session.workbench
        self._segmentation, self._findings = segmentation, findings
        self._notices, self._runner = notices, runner
        self._last: Operation | None = None
        self._following: Operation | None = None
        self._bench.drawn.connect(self._on_drawn)
        self._bench.clicked.connect(self._on_clicked)
        self._bench.boxed.connect(self._on_boxed)
        self._bench.refused.connect(self.task)
        self._bench.options_changed.connect(self._again)
        segmentation.changed.connect(self._on_mask)
        segmentation.history_changed.connect(self._on_step)
        session.volume_changed.connect(self._on_volume)

    @property
    def waiting(self) -> bool:
        """True while a change is being worked out or waits for a yes."""
        return self._bench.proposal is not None or self._runner.busy(KEY)

    @property
    def others(self) -> tuple[tuple[str, int], ...]:
        """What the active label can be taken together with, as it is called and as the option says it."""
        mask, state = self._proposed_mask, self._segmentation
        parts = () if mask is None or len(mask.labels) < 2 else mask.labels
        return (
            ("Proposed mask", PROPOSED),
            *((f"Proposed: {label.name}", -label.value) for label in parts),
            *((label.name, label.value) for label in state.labels if label.value != state.active),
        )

    def possible(self, operation: Operation) -> bool:
        """Whether an operation can be done with what is shown."""
        volume = self._session.volume
        if volume is None or self._segmentation.active_label is None:
            return False
        return not operation.with_other or self._other() is not None

    def obstacle(self, operation: Operation) -> str:
        """Why an operation makes no sense in the shown planes; empty where it does."""
        volume = self._session.volume
        if volume is None or operation.obstacle is None:
            return ""
        axis = self._session.active.axis
        return SLANTING if axis is None else operation.obstacle(volume, axis)

    def run(self, operation: Operation) -> None:
        """Work a change out and propose it."""
        task, reason = self.task(), self.obstacle(operation)
        if reason:
            self._notices.add("warning", f"{operation.text} cannot be done here: {reason}.")
        elif task is not None and self.possible(operation):
            self.work_out(operation.text, partial(operation.work, task))
            self._last = operation

    def confirm(self) -> None:
        """Make the proposed change, as one step of the undo line; not one that the labels do not allow any more."""
        proposal, state = self._bench.proposal, self._segmentation
        if proposal is None:
            return
        self.discard()
        reason = outdated(proposal, state.labels, state.protected)
        if reason:
            self._notices.add("warning", f"{proposal.edit.name} was put away: {reason}.")
        else:
            state.apply(proposal.edit)

    def discard(self) -> None:
        """Put the proposed change away, or stop working it out."""
        self._last = self._following = None
        self._runner.cancel(KEY)
        if self._bench.proposal is not None:
            self._bench.propose(None)

    def _again(self) -> None:
        """An option changed: what is proposed is worked out again."""
        if self._last is not None and self._last.live and self.waiting:
            self.run(self._last)

    def _on_mask(self) -> None:
        """What was worked out from the mask before is put away; what grows from strokes is done again after them."""
        follows = self._last is not None and self._last.follows and self.waiting
        following = self._last if follows else self._following
        self.discard()
        self._following = following

    def _on_step(self) -> None:
        following, self._following = self._following, None
        if following is not None:
            self.run(following)

    def work_out(self, name: str, work: Callable[[Report], MaskEdit | None], otherwise: str = "") -> None:
        """Have a change worked out in the background and propose it; say ``otherwise`` where there is none."""
        self._last, geometry = None, self._segmentation.geometry
        if geometry is None:
            return
        if not self._session.complete:
            self._notices.add("warning", f"{name} needs all slices; they are still loading.")
            return
        self._segmentation.reveal()
        labels, layer = self._segmentation.labels, self._segmentation.layer

        def worked_out(report: Report) -> Proposal | None:
            edit = work(report)
            if edit is None:
                return None
            return proposal_of(on_layer(edit, layer) if edit.layer is None else edit, labels, geometry)

        self._runner.start(KEY, name, worked_out, partial(self._propose, name, otherwise), partial(self._failed, name))

    def _propose(self, name: str, otherwise: str, proposal: Proposal | None) -> None:
        self._bench.propose(proposal)
        if proposal is None:
            self._notices.add("info", otherwise or f"{name} would change nothing.")
        else:
            self._go_along(proposal)
            self._notices.add("info", f"{name}: {summary(proposal)}. Enter keeps it, Escape puts it away.")

    def _go_along(self, proposal: Proposal) -> None:
        """Show the slice that the active label was followed to, so that it is seen and gone on from."""
        pane = self._session.active
        if self._last is not None and self._last.leads and pane.axis is not None:
            there = proposal.edit.box[pane.axis]
            if there.stop - there.start == 1:  # the planes are still those that it was followed across
                pane.view.set_slice(there.start)

    def _failed(self, name: str, error: BaseException) -> None:
        self._bench.propose(None)
        self._notices.add("error", f"{name} did not work: {words(error)}")

    def _on_volume(self) -> None:
        self.discard()
        self._bench.draw(None)

    def _on_drawn(self, outline: Outline) -> None:
        task, name = self.task(), OUTLINE_NAMES[outline.tool]
        if task is None or outline.pane.opened is not self._session.opened:
            return
        work = partial(outlined, task, outline)
        slow = task.options.through or (task.options.outside and outline.pane.axis is None)
        if outline.tool == "scissors" and slow:
            self.work_out(name, work)
            return
        edit = work(lambda *_: None)
        if edit is not None:
            self._segmentation.begin()
            self._segmentation.reveal()
            self._segmentation.apply(edit)
            self._segmentation.commit()

    def _on_clicked(self, place: Place) -> None:
        task = self.task()
        if task is not None and place.pane.opened is self._session.opened:
            self.work_out(CLICK_NAMES[place.tool], partial(clicked, task, place), NOTHING_THERE.get(place.tool, ""))

    def _on_boxed(self, drawn: DrawnBox) -> None:
        task = self.task()
        if task is not None and drawn.pane.opened is self._session.opened:
            self.work_out(BOX_NAME, partial(boxed, task, drawn))

    def task(self) -> Task | None:
        """What there is to work on; None, and told why, where nothing may be edited."""
        volume, geometry, label = self._session.volume, self._segmentation.geometry, self._segmentation.active_label
        if volume is None or geometry is None:
            return None
        if label is None:
            self._notices.add("warning", "Add a label first: there is nothing to edit.")
            return None
        if label.locked:
            self._notices.add("warning", f"{label.name} is locked; unlock it to edit it.")
            return None
        pane, options = self._session.active, self._bench.options
        used = {label.value for label in self._segmentation.labels if label.layer == self._segmentation.layer}
        return Task(
            self._segmentation.array,
            label.value,
            self._other(),
            geometry,
            volume.array,
            options,
            self._bench.editable(volume),
            pane.axis or 0,
            pane.view.k if pane.axis is not None else pane.stored_k,
            tuple(sorted(used - self._bench.locked - {label.value})),
            self._proposed(),
            self._probable(),
            volume.kind,
            volume.kind != "volume" and volume.modality in ("US", ""),
            self._segmentation.layers,
            self._segmentation.drawn_labels,
            volume.kind == "image" and bool(obstacle(volume)),
            slice_places_mm(volume),
        )

    def _probable(self) -> Callable[[Box], NDArray[np.float32]] | None:
        """What gives (K, J, I) float32 of a box, how probable the model takes lesions to be; None without."""
        probabilities = None if self._findings.prediction is None else self._findings.prediction.probabilities
        fits = probabilities is not None and probabilities.geometry.shape_kji == self._segmentation.array.shape
        return probabilities.any_within if probabilities is not None and fits else None

    def _proposed(self) -> Callable[[], NDArray[np.bool_]] | None:
        """What gives (K, J, I) bool, the voxels that a model proposes on this grid; None without."""
        mask = self._proposed_mask
        return None if mask is None else lambda: any_label(mask.layers)

    @property
    def _proposed_mask(self) -> Labelmap | None:
        """What a model or a file proposes on this grid."""
        prediction = self._findings.prediction
        mask = None if prediction is None else prediction.mask
        return mask if mask is not None and mask.array.shape == self._segmentation.array.shape else None

    def _other(self) -> Callable[[], NDArray[np.bool_]] | None:
        """What the active label is taken together with, None where there is nothing."""
        other, mask = self._bench.options.other, self._proposed_mask
        if other == PROPOSED:
            return self._proposed()
        if other < 0:
            fits = mask is not None and any(label.value == -other for label in mask.labels)
            return partial(mask.inside, -other) if mask is not None and fits else None
        known = other in {label.value for label in self._segmentation.labels} and other != self._segmentation.active
        layer = self._segmentation.layer_with(other)  # read here: the work is done in another thread
        return (lambda: layer == other) if known else None


def summary(proposal: Proposal) -> str:
    """How much a change changes."""
    parts = ((proposal.added, "added"), (proposal.removed, "taken away"))
    return ", ".join(f"{count:,} voxels {what}".replace(",", " ") for count, what in parts if count)
