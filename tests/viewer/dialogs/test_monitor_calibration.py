"""Real size by a bank card: measured in the real window, kept, and told apart from what a display states."""

from collections.abc import Generator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application
from viewer.canvas.annotation_text import corners
from viewer.state.monitors import Monitors, measured


@dataclass(frozen=True)
class Held:
    """A monitor on the table: 1920 pixels wide at 96 per inch, unless told otherwise."""

    label: str = "DP-1"
    serial: str = "7"
    ratio: float = 1.0
    width: int = 1920

    def name(self) -> str:
        return self.label

    def manufacturer(self) -> str:
        return "Maker"

    def serialNumber(self) -> str:
        return self.serial

    def physicalDotsPerInch(self) -> float:
        return 101.6

    def devicePixelRatio(self) -> float:
        return self.ratio

    def size(self) -> QSize:
        return QSize(self.width, 1080)


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Generator[Application]:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    yield main
    main.dialogs.monitor_calibration.close()


def ten_mm_px(main: Application) -> float:
    """Screen pixels between two points of the shown slice that lie 10 mm apart along a row."""
    pane, transform = main.session.active, main.session.active.transform()
    geometry = pane.slice_geometry(pane.view.k)
    assert geometry is not None and transform is not None
    columns = 10.0 / geometry.spacing_mm[2]
    (x0, y0), (x1, y1) = transform.to_screen(50.0, 50.0), transform.to_screen(50.0, 50.0 + columns)
    return ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5


def test_real_size_goes_by_the_card_and_is_kept(main: Application) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(main.window, Qt.Key.Key_2, both)
    dialog = main.dialogs.monitor_calibration
    assert dialog.isVisible() and "as the display states" in dialog.basis.text()
    dialog.length.setValue(427.5)
    QTest.keyClick(dialog.ruler, Qt.Key.Key_Right)
    assert dialog.length.value() == 428.0
    QTest.keyClick(dialog.ruler, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(dialog.ruler, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    keep = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Keep")
    QTest.mouseClick(keep, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    main.window.run("zoom-real")
    assert ten_mm_px(main) == pytest.approx(50.0), "428 px for 85.60 mm are 5 px/mm"
    assert any("real size, calibrated" in line for line in corners(main.session.active).bottom_left)
    again = Application(main.places)
    again.window.show()
    assert again.session.active.display_px_per_mm == pytest.approx(5.0)
    assert again.session.active.display_calibrated
    again.window.close()


def test_what_the_display_states_counts_again(main: Application) -> None:
    screen = main.canvas.screen()
    stated = main.calibrating.scale(screen).px_per_mm
    main.calibrating.keep(screen, stated * 2)
    assert main.session.active.display_px_per_mm == pytest.approx(stated * 2)
    main.calibrating.forget(screen)
    main.window.run("zoom-real")
    assert ten_mm_px(main) == pytest.approx(10 * stated)
    assert any("real size, as the display states" in line for line in corners(main.session.active).bottom_left)
    main.view.set_zoom(main.view.zoom * 1.01)
    assert not any("real size" in line for line in corners(main.session.active).bottom_left)


def test_the_bar_follows_the_mouse(main: Application) -> None:
    main.dialogs.monitor_calibration.open_anew()
    ruler = main.dialogs.monitor_calibration.ruler
    QTest.mousePress(ruler, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(412, 50))
    assert ruler.length_px == 400.0
    QTest.mouseMove(ruler, QPoint(512, 50))
    QTest.mouseRelease(ruler, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(512, 50))
    assert ruler.length_px == 500.0 and main.dialogs.monitor_calibration.length.value() == 500.0


def test_each_monitor_has_its_own_measurement() -> None:
    monitors = Monitors()
    monitors.use((measured(Held(), 5.0), measured(Held(serial="8"), 3.0)))
    assert monitors.scale(Held()).px_per_mm == 5.0
    assert monitors.scale(Held(serial="8")).px_per_mm == 3.0
    other = monitors.scale(Held(label="DP-2"))
    assert other.px_per_mm == pytest.approx(4.0) and not other.calibrated, "101.6 per inch are 4 per mm"


def test_a_measurement_outlives_scaling_but_not_another_resolution() -> None:
    monitors = Monitors()
    monitors.use((measured(Held(), 5.0),))
    assert monitors.scale(Held(ratio=2.0, width=960)).px_per_mm == 2.5
    assert not monitors.scale(Held(width=1280)).calibrated
