"""Hangs a study: the protocol that is for it, its stages one after the other."""

from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

from imaging.study import Series, Study
from viewer.commands.annotating import Annotating
from viewer.commands.loading import Loading
from viewer.errors import words
from viewer.places import resources
from viewer.settings import SettingsError, read
from viewer.state.hanging import (
    Arrangement,
    Hung,
    Protocol,
    Stage,
    Wanted,
    arrangements,
    at_hand,
    chosen,
    fitting,
    scrolling,
)
from viewer.state.layout import SINGLE
from viewer.state.links import Follow, Links
from viewer.state.notices import Notices
from viewer.state.pane import Pane
from viewer.state.presets import Presets
from viewer.state.session import Session


class Hanging:
    """Lays a study out by hanging protocols.

    Args:
        links: switched as a stage asks, and back as the person had them with the next stage that asks for nothing.
        own: a person's folder of protocols; one there replaces the program's of the same file name.
    """

    def __init__(
        self,
        session: Session,
        links: Links,
        loading: Loading,
        annotating: Annotating,
        presets: Presets,
        notices: Notices,
        own: Path,
    ) -> None:
        self._session, self._links, self._loading, self._annotating = session, links, loading, annotating
        self._presets, self._notices, self._own = presets, notices, own
        self._hung = Hung(())
        self._fitting: tuple[Protocol, ...] = ()
        self._stage = 0
        self._chosen: Follow | None = None

    def hang(self, study: Study, prior: tuple[Series, ...] = ()) -> bool:
        """Hang ``study`` by the protocol that is for it, beside ``prior`` where none was opened; False when none is."""
        self._hung = at_hand(study.series, prior)
        self._fitting = fitting(self._protocols(), self._hung)
        self._stage = 0
        if not self._fitting:
            return False
        self._apply()
        return True

    @property
    def several(self) -> bool:
        """True when there is another stage to step to."""
        return bool(self._fitting) and len(self._fitting[0].stage) > 1

    @property
    def several_protocols(self) -> bool:
        """True when another protocol is for this study too."""
        return len(self._fitting) > 1

    def step(self, count: int) -> None:
        """Go ``count`` stages on; after the last comes the first."""
        if self.several:
            self._stage = (self._stage + count) % len(self._fitting[0].stage)
            self._apply()
            stages = self._fitting[0].stage
            where = f"{self._stage + 1} of {len(stages)}"
            self._notices.add("info", f"{self._fitting[0].name}: {stages[self._stage].name} ({where})")

    def next_protocol(self) -> None:
        """Hang the study by the next protocol that is for it."""
        if self.several_protocols:
            self._fitting = (*self._fitting[1:], self._fitting[0])
            self._stage = 0
            self._apply()
            self._notices.add("info", f"Hanging protocol: {self._fitting[0].name}")

    def _apply(self) -> None:
        self._annotating.keep()
        stage = self._fitting[0].stage[self._stage]
        self._link(stage)
        sheets = self._session.sheets
        for sheet, wanted in reversed(list(zip(sheets, arrangements(stage, len(sheets)), strict=False))):
            self._session.activate(sheet.active)
            if wanted.layout.one_volume:
                self._cut(wanted)
            else:
                self._fill(wanted)

    def _link(self, stage: Stage) -> None:
        """Scroll together as the stage asks, else as the person had it."""
        follow = scrolling(stage, self._hung)
        if follow is not None:
            self._chosen = self._chosen or self._links.follow
            self._links.set_follow(follow)
        elif self._chosen is not None:
            self._links.set_follow(self._chosen)
            self._chosen = None

    def _fill(self, wanted: Arrangement) -> None:
        """Put series into the viewports of the window that is worked in; those without one are emptied."""
        self._session.set_layout(wanted.layout)
        for pane, each in zip(self._session.sheet.panes, chain(wanted.viewport, repeat(None)), strict=False):
            series = None if each is None else chosen(each, self._hung)
            if each is None or series is None:
                pane.show(None)
            else:
                self._session.add(series)
                self._show(series, pane, each)
        self._session.activate(self._session.sheet.panes[0])

    def _cut(self, wanted: Arrangement) -> None:
        """Show one volume first; where its place is known, the planes through it."""
        first = wanted.viewport[0] if wanted.viewport else Wanted()
        series = chosen(first, self._hung)
        if series is None:
            return
        self._session.set_layout(SINGLE)
        pane = self._session.active
        look = self._look(pane, first)

        def lay_out() -> None:
            look()
            centre = pane.centre_lps()
            if pane.can_cut and centre is not None:
                self._session.activate(pane)
                self._session.set_layout(wanted.layout)
                self._session.marks.set_crosshair(True)
                self._session.set_focus(centre, pane)

        self._loading.start(series, pane, lay_out)

    def _show(self, series: Series, pane: Pane, wanted: Wanted) -> None:
        """Show ``series`` as it is wanted; one that the viewport has already stays at its slice."""
        look = self._look(pane, wanted)
        if pane.series == series:
            if pane.plane != "stored":
                pane.set_plane("stored")
            look()
        else:
            self._loading.start(series, pane, look)

    def _look(self, pane: Pane, wanted: Wanted) -> Callable[[], None]:
        """A function that shows the loaded series as it is wanted."""

        def look() -> None:
            volume = pane.volume
            preset = None if volume is None else self._presets.of(volume).named(wanted.preset)
            if volume is not None and wanted.preset and preset is not None:
                pane.view.set_window(preset.window(volume))
            if wanted.plane and pane.can_cut:
                pane.set_plane(wanted.plane)

        return look

    def _protocols(self) -> tuple[Protocol, ...]:
        """All protocols that can be read; one with an error is told, and the program's own takes its place."""
        paths = {path.name: path for path in sorted((resources() / "hanging").glob("*.toml"))}
        own = {path.name: path for path in sorted(self._own.glob("*.toml"))}
        found: list[Protocol] = []
        for name in sorted({*paths, *own}):
            protocol = self._read(own[name]) if name in own else None
            if protocol is None and name in paths:
                protocol = self._read(paths[name])
            if protocol is not None:
                found.append(protocol)
        return tuple(found)

    def _read(self, path: Path) -> Protocol | None:
        try:
            return read(path, Protocol)
        except (SettingsError, OSError) as error:
            self._notices.add("warning", f"Hanging protocol not used: {words(error)}")
            return None
