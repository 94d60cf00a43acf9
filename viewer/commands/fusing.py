"""Laying a second volume over the first."""

from collections.abc import Callable
from dataclasses import replace

from imaging.colour_tables import COLOUR_TABLES
from imaging.intensity import default_voi, equivalent_window
from imaging.study import Series
from imaging.volume import Window
from viewer.commands.loading import Loading, are_phases
from viewer.state.fusion import Fusion
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane
from viewer.state.session import Session


class Fusing:
    """Chooses what lies over the active viewport's volume, and how it looks."""

    def __init__(self, session: Session, loading: Loading, notices: Notices) -> None:
        self._session, self._loading, self._notices = session, loading, notices

    @property
    def candidates(self) -> tuple[Series, ...]:
        """The other volumes of the study that have a place in the patient."""
        study, shown = self._session.study, self._session.series
        if study is None or not self.can_fuse:
            return ()
        return tuple(each for each in study.series if each.kind == "volume" and each.uid != (shown and shown.uid))

    @property
    def can_fuse(self) -> bool:
        """True when the shown planes have a place in the patient and are not coloured themselves."""
        volume = self._session.volume
        return volume is not None and volume.geometry.has_position and not volume.is_colour

    def fuse(self, series: Series | None) -> None:
        """Lay ``series`` over the active viewport once it is loaded; None takes away what lies there."""
        pane = self._session.active
        under = pane.series
        if series is None:
            self._session.set_fusion(pane, None)
        else:
            self._loading.fetch(series, lambda opened: self._fetched(pane, under, opened))

    def next(self) -> None:
        """Lay the next volume over; after the last one, none."""
        candidates, fusion = self.candidates, self._session.view.fusion
        at = -1
        if fusion is not None and fusion.opened.series in candidates:
            at = candidates.index(fusion.opened.series)
        self.fuse(candidates[at + 1] if at + 1 < len(candidates) else None)

    def set_opacity(self, opacity: float) -> None:
        """Opacity of what lies over the active viewport, 0-1."""
        self._change(lambda fusion: replace(fusion, opacity=max(0.0, min(opacity, 1.0))))

    def set_colours(self, name: str) -> None:
        """Show what lies over in another colour table."""
        self._change(lambda fusion: replace(fusion, colours=name))

    def next_colours(self) -> None:
        """Show what lies over in the next colour table; after the last one comes the first."""
        fusion, names = self._session.view.fusion, tuple(COLOUR_TABLES)
        if fusion is not None:
            self.set_colours(names[(names.index(fusion.colours) + 1) % len(names)])

    def set_window(self, window: Window) -> None:
        """Show what lies over through another window."""
        self._change(lambda fusion: replace(fusion, window=replace(window, width=max(window.width, 1e-6))))

    def _change(self, change: Callable[[Fusion], Fusion]) -> None:
        fusion = self._session.view.fusion
        if fusion is not None:
            self._session.set_fusion(self._session.active, change(fusion))

    def _fetched(self, pane: Pane, under: Series | None, opened: OpenSeries) -> None:
        """Lay over what was loaded, unless the viewport shows another series by now."""
        shown = pane.series if pane in self._session.panes else None
        if under is not None and shown is not None and (shown == under or are_phases(under, shown)):
            self._lay(pane, opened)
        else:
            name = opened.series.description if opened.series else ""
            self._notices.add(
                "warning", f"{name or 'The series'} was not laid over: what it was meant for is not shown any more."
            )

    def _lay(self, pane: Pane, opened: OpenSeries) -> None:
        volume, under, over = opened.volume, pane.series, opened.series
        if pane.volume is None or not volume.geometry.has_position or volume.is_colour:
            self._notices.add("warning", "This series cannot be laid over another: it has colours or no known place.")
            return
        voi = default_voi(volume)
        window = voi if isinstance(voi, Window) else equivalent_window(voi)
        frames = {each.frame_of_reference if each else "" for each in (under, over)}
        same_frame = len(frames) == 1 and "" not in frames
        self._session.set_fusion(pane, Fusion(opened, window, same_frame=same_frame))
        if not same_frame:
            self._notices.add("warning", "No common frame of reference: coordinates alone place the two series.")
