"""Correcting and keeping: accept, labels, undo, save, restore."""

import getpass
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
from viewer.state.findings import Findings
from viewer.state.models import Models
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

DEFAULT_LABELS = (Label(1, "lesion", PALETTE[0]),)


def author() -> str:
    """The name under which annotations are kept: the login name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


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
        series, state = self._session.series, self._segmentation
        if series is None or state.geometry is None:
            return False
        try:
            revision = self._library.save_mask(series, state.labelmap(), self._provenance(), state.revision)
        except LibraryError as error:
            self._notices.add("error", f"{words(error)} Your annotation is still here; nothing was lost.")
            return False
        state.mark_saved(revision)
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
        return self._segmentation.saved or self.save()

    def restore(self, series: Series, volume: Volume) -> None:
        """Bring back the saved mask of ``series``, or start an empty one."""
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
        return Provenance(author(), datetime.now(UTC), self._segmentation.model, self._segmentation.model_version)

    def _drafted(self) -> None:
        if self._draft_due:
            self._draft_due = False
            self.draft()

    def _draft_failed(self, error: BaseException) -> None:
        self._draft_due = False
        self._notices.add("error", f"{words(error)} Your strokes are only in this window until that is mended.")


def _time(mask: Labelmap) -> datetime:
    return mask.provenance.time if mask.provenance else datetime.min.replace(tzinfo=UTC)
