"""A second volume over the first, in the real window."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.geometry import Calibration, Geometry
from imaging.measuring_facts import MeasuringFacts
from imaging.study import Series, Study
from imaging.volume import Volume, Window
from viewer.app import Application
from viewer.panels.view_panel import ViewPanel
from viewer.state.fusion import Fusion
from viewer.state.opened import OpenSeries


def base() -> Volume:
    geometry = Geometry((8, 40, 40), (3.0, 1.0, 1.0), (0.0, 0.0, 0.0), calibration=Calibration.PATIENT)
    return Volume(np.zeros((8, 40, 40), np.int16), geometry, "volume", "HU", "CT", windows=(Window(0, 100),))


def hot_spot() -> Volume:
    """A coarser volume of another place and size, bright in one corner: x 20-28, y 10-18, z 6-15 mm."""
    geometry = Geometry((6, 10, 10), (3.0, 4.0, 4.0), (0.0, 2.0, 0.0), calibration=Calibration.PATIENT)
    values = np.zeros((6, 10, 10), np.float32)
    values[2:6, 2:5, 5:8] = 10.0
    return Volume(values, geometry, "volume", "SUVbw", "PT", windows=(Window(5, 10, "", "LINEAR_EXACT"),))


@pytest.fixture
def main(main: Application) -> Application:
    main.session.marks.corner_text = "none"
    return main


def series(uid: str, frame: str, volume: Volume) -> Series:
    file = (Path(__file__),)
    return Series(uid, "volume", "DICOM", file, volume.array.shape, volume.geometry, frame_of_reference=frame)


def lay_over(main: Application, frames: tuple[str, str] = ("f", "f"), k: int = 3, over: Volume | None = None) -> None:
    under, over = base(), over or hot_spot()
    listed = series("ct", frames[0], under), series("pt", frames[1], over)
    main.session.open(Study(Path("x"), listed))
    main.session.active.show(OpenSeries(listed[0], under))
    main.view.set_slice(k)
    main.fusing._lay(main.session.active, OpenSeries(listed[1], over))  # as a finished load does
    QApplication.processEvents()


def red_at(main: Application, x_mm: float, y_mm: float) -> int:
    transform = main.session.active.transform()
    assert transform is not None
    x, y = transform.to_screen(y_mm, x_mm)
    return QImage(main.canvas.grab().toImage()).pixelColor(round(x), round(y)).red()


def test_it_lies_over_all_planes_of_a_volume(main: Application) -> None:
    lay_over(main)
    main.view.set_inverted(True)
    main.window.run("layout-mpr")
    fusion = main.view.fusion
    assert fusion is not None
    assert [pane.view.fusion for pane in main.session.panes] == [fusion] * 3, "it follows into the other planes"
    assert all(pane.view.inverted for pane in main.session.panes)
    main.fusing.set_opacity(0.25)
    assert {pane.view.fusion and pane.view.fusion.opacity for pane in main.session.panes} == {0.25}
    main.fusing.fuse(None)
    assert all(pane.view.fusion is None for pane in main.session.panes)


def test_it_lies_where_the_patient_has_it(main: Application) -> None:
    lay_over(main)
    inside, outside = red_at(main, 24, 14), red_at(main, 5, 30)
    assert inside > outside + 40
    main.view.set_slice(0)
    QApplication.processEvents()
    assert red_at(main, 24, 14) == outside, "nothing hot at z = 0"


def test_it_follows_into_every_plane(main: Application) -> None:
    lay_over(main)
    main.session.active.set_plane("coronal")
    main.session.active.go_to((24.0, 14.0, 9.0))
    fusion, geometry = main.view.fusion, main.session.active.slice_geometry(main.view.k)
    assert fusion is not None and geometry is not None
    values = fusion.values(geometry)
    _, row, column = np.rint(geometry.index_kji((24.0, 14.0, 9.0))).astype(int)
    assert values[row, column] == pytest.approx(10.0)
    assert values.shape == geometry.shape_kji[1:]


def test_opacity_colours_and_taking_it_away(main: Application) -> None:
    lay_over(main)
    half = red_at(main, 24, 14)
    main.fusing.set_opacity(1.0)
    assert red_at(main, 24, 14) > half
    main.fusing.set_colours("PET 20 Step")
    assert main.view.fusion is not None and main.view.fusion.colours == "PET 20 Step"
    main.fusing.fuse(None)
    assert main.view.fusion is None and red_at(main, 24, 14) == red_at(main, 5, 30)


def test_another_frame_of_reference_is_marked(main: Application) -> None:
    lay_over(main, ("f", "g"))
    assert "coordinates alone" in main.notices.all[-1].text
    main.session.marks.corner_text = "all"
    main.canvas.grab()
    mark = main.canvas.fidelity_mark.box
    assert mark is not None and "other frame of reference" in main.canvas.fidelity_mark.tip_at(mark.center().toPoint())


def test_the_panel_shows_and_changes_it(main: Application) -> None:
    lay_over(main)
    panel = main.window.findChild(ViewPanel)
    assert isinstance(panel, ViewPanel)
    assert panel.fused.currentIndex() == 1 and panel.opacity.value() == 50
    panel.opacity.setValue(80)
    panel.high.setValue(20.0)
    fusion = main.view.fusion
    assert isinstance(fusion, Fusion) and fusion.opacity == pytest.approx(0.8)
    assert fusion.window == replace(fusion.window, centre=10.0, width=20.0)
    panel.fused.activated.emit(0)
    assert main.view.fusion is None and not panel.opacity.isEnabled()
    assert (panel.low.text(), panel.high.text(), panel.opacity.value()) == ("", "", 50), "nothing of what was there"


def test_the_panel_asks_for_the_window_in_standardised_uptake(main: Application) -> None:
    lay_over(main, over=replace(hot_spot(), unit="BQML", facts=MeasuringFacts(suv_factor=0.25)))
    panel = main.window.findChild(ViewPanel)
    assert isinstance(panel, ViewPanel)
    assert (panel.low.text(), panel.high.text()) == ("0.0 SUVbw", "2.5 SUVbw"), "0 and 10 Bq/ml"
    panel.high.setValue(5.0)
    panel.low.setValue(1.0)
    assert main.view.fusion is not None
    assert (main.view.fusion.window.low, main.view.fusion.window.high) == (4.0, 20.0)


def test_what_lies_over_is_windowed_by_the_mouse_in_all_planes(qtbot: QtBot, main: Application) -> None:
    lay_over(main)
    main.window.run("tool-fusion-window")
    before = main.view.fusion
    assert before is not None
    under, middle = main.view.window, main.canvas.rect().center()
    QTest.mousePress(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(main.canvas, middle + QPoint(150, -30))
    QTest.keyClick(main.canvas, Qt.Key.Key_Escape)
    assert main.view.fusion == before, "taken back"
    QTest.mouseRelease(main.canvas, Qt.MouseButton.LeftButton, pos=middle)
    main.window.run("layout-mpr")
    QTest.mousePress(main.canvas, Qt.MouseButton.LeftButton, pos=QPoint(40, 90))
    QTest.mouseMove(main.canvas, QPoint(190, 60))
    QTest.mouseRelease(main.canvas, Qt.MouseButton.LeftButton, pos=QPoint(190, 60))
    windows = {pane.view.fusion.window for pane in main.session.panes if pane.view.fusion}
    (after,) = windows
    assert after.width == pytest.approx(1.5 * before.window.width)
    assert after.centre == pytest.approx(before.window.centre - 0.1 * before.window.width)
    assert main.view.window == under, "the volume below keeps its own"


def test_what_lies_over_is_chosen_and_faded_by_keys(main: Application) -> None:
    lay_over(main)
    shown = main.window.actions_by_id
    assert shown["next-fusion"].isEnabled() and shown["fusion-fainter"].isEnabled()
    opacity = main.view.fusion.opacity if main.view.fusion else 0.0
    QTest.keyClick(main.window, Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    assert main.view.fusion is not None and main.view.fusion.opacity == pytest.approx(opacity + 0.1)
    QTest.keyClick(main.window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(main.window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    assert main.view.fusion.opacity == pytest.approx(opacity - 0.1)
    QTest.keyClick(main.window, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    assert main.view.fusion.colours == "PET"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(main.window, Qt.Key.Key_F, both)
    assert main.view.fusion is None, "after the last one comes none"
    assert not shown["fusion-stronger"].isEnabled()


def test_what_was_loaded_for_another_series_is_not_laid_over(
    main: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_over(main)
    main.fusing.fuse(None)
    waiting: list[Callable[[OpenSeries], None]] = []
    monkeypatch.setattr(main.loading, "fetch", lambda _, then: waiting.append(then))
    over = OpenSeries(series("pt", "f", hot_spot()), hot_spot())
    for _ in range(3):
        main.fusing.fuse(over.series)
    other = series("ct of somebody else", "g", base())
    first, second, third = waiting
    first(over)
    assert main.view.fusion is not None, "the series is still there"
    main.fusing.fuse(None)
    main.session.active.show(OpenSeries(other, base()))
    second(over)
    assert main.view.fusion is None and "not shown any more" in main.notices.all[-1].text
    main.session.open(Study(Path("y"), (other,)))
    third(over)
    assert main.view.fusion is None and "not shown any more" in main.notices.all[-1].text
