"""Windows that come from the picture or from its file."""

from imaging.intensity import Voi, default_voi, proposals, window_of
from viewer.state.session import Session


class Windowing:
    """Windows the volume of the active viewport by its own values, or as its file proposes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def auto(self) -> None:
        """Window the shown plane from its darkest to its brightest half per cent."""
        self._show_share("auto", (0.5, 99.5))

    def full_range(self) -> None:
        """Window the shown plane from its lowest to its highest value."""
        self._show_share("full range", (0.0, 100.0))

    @property
    def proposals(self) -> tuple[Voi, ...]:
        """The windows and tables that the file proposes for the shown slice."""
        volume = self._session.volume
        return () if volume is None else proposals(volume, self._session.active.stored_k)

    def next_proposal(self) -> None:
        """Show the next window or table that the file proposes, after the last one the first; else the usual one."""
        volume, found, shown = self._session.volume, self.proposals, self._session.view.voi
        if found:
            self.show_proposal((found.index(shown) + 1) % len(found) if shown in found else 0)
        elif volume is not None:
            self._session.view.set_voi(default_voi(volume))

    def show_proposal(self, number: int) -> None:
        """Show one of the windows and tables that the file proposes, counted from 0."""
        self._session.view.set_voi(self.proposals[number])

    def _show_share(self, name: str, percentiles: tuple[float, float]) -> None:
        pane = self._session.active
        if pane.volume is not None and not pane.volume.is_colour:
            values = pane.values(pane.view.k)
            pane.view.set_window(window_of(values, pane.padding, name, percentiles))
