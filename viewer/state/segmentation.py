"""The mask being edited, behind one door: :meth:`Segmentation.apply`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.history import Edit, History
from imaging.labelmap import Label, Labelmap, Provenance


@dataclass
class Mask:
    """One series' annotation as it is being edited, with its undo line.

    Attributes:
        model, model_version: of the accepted prediction this mask descends from, else empty.
        saved: the library holds it as ``revision``.
    """

    geometry: Geometry | None = None
    array: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((1, 1, 1), np.uint8))
    labels: tuple[Label, ...] = ()
    active: int = 0
    model: str = ""
    model_version: str = ""
    history: History = field(default_factory=History)
    saved: bool = True
    revision: int | None = None

    def labelmap(self, provenance: Provenance | None = None) -> Labelmap:
        """The mask as it is now, as a value of its own.

        Raises:
            ValueError: nothing is open.
        """
        if self.geometry is None:
            raise ValueError("no volume is open")
        return Labelmap(self.array.copy(), self.geometry, self.labels, provenance)


class Segmentation(QObject):
    """The annotation of the series that is worked on.

    Signals:
        changed: voxels changed; carries the :class:`MaskEdit`, or None when everything may have.
        labels_changed: the label list, the active label, or how masks are shown.
        history_changed: undo, redo or the saved state.
        replayed: a step of another kind than mask edits is taken back or done again; carries the change to make.

    Attributes:
        mask: what is edited; another one when another series is worked on.
    """

    changed = Signal(object)
    labels_changed = Signal()
    history_changed = Signal()
    replayed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mask = Mask()
        self.visible = True
        self.opacity = 0.45
        self._stroke: list[MaskEdit] | None = None

    @property
    def geometry(self) -> Geometry | None:
        """The grid that is edited, None when nothing is open."""
        return self.mask.geometry

    @property
    def array(self) -> NDArray[np.uint8]:
        """(K, J, I) uint8 label values as they are now; a read-only view."""
        view = self.mask.array.view()
        view.flags.writeable = False
        return view

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the mask."""
        return self.mask.labels

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
        shape = (1, 1, 1) if geometry is None else geometry.shape_kji
        array = np.zeros(shape, np.uint8) if saved is None or geometry is None else saved.array.copy()
        labels = saved.labels if saved else labels
        origin = saved.provenance if saved else None
        self.resume(
            Mask(
                geometry,
                array,
                labels,
                labels[0].value if labels else 0,
                origin.model if origin else "",
                origin.model_version if origin else "",
                revision=revision,
            )
        )

    def resume(self, mask: Mask) -> None:
        """Edit another mask, with its own undo line; the half stroke in this one is taken back."""
        self.cancel()
        self.mask = mask
        self.changed.emit(None)
        self.history_changed.emit()
        self.labels_changed.emit()

    def apply(self, edit: MaskEdit) -> None:
        """Change the mask. The only way a voxel changes; between begin and commit it is part of one undo step."""
        edit.apply_to(self.mask.array)
        if self._stroke is not None:
            self._stroke.append(edit)
            self.changed.emit(edit)
            return
        self.mask.history.push_group(edit.name, [edit])
        self._announce(edit)

    def push(self, name: str, edit: Edit) -> None:
        """Remember a change of another kind, which is already made, on the one undo line of the series."""
        self.mask.history.push_group(name, [edit])
        self.history_changed.emit()

    def begin(self) -> None:
        """Open a drag: edits until :meth:`commit` are one undo step."""
        self._stroke = []

    def commit(self) -> None:
        """Close the drag."""
        stroke, self._stroke = self._stroke, None
        if stroke:
            self.mask.history.push_group(stroke[0].name, stroke)
            self._announce(stroke[-1])

    def cancel(self) -> None:
        """Take back the open drag as if it had not begun."""
        stroke, self._stroke = self._stroke, None
        for edit in reversed(stroke or ()):
            back = edit.reverted()
            back.apply_to(self.mask.array)
            self.changed.emit(back)

    def undo(self) -> None:
        """Take back the drag under way, else the last step."""
        if self._stroke is not None:
            self.cancel()
        else:
            self._replay(self.mask.history.undo())

    def redo(self) -> None:
        """Do the last undone step again; not in the middle of a drag."""
        if self._stroke is None:
            self._replay(self.mask.history.redo())

    def set_labels(self, labels: tuple[Label, ...]) -> None:
        """Another label list; the active label stays if it is still there."""
        self.mask.labels = labels
        if self.active not in {label.value for label in labels}:
            self.mask.active = labels[0].value if labels else 0
        self.labels_changed.emit()

    def set_active(self, value: int) -> None:
        """Choose the label the brush paints."""
        self.mask.active = value
        self.labels_changed.emit()

    def set_visible(self, visible: bool) -> None:
        """Show or hide the mask."""
        self.visible = visible
        self.labels_changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Opacity of the mask, 0-1."""
        self.opacity = max(0.0, min(opacity, 1.0))
        self.labels_changed.emit()

    def set_source(self, model: str, version: str) -> None:
        """Remember which model the mask descends from."""
        self.mask.model, self.mask.model_version = model, version

    def mark_saved(self, revision: int) -> None:
        """The library holds what is shown, as ``revision``."""
        self.mask.saved, self.mask.revision = True, revision
        self.history_changed.emit()

    def labelmap(self, provenance: Provenance | None = None) -> Labelmap:
        """The mask as it is now, as a value of its own; see :meth:`Mask.labelmap`."""
        return self.mask.labelmap(provenance)

    def mark_unsaved(self) -> None:
        """What is shown, restored from a draft, is not in the library."""
        self.mask.saved = False
        self.history_changed.emit()

    def _replay(self, edits: Iterable[Edit]) -> None:
        for edit in edits:
            if isinstance(edit, MaskEdit):
                edit.apply_to(self.mask.array)
                self._announce(edit)
            else:
                self.replayed.emit(edit)
                self.history_changed.emit()

    def _announce(self, edit: MaskEdit) -> None:
        self.mask.saved = False
        self.changed.emit(edit)
        self.history_changed.emit()
