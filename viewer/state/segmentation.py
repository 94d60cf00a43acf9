"""The mask being edited, behind one door: :meth:`Segmentation.apply`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from imaging.editing import MaskEdit, RunEdit, replace_layers
from imaging.geometry import Geometry
from imaging.history import Edit, History
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.layers import Layer, Layers
from imaging.legend import Legend, LegendEdit
from imaging.mask_delta import VoxelEdit
from imaging.same_segments import identified
from viewer.state.mask import Mask
from viewer.state.mask_steps import Touched, held, repeat, step_of

_SHOWN = "Show segment"
"""What a drag that changes no voxel has done all the same; see :meth:`Segmentation.reveal`."""


class Segmentation(QObject):
    """The annotation of the series that is worked on.

    Signals:
        changed: voxels changed; carries where, as :class:`Touched`, or None when everything may have.
        labels_changed: the label list, the active label, or how masks are shown; keyframes with the history only.
        history_changed: undo, redo or the saved state.
        replayed: a step of another kind than mask edits is taken back or done again; carries the change to make.
        finishing: a drag or a single change is about to be a step of the undo line; carries its changes. What belongs
            to it can join it now.
        recorded: a step is finished, taken back or done again; carries the :class:`Mask` and the :class:`Step`,
            ``"undo"`` or ``"redo"``.
        left: a step takes labels away; carries their values. What is said of them can leave by :meth:`push`, in the
            same step.

    Attributes:
        mask: what is edited; another one when another series is worked on.
        solo: value of the only label that is drawn, None for all that are visible.
    """

    changed = Signal(object)
    labels_changed = Signal()
    history_changed = Signal()
    replayed = Signal(object)
    finishing = Signal(object)
    recorded = Signal(object, object)
    left = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mask = Mask()
        self.visible = True
        self.opacity = 0.45
        self.solo: int | None = None
        self._stroke: list[Edit] | None = None

    @property
    def geometry(self) -> Geometry | None:
        """The grid that is edited, None when nothing is open."""
        return self.mask.geometry

    @property
    def array(self) -> NDArray[np.uint8]:
        """(K, J, I) uint8 label values of the layer of the active label, as they are now; a read-only view."""
        return self.mask.seen(self.layer)

    @property
    def layer(self) -> int:
        """The layer that tools work on: that of the active label."""
        return 0 if self.active_label is None else self.active_label.layer

    @property
    def layers(self) -> Layers:
        """All layers as they are now, the lowest first; read-only views."""
        return tuple(map(self.mask.seen, range(len(self.mask.layers))))

    def inside(self, value: int) -> NDArray[np.bool_]:
        """(K, J, I) bool: the voxels of a label as they are now."""
        return self.layer_with(value) == value

    def layer_with(self, value: int) -> Layer:
        """The layer that a label's voxels are in, as it is now; a read-only view."""
        number = next((label.layer for label in self.labels if label.value == value), 0)
        return self.mask.seen(number)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the mask."""
        return self.mask.legend.labels

    @property
    def drawn_labels(self) -> tuple[Label, ...]:
        """The labels as they are drawn: visible or not, while one stands alone."""
        if self.solo is None:
            return self.labels
        return tuple(replace(label, visible=label.value == self.solo) for label in self.labels)

    @property
    def protected(self) -> frozenset[int]:
        """Values whose voxels no tool may change: of locked labels, and of those that are not drawn."""
        return frozenset(
            label.value
            for label in self.drawn_labels
            if label.locked or not (label.visible or label.value == self.active)
        )

    @property
    def active(self) -> int:
        """The value of the label the brush paints."""
        return self.mask.active

    @property
    def history(self) -> History:
        """The undo line."""
        return self.mask.history

    @property
    def saved(self) -> bool:
        """True when the library holds what is shown."""
        return self.mask.saved

    @property
    def revision(self) -> int | None:
        """The revision of the library that the mask descends from."""
        return self.mask.revision

    @property
    def active_label(self) -> Label | None:
        """The label the brush paints, None without labels."""
        return next((label for label in self.labels if label.value == self.active), None)

    def load(
        self,
        geometry: Geometry | None,
        saved: Labelmap | None,
        labels: tuple[Label, ...] = (),
        revision: int | None = None,
    ) -> None:
        """Edit another volume: the mask saved as ``revision``, or an empty one with ``labels``; no undo line."""
        self.resume(Mask.of(geometry, saved, labels, revision))

    def resume(self, mask: Mask) -> None:
        """Edit another mask, with its own undo line; the half stroke in this one is taken back."""
        self.cancel()
        self.mask = mask
        self.changed.emit(None)
        self.history_changed.emit()
        self.labels_changed.emit()

    def apply(self, edit: MaskEdit | RunEdit) -> None:
        """Change the mask. The only way a voxel changes; between begin and commit it is part of one undo step.

        Args:
            edit: of :attr:`array`, where it does not say of which layer.
        """
        edit = replace(edit, layer=self.layer) if edit.layer is None else edit
        edit.apply_to(self.mask.layer(edit.layer or 0))
        self._made(edit.name, edit)

    def become(self, layers: Sequence[Layer], legend: Legend, name: str) -> None:
        """Another mask in the place of this one, in one step of the undo line; layers not given are emptied."""
        edits = replace_layers(self.mask.layers, layers, name)
        legend = replace(legend, labels=identified(legend.labels, self.labels))
        names = {label.value: label.name for label in legend.labels}
        others = {label.value for label in self.labels if names.get(label.value, label.name) != label.name}
        self.begin()
        self.set_legend(legend, name)
        for edit in edits:
            self.apply(edit)
        self.left.emit(frozenset(others))
        self.commit(name)

    def set_labels(self, labels: tuple[Label, ...], name: str = "Change labels") -> None:
        """Another label list, as a step of the undo line; the active label stays if it is still there."""
        self.set_legend(replace(self.mask.legend, labels=labels), name)

    def set_label(self, label: Label, name: str) -> None:
        """Say something else of the label with this value, as a step of the undo line."""
        self.set_labels(tuple(label if each.value == label.value else each for each in self.labels), name)

    def set_legend(self, legend: Legend, name: str) -> None:
        """Other labels or another model that the mask descends from, as a step of the undo line."""
        edit = LegendEdit(self.mask.legend, legend)
        if edit.before != edit.after:
            self.mask.set_legend(legend)
            self._made(name, edit)
            self.left.emit(edit.gone)

    def push(self, name: str, edit: Edit) -> None:
        """Remember a change of another kind, which is already made, on the one undo line; in the open step if any."""
        if self._stroke is not None:
            self._stroke.append(edit)
            return
        self._remember(name, [edit])
        self.history_changed.emit()

    @property
    def drawing(self) -> bool:
        """True while a drag is open."""
        return self._stroke is not None

    def begin(self) -> None:
        """Open a drag: edits until :meth:`commit` are one undo step, and those of a drag still open are one before."""
        self.commit()
        self._stroke = []

    def commit(self, name: str = "") -> None:
        """Close the drag.

        Args:
            name: for the undo menu, of what was not drawn by hand, which nothing joins; that of the first edit of the
                mask when left out.
        """
        if not self._stroke:
            self._stroke = None
            return
        named = (edit.name for edit in self._stroke if isinstance(edit, VoxelEdit))
        self._finish(self._stroke, name or next(named, _SHOWN), by_hand=not name)

    def cancel(self) -> None:
        """Take back the open drag as if it had not begun."""
        stroke, self._stroke = self._stroke, None
        self._repeat([edit.reverted() for edit in reversed(stroke or ())])

    def undo(self) -> None:
        """Take back the drag under way, else the last step."""
        if self._stroke is not None:
            self.cancel()
        elif self.history.can_undo:
            self._replay(self.history.undo(), "undo")

    def redo(self) -> None:
        """Do the last undone step again; not in the middle of a drag."""
        if self._stroke is None and self.history.can_redo:
            self._replay(self.history.redo(), "redo")

    def set_active(self, value: int) -> None:
        """Choose the label the brush paints."""
        self.mask.active = value
        self.labels_changed.emit()

    def set_solo(self, value: int | None) -> None:
        """Draw one label alone, or again all that are visible."""
        self.solo = value
        self.labels_changed.emit()

    def set_visible(self, visible: bool) -> None:
        """Show or hide the mask."""
        self.visible = visible
        self.labels_changed.emit()

    def reveal(self) -> None:
        """Have the mask and the active label drawn, so that what is painted is seen."""
        if not self.visible:
            self.set_visible(True)
        if self.solo not in (None, self.active):
            self.set_solo(self.active)
        label = self.active_label
        if label is not None and not label.visible:
            self.set_label(replace(label, visible=True), _SHOWN)

    def set_opacity(self, opacity: float) -> None:
        """Opacity of the mask, 0-1."""
        self.opacity = max(0.0, min(opacity, 1.0))
        self.labels_changed.emit()

    def labelmap(self, provenance: Provenance | None = None) -> Labelmap:
        """The mask as it is now, as a value of its own; see :meth:`Mask.labelmap`."""
        return self.mask.labelmap(provenance)

    def _made(self, name: str, edit: MaskEdit | RunEdit | LegendEdit) -> None:
        """Announce a change, as a part of the open drag or a step of its own."""
        if self._stroke is not None:
            self._stroke += (edit,) if isinstance(edit, LegendEdit) else held(edit)
            self._show(edit)
            return
        self._stroke = [edit]
        self._finish(self._stroke, name, by_hand=True)

    def _finish(self, stroke: list[Edit], name: str, by_hand: bool) -> None:
        """Make one step of the open changes; others may join first what was done by hand."""
        last = stroke[-1]
        if by_hand:
            self.finishing.emit(tuple(stroke))
        self._stroke = None
        self._remember(name, stroke)
        self._show(last)
        self.history_changed.emit()

    def _remember(self, name: str, edits: Sequence[Edit]) -> None:
        """Put a step on the undo line."""
        step = step_of(name, edits)
        if any(isinstance(edit, VoxelEdit | LegendEdit) for edit in edits):
            self.mask.saved = False
        self.history.push(step)
        self.recorded.emit(self.mask, step)

    def _replay(self, edits: Sequence[Edit], mark: Literal["undo", "redo"]) -> None:
        self._repeat(edits)
        self.recorded.emit(self.mask, mark)
        self.history_changed.emit()

    def _repeat(self, edits: Sequence[Edit]) -> None:
        """Make changes of the undo line; those of voxels are shown together."""
        voxels = [edit for edit in edits if isinstance(edit, VoxelEdit)]
        touched = repeat(self.mask, voxels)
        for edit in edits:
            if isinstance(edit, LegendEdit):
                self.mask.set_legend(edit.after)
                self.mask.saved = False
                self._show(edit)
            elif not isinstance(edit, VoxelEdit):
                self.replayed.emit(edit)
        if touched:
            self.mask.saved = False
        for each in touched:
            self.changed.emit(each)

    def _show(self, edit: Edit) -> None:
        if isinstance(edit, VoxelEdit):
            self.changed.emit(Touched(edit.box, edit.layer or 0))
        elif isinstance(edit, LegendEdit):
            if edit.moves_labels:
                self.changed.emit(None)
            if not edit.only_keyframes:  # which are drawn nowhere: a stroke may mark one
                self.labels_changed.emit()
