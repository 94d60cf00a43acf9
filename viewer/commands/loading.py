"""Loading a series: its first slice at once, the rest as it comes, then a check that the files are what they were."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import prod

from imaging.errors import ReadError
from imaging.fingerprint import fingerprint
from imaging.library.shelf import Shelf
from imaging.progress import Report
from imaging.regular import SUFFIX, regularise
from imaging.sandbox import Sandbox
from imaging.sandbox.leaving_out import can_leave_out, listed_without
from imaging.study import Series, Study
from imaging.volume import Volume
from viewer.errors import words
from viewer.jobs.arrivals import Arrivals
from viewer.jobs.runner import Runner
from viewer.state.layout import Layout
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.session import Session

_AHEAD = "load ahead"
_VOXEL_BYTES = 4
_MOST_AHEAD_BYTES = 2 << 30


@dataclass
class _Load:
    """A series on its way into a viewport."""

    pane: Pane
    series: Series
    layout: Layout
    then: Callable[[], object] | None = None
    arrivals: Arrivals | None = None
    opened: OpenSeries | None = None


class Loading:
    """Brings series on screen; one at a time per viewport, the latest wins."""

    def __init__(self, session: Session, notices: Notices, runner: Runner, shelf: Shelf, sandbox: Sandbox) -> None:
        self._session, self._notices, self._runner = session, notices, runner
        self._shelf, self._sandbox = shelf, sandbox
        self._loads: dict[str, _Load] = {}
        self._ahead: OpenSeries | None = None
        session.pane_changed.connect(self._on_view)
        session.panes_changed.connect(self._stop_unseen)
        runner.cancelled.connect(self._give_up)

    def start(self, series: Series, pane: Pane, then: Callable[[], object] | None = None) -> None:
        """Read the pixels of ``series`` in the background into ``pane``; what is loading there now is given up.

        A series that another viewport shows is shared; one that was loaded ahead is there at once. From one phase to
        another the slice, the window and the zoom stay.

        Args:
            then: called once when the series is on screen, whole or in part.
        """
        key = _key(pane)
        self._leave(key, pane)
        open_elsewhere = next((each.opened for each in self._session.panes if each.series == series), None)
        ready = open_elsewhere or self._take_ahead(series)
        stays = are_phases(pane.series, series)
        if ready is not None:
            self._session.show_in(pane, ready, stays=stays)
            if then is not None:
                then()
            return
        load = _Load(pane, series, self._session.sheet_of(pane).layout, then)
        first = pane.view.k if stays else 0 if series.kind == "clip" else series.frames // 2
        load.arrivals = Arrivals(first, lambda volume: self._begun(load, volume), lambda k: _arrived(load, k))
        self._loads[key] = load
        self._runner.start(
            key,
            f"Loading {series.description or series.modality or series.files[0].name}",
            lambda report: self._read(series, report, load.arrivals),
            lambda volume: self._loaded(key, load, volume),
            lambda error: self._failed(key, error),
        )

    def _leave(self, key: str, pane: Pane) -> None:
        """Give up what is loading into a viewport; another one that shows a part of it loads it by itself."""
        load, sheet = self._loads.get(key), self._session.sheet_of(pane)
        planes = sheet.panes if sheet.layout.one_volume else (pane,)
        beside = [each for each in self._session.panes if load and load.opened and each.opened is load.opened]
        self._runner.cancel(key)
        alone = (each for each in beside if each not in planes and each.opened is None)
        heir = next((each for each in alone if not self._runner.busy(_key(each))), None)
        if load is not None and heir is not None:
            self.start(load.series, heir)

    def load_ahead(self, series: Series) -> None:
        """Read ``series`` in the background and hold it until it is wanted or another one is; large ones are not."""
        self.drop_ahead()
        if prod(series.shape_kji) * _VOXEL_BYTES > _MOST_AHEAD_BYTES:
            return
        self._runner.start(
            _AHEAD,
            "",
            lambda report: self._read(series, report, None),
            lambda volume: self._hold(OpenSeries(series, volume)),
            lambda _: None,  # told when the series is wanted
        )

    def drop_ahead(self) -> None:
        """Let go of what was loaded ahead."""
        self._runner.cancel(_AHEAD)
        self._ahead = None

    def _hold(self, opened: OpenSeries) -> None:
        self._ahead = opened
        if opened.series is not None:
            self._check(opened.series, opened.volume)

    def _take_ahead(self, series: Series) -> OpenSeries | None:
        """What was loaded ahead, if it is this series."""
        ahead = self._ahead
        if ahead is not None and ahead.series == series:
            self._ahead = None
            return ahead
        if self._runner.busy(_AHEAD):
            self._runner.cancel(_AHEAD)  # its slices come first when it is loaded into a viewport
        return None

    def fetch(self, series: Series, then: Callable[[OpenSeries], None]) -> None:
        """Read ``series`` in the background for no viewport; one that a viewport shows whole is taken from there."""
        shown = (pane.opened for pane in self._session.panes)
        known = next((opened for opened in shown if opened and opened.series == series and opened.complete), None)
        if known is not None:
            then(known)
            return
        self._runner.start(
            "fetch",
            f"Loading {series.description or series.modality}",
            lambda report: self._read(series, report, None),
            lambda volume: then(OpenSeries(series, volume)),
            lambda error: self._notices.add("error", words(error)),
        )

    def stop(self) -> None:
        """Give up all that is loading."""
        for key in list(self._loads):
            self._runner.cancel(key)

    def _stop_unseen(self) -> None:
        """Give up what is loading for viewports that are gone, or that show planes of another volume now."""
        for key, load in list(self._loads.items()):
            sheet = self._session.sheet_of(load.pane)
            cut = sheet.layout.one_volume and sheet.layout is not load.layout and load.pane is not sheet.active
            if load.pane not in self._session.panes or (cut and load.pane.opened is not load.opened):
                self._runner.cancel(key)

    def _read(self, series: Series, report: Report, arrivals: Arrivals | None) -> Volume:
        """The volume; that of a regularised series is made anew from the one it stands for."""
        study = self._session.study
        if study is None or not series.uid.endswith(SUFFIX):
            return self._sandbox.load_volume(series, report, arrivals)
        return regularise(self._sandbox.load_volume(study.find(series.uid.removesuffix(SUFFIX)), report), None, report)

    def _begun(self, load: _Load, volume: Volume) -> None:
        """The slice that is looked at is there."""
        self._show(load, volume, None if load.arrivals is None else load.arrivals.looked_at)

    def _show(self, load: _Load, volume: Volume, only_k: int | None) -> None:
        """Put the volume on screen; ``only_k`` is the one slice that is there, None when all are."""
        load.opened = OpenSeries(load.series, volume, only_k)
        self._session.show_in(load.pane, load.opened, only_k, are_phases(load.pane.series, load.series))
        if load.then is not None:
            load.then()

    def _loaded(self, key: str, load: _Load, volume: Volume) -> None:
        self._loads.pop(key, None)
        if load.opened is not None and load.opened.volume.array is volume.array:
            load.opened.finish(volume)
        else:
            self._show(load, volume, None)
        self._check(load.series, volume)

    def _check(self, series: Series, volume: Volume) -> None:
        """Look in the background whether the files are what they were."""
        self._runner.start(
            f"fingerprint {series.uid}",
            "Checking the files",
            lambda report: self._changes(series, volume, report),
            self._tell_changes,
            self._failed_check,
        )

    def _changes(self, series: Series, volume: Volume, report: Report) -> str:
        """What is not as it was when the series was first opened; empty when nothing is."""
        found = fingerprint(series, volume, report)
        first, time = self._shelf.library.first_fingerprint(series.uid, found, datetime.now(UTC))
        changes = "; ".join(found.changes_since(first))
        name = series.description or series.files[0].name
        return f"{name} is not what it was on {time:%Y-%m-%d}: {changes}" if changes else ""

    def _tell_changes(self, sentence: str) -> None:
        if sentence:
            self._notices.add("warning", sentence)

    def _failed_check(self, error: BaseException) -> None:
        self._notices.add("warning", f"The files could not be checked for changes: {words(error)}")

    def _failed(self, key: str, error: BaseException) -> None:
        load = self._loads.get(key)
        self._give_up(key)
        self._notices.add("error", words(error))
        if load is not None and isinstance(error, ReadError) and can_leave_out(load.series, error):
            self._leave_out(key, load, error)

    def _leave_out(self, key: str, load: _Load, error: ReadError) -> None:
        """List the series again without the file that is damaged, and show what there is."""
        self._runner.start(
            key,
            f"Leaving out {error.path.name}",
            lambda report: listed_without(self._sandbox, load.series, error, report),
            lambda study: self._left_out(load, study),
            lambda failure: self._notices.add("error", words(failure)),
        )

    def _left_out(self, load: _Load, study: Study) -> None:
        self._session.put_in_place(load.series, study)
        if study.series and load.pane in self._session.panes:
            self.start(study.series[0], load.pane, load.then)

    def _on_view(self, pane: Pane) -> None:
        load = self._loads.get(_key(pane))
        if load is not None and load.arrivals is not None and load.opened is pane.opened and pane.axis == 0:
            load.arrivals.looked_at = pane.view.k

    def _give_up(self, key: str) -> None:
        """Expect nothing more of this load; a half-loaded volume leaves the screen."""
        load = self._loads.pop(key, None)
        if load is None:
            return
        if load.arrivals is not None:
            load.arrivals.stop()
        for pane in self._session.panes:
            if load.opened is not None and pane.opened is load.opened and not load.opened.complete:
                pane.show(None)


def _key(pane: Pane) -> str:
    return f"load {id(pane)}"


def _arrived(load: _Load, k: int) -> None:
    if load.opened is not None:
        load.opened.arrive(k)


def are_phases(one: Series | None, other: Series) -> bool:
    """Whether both are phases of the same grid, so that one can stand in the other's place."""
    if one is None or one.phase is None or other.phase is None:
        return False
    return one.phase.group == other.phase.group and one.shape_kji == other.shape_kji
