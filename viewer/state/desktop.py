"""Where windows of viewports stand: kept for each set of monitors, and found again on those that are there."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from pydantic import Field
from PySide6.QtCore import QRect

from viewer.settings import Kept, SettingsFile
from viewer.state.monitors import Screen

REACHABLE_PX = 80
"""A window of which less lies on any monitor, either way, cannot be taken hold of."""

MARGIN_PX = 60


class Standing(Kept):
    """A window and its layout, in pixels of the desktop."""

    x: int
    y: int
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    full: bool = False
    layout: str = "1x1"

    @property
    def place(self) -> QRect:
        """The rectangle of its content."""
        return QRect(self.x, self.y, self.width, self.height)


class Desktop(Kept):
    """The windows beside the main one on one set of monitors."""

    monitors: str
    windows: Annotated[tuple[Standing, ...], Field(max_length=8)] = ()


class Desktops(SettingsFile):
    """All sets of monitors that were worked at."""

    desktops: Annotated[tuple[Desktop, ...], Field(max_length=50)] = ()


class PlacedScreen(Screen, Protocol):
    """A monitor that knows where it lies; Qt's ``QScreen`` answers it."""

    def geometry(self) -> QRect:
        """Its rectangle on the desktop."""
        ...

    def availableGeometry(self) -> QRect:
        """The part of it that windows may take."""
        ...


def name_of(screens: Sequence[PlacedScreen]) -> str:
    """What tells one set of monitors from another: names, makers, serial numbers and places."""
    return "; ".join(sorted(map(_name, screens)))


def _name(screen: PlacedScreen) -> str:
    where = screen.geometry()
    which = " ".join(part for part in (screen.manufacturer(), screen.name(), screen.serialNumber()) if part)
    return f"{which} {where.width()}x{where.height()}+{where.x()}+{where.y()}"


def is_reachable(place: QRect, rooms: Sequence[QRect]) -> bool:
    """Whether enough of a window lies on a monitor."""
    parts = [place.intersected(room) for room in rooms]
    return any(part.width() >= REACHABLE_PX and part.height() >= REACHABLE_PX for part in parts)


def free_place(rooms: Sequence[QRect], taken: Sequence[QRect]) -> tuple[QRect, bool]:
    """Where a new window stands, and whether it fills it: a monitor without a window, else a part of the last one."""
    empty = next((room for room in rooms if not any(room.contains(each.center()) for each in taken)), None)
    return (empty, True) if empty is not None else (inside(rooms[-1]), False)


def inside(room: QRect) -> QRect:
    """A part of a monitor that leaves what is below to be seen."""
    return room.adjusted(2 * MARGIN_PX, MARGIN_PX, -MARGIN_PX, -2 * MARGIN_PX)
