"""The mask being edited, behind one door: :meth:`Segmentation.apply`."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.history import History
from imaging.labelmap import Label, Labelmap, Provenance


class Segmentation(QObject):
    """The annotation of the shown volume.

    Signals:
        changed: voxels changed; carries the :class:`MaskEdit`, or None when everything may have.
        labels_changed: the label list, the active label, or how masks are shown.
        history_changed: undo, redo or the saved state.

    Attributes:
        model, model_version: of the accepted prediction this mask descends from, else empty.
    """

    changed = Signal(object)
    labels_changed = Signal()
    history_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.labels: tuple[Label, ...] = ()
        self.active = 0
        self.visible = True
        self.opacity = 0.45
        self.model = self.model_version = ""
        self.history = History()
        self.saved = True
        self.revision: int | None = None
        self._geometry: Geometry | None = None
        self._array: NDArray[np.uint8] = np.zeros((1, 1, 1), np.uint8)
        self._stroke: list[MaskEdit] | None = None

    @property
    def geometry(self) -> Geometry | None:
        """The grid that is edited, None when nothing is open."""
        return self._geometry

    @property
    def array(self) -> NDArray[np.uint8]:
        """(K, J, I) uint8 label values as they are now; a read-only view."""
        view = self._array.view()
        view.flags.writeable = False
        return view

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
        self._geometry, self._stroke, self.revision = geometry, None, revision
        self.history.clear()
        self.labels = saved.labels if saved else labels
        self.active = self.labels[0].value if self.labels else 0
        self.saved = True
        self.model = saved.provenance.model if saved and saved.provenance else ""
        self.model_version = saved.provenance.model_version if saved and saved.provenance else ""
        if geometry is None:
            self._array = np.zeros((1, 1, 1), np.uint8)
        else:
            self._array = saved.array.copy() if saved else np.zeros(geometry.shape_kji, np.uint8)
        self._announce(None)
        self.labels_changed.emit()

    def apply(self, edit: MaskEdit) -> None:
        """Change the mask. The only way a voxel changes; between begin and commit it is part of one undo step."""
        edit.apply_to(self._array)
        if self._stroke is not None:
            self._stroke.append(edit)
            self.changed.emit(edit)
            return
        self.history.push_group(edit.name, [edit])
        self._announce(edit)

    def begin(self) -> None:
        """Open a drag: edits until :meth:`commit` are one undo step."""
        self._stroke = []

    def commit(self) -> None:
        """Close the drag."""
        stroke, self._stroke = self._stroke, None
        if stroke:
            self.history.push_group(stroke[0].name, stroke)
            self._announce(stroke[-1])

    def cancel(self) -> None:
        """Take back the open drag as if it had not begun."""
        stroke, self._stroke = self._stroke, None
        for edit in reversed(stroke or ()):
            back = edit.reverted()
            back.apply_to(self._array)
            self.changed.emit(back)

    def undo(self) -> None:
        """Take back the drag under way, else the last step."""
        if self._stroke is not None:
            self.cancel()
        else:
            self._replay(self.history.undo())

    def redo(self) -> None:
        """Do the last undone step again; not in the middle of a drag."""
        if self._stroke is None:
            self._replay(self.history.redo())

    def set_labels(self, labels: tuple[Label, ...]) -> None:
        """Another label list; the active label stays if it is still there."""
        self.labels = labels
        if self.active not in {label.value for label in labels}:
            self.active = labels[0].value if labels else 0
        self.labels_changed.emit()

    def set_active(self, value: int) -> None:
        """Choose the label the brush paints."""
        self.active = value
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
        self.model, self.model_version = model, version

    def mark_saved(self, revision: int) -> None:
        """The library holds what is shown, as ``revision``."""
        self.saved, self.revision = True, revision
        self.history_changed.emit()

    def labelmap(self, provenance: Provenance | None = None) -> Labelmap:
        """The mask as it is now, as a value of its own.

        Raises:
            ValueError: nothing is open.
        """
        if self._geometry is None:
            raise ValueError("no volume is open")
        return Labelmap(self._array.copy(), self._geometry, self.labels, provenance)

    def mark_unsaved(self) -> None:
        """What is shown, restored from a draft, is not in the library."""
        self.saved = False
        self.history_changed.emit()

    def _replay(self, edits: Iterable[MaskEdit]) -> None:
        for edit in edits:
            edit.apply_to(self._array)
            self._announce(edit)

    def _announce(self, edit: MaskEdit | None) -> None:
        self.saved = edit is None
        self.changed.emit(edit)
        self.history_changed.emit()
