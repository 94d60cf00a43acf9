"""Measuring in the real window, with real mouse and keys: numbers, handles, undo, the library, the panel."""

import dataclasses
import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTreeWidgetItem

from imaging.editing import replace
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.measurement.measurement import Measurement
from imaging.reslicing import PatientPlane
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from viewer.app import Application
from viewer.canvas.measuring_labels import Labels
from viewer.canvas.measuring_places import seen
from viewer.canvas.slice_view import SliceView
from viewer.panels.measurement_panel import CALIBRATED_BY, NAME, SLICE, VALUE
from viewer.state.hand import Tool
from viewer.state.layout import LAYOUTS
from viewer.waiting import wait_until

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
CT = Geometry((40, 60, 80), (2.0, 1.0, 0.5), (-20.0, -30.0, -40.0), calibration=Calibration.PATIENT)
FILM = Geometry((1, 100, 120), (1.0, 0.5, 0.5), calibration=Calibration.DETECTOR)

Open = Callable[..., Application]
Pixels = tuple[tuple[float, float], ...]


def ramp(geometry: Geometry) -> Volume:
    """Values that grow by ten from column to column."""
    array = np.broadcast_to(np.arange(geometry.shape_kji[2]) * 10, geometry.shape_kji).astype(np.int16)
    kind = "volume" if geometry.has_position else "image"
    return Volume(array.copy(), geometry, kind, "HU" if kind == "volume" else "", "CT", "1.2.3")


def a_file(folder: Path) -> Path:
    made = folder / "a.dcm"
    made.touch()
    return made


@pytest.fixture
def opened(start: Callable[[], Application], tmp_path: Path) -> Generator[Open]:
    made: list[Application] = []

    def open_one(geometry: Geometry = CT, uid: str = "1.2.3") -> Application:
        main = start()
        made.append(main)
        series = Series(
            uid,
            "volume",
            "dicom",
            (a_file(tmp_path),),
            geometry.shape_kji,
            geometry,
            "CT",
            "Thorax",
            patient=Patient("P1"),
        )
        main.session.open(Study(tmp_path, (series,)))
        main.session.show(series, ramp(geometry))
        main.sides.right.setCurrentWidget(main.sides.measures)
        QApplication.processEvents()
        return main

    yield open_one
    for main in made:
        main.segmentation.mask.saved = True


def at(main: Application, *pixels: tuple[float, float]) -> list[QPoint]:
    transform = main.session.active.transform()
    assert transform is not None
    return [QPoint(*(round(v) for v in transform.to_screen(*pixel))) for pixel in pixels]


def drag(view: SliceView, start: QPoint, end: QPoint) -> None:
    QTest.mouseMove(view, start)
    QTest.mousePress(view, LEFT, NONE, start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, NONE, end)
    QApplication.processEvents()


def click(view: SliceView, *places: QPoint) -> None:
    for place in places:
        QTest.mouseMove(view, place)
        QTest.mouseClick(view, LEFT, NONE, place)


def take(main: Application, tool: Tool) -> None:
    main.window.actions_by_id[f"tool-{tool}"].trigger()
    assert main.session.hand.tool == tool


def numbers(main: Application, measurement: Measurement) -> dict[str, float]:
    volume = main.session.volume
    assert volume is not None
    return {value.name: value.value for value in main.session.measurements.values(measurement, volume)}


def pixel_mm(main: Application) -> float:
    """Millimetres under one pixel of the screen: how exact a mouse can be."""
    transform = main.session.active.transform()
    assert transform is not None
    return 1 / transform.px_per_mm


def test_a_length_is_right_in_every_plane(opened: Open) -> None:
    main = opened()
    cases: tuple[tuple[PatientPlane | Literal["stored"], Pixels, float], ...] = (
        ("stored", ((10, 10), (40, 50)), np.hypot(30 * 1.0, 40 * 0.5)),
        ("coronal", ((5, 10), (30, 50)), np.hypot(25 * 2.0, 40 * 0.5)),
        ("sagittal", ((5, 10), (30, 50)), np.hypot(25 * 2.0, 40 * 1.0)),
    )
    for plane, pixels, length in cases:
        main.session.active.set_plane(plane)
        take(main, "length")
        drag(main.canvas, *at(main, *pixels))
        found = numbers(main, main.session.measurements.all[-1])
        assert found["Length"] == pytest.approx(length, abs=1.5 * pixel_mm(main)), plane
    assert rows(main)[0].text(VALUE).endswith(" mm")
    assert rows(main)[0].text(CALIBRATED_BY) == "patient position"


def rows(main: Application) -> list[QTreeWidgetItem]:
    found = [main.sides.measures.rows.topLevelItem(n) for n in range(main.sides.measures.rows.topLevelItemCount())]
    return [item for item in found if item is not None]


def test_drags_and_clicks_draw_every_figure(opened: Open) -> None:
    main = opened()
    state, view = main.session.measurements, main.canvas
    take(main, "angle")
    click(view, *at(main, (10, 10), (10, 40), (40, 40)))
    take(main, "cobb")
    drag(view, *at(main, (20, 5), (20, 30)))
    assert len(state.all) == 1, "the second line is still to come"
    drag(view, *at(main, (50, 5), (35, 35)))
    take(main, "bidirectional")
    drag(view, *at(main, (30, 50), (30, 70)))
    drag(view, *at(main, (25, 60), (36, 60)))
    take(main, "cardiothoracic")
    drag(view, *at(main, (45, 50), (45, 60)))
    drag(view, *at(main, (48, 45), (48, 75)))
    take(main, "ellipse")
    drag(view, *at(main, (2, 60), (22, 78)))
    take(main, "rectangle")
    drag(view, *at(main, (50.5, 40.5), (57.5, 60.5)))
    take(main, "arrow")
    drag(view, *at(main, (5, 5), (8, 12)))
    take(main, "probe")
    click(view, *at(main, (30, 30)))
    take(main, "freehand")
    QTest.mousePress(view, LEFT, NONE, at(main, (44, 4))[0])
    for place in at(main, (44, 14), (54, 14), (54, 4), (46, 3)):
        QTest.mouseMove(view, place)
    QTest.mouseRelease(view, LEFT, NONE, at(main, (46, 3))[0])
    kinds = [each.kind for each in state.all]
    assert kinds == ["angle", "cobb", "bidirectional", "cardiothoracic", "ellipse", "rectangle", "arrow", "probe",
                     "freehand"]  # fmt: skip
    angle, cobb, two, ratio, _, rectangle, _, probe, _ = (numbers(main, each) for each in state.all)
    assert angle["Angle"] == pytest.approx(90, abs=1)
    assert cobb["Cobb angle"] == pytest.approx(45, abs=2), "15 rows of 1 mm over 30 columns of 0.5 mm"
    assert two["Long axis"] == pytest.approx(11, abs=0.3) and two["Short axis"] == pytest.approx(10, abs=0.3)
    assert ratio["Cardiothoracic ratio"] == pytest.approx(1 / 3, abs=0.02)
    assert (rectangle["Pixels"], rectangle["Mean"]) == (7 * 20, pytest.approx(505))
    assert probe["Value"] == 300
    assert main.sides.measures.histogram.isVisible()


def test_a_polygon_ends_with_enter_or_a_double_click_and_escape_gives_up(opened: Open) -> None:
    main = opened()
    state, view = main.session.measurements, main.canvas
    take(main, "polygon")
    click(view, *at(main, (10, 10), (10, 30), (30, 30)))
    assert state.all == () and state.sketch is not None
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [len(each.figure.points) for each in state.all] == [3]
    click(view, *at(main, (40, 10), (40, 30), (55, 30)))
    last = at(main, (55, 12))[0]
    QTest.mouseClick(view, LEFT, NONE, last)
    QTest.mouseDClick(view, LEFT, NONE, last)
    assert [len(each.figure.points) for each in state.all] == [3, 4]
    click(view, *at(main, (40, 50), (40, 70), (55, 70)))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert len(state.all) == 2 and state.sketch is None
    assert not main.session.maximised


def test_a_polygon_begun_on_one_series_never_ends_on_another(opened: Open) -> None:
    main = opened()
    state, view, shown = main.session.measurements, main.canvas, main.session.series
    assert shown is not None and main.session.volume is not None
    take(main, "polygon")
    click(view, *at(main, (10, 10), (10, 30), (30, 30)))
    QTest.mousePress(view, LEFT, NONE, at(main, (30, 12))[0])
    other = dataclasses.replace(main.session.volume, series_uid="1.2.4")
    main.session.show(dataclasses.replace(shown, uid="1.2.4"), other)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert state.series_uid == "1.2.4" and state.all == () and state.sketch is None


def test_a_point_is_dragged_and_taken_back_on_the_line_of_the_strokes(opened: Open) -> None:
    main = opened()
    state, view = main.session.measurements, main.canvas
    take(main, "length")
    drag(view, *at(main, (20, 10), (20, 50)))
    before = state.all[0]
    main.session.hand.set_tool("window")
    window = main.session.view.window
    drag(view, *at(main, (20, 50), (40, 50)))
    assert numbers(main, state.all[0])["Length"] == pytest.approx(np.hypot(20, 20), abs=0.4)
    assert main.session.view.window == window, "the window's drag stays out of it"
    drag(view, *at(main, (30, 30), (35, 40)))
    assert numbers(main, state.all[0])["Length"] == pytest.approx(np.hypot(20, 20), abs=0.4), "moved as a whole"
    main.segmentation.set_labels((Label(1, "lesion"),))
    main.session.hand.set_tool("brush")
    drag(view, *at(main, (50, 60), (52, 64)))
    assert main.segmentation.array.any()
    for _ in range(3):
        main.window.actions_by_id["undo"].trigger()
    assert state.all == (before,) and not main.segmentation.array.any()
    main.window.actions_by_id["undo"].trigger()
    assert state.all == ()
    main.window.actions_by_id["redo"].trigger()
    assert state.all == (before,)


def test_delete_takes_the_selected_one_and_leaves_the_mask(opened: Open) -> None:
    main = opened()
    main.segmentation.set_labels((Label(1, "lesion"),))
    main.session.hand.set_tool("brush")
    drag(main.canvas, *at(main, (50, 60), (52, 64)))
    take(main, "length")
    drag(main.canvas, *at(main, (20, 10), (20, 50)))
    QTest.keyClick(main.canvas, Qt.Key.Key_Delete)
    assert main.session.measurements.all == () and main.segmentation.array.any()
    QTest.keyClick(main.canvas, Qt.Key.Key_Delete)
    assert not main.segmentation.array.any(), "with nothing selected, Delete clears the slice as ever"


def test_measurements_come_back_bit_for_bit_after_the_program_dies(opened: Open) -> None:
    first = opened()
    take(first, "length")
    drag(first.canvas, *at(first, (20, 10), (33, 50)))
    take(first, "ellipse")
    drag(first.canvas, *at(first, (2, 60), (22, 78)))
    kept = first.session.measurements.all
    second = opened()
    assert second.session.measurements.all == kept
    second.session.measurements.remove(kept[0].uid)
    third = opened()
    assert third.session.measurements.all == kept[1:]
    other = opened(uid="9.9.9")
    assert other.session.measurements.all == (), "another series has its own"


def test_measurements_show_on_their_own_slice_and_dashed_across_it(opened: Open) -> None:
    main = opened()
    take(main, "length")
    main.session.view.set_slice(10)
    drag(main.canvas, *at(main, (20, 10), (20, 50)))
    points, pane = main.session.measurements.all[0].figure.points, main.session.active
    here = seen(pane, points)
    assert here is not None and not here.projected
    main.session.view.set_slice(11)
    assert seen(pane, points) is None
    pane.set_plane("sagittal")
    main.session.view.set_slice(30)
    across = seen(pane, points)
    assert across is not None and across.projected and across.crossing and not here.crossing
    main.session.view.set_slice(60)
    assert seen(pane, points) is None


def test_what_only_crosses_a_plane_says_its_numbers_when_it_is_selected(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, ...]] = []
    write = Labels.write
    monkeypatch.setattr(
        Labels, "write", lambda labels, lines, *more: (written.append(lines), write(labels, lines, *more))
    )
    main = opened()
    take(main, "length")
    drag(main.canvas, *at(main, (20, 10), (20, 50)))
    main.canvas.grab()
    assert len(written) > 0, "beside the line, on its own plane"
    main.session.measurements.select("")
    main.session.active.set_plane("sagittal")
    main.session.view.set_slice(30)
    written.clear()
    main.canvas.grab()
    assert written == []
    main.session.measurements.select(main.session.measurements.all[0].uid)
    main.canvas.grab()
    assert len(written) > 0


def test_a_known_length_calibrates_what_stands_on_a_film(opened: Open) -> None:
    main = opened(FILM)
    take(main, "length")
    drag(main.canvas, *at(main, (20, 20), (20, 80)))
    assert rows(main)[0].text(VALUE) == "30.0 mm" and rows(main)[0].text(CALIBRATED_BY) == "at detector"
    take(main, "known-length")
    drag(main.canvas, *at(main, (50, 20), (50, 40)))
    assert main.sides.measures.known_row.isVisible()
    field = main.sides.measures.known_mm.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert rows(main)[0].text(CALIBRATED_BY) == "calibrated by the user"
    assert float(rows(main)[0].text(VALUE).split()[0]) == pytest.approx(75, abs=1), "20 columns are 25 mm"


def test_the_panel_jumps_names_deletes_and_exports(opened: Open, tmp_path: Path) -> None:
    main = opened()
    main.session.view.set_slice(7)
    take(main, "length")
    drag(main.canvas, *at(main, (20, 10), (20, 50)))
    main.session.view.set_slice(30)
    (row,) = rows(main)
    assert row.text(SLICE) == "8"
    table = main.sides.measures.rows
    place = table.visualItemRect(row).center()
    QTest.mouseClick(table.viewport(), LEFT, NONE, place)
    assert main.session.view.k == 7
    QTest.mouseDClick(table.viewport(), LEFT, NONE, place)
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "target 1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert main.session.measurements.all[0].name == "target 1" == rows(main)[0].text(NAME)
    for name in ("out.json", "out.csv"):
        main.measuring.export(tmp_path / name)
        wait_until(lambda: not main.runner.busy(), "the export")
    (one,) = json.loads((tmp_path / "out.json").read_text())["measurements"]
    assert (one["name"], one["slice"], one["values"][0]["calibration"]) == ("target 1", 8, "patient position")
    assert "patient position" in (tmp_path / "out.csv").read_text()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert main.session.measurements.all == () and rows(main) == []


def test_a_text_is_written_where_it_was_put(opened: Open) -> None:
    main = opened()
    main.sides.right.setCurrentIndex(0)
    take(main, "note")
    click(main.canvas, *at(main, (20, 20)))
    assert main.sides.right.currentWidget() is main.sides.measures
    editor = main.sides.measures.rows.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "stent")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert main.session.measurements.all[0].name == "stent"


def test_the_ratio_is_proposed_where_the_mask_names_heart_and_lungs(opened: Open) -> None:
    main = opened(FILM)
    proposal = main.window.actions_by_id["propose-ratio"]
    assert not proposal.isEnabled()
    array = np.zeros(FILM.shape_kji, np.uint8)
    array[0, 10:90, 10:50], array[0, 10:90, 70:110], array[0, 50:80, 40:80] = 1, 1, 2
    main.segmentation.set_labels((Label(1, "Lungs"), Label(2, "Heart")))
    edit = replace(main.segmentation.array, array, "Paint")
    assert edit is not None
    main.segmentation.apply(edit)
    assert proposal.isEnabled()
    proposal.trigger()
    found = numbers(main, main.session.measurements.all[0])
    assert found["Cardiothoracic ratio"] == pytest.approx(40 / 100)


def test_two_viewports_show_the_measurements_of_their_own_series(opened: Open, tmp_path: Path) -> None:
    main = opened()
    take(main, "length")
    drag(main.canvas, *at(main, (20, 10), (20, 50)))
    main.session.set_layout(LAYOUTS["1x2"])
    QApplication.processEvents()
    main.session.activate(main.session.panes[1])
    other = Series(
        "9.9", "volume", "dicom", (a_file(tmp_path),), CT.shape_kji, CT, "CT", "Prior", patient=Patient("P1")
    )
    main.session.show(other, ramp(CT))
    assert main.session.measurements.all == ()
    assert len(main.session.measurements.of("1.2.3")) == 1
    drag(main.canvas, *at(main, (30, 10), (30, 50)))
    main.session.activate(main.session.panes[0])
    assert [round(each.figure.points[0][1]) for each in main.session.measurements.all] == [-10]
