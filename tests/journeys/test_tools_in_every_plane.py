"""Every tool that corrects a mask, by mouse and key: in planes as acquired, at right angles, slanting; clips, films."""

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
KINDS = ("clip in colour", "film")
BY_CLICKS, BY_DRAG = ("fill-polygon", "livewire"), ("fill-freehand",)


@pytest.fixture(params=PLANES + KINDS)
def reader(request: pytest.FixtureRequest, main: Application, tmp_path: Path) -> Application:
    """An image with a dense block, which is the lesion already, in one plane through its middle."""
    volume = image_of(request.param)
    file = tmp_path / "a.dcm"
    file.touch()
    where = volume.geometry.shape_kji, volume.geometry, volume.modality
    series = Series("1.2.3", volume.kind, "dicom", (file,), *where, "Block", patient=Patient("P1"))
    main.session.open(Study(tmp_path, (series,)))
    main.session.show(series, volume)
    main.window.run("layout-1x1")
    pane = main.session.active
    if request.param in KINDS:
        main.view.set_slice(min(MIDDLE[0], volume.geometry.shape_kji[0] - 1))
    elif request.param == "slanting":
        pane.turn_plane(centre_lps(), (0.0, 0.8660254, 0.5), (0.8660254, -0.25, 0.4330127))
        assert pane.axis is None
    else:
        pane.set_plane(request.param)
        assert pane.axis is not None
        pane.view.set_slice(MIDDLE[pane.axis])
    mask = np.zeros(volume.geometry.shape_kji, np.uint8)
    mask[block(main)] = 1
    edit = replace(main.segmentation.array, mask, "Block")
    assert edit is not None
    main.segmentation.apply(edit)
    main.session.hand.set_radius_mm(3.0)
    QApplication.processEvents()
    return main


def image_of(kind: str) -> Volume:
    """A block in a volume of a CT; in frames of a clip, told by its colour; or on a film without a place."""
    array = np.full(GRID.shape_kji, -100, np.int16)
    array[BLOCK] = 60
    if kind in PLANES:
        return Volume(array, GRID, "volume", "HU", "CT", "1.2.3")
    grey = np.where(array > 0, 160, 20).astype(np.uint8)
    if kind == "film":
        return Volume(grey[30:31].astype(np.uint16), Geometry((1, 70, 80)), "image", "", "DX", "1.2.3")
    colours = np.stack([grey, grey // 2, grey + 30], axis=-1)
    return Volume(colours, Geometry(GRID.shape_kji), "clip", "", "US", "1.2.3")


def block(main: Application) -> tuple[slice, slice, slice]:
    """Where the block lies: a film has one slice of it."""
    assert main.segmentation.geometry is not None
    return BLOCK if main.segmentation.geometry.shape_kji[0] > 1 else (slice(0, 1), *BLOCK[1:])


def centre_lps() -> tuple[float, float, float]:
    x, y, z = (float(each) for each in GRID.point_lps(MIDDLE))
    return x, y, z


def middle(main: Application) -> tuple[float, float]:
    """Row and column of the middle of the block on the shown plane."""
    plane, geometry = main.session.active.slice_geometry(main.view.k), main.segmentation.geometry
    assert plane is not None and geometry is not None
    if not geometry.has_position:
        return float(MIDDLE[1]), float(MIDDLE[2])
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
        assert reader.segmentation.array[voxel(reader, row, column + beside)] == value, tool
        undone(reader, before)


def voxel(main: Application, row: float, column: float) -> tuple[int, int, int]:
    """The voxel under a pixel of the shown plane."""
    plane, geometry = main.session.active.slice_geometry(main.view.k), main.segmentation.geometry
    assert plane is not None and geometry is not None
    if not geometry.has_position:
        return main.view.k, round(row), round(column)
    k, j, i = np.rint(geometry.index_kji(plane.point_lps((0, row, column)))).astype(int)
    return int(k), int(j), int(i)


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
    assert (
        reader.segmentation.array[voxel(reader, *middle(reader))] == 0
        and reader.segmentation.array.sum() > 0.8 * before.sum()
    )
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
        k, rows, columns = block(reader)
        if tool == "find-lesion" and reader.session.volume is not None and reader.session.volume.kind == "clip":
            k = slice(MIDDLE[0], MIDDLE[0] + 1)  # a lesion is found on its frame
        assert (reader.segmentation.array[k, rows, columns] == wanted).mean() > 0.95, tool
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
