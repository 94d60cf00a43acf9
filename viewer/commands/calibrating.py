"""Measured monitors, kept in the settings."""

from viewer.commands.kept_setting import KeptSetting
from viewer.settings import Settings
from viewer.state.monitors import CalibratedMonitor, CalibratedMonitors, DisplayScale, Monitors, Screen, measured
from viewer.state.notices import Notices

SUBJECT = "monitors"


class Calibrating:
    """Keeps how large a pixel is on each monitor."""

    def __init__(self, monitors: Monitors, settings: Settings, notices: Notices) -> None:
        self._monitors = monitors
        instead = "Real size goes by what displays state."
        self._kept = KeptSetting(settings, notices, SUBJECT, CalibratedMonitors(), instead)
        monitors.use(self._kept.read().monitors)

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
        self._kept.write(CalibratedMonitors(monitors=calibrated))
