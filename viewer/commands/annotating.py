"""Correcting and keeping: accept, labels, undo, save, restore."""

from datetime import UTC, datetime

from imaging import editing
from imaging.errors import LibraryError
from imaging.labelmap import PALETTE, Label, Labelmap, Provenance
from imaging.library.store import Library
from imaging.progress import Report
from imaging.study import Series
from imaging.volume import Volume
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.places import author
from viewer.state.findings import Findings, Said
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.segmentation import Mask, Segmentation
from viewer.state.session import Session

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
        library: Library,
        runner: Runner,
    ) -> None:
        self._session, self._segmentation = session, segmentation
        self._findings, self._models = findings, models
        self._notices, self._library, self._runner = notices, library, runner
        self._draft_due = False
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
        if opened in self._others:
            mask, said = self._others.pop(opened)
            self._findings.resume(said)
            self._segmentation.resume(mask)
        else:
            self._findings.clear()
            self._restore(opened)
        self._let_go()

    def _let_go(self) -> None:
        """Save and forget the masks of series that no viewport shows any more."""
        shown = {pane.opened for pane in self._session.panes}
        for opened in [opened for opened in self._others if opened not in shown]:
            mask = self._others[opened][0]
            if mask.saved or self._save(opened.series, mask):
                del self._others[opened]

    def accept(self) -> None:
        """Make the proposed mask the annotation, in one undoable step; a person's mask is never lost, undo has it."""
        prediction = self._findings.prediction
        if prediction is None or prediction.mask is None or self._segmentation.geometry is None:
            return
        self._segmentation.set_labels(prediction.mask.labels)
        edit = editing.replace(self._segmentation.array, prediction.mask.array, f"Accept {prediction.model}")
        self._segmentation.set_source(prediction.model, prediction.version)
        if edit is not None:
            self._segmentation.apply(edit)
        self._findings.set_proposal_visible(False)

    def reject(self) -> None:
        """Put the proposed mask away."""
        self._findings.show_prediction(None)

    def clear_slice(self, k: int) -> None:
        """Erase every label from slice ``k``, in one undoable step."""
        array = self._segmentation.array.copy()
        array[k] = 0
        edit = editing.replace(self._segmentation.array, array, "Clear slice")
        if edit is not None:
            self._segmentation.apply(edit)

    def add_label(self, name: str) -> None:
        """One more label at the end of the list, made active."""
        labels = self._segmentation.labels
        value = max((label.value for label in labels), default=0) + 1
        if value > 255:
            self._notices.add("warning", "A mask holds at most 255 labels.")
            return
        self._segmentation.set_labels((*labels, Label(value, name, PALETTE[(value - 1) % len(PALETTE)])))
        self._segmentation.set_active(value)

    def save(self) -> bool:
        """Keep the mask in the library as a new revision; on failure it stays in the window and the draft."""
        if not self._save(self._session.series, self._segmentation.mask):
            return False
        self._segmentation.history_changed.emit()
        return True

    def _save(self, series: Series | None, mask: Mask) -> bool:
        if series is None or mask.geometry is None:
            return False
        origin = Provenance(author(), datetime.now(UTC), mask.model, mask.model_version)
        try:
            mask.revision = self._library.save_mask(series, mask.labelmap(), origin, mask.revision)
        except LibraryError as error:
            self._notices.add("error", f"{words(error)} Your annotation is still here; nothing was lost.")
            return False
        mask.saved = True
        self._notices.add("info", f"Annotation of {series.description or series.uid} saved.")
        return True

    def draft(self) -> None:
        """Keep the unsaved mask in the background, so that a crash loses at most the stroke under way."""
        series, state = self._session.series, self._segmentation
        if state.saved or series is None or state.geometry is None:
            return
        if self._runner.busy("draft"):
            self._draft_due = True
            return
        labelmap, provenance = state.labelmap(), self._provenance()

        def write(_: Report) -> None:
            self._library.save_draft(series.uid, labelmap, provenance)

        self._runner.start("draft", "", write, lambda _: self._drafted(), self._draft_failed)

    def keep(self) -> bool:
        """Save if anything is unsaved, as before another series is shown or the window closes."""
        others = [self._save(opened.series, mask) for opened, (mask, _) in self._others.items() if not mask.saved]
        return all(others) and (self._segmentation.saved or self.save())

    def _restore(self, opened: OpenSeries | None) -> None:
        """Bring back the saved mask of a series, or start an empty one."""
        if opened is None:
            self._segmentation.load(None, None)
            return
        series, volume = opened.series, opened.volume
        if series is None:
            self._segmentation.load(volume.geometry, None, self._new_labels())
            return
        try:
            saved, draft = self._library.latest_mask(series.uid), self._library.draft(series.uid)
        except LibraryError as error:
            self._notices.add("error", words(error))
            saved = draft = None
        shown = self._fitting(saved.labelmap if saved else None, volume)
        unsaved = self._fitting(draft, volume)
        newer = unsaved is not None and (shown is None or _time(unsaved) > _time(shown))
        revision = saved.id if saved else None
        self._segmentation.load(volume.geometry, unsaved if newer else shown, self._new_labels(), revision)
        if newer:
            self._segmentation.mark_unsaved()
            self._notices.add("info", "Changes that were not saved when Wetread ended have been brought back.")

    def _new_labels(self) -> tuple[Label, ...]:
        """Labels for an empty mask: those of the chosen lesion model, so that what is drawn can teach it."""
        chosen = self._models.chosen
        if chosen is None or chosen.manifest is None or chosen.manifest.task != "segmentation":
            return DEFAULT_LABELS
        return tuple(Label(label.value, label.name, label.colour) for label in chosen.manifest.labels)

    def _fitting(self, mask: Labelmap | None, volume: Volume) -> Labelmap | None:
        if mask is None or mask.geometry.matches(volume.geometry):
            return mask
        self._notices.add("warning", "A saved mask was made on another grid than these images; it is not shown.")
        return None

    def _provenance(self) -> Provenance:
        mask = self._segmentation.mask
        return Provenance(author(), datetime.now(UTC), mask.model, mask.model_version)

    def _drafted(self) -> None:
        if self._draft_due:
            self._draft_due = False
            self.draft()

    def _draft_failed(self, error: BaseException) -> None:
        self._draft_due = False
        self._notices.add("error", f"{words(error)} Your strokes are only in this window until that is mended.")


def _time(mask: Labelmap) -> datetime:
    return mask.provenance.time if mask.provenance else datetime.min.replace(tzinfo=UTC)
