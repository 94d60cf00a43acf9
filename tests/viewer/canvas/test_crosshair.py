"""A turn of planes that another study, or the last of the slices, comes into."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from imaging.study import Patient, Series, Study
from tests.journeys.hands import LEFT, NONE
from tests.journeys.small_ct import CT, show_ct
from viewer.app import Application
from viewer.canvas.slice_view import SliceView

HalfTurned = tuple[Application, SliceView, Callable[[], None]]


@pytest.fixture
def half_turned(main: Application, tmp_path: Path) -> HalfTurned:
    """Three planes, two of which a drag in the last one has begun to turn, and what drags on."""
    show_ct(main, tmp_path)
    main.window.run("layout-mpr")
    main.window.run("tool-crosshair")
    sagittal = main.session.panes[2]
    main.session.activate(sagittal)
    QApplication.processEvents()
    view = main.viewports.view_of(sagittal)
    middle = QPoint(view.width() // 2, view.height() // 2)
    QTest.mouseClick(view, LEFT, NONE, middle)
    QTest.mousePress(view, LEFT, NONE, middle - QPoint(100, 0))
    QTest.mouseMove(view, middle - QPoint(100, 40))
    assert [pane.plane for pane in main.session.panes] == ["oblique", "oblique", "sagittal"]
    return main, view, lambda: QTest.mouseMove(view, middle - QPoint(100, 60))


def test_nothing_of_a_study_that_is_gone_comes_back(half_turned: HalfTurned, tmp_path: Path) -> None:
    main, _, go_on = half_turned
    series = Series("7.7.7", "volume", "dicom", (tmp_path / "c.dcm",), CT.shape_kji, CT, "CT", patient=Patient("P2"))
    main.session.open(Study(tmp_path, (series,)))
    go_on()
    assert [(pane.volume, pane.grid) for pane in main.session.panes] == [(None, None)] * 3


def test_escape_turns_back_planes_of_the_volume_as_it_is_known_by_then(half_turned: HalfTurned) -> None:
    """The last slices came while it was turned, and with them the padding."""
    main, view, _ = half_turned
    axial, coronal, _ = main.session.panes
    opened = axial.opened
    assert opened is not None
    opened.finish(replace(opened.volume, padding=(-2000.0, -2000.0)))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert (axial.plane, coronal.plane) == ("axial", "coronal")
    assert [pane.planes.volume.padding for pane in (axial, coronal)] == [(-2000.0, -2000.0)] * 2
