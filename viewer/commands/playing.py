"""Playing clips; a stack of slices plays as cine."""

from viewer.state.session import Session


class Playing:
    """Plays what the viewports show, and stops it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def toggle(self) -> None:
        """Play or stop the clip of the active viewport."""
        if self._session.has_volume() and self._session.view.frames > 1:
            self._session.view.set_playing(not self._session.view.playing)

    def toggle_all(self) -> None:
        """Play the clips of all viewports that are seen, or stop them all when one plays."""
        views = [pane.view for pane in self._session.shown_panes if pane.volume is not None]
        begin = not any(view.playing for view in views)
        for view in views:
            view.set_playing(begin and view.frames > 1)
