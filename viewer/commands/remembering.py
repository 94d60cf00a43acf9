"""Marks, links and layout as they were when the program was left."""

from viewer.commands.kept_setting import KeptSetting
from viewer.settings import Settings
from viewer.state.habits import Habits
from viewer.state.layout import LAYOUTS
from viewer.state.links import Links
from viewer.state.notices import Notices
from viewer.state.session import Session

SUBJECT = "habits"


class Remembering:
    """Brings habits back at the start and keeps them at the end."""

    def __init__(self, session: Session, links: Links, settings: Settings, notices: Notices) -> None:
        self._session, self._links = session, links
        self._kept = KeptSetting(settings, notices, SUBJECT, Habits(), "Marks and layout are the usual ones.")
        self._use(self._kept.read())

    @property
    def habits(self) -> Habits:
        """What is in effect now."""
        marks, links, layout = self._session.marks, self._links, self._session.sheets[0].layout
        return Habits(
            corner_text=marks.corner_text,
            reference_lines=marks.reference_lines,
            window_ends=marks.window_ends,
            smooth=marks.smooth,
            follow=links.follow,
            link_window=links.window,
            link_zoom=links.zoom,
            layout="1x1" if layout.one_volume else layout.name,
        )

    def keep(self) -> None:
        """Keep what is in effect."""
        self._kept.write(self.habits)

    def _use(self, habits: Habits) -> None:
        marks, links = self._session.marks, self._links
        marks.set_corner_text(habits.corner_text)
        marks.set_reference_lines(habits.reference_lines)
        marks.set_window_ends(habits.window_ends)
        marks.set_smooth(habits.smooth)
        links.set_follow(habits.follow)
        links.set_window(habits.link_window)
        links.set_zoom(habits.link_zoom)
        if not LAYOUTS[habits.layout].one_volume:  # an empty window has no volume to cut
            self._session.set_layout(LAYOUTS[habits.layout])
