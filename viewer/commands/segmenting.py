"""The list of segments: adding, naming, colouring, ordering, locking, hiding, deleting, going to them."""

from dataclasses import replace
from itertools import count
from uuid import uuid4

import numpy as np

from imaging import editing
from imaging.editing.layering import Moved, moved_between
from imaging.labelmap import MOST_LABELS, PALETTE, Colour, Label, SegmentState
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.terminology import Term, Terminology


class Segmenting:
    """Changes labels; every change is a step of the undo line.

    Attributes:
        terminologies: terms to choose from, a list for each kind of examination.
    """

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        notices: Notices,
        terminologies: tuple[Terminology, ...],
    ) -> None:
        self._session, self._segmentation, self._notices = session, segmentation, notices
        self.terminologies = terminologies
        segmentation.labels_changed.connect(self._protect)

    @property
    def active(self) -> Label | None:
        """The segment that is worked on."""
        return self._segmentation.active_label

    def add(self, name: str) -> None:
        """One more segment at the end of the list, made active."""
        value = self._free()
        if value:
            self._append(Label(value, name, PALETTE[(value - 1) % len(PALETTE)]))

    def add_term(self, term: Term) -> None:
        """One more segment that means ``term``."""
        value = self._free()
        if value:
            self._append(term.label(value))

    def use_term(self, term: Term) -> None:
        """The active segment means ``term``: its name, code and colour."""
        label = self.active
        if label is not None:
            meant = term.label(label.value)
            changed = replace(label, name=meant.name, code=meant.code, colour=meant.colour)
            self._segmentation.set_label(changed, "Choose term")

    def rename(self, value: int, name: str) -> None:
        """Another name; an empty one changes nothing."""
        label = self._label(value)
        if label is not None and name.strip():
            self._segmentation.set_label(replace(label, name=name.strip()), "Rename segment")

    def recolour(self, value: int, colour: Colour) -> None:
        """Another colour."""
        label = self._label(value)
        if label is not None:
            self._segmentation.set_label(replace(label, colour=colour), "Recolour segment")

    def set_visible(self, value: int, visible: bool) -> None:
        """Draw a segment or not."""
        label = self._label(value)
        if label is not None:
            name = "Show segment" if visible else "Hide segment"
            self._segmentation.set_label(replace(label, visible=visible), name)

    def set_locked(self, value: int, locked: bool) -> None:
        """Keep the voxels of a segment as they are, or let tools change them again."""
        label = self._label(value)
        if label is not None:
            name = "Lock segment" if locked else "Unlock segment"
            self._segmentation.set_label(replace(label, locked=locked), name)

    def set_opacity(self, value: int, opacity: float) -> None:
        """A segment's share of the opacity of the mask, 0-1."""
        label = self._label(value)
        if label is not None:
            self._segmentation.set_label(replace(label, opacity=min(max(opacity, 0.0), 1.0)), "Segment opacity")

    def set_state(self, value: int, state: SegmentState) -> None:
        """How far the work on a segment has come."""
        label = self._label(value)
        if label is not None:
            self._segmentation.set_label(replace(label, state=state), f"Mark segment {state}")

    def move(self, by: int) -> None:
        """The active segment up (-1) or down (+1) the list; voxels keep their values."""
        labels, label = list(self._segmentation.labels), self.active
        if label is None:
            return
        at = labels.index(label)
        labels.insert(max(0, at + by), labels.pop(at))
        self._segmentation.set_labels(tuple(labels), "Order segments")

    def step(self, by: int) -> None:
        """The next (+1) or previous (-1) segment becomes the active one, round the ends of the list."""
        labels, label = self._segmentation.labels, self.active
        if label is not None:
            self._segmentation.set_active(labels[(labels.index(label) + by) % len(labels)].value)

    def toggle_solo(self) -> None:
        """Draw the active segment alone, or all visible ones again."""
        alone = self._segmentation.solo == self._segmentation.active
        self._segmentation.set_solo(None if alone else self._segmentation.active)

    def overlaps(self, value: int) -> bool:
        """Whether a segment may overlap all others: it has a layer of its own."""
        label = self._label(value)
        return label is not None and label.layer > 0 and self._sharers(label.layer) == 1

    def toggle_overlapping(self) -> None:
        """Let the active segment overlap the others, or no more."""
        self.set_overlapping(self._segmentation.active, not self.overlaps(self._segmentation.active))

    def set_overlapping(self, value: int, overlapping: bool) -> None:
        """Move a segment to a layer of its own, or to the lowest one, in one step.

        In the lowest layer it takes the voxels that it shared from the others, but for those of locked and hidden ones.
        """
        label, state = self._label(value), self._segmentation
        if label is None or overlapping == self.overlaps(value):
            return
        name = "Let segment overlap" if overlapping else "End overlap of segment"
        place = next(n for n in count(1) if not self._sharers(n)) if overlapping else 0
        moved = moved_between(state.mask.layer(label.layer), state.mask.layer(place), value, state.protected, name)
        state.begin()
        state.set_label(replace(label, layer=place), name)
        for layer, edit in ((label.layer, moved.out), (place, moved.into)):
            if edit is not None:
                state.apply(editing.on_layer(edit, layer))
        state.commit(name)
        self._tell_shared(label.name, moved)

    def toggle_lock(self) -> None:
        """Lock or unlock the active segment."""
        label = self.active
        if label is not None:
            self.set_locked(label.value, not label.locked)

    def delete(self) -> None:
        """Take the active segment away with its voxels, in one step; not a locked one."""
        label, state = self.active, self._segmentation
        if label is None:
            return
        if label.locked:
            self._notices.add("warning", f"{label.name} is locked; unlock it to delete it.")
            return
        region = editing.region_of(state.array, (label.value,))
        edit = None if region is None else editing.add(state.array, region, 0, "Delete segment")
        state.begin()
        if edit is not None:
            state.apply(edit)
        state.set_labels(tuple(each for each in state.labels if each != label), "Delete segment")
        state.commit("Delete segment")

    def go_to(self, value: int) -> None:
        """The largest slice of a segment, in all viewports that show the same patient coordinates."""
        state, pane = self._segmentation, self._session.active
        inside = state.inside(value)
        sizes = np.count_nonzero(inside, axis=(1, 2))
        if state.geometry is None or not sizes.any():
            self._notices.add("info", "This segment has no voxels yet.")
            return
        k = int(sizes.argmax())
        if pane.axis == 0:
            pane.view.set_slice(k)
        if state.geometry.has_position and pane.volume is not None:
            row, column = (float(mean) for mean in np.argwhere(inside[k]).mean(axis=0))
            x, y, z = pane.volume.slice_geometry(k).point_lps((0, row, column))
            self._session.set_focus((float(x), float(y), float(z)), pane)

    def _tell_shared(self, name: str, moved: Moved) -> None:
        if moved.taken:
            self._notices.add("info", f"{moved.taken} voxels that {name} shared are {name} alone now; undo parts them.")
        if moved.left:
            self._notices.add("warning", f"{moved.left} voxels of {name} stay with locked or hidden segments alone.")

    def _sharers(self, layer: int) -> int:
        """How many segments lie in a layer."""
        return sum(label.layer == layer for label in self._segmentation.labels)

    def _append(self, label: Label) -> None:
        new = replace(label, uid=uuid4().hex)
        self._segmentation.set_labels((*self._segmentation.labels, new), "Add segment")
        self._segmentation.set_active(label.value)

    def _free(self) -> int:
        """The smallest value that no label has; 0, and a notice, where there is none, or nothing to have segments."""
        if self._segmentation.geometry is None:
            self._notices.add("info", "Open an image first; its segments belong to it.")
            return 0
        used = {label.value for label in self._segmentation.labels}
        free = next((value for value in range(1, MOST_LABELS + 1) if value not in used), 0)
        if not free:
            self._notices.add("warning", f"A mask holds at most {MOST_LABELS} segments.")
        return free

    def _label(self, value: int) -> Label | None:
        return next((label for label in self._segmentation.labels if label.value == value), None)

    def _protect(self) -> None:
        self._session.workbench.set_locked(self._segmentation.protected)
