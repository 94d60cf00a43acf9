"""Measurements kept and brought back, proposed from masks, and written for other programs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from imaging.errors import LibraryError
from imaging.history import Step
from imaging.library.shelf import Shelf
from imaging.measurement.cardiothoracic import can_propose, proposed_ratio
from imaging.measurement.measurement import Measurement, calibrated
from imaging.measurement.ruler import Ground, slice_of
from imaging.measurement.table import as_csv, as_json
from imaging.measurement.unsaved import not_kept
from imaging.progress import Report
from imaging.saving import write_bytes
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.places import author
from viewer.state.measurements import MeasurementEdit
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation
from viewer.state.session import STILL_LOADING, Session


class Measuring:
    """Connects the measurements on screen with the undo line and the library."""

    def __init__(
        self, session: Session, segmentation: Segmentation, notices: Notices, shelf: Shelf, runner: Runner
    ) -> None:
        self._session, self._segmentation, self._notices = session, segmentation, notices
        self._state, self._shelf, self._runner = session.measurements, shelf, runner
        self._behind: dict[str, list[MeasurementEdit]] = {}
        self._state.made.connect(segmentation.push)
        self._state.edited.connect(self._keep)
        segmentation.replayed.connect(self._state.replay)
        session.volume_changed.connect(self.follow)

    def follow(self) -> None:
        """Work on the measurements of the active viewport's series."""
        series = self._session.series
        if series is None:
            self._state.load("", ())
            return
        self._state.load(series.uid, self._brought_back(series.uid))
        for edit in self._only_journalled(series.uid):
            self._state.replay(edit)

    def delete_selected(self) -> None:
        """Take the selected measurement away."""
        if self._state.selected is not None:
            self._state.remove(self._state.selected.uid)

    def delete_all(self) -> None:
        """Take all measurements of the series away, each a step of the undo line."""
        for each in self._state.all:
            self._state.remove(each.uid)

    def go_to(self, uid: str) -> None:
        """Show the plane on which a measurement begins, and select it."""
        found, pane = self._state.find(uid), self._session.active
        if found is None or not found.figure.points:
            return
        if found.frame == "lps":
            pane.go_to(found.figure.points[0])
        else:
            pane.view.set_slice(slice_of(found.figure.points))
        self._state.select(uid)

    def can_propose_ratio(self) -> bool:
        """True when the mask on screen names heart and lungs."""
        return self._segmentation.geometry is not None and can_propose(self._segmentation.labels)

    def propose_ratio(self) -> None:
        """Draw the cardiothoracic ratio from the masks of heart and lungs."""
        volume = self._session.volume
        figure = None if volume is None else proposed_ratio(self._segmentation.labelmap(), volume)
        if volume is None or figure is None:
            self._notices.add("warning", "No slice shows both a heart and a lung in the mask.")
            return
        measurement = Measurement(uuid4().hex, figure, Ground(volume).frame, "CTR from masks")
        self._state.add(measurement)
        self.go_to(measurement.uid)

    def export(self, path: Path) -> None:
        """Write the measurements of the series as JSON where the name ends in ``.json``, else as CSV."""
        volume, series, measurements = self._session.volume, self._session.series, self._state.all
        if volume is None or series is None:
            return
        if not self._session.complete:
            self._notices.add("warning", STILL_LOADING)
            return
        table = as_json if path.suffix.lower() == ".json" else as_csv
        ground = calibrated(Ground(volume), measurements)

        def write(report: Report) -> str:
            write_bytes(path, table(series.uid, _told(measurements, report), ground).encode())
            return f"{len(measurements)} measurements written to {path.name}."

        self._runner.start(
            "export",
            f"Writing {path.name}",
            write,
            lambda said: self._notices.add("info", said),
            lambda error: self._notices.add("error", words(error)),
        )

    def _brought_back(self, series_uid: str) -> tuple[Measurement, ...]:
        """What the library holds; what is in memory where the library is behind or cannot be read."""
        if series_uid in self._behind:
            return self._state.of(series_uid)
        try:
            return self._shelf.measured.of(series_uid, self._shelf.queues.unseen([series_uid], author()))
        except LibraryError as error:
            self._notices.add("error", words(error))
            return self._state.of(series_uid)

    def _only_journalled(self, series_uid: str) -> tuple[MeasurementEdit, ...]:
        """What was done while the library could not be written, by the undo line that the journal brought back."""
        line = self._segmentation.history
        done, undone = _edits(line.done, series_uid), _edits(line.undone, series_uid)
        if not done and not undone:
            return ()
        try:
            history = self._shelf.measured.history(series_uid)
        except LibraryError:
            return ()
        latest = {each.measurement.uid: each for each in history}
        kept = {uid: each.measurement for uid, each in latest.items() if not each.deleted}
        return not_kept(done, undone, kept, frozenset(latest))

    def _keep(self, edit: MeasurementEdit) -> None:
        """Add the state after a change to the library, at once; before it those that could not be saved till now."""
        series = self._session.series
        if series is None or series.uid != edit.series_uid:
            return
        due = [*self._behind.pop(series.uid, ()), edit]
        try:
            for each in due:
                kept = [state for state in (each.after or each.before,) if state is not None]
                self._shelf.measured.save(series, kept, author(), datetime.now(UTC), deleted=each.after is None)
        except LibraryError as error:
            self._behind[series.uid] = due
            self._notices.add("error", f"{words(error)} It is still on screen, and saved with the next change.")


def _told(measurements: Sequence[Measurement], report: Report) -> Iterator[Measurement]:
    """The measurements one by one, each told of before its numbers are taken."""
    for n, each in enumerate(measurements):
        report(n, len(measurements), f"Measuring {each.title}")
        yield each


def _edits(steps: Iterable[Step], series_uid: str) -> list[MeasurementEdit]:
    """The changes of measurements of a series among steps of an undo line."""
    edits = (edit for step in steps for edit in step.edits)
    return [each for each in edits if isinstance(each, MeasurementEdit) and each.series_uid == series_uid]
