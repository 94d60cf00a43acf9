"""Loading a series: its first slice at once, the rest as it comes, then a check that the files are what they were."""

from datetime import UTC, datetime

from imaging.fingerprint import fingerprint
from imaging.library.store import Library
from imaging.progress import Report
from imaging.regular import SUFFIX, regularise
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume
from viewer.commands.annotating import Annotating
from viewer.errors import words
from viewer.jobs.arrivals import Arrivals
from viewer.jobs.runner import Runner
from viewer.state.findings import Findings
from viewer.state.notices import Notices
from viewer.state.session import Session
from viewer.state.view import View


class Loading:
    """Brings a series on screen; one at a time, the latest wins."""

    def __init__(
        self,
        session: Session,
        view: View,
        findings: Findings,
        notices: Notices,
        runner: Runner,
        annotating: Annotating,
        library: Library,
        sandbox: Sandbox,
    ) -> None:
        self._session, self._view, self._findings = session, view, findings
        self._notices, self._runner, self._annotating, self._library = notices, runner, annotating, library
        self._sandbox = sandbox
        self._arrivals: Arrivals | None = None
        view.changed.connect(self._on_view)
        runner.cancelled.connect(self._on_cancelled)

    def start(self, series: Series) -> None:
        """Read the pixels of ``series`` in the background; what is loading now is given up.

        From one phase to another the slice, the window and the zoom stay.
        """
        stays = are_phases(self._session.series, series)
        self.stop()
        first = self._view.k if stays else 0 if series.kind == "clip" else series.frames // 2
        arrivals = Arrivals(first, lambda volume: self._begun(series, volume, stays), self._session.arrive)
        self._arrivals = arrivals
        self._runner.start(
            "load",
            f"Loading {series.description or series.modality or series.files[0].name}",
            lambda report: self._read(series, report, arrivals),
            lambda volume: self._loaded(series, volume, stays),
            self._failed,
        )

    def stop(self) -> None:
        """Give up what is loading."""
        self._runner.cancel("load")

    def _read(self, series: Series, report: Report, arrivals: Arrivals) -> Volume:
        """The volume; that of a regularised series is made anew from the one it stands for."""
        study = self._session.study
        if study is None or not series.uid.endswith(SUFFIX):
            return self._sandbox.load_volume(series, report, arrivals)
        return regularise(self._sandbox.load_volume(study.find(series.uid.removesuffix(SUFFIX)), report), None, report)

    def _begun(self, series: Series, volume: Volume, stays: bool) -> None:
        self._show(series, volume, None if self._arrivals is None else self._arrivals.looked_at, stays)

    def _show(self, series: Series, volume: Volume, only_k: int | None, stays: bool) -> None:
        """Put the volume on screen; ``only_k`` is the one slice that is there, None when all are."""
        self._findings.clear()
        self._session.show(series, volume, only_k)
        if stays:
            self._view.follow_to(volume)
        else:
            self._view.reset_to(volume, only_k)
        self._annotating.restore(series, volume)

    def _loaded(self, series: Series, volume: Volume, stays: bool) -> None:
        self._arrivals = None
        shown = self._session.volume
        if shown is not None and shown.array is volume.array:
            self._session.finish()
        else:
            self._show(series, volume, None, stays)
        self._runner.start(
            "fingerprint",
            "Checking the files",
            lambda report: self._changes(series, volume, report),
            self._tell_changes,
            self._failed_check,
        )

    def _changes(self, series: Series, volume: Volume, report: Report) -> str:
        """What is not as it was when the series was first opened; empty when nothing is."""
        found = fingerprint(series, volume, report)
        first, time = self._library.first_fingerprint(series.uid, found, datetime.now(UTC))
        changes = "; ".join(found.changes_since(first))
        name = series.description or series.files[0].name
        return f"{name} is not what it was on {time:%Y-%m-%d}: {changes}" if changes else ""

    def _tell_changes(self, sentence: str) -> None:
        if sentence:
            self._notices.add("warning", sentence)

    def _failed_check(self, error: BaseException) -> None:
        self._notices.add("warning", f"The files could not be checked for changes: {words(error)}")

    def _failed(self, error: BaseException) -> None:
        self._give_up()
        self._notices.add("error", words(error))

    def _on_view(self) -> None:
        if self._arrivals is not None and self._session.volume is not None and not self._session.complete:
            self._arrivals.looked_at = self._view.k

    def _on_cancelled(self, key: str) -> None:
        if key == "load":
            self._give_up()

    def _give_up(self) -> None:
        """Expect nothing more; a half-loaded volume leaves the screen."""
        if self._arrivals is not None:
            self._arrivals.stop()
            self._arrivals = None
        if not self._session.complete:
            self._session.show(None, None)


def are_phases(one: Series | None, other: Series) -> bool:
    """Whether both are phases of the same grid, so that one can stand in the other's place."""
    if one is None or one.phase is None or other.phase is None:
        return False
    return one.phase.group == other.phase.group and one.shape_kji == other.shape_kji
