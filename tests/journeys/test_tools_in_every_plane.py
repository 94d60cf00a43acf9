"""Every tool that corrects a mask, by mouse and key, in planes as acquired, at right angles to them, and slanting."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.editing import replace
from imaging.geometry import Calibration, Geometry
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from tests.journeys.hands import at, drag, key, settle
from viewer.app import Application

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
GRID = Geometry((60, 70, 80), (1.5, 1.0, 1.0), (-40.0, -35.0, -45.0), calibration=Calibration.PATIENT)
MIDDLE, BLOCK = (30, 35, 40), (slice(25, 36), slice(28, 43), slice(33, 48))
PLANES = ("stored", "coronal", "sagittal", "slanting")
BY_CLICKS, BY_DRAG = ("fill-polygon", "livewire"), ("fill-freehand",)


@pytest.fixture(params=PLANES)
def reader(request: pytest.FixtureRequest, main: Application, tmp_path: Path) -> Application:
    """A volume with a dense block, which is the lesion already, in one plane through its middle."""
    array = np.full(GRID.shape_kji, -100, np.int16)
    array[BLOCK] = 60
    file = tmp_path / "a.dcm"
    file.touch()
    series = Series("1.2.3", "volume", "dicom", (file,), GRID.shape_kji, GRID, "CT", "Block", patient=Patient("P1"))
    main.session.open(Study(tmp_path, (series,)))
    main.session.show(series, Volume(array, GRID, "volume", "HU", "CT", "1.2.3"))
    main.window.run("layout-1x1")
    pane = main.session.active
    if request.param == "slanting":
        pane.turn_plane(centre_lps(), (0.0, 0.8660254, 0.5), (0.8660254, -0.25, 0.4330127))
        assert pane.axis is None
    else:
        pane.set_plane(request.param)
        assert pane.axis is not None
        pane.view.set_slice(MIDDLE[pane.axis])
    mask = np.zeros(GRID.shape_kji, np.uint8)
    mask[BLOCK] = 1
    edit = replace(main.segmentation.array, mask, "Block")
    assert edit is not None
    main.segmentation.apply(edit)
    main.session.hand.set_radius_mm(3.0)
    QApplication.processEvents()
    return main


def centre_lps() -> tuple[float, float, float]:
    x, y, z = (float(each) for each in GRID.point_lps(MIDDLE))
    return x, y, z


def middle(main: Application) -> tuple[float, float]:
    """Row and column of the middle of the block on the shown plane."""
    plane = main.session.active.slice_geometry(main.view.k)
    assert plane is not None
    _, row, column = plane.index_kji(centre_lps())
    return float(row), float(column)


def square(main: Application, half: float, beside: float = 0.0) -> tuple[tuple[float, float], ...]:
    row, column = middle(main)
    corners = ((-half, -half), (-half, half), (half, half), (half, -half))
    return tuple((row + r, column + beside + c) for r, c in corners)


def click(main: Application, row: float, column: float) -> None:
    QTest.mouseClick(main.canvas, LEFT, NONE, at(main, row, column))


def undone(main: Application, before: NDArray[np.uint8]) -> None:
    """One undo takes it all back."""
    assert not np.array_equal(main.segmentation.array, before)
    key(main, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(main.segmentation.array, before)


def brushes_paint_and_take_away_where_the_mouse_is(reader: Application) -> None:
    before = reader.segmentation.array.copy()
    row, column = middle(reader)
    for tool, beside, value in (("eraser", 0.0, 0), ("brush", 20.0, 1), ("smart-brush", 20.0, 1)):
        reader.window.run(f"tool-{tool}")
        click(reader, row, column + beside)
        plane = reader.session.active.slice_geometry(reader.view.k)
        assert plane is not None
        k, j, i = np.rint(GRID.index_kji(plane.point_lps((0, row, column + beside)))).astype(int)
        assert reader.segmentation.array[k, j, i] == value, tool
        undone(reader, before)


def outlines_fill_and_scissors_cut(reader: Application) -> None:
    before = reader.segmentation.array.copy()
    for tool in (*BY_CLICKS, *BY_DRAG):
        reader.window.run(f"tool-{tool}")
        corners = square(reader, 5.0, 22.0)
        if tool in BY_CLICKS:
            for corner in corners:
                click(reader, *corner)
            key(reader, Qt.Key.Key_Return)
        else:
            drag(reader, *corners, corners[0])
        added = int((reader.segmentation.array != 0).sum()) - int((before != 0).sum())
        assert added > 40, tool
        undone(reader, before)
    reader.window.run("tool-scissors")
    corners = square(reader, 3.0)
    drag(reader, *corners, corners[0])
    assert reader.segmentation.array[MIDDLE] == 0 and reader.segmentation.array.sum() > 0.9 * before.sum()
    undone(reader, before)


def clicks_propose_and_are_kept_with_enter(qtbot: QtBot, reader: Application) -> None:
    before = reader.segmentation.array.copy()
    for tool in ("remove-island", "fill", "grow-region", "find-lesion"):
        if tool == "fill":
            reader.segmenting.add("other")
        reader.window.run(f"tool-{tool}")
        click(reader, *middle(reader))
        settle(qtbot, reader)
        assert reader.session.workbench.proposal is not None, tool
        key(reader, Qt.Key.Key_Return)
        wanted = 0 if tool == "remove-island" else 2
        assert (reader.segmentation.array[BLOCK] == wanted).mean() > 0.95, tool
        undone(reader, before)


def brackets_and_shift_with_the_wheel_change_the_size(reader: Application) -> None:
    hand = reader.session.hand
    reader.window.run("tool-brush")
    key(reader, Qt.Key.Key_BracketRight)
    assert hand.radius_mm == pytest.approx(3.6)
    key(reader, Qt.Key.Key_BracketLeft)
    assert hand.radius_mm == pytest.approx(3.0)
    spot, k = QPointF(at(reader, *middle(reader))), reader.view.k
    turned = QWheelEvent(spot, QPointF(reader.canvas.mapToGlobal(spot.toPoint())), QPoint(), QPoint(0, 120),
                         Qt.MouseButton.NoButton, SHIFT, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(reader.canvas, turned)
    assert hand.radius_mm == pytest.approx(3.6) and reader.view.k == k


def test_every_tool_works_and_one_undo_takes_it_back(qtbot: QtBot, reader: Application) -> None:
    brushes_paint_and_take_away_where_the_mouse_is(reader)
    outlines_fill_and_scissors_cut(reader)
    brackets_and_shift_with_the_wheel_change_the_size(reader)
    clicks_propose_and_are_kept_with_enter(qtbot, reader)
