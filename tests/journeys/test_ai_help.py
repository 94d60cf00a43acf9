"""Help of a model while editing: a box about a lesion, refining after strokes, accepting over what a person drew."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from viewer.app import Application

LEFT, NONE, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
CONTROL_ALT = CONTROL | Qt.KeyboardModifier.AltModifier
GRID = Geometry((16, 80, 100), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
MIDDLE = (8, 40, 50)


def ball(radius_mm: float, centre: tuple[int, int, int] = MIDDLE) -> NDArray[np.bool_]:
    k, j, i = (
        (np.arange(size) - at) * step for size, at, step in zip(GRID.shape_kji, centre, GRID.spacing_mm, strict=True)
    )
    return k[:, None, None] ** 2 + j[None, :, None] ** 2 + i[None, None, :] ** 2 <= radius_mm**2


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


@pytest.fixture
def reader(main: Application, tmp_path: Path) -> Application:
    """The window with a CT that has a ball of 10 mm radius in the lung."""
    show(main, tmp_path, ball(10.0))
    return main


def show(main: Application, folder: Path, lesion: NDArray[np.bool_], colour: bool = False) -> None:
    file = folder / "a.dcm"
    file.touch()
    noise = np.random.default_rng(0).normal(0, 30, GRID.shape_kji)
    array = (np.where(lesion, 40, -800) + noise).astype(np.int16)
    volume = Volume(array, GRID, "volume", "HU", "CT", "1.2.3")
    if colour:
        grey = np.where(lesion, 60, 160).astype(np.uint8)
        volume = Volume(np.stack([grey] * 3, axis=-1), GRID, "clip", "", "US", "1.2.3")
    series = Series("1.2.3", volume.kind, "dicom", (file,), GRID.shape_kji, GRID, "CT", "Chest", patient=Patient("P1"))
    main.session.open(Study(folder, (series,)))
    main.session.show(series, volume)
    main.segmentation.set_labels((Label(1, "lesion"), Label(2, "other", (86, 180, 233))))
    main.segmentation.set_active(1)
    main.view.set_slice(MIDDLE[0])
    QApplication.processEvents()


def at(main: Application, row: float, column: float) -> QPoint:
    transform = main.session.active.transform()
    assert transform is not None
    x, y = transform.to_screen(row, column)
    return QPoint(round(x), round(y))


def drag(main: Application, *pixels: tuple[float, float]) -> None:
    QTest.mousePress(main.canvas, LEFT, NONE, at(main, *pixels[0]))
    for one, other in pairwise(pixels):
        for share in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(main.canvas, at(main, *(a + share * (b - a) for a, b in zip(one, other, strict=True))))
    QTest.mouseRelease(main.canvas, LEFT, NONE, at(main, *pixels[-1]))


def key(main: Application, which: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(main.canvas, which, modifier)


def proposed(qtbot: QtBot, main: Application) -> None:
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=30_000)


def test_a_box_becomes_a_segment_that_is_kept_and_taken_back(qtbot: QtBot, reader: Application) -> None:
    key(reader, Qt.Key.Key_C, CONTROL_ALT)
    assert reader.session.hand.tool == "box-lesion"
    drag(reader, (29, 39), (51, 61))
    proposed(qtbot, reader)
    assert not reader.segmentation.array.any(), "nothing changes before it is kept"
    key(reader, Qt.Key.Key_Escape)
    assert reader.session.workbench.proposal is None and not reader.segmentation.array.any()
    drag(reader, (29, 39), (51, 61))
    proposed(qtbot, reader)
    key(reader, Qt.Key.Key_Return)
    assert dice(reader.segmentation.array == 1, ball(10.0)) > 0.93, "the lesion in all its slices, from a box in one"
    key(reader, Qt.Key.Key_Z, CONTROL)
    assert not reader.segmentation.array.any(), "one step"


def test_a_box_leaves_other_segments_that_are_locked(qtbot: QtBot, reader: Application) -> None:
    reader.segmentation.set_labels((Label(1, "lesion"), Label(2, "other", (86, 180, 233), locked=True)))
    reader.segmentation.mask.layers[0][8, 38:42, 48:52] = 2
    reader.session.hand.set_tool("box-lesion")
    drag(reader, (29, 39), (51, 61))
    proposed(qtbot, reader)
    key(reader, Qt.Key.Key_Return)
    assert (reader.segmentation.array[8, 38:42, 48:52] == 2).all()


def test_a_box_in_a_coronal_plane(qtbot: QtBot, reader: Application) -> None:
    reader.session.active.set_plane("coronal")
    reader.view.set_slice(MIDDLE[1])
    QApplication.processEvents()
    reader.session.hand.set_tool("box-lesion")
    drag(reader, (2.5, 39), (13.5, 61))
    proposed(qtbot, reader)
    key(reader, Qt.Key.Key_Return)
    assert dice(reader.segmentation.array == 1, ball(10.0)) > 0.9


def test_a_box_on_a_frame_in_colour_stays_on_its_frame(qtbot: QtBot, main: Application, tmp_path: Path) -> None:
    show(main, tmp_path, ball(10.0), colour=True)
    main.session.hand.set_tool("box-lesion")
    drag(main, (29, 39), (51, 61))
    proposed(qtbot, main)
    key(main, Qt.Key.Key_Return)
    mask = main.segmentation.array == 1
    assert set(np.argwhere(mask)[:, 0]) == {MIDDLE[0]}
    assert dice(mask[MIDDLE[0]], ball(10.0)[MIDDLE[0]]) > 0.93


def test_a_slip_of_the_mouse_is_no_box(reader: Application) -> None:
    reader.session.hand.set_tool("box-lesion")
    drag(reader, (40, 50), (40, 50))
    assert not reader.editing.waiting
