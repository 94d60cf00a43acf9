"""Correcting and keeping: accept, labels, undo, save, restore."""

from datetime import UTC, datetime

import numpy as np

from imaging.editing import Editable, Region, add, on_layer
from imaging.editing.boxes import along, size_of, whole
from imaging.editing.merging import Merge, merged
from imaging.errors import LibraryError, SaveError
from imaging.geometry import Geometry
from imaging.labelmap import PALETTE, Label, Provenance
from imaging.legend import Legend, LegendEdit
from imaging.library.recovery import BROUGHT_BACK, NOT_SHOWN, Recovered, recover, recover_alone
from imaging.library.shelf import Shelf
from imaging.study import Series
from viewer.commands.editing import SLANTING
from viewer.commands.journalling import Journalling
from viewer.commands.revising import Revising
from viewer.errors import words
from viewer.places import author
from viewer.state.findings import Findings, Said
from viewer.state.mask import Mask
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.worklist import Worklist

ACCEPT = "Accept "
"""Begins the name of the step in which a proposed mask was taken over."""
DEFAULT_LABELS = (Label(1, "lesion", PALETTE[0]),)


class Annotating:
    """Changes the mask, and keeps it in the library."""

    def __init__(
        self,
        session: Session,
        segmentation: Segmentation,
        findings: Findings,
        notices: Notices,
        models: Models,
        shelf: Shelf,
        journalling: Journalling,
        revising: Revising,
        worklist: Worklist,
    ) -> None:
        self._session, self._segmentation = session, segmentation
        self._findings, self._models = findings, models
        self._notices, self._shelf, self._journalling = notices, shelf, journalling
        self._revising, self._worklist = revising, worklist
        self._worked_on: OpenSeries | None = None
        self._others: dict[OpenSeries, tuple[Mask, Said]] = {}

    def follow(self) -> None:
        """Work on the series of the active viewport; others that are still shown keep mask, undo line and findings."""
        opened = self._session.opened
        if opened is self._worked_on:
            return
        if self._worked_on is not None:
            self._others[self._worked_on] = self._segmentation.mask, self._findings.said
        self._worked_on = opened
        resumed = self._others.pop(opened, None) if opened else None
        self._let_go()
        if resumed is None:
            self._findings.clear()
            self._segmentation.resume(self._recovered(opened) if opened else Mask())
        else:
            mask, said = resumed
            self._findings.resume(said)
            self._segmentation.resume(mask)

    def _let_go(self) -> None:
        """Save and forget the masks of series that no viewport shows any more."""
        shown = {pane.opened for pane in self._session.panes}
        for opened in [opened for opened in self._others if opened not in shown]:
            mask = self._others[opened][0]
            if mask.saved or self._save(opened.series, mask):
                self._journalling.close(mask)
                del self._others[opened]

    @property
    def drawn(self) -> bool:
        """True when any voxel has a label."""
        return any(layer.any() for layer in self._segmentation.layers)

    def accept(self, how: Merge | None = None) -> None:
        """Take the proposed mask over, in one undoable step.

        Args:
            how: left out, a model's mask never overwrites: it comes beside what is drawn, and where nothing is, into
                segments that a person has prepared. What a person chose from a file or a revision, and any mask where
                nobody has begun, becomes the mask.
        """
        prediction, state = self._findings.prediction, self._segmentation
        if prediction is None or prediction.mask is None or state.geometry is None:
            return
        if not self._findings.acceptable:
            self._notices.add("info", "This is only to be looked at: it shows other masks, and is none to be accepted.")
            return
        if how is None:
            how = self._way() if prediction.task == "segmentation" else "replace"
        name = f"{ACCEPT}{prediction.model}"
        try:
            layers, labels = merged(state.layers, state.labels, prediction.mask, how)
        except ValueError as error:
            self._notices.add("warning", f"{name} did not work: {error}.")
            return
        state.become(layers, Legend(labels, prediction.model, prediction.version), name)
        self._findings.set_proposal_visible(False)

    def _way(self) -> Merge:
        """What becomes of a model's mask where nobody chose."""
        if self.drawn:
            return "beside"
        edits = (edit for step in self._segmentation.history.done for edit in step.edits)
        prepared = self._segmentation.revision is not None or any(isinstance(edit, LegendEdit) for edit in edits)
        return "empty" if prepared else "replace"

    def reject(self) -> None:
        """Put the proposed mask away."""
        self._findings.show_prediction(None)

    def clear_shown(self) -> None:
        """Erase every segment from the shown plane; see :meth:`clear_slice`."""
        pane = self._session.active
        if pane.axis is None:
            self._notices.add("warning", f"The slice cannot be cleared here: {SLANTING}.")
        else:
            self.clear_slice(pane.view.k, pane.axis)

    def clear_slice(self, k: int, axis: int = 0) -> None:
        """Erase every segment but locked and hidden ones from a plane across ``axis``, in one undoable step."""
        state, name = self._segmentation, "Clear slice"
        box = along(whole(state.array.shape), axis, slice(k, k + 1))
        plane = Region(box, np.ones(size_of(box), np.bool_))
        state.begin()
        for number, layer in enumerate(state.layers):
            edit = add(layer, plane, 0, name, Editable(state.protected))
            if edit is not None:
                state.apply(on_layer(edit, number))
        state.commit(name)

    def save(self, note: str = "") -> bool:
        """Keep the mask in the library as a new revision; on failure it stays in the window and its journal."""
        if not self._save(self._session.series, self._segmentation.mask, note):
            return False
        self._segmentation.history_changed.emit()
        return True

    def _save(self, series: Series | None, mask: Mask, note: str = "") -> bool:
        if series is None or mask.geometry is None:
            return False
        origin = Provenance(author(), datetime.now(UTC), mask.legend.model, mask.legend.model_version)
        try:
            mask.revision = self._shelf.library.save_mask(
                series, mask.labelmap(), origin, mask.revision, note, mask.blind
            )
        except LibraryError as error:
            self._notices.add("error", f"{words(error)} Your annotation is still here; nothing was lost.")
            return False
        mask.saved = True
        self._journalling.saved(mask, mask.revision)
        self._notices.add("info", f"Annotation of {series.description or series.uid} saved.")
        self._revising.saved(series, mask.revision)
        return True

    def keep(self) -> bool:
        """Save if anything is unsaved, as before another series is shown or the window closes."""
        others = [self._save(opened.series, mask) for opened, (mask, _) in self._others.items() if not mask.saved]
        return all(others) and (self._segmentation.saved or self.save())

    @property
    def held(self) -> bool:
        """True when the journals hold everything that is not in the library."""
        masks = (self._segmentation.mask, *(mask for mask, _ in self._others.values()))
        return all(mask.saved or self._journalling.holds(mask) for mask in masks)

    def _recovered(self, opened: OpenSeries) -> Mask:
        """The mask of a series with its undo line, as it was left."""
        series, geometry = opened.series, opened.volume.geometry
        fresh = Legend(self._new_labels())
        if series is None:
            return Mask(geometry, [np.zeros(geometry.shape_kji, np.uint8)], fresh)
        blind = self._worklist.blind(series.uid)
        journal = self._journalling.open(series.uid, blind, series.description or series.uid)
        mask = Mask(geometry, journal=journal, blind=blind)
        try:
            found = self._from_library(mask, series.uid, geometry, fresh)
        except LibraryError as error:
            self._notices.add("error", words(error))
            found = self._without_library(mask, series.uid, geometry, fresh)
        for text in found.news:
            self._notices.add("info" if text == BROUGHT_BACK else "warning", text)
        if found.saved and found.revision is not None and blind is None:
            self._revising.opened(series, found.revision)
        # An empty mask is not copied: that would touch every page of it, a freeze of half a second for a large CT.
        mask.layers = [layer if layer.flags.writeable else layer.copy() for layer in found.layers]
        mask.saved, mask.revision = found.saved, found.revision
        mask.set_legend(found.legend)
        mask.history.restore(found.done, found.undone)
        return mask

    def _from_library(self, mask: Mask, series_uid: str, geometry: Geometry, fresh: Legend) -> Recovered:
        """What journal and library hold; where the journal can neither be used nor moved away, the library alone."""
        library, blind = self._shelf.library, mask.blind
        try:
            return recover(library, mask.journal, series_uid, geometry, fresh, blind)
        except SaveError as error:
            self._notices.add("error", words(error))
            self._journalling.close(mask)
            return recover(library, None, series_uid, geometry, fresh, blind)

    def _without_library(self, mask: Mask, series_uid: str, geometry: Geometry, fresh: Legend) -> Recovered:
        """What the journal holds by itself; where that is not all, an empty mask that is in no journal."""
        if mask.journal is not None:
            found = recover_alone(self._shelf.name, mask.journal, series_uid, geometry, fresh)
            if found is not None:
                return found
        self._journalling.close(mask)
        return Recovered((np.zeros(geometry.shape_kji, np.uint8),), fresh, news=(NOT_SHOWN,))

    def _new_labels(self) -> tuple[Label, ...]:
        """Labels for an empty mask: those of the chosen lesion model, so that what is drawn can teach it."""
        chosen = self._models.chosen
        if chosen is None or chosen.manifest is None or chosen.manifest.task != "segmentation":
            return DEFAULT_LABELS
        return tuple(Label(label.value, label.name, label.colour) for label in chosen.manifest.labels)
