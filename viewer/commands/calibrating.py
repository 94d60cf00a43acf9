"""Measured monitors, kept in the settings."""

from imaging.errors import SaveError
from viewer.errors import words
from viewer.settings import Settings, SettingsError
from viewer.state.monitors import CalibratedMonitor, CalibratedMonitors, DisplayScale, Monitors, Screen, measured
from viewer.state.notices import Notices

SUBJECT = "monitors"


class Calibrating:
    """Keeps how large a pixel is on each monitor."""

    def __init__(self, monitors: Monitors, settings: Settings, notices: Notices) -> None:
        self._monitors, self._settings, self._notices = monitors, settings, notices
        try:
            kept = settings.read(SUBJECT, CalibratedMonitors)
        except SettingsError as error:
            notices.add("warning", f"Real size goes by what displays state: {words(error)}")
            kept = None
        monitors.use(() if kept is None else kept.monitors)

    def scale(self, screen: Screen) -> DisplayScale:
        """The size of a pixel in effect on a monitor."""
        return self._monitors.scale(screen)

    def keep(self, screen: Screen, px_per_mm: float) -> None:
        """Go by a measurement from now on."""
        made = measured(screen, px_per_mm)
        self._keep((*self._others(made), made))

    def forget(self, screen: Screen) -> None:
        """Go by what the display states again."""
        self._keep(self._others(measured(screen, 1.0)))

    def _others(self, monitor: CalibratedMonitor) -> tuple[CalibratedMonitor, ...]:
        return tuple(each for each in self._monitors.calibrated if not each.is_same(monitor))

    def _keep(self, calibrated: tuple[CalibratedMonitor, ...]) -> None:
        self._monitors.use(calibrated)
        try:
            self._settings.write(SUBJECT, CalibratedMonitors(monitors=calibrated))
        except SaveError as error:
            self._notices.add("error", words(error))
