"""How large a pixel is on each monitor: what a person measured, else what the display states."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import Field
from PySide6.QtCore import QObject, QSize, Signal

from viewer.settings import Kept, SettingsFile

MM_PER_INCH = 25.4


class Screen(Protocol):
    """What is asked of a monitor; Qt's ``QScreen`` answers it."""

    def name(self) -> str:
        """The connector or the name the system gives it."""
        ...

    def manufacturer(self) -> str:
        """Who made it; empty where nobody knows."""
        ...

    def serialNumber(self) -> str:
        """Which one it is; empty where nobody knows."""
        ...

    def physicalDotsPerInch(self) -> float:
        """Screen pixels per inch, as the display states."""
        ...

    def devicePixelRatio(self) -> float:
        """Pixels of the display per pixel of the screen."""
        ...

    def size(self) -> QSize:
        """Width and height in pixels of the screen."""
        ...


class CalibratedMonitor(Kept):
    """A monitor that a person measured.

    Attributes:
        width_px: pixels of the display across it; at another resolution the measurement says nothing.
        device_px_per_mm: pixels of the display per millimetre, whatever the desktop is scaled by.
    """

    name: str
    manufacturer: str = ""
    serial: str = ""
    width_px: Annotated[int, Field(ge=1)]
    device_px_per_mm: Annotated[float, Field(gt=0)]

    def is_same(self, other: "CalibratedMonitor") -> bool:
        """True when both measure one monitor at one resolution."""
        return self.model_copy(update={"device_px_per_mm": other.device_px_per_mm}) == other


class CalibratedMonitors(SettingsFile):
    """All monitors of a person."""

    monitors: Annotated[tuple[CalibratedMonitor, ...], Field(max_length=200)] = ()


@dataclass(frozen=True)
class DisplayScale:
    """The size of a pixel.

    Attributes:
        px_per_mm: screen pixels per millimetre; 0 where nobody knows.
        calibrated: a person measured it, else the display states it.
    """

    px_per_mm: float
    calibrated: bool


class Monitors(QObject):
    """The monitors that were measured.

    Signals:
        changed: any of them.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.calibrated: tuple[CalibratedMonitor, ...] = ()

    def use(self, calibrated: tuple[CalibratedMonitor, ...]) -> None:
        """Go by these measurements."""
        self.calibrated = calibrated
        self.changed.emit()

    def scale(self, screen: Screen) -> DisplayScale:
        """The size of a pixel on a monitor."""
        asked = measured(screen, 1.0)
        found = next((each for each in self.calibrated if each.is_same(asked)), None)
        if found is None:
            return DisplayScale(max(0.0, screen.physicalDotsPerInch() / MM_PER_INCH), False)
        return DisplayScale(found.device_px_per_mm / screen.devicePixelRatio(), True)


def measured(screen: Screen, px_per_mm: float) -> CalibratedMonitor:
    """The measurement of a monitor.

    Args:
        px_per_mm: screen pixels per millimetre.
    """
    ratio = screen.devicePixelRatio()
    return CalibratedMonitor(
        name=screen.name(),
        manufacturer=screen.manufacturer(),
        serial=screen.serialNumber(),
        width_px=max(1, round(screen.size().width() * ratio)),
        device_px_per_mm=px_per_mm * ratio,
    )
