"""Where windows may stand, and what tells one set of monitors from another."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QRect, QSize

from viewer.state.desktop import free_place, inside, is_reachable, name_of

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 1200, 1600)


@dataclass
class Monitor:
    """A monitor at a place."""

    place: QRect
    serial: str = ""

    def name(self) -> str:
        return "DP-1"

    def manufacturer(self) -> str:
        return "Maker"

    def serialNumber(self) -> str:
        return self.serial

    def physicalDotsPerInch(self) -> float:
        return 96.0

    def devicePixelRatio(self) -> float:
        return 1.0

    def size(self) -> QSize:
        return self.place.size()

    def geometry(self) -> QRect:
        return self.place

    def availableGeometry(self) -> QRect:
        return self.place


def test_a_set_of_monitors_is_the_same_in_any_order_and_another_when_one_moves() -> None:
    one, two = Monitor(LEFT, "A"), Monitor(RIGHT, "B")
    assert name_of([one, two]) == name_of([two, one])
    assert name_of([one, two]) != name_of([one]) and name_of([one, two]) != name_of([one, Monitor(RIGHT, "C")])
    assert name_of([one, two]) != name_of([one, Monitor(RIGHT.translated(0, 100), "B")])


@pytest.mark.parametrize(
    ("place", "reachable"),
    [
        (QRect(100, 100, 800, 600), True),
        (QRect(1880, 0, 800, 600), True),
        (QRect(3060, 0, 800, 600), False),
        (QRect(2000, 1560, 800, 600), False),
        (QRect(-5000, 0, 800, 600), False),
    ],
)
def test_a_window_is_reachable_where_enough_of_it_lies_on_a_monitor(place: QRect, reachable: bool) -> None:
    assert is_reachable(place, [LEFT, RIGHT]) is reachable


def test_a_new_window_fills_a_monitor_without_one_else_a_part_of_the_last() -> None:
    assert free_place([LEFT, RIGHT], [QRect(100, 100, 900, 700)]) == (RIGHT, True)
    assert free_place([LEFT], [QRect(100, 100, 900, 700)]) == (inside(LEFT), False)
    assert LEFT.contains(inside(LEFT))
