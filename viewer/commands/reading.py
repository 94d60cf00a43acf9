"""Opening: studies, their series and phases, documents."""

from collections.abc import Callable, Sequence
from pathlib import Path

from imaging.errors import ReadError
from imaging.progress import Report
from imaging.regular import obstacle, regularised
from imaging.sandbox import Sandbox
from imaging.study import Document, Refusal, Series, Study
from imaging.volume import Volume
from viewer.commands.annotating import Annotating
from viewer.commands.hanging import Hanging
from viewer.commands.loading import Loading, are_phases
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.state.layout import SINGLE, Layout
from viewer.state.notices import Notices
from viewer.state.pane import Pane
from viewer.state.session import Session


class Reading:
    """Opens studies, and brings their series into the viewports.

    Args:
        prior_of: the series of an earlier study to compare a series with, empty where there is none; asked in a thread.
    """

    def __init__(
        self,
        session: Session,
        notices: Notices,
        runner: Runner,
        annotating: Annotating,
        loading: Loading,
        hanging: Hanging,
        sandbox: Sandbox,
        prior_of: Callable[[Series], tuple[Series, ...]],
    ) -> None:
        self._session, self._notices = session, notices
        self._runner, self._annotating, self._loading, self._sandbox = runner, annotating, loading, sandbox
        self._hanging, self._prior_of = hanging, prior_of
        self._judged: tuple[Volume | None, bool] = None, False

    def open(self, paths: Sequence[Path]) -> None:
        """Find the series under ``paths`` in the background, then show the first."""
        title = f"Opening {paths[0].name or paths[0]}" if len(paths) == 1 else f"Opening {len(paths)} paths"
        self.open_found(title, lambda report: open_all(self._sandbox, paths, report))

    def open_found(self, title: str, find: Callable[[Report], Study]) -> None:
        """Show the study that ``find`` gives; it works in the background and may raise."""

        def with_prior(report: Report) -> tuple[Study, tuple[Series, ...]]:
            study = find(report)
            return study, self._prior_of(study.series[0]) if study.series else ()

        self._annotating.keep()
        self._loading.stop()
        self._runner.start("open", title, with_prior, self._opened, self._failed)

    def open_phantom(self, folder: Path) -> None:
        """Write the built-in study into ``folder`` unless it is there, then open it."""
        self.open_found("Opening the built-in study", lambda report: _phantom(self._sandbox, folder, report))

    def load(self, series: Series, pane: Pane | None = None) -> None:
        """Read the pixels of ``series`` in the background, then show them in ``pane``, else in the active viewport."""
        self._annotating.keep()
        self._loading.start(series, pane or self._session.active)

    def load_uid(self, uid: str) -> None:
        """Show the series with this uid in the active viewport."""
        study = self._session.study
        if study is not None and any(series.uid == uid for series in study.series):
            self.load(study.find(uid))

    def lay_out(self, layout: Layout) -> None:
        """Lay the viewports out otherwise, and fill those that are empty with the series that are not shown yet."""
        session = self._session
        if layout.one_volume and not session.active.can_cut:
            self._notices.add("warning", "Only a volume with a known place in the patient can be cut in other planes.")
            return
        session.set_layout(layout)
        session.marks.set_crosshair(layout.one_volume)
        centre = session.active.centre_lps()
        if layout.one_volume and centre is not None:
            session.set_focus(centre, session.active)
        elif not layout.one_volume:
            self._fill_empty()

    def _fill_empty(self, *begun: Series) -> None:
        """Show what is not shown yet in the empty viewports; ``begun`` is on its way into others."""
        session = self._session
        shown = [*begun, *(pane.series for pane in session.panes)]
        waiting = [series for series in (session.study.series if session.study else ()) if series not in shown]
        empty = [pane for pane in session.sheet.panes if pane.opened is None and pane is not session.active]
        for pane, series in zip(empty, waiting, strict=False):
            self.load(series, pane)

    def show_document(self, document: Document) -> None:
        """Read what a document says in the background, then show it as text."""
        self._runner.start(
            "document",
            f"Reading {document.name}",
            lambda _report: self._sandbox.read_text(document),
            lambda text: self._session.show_document(document, text),
            self._failed,
        )

    def step_series(self, count: int) -> None:
        """Load the series ``count`` further down the list."""
        study, current = self._session.study, self._session.series
        if study is None or not study.series:
            return
        index = study.series.index(current) + count if current in study.series else 0
        if 0 <= index < len(study.series):
            self.load(study.series[index])

    def go_to_series(self, index: int) -> None:
        """Load the series of this number in the list; -1 is the last."""
        study = self._session.study
        if study is not None and study.series:
            self.load(study.series[index])

    def step_phase(self, count: int) -> None:
        """Show the phase ``count`` further on; after the last one comes the first."""
        phases, current = self._phases(), self._session.series
        if current in phases:
            self.load(phases[(phases.index(current) + count) % len(phases)])

    def go_to_phase(self, index: int) -> None:
        """Show the phase of this number, counted from 0."""
        phases = self._phases()
        if index < len(phases) and phases[index] != self._session.series:
            self.load(phases[index])

    def has_phases(self) -> bool:
        """Whether the shown series is one of several phases."""
        return len(self._phases()) > 1

    def _phases(self) -> list[Series]:
        """All phases of the shown series in their order, itself included."""
        study, current = self._session.study, self._session.series
        if study is None or current is None or current.phase is None:
            return []
        found = [(each.phase.index, each) for each in study.series if each.phase and are_phases(current, each)]
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]

    def regularise(self) -> None:
        """Load the shown slices once more as a regular volume, and list it where that is possible."""
        series = self._session.series
        if series is not None and self.can_regularise:
            made = regularised(series)
            self._annotating.keep()
            self._loading.start(made, self._session.active, lambda: self._session.add(made))

    @property
    def can_regularise(self) -> bool:
        """True for slices that make no regular grid and can be resampled to one; each volume is judged once."""
        volume = self._session.volume
        if volume is not self._judged[0]:
            self._judged = volume, volume is not None and not obstacle(volume)
        return self._judged[1]

    def _opened(self, found: tuple[Study, tuple[Series, ...]]) -> None:
        study, prior = found
        self._session.open(study)
        self._tell_refusals(study)
        if study.series:
            if not self._hanging.hang(study, prior):
                self._show_first(study)
        elif study.documents:
            self.show_document(study.documents[0])

    def _show_first(self, study: Study) -> None:
        """Show the first images where no protocol says what to show; planes of what was there before are no more."""
        session = self._session
        if session.layout.one_volume:
            session.set_layout(SINGLE)
        first = next((each for each in study.series if each.modality != "SEG"), study.series[0])
        self.load(first)
        self._fill_empty(first)

    def _tell_refusals(self, study: Study) -> None:
        if not study.series and not study.refused and not study.documents:
            self._notices.add("warning", f"{study.path} holds no files. Choose a folder with images.")
        elif study.refused:
            first = study.refused[0]
            more = f" and {len(study.refused) - 1} more (listed under the series)" if len(study.refused) > 1 else ""
            self._notices.add("warning", f"Not opened: {first.file.name}: {first.reason}{more}")

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))


def _phantom(sandbox: Sandbox, folder: Path, report: Report) -> Study:
    from imaging import phantom  # brings its image encoders along; nobody else needs them at start

    report(0, 0, "Making the built-in study")
    return sandbox.open_study(phantom.write_study(folder).study, report)


def open_all(sandbox: Sandbox, paths: Sequence[Path], report: Report) -> Study:
    """One study of everything under ``paths``; a path that does not exist becomes a refusal."""
    found: list[Series] = []
    refused: list[Refusal] = []
    documents: list[Document] = []
    for path in paths:
        try:
            study = sandbox.open_study(path, report)
        except ReadError as error:
            refused.append(Refusal(path, error.reason))
            continue
        known = {series.uid for series in found}
        found.extend(series for series in study.series if series.uid not in known)
        refused.extend(study.refused)
        documents.extend(study.documents)
    return Study(paths[0], tuple(found), tuple(refused), tuple(documents))
