"""File, Export and Import through the real window: masks, measurements and pictures leave and come back."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import highdicom as hd
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from imaging import editing
from imaging.formats.presentation.presentation import Presentation
from imaging.formats.presentation.writing import write_presentation
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.legend import Legend
from imaging.measurement.areas import Ellipse
from imaging.measurement.lines import Length
from imaging.measurement.measurement import Measurement
from imaging.measurement.ruler import Ground
from imaging.phantom import PhantomStudy
from imaging.volume import Shutter, VoiTable, Window
from inference.prediction import Prediction
from inference.probability import ProbabilityMap
from tests.journeys.hands import settle, told
from viewer.app import Application
from viewer.dialogs.exchange_files import MASKS, REPORT
from viewer.panels.findings_panel import FindingsPanel
from viewer.panels.status import StatusBar
from viewer.state.orientation import CLOCKWISE, MIRRORED


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.study])
    settle(qtbot, main)
    main.window.run("layout-1x1")
    assert main.session.study is not None
    main.reading.load(next(each for each in main.session.study.series if each.modality == "CT"))
    settle(qtbot, main)
    return main


def choose(monkeypatch: pytest.MonkeyPatch, path: Path, chosen: str = "") -> None:
    """Answer the next file dialogs as a person would."""

    def answer(*_: object) -> tuple[str, str]:
        return str(path), chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)


def paint(main: Application, mask: NDArray[np.uint8]) -> None:
    edit = editing.replace(main.segmentation.array, mask, "Paint")
    assert edit is not None
    main.segmentation.apply(edit)


def draw(main: Application) -> tuple[Measurement, ...]:
    assert main.session.volume is not None
    place = main.session.volume.slice_geometry(5).point_lps
    for figure, points in ((Length, [(0, 20, 30), (0, 60.5, 80)]), (Ellipse, [(0, 50, 50), (0, 50, 70), (0, 62, 50)])):
        x = tuple((float(a), float(b), float(c)) for a, b, c in place(points))
        main.session.measurements.add(Measurement(uuid4().hex, figure(x), "lps", "nodule"))
    return main.session.measurements.all


def test_measurements_leave_as_a_report_and_come_back(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(main)
    choose(monkeypatch, tmp_path / "report", REPORT)
    main.window.run("export-measurements")
    settle(qtbot, main)
    assert f"2 measurements written to {tmp_path / 'report.dcm'}." in told(main)
    main.measuring.delete_all()
    choose(monkeypatch, tmp_path / "report.dcm")
    main.window.run("import-measurements")
    settle(qtbot, main)
    found = main.session.measurements.all
    assert [(each.uid, each.kind, each.name) for each in found] == [(each.uid, each.kind, each.name) for each in drawn]
    for ours, theirs in zip(drawn, found, strict=True):
        np.testing.assert_allclose(theirs.figure.points, ours.figure.points, rtol=0, atol=1e-6)
    main.window.run("undo")
    assert len(main.session.measurements.all) == 1
    main.window.run("import-measurements")
    settle(qtbot, main)
    assert "1 were there already" in told(main)


@pytest.mark.parametrize("form", ["DICOM SEG (*.dcm)", "3D Slicer (*.seg.nrrd)", "NIfTI (*.nii.gz)"])
def test_a_mask_leaves_and_comes_back_as_a_proposal(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    empty = main.segmentation.array.copy()
    mask = empty.copy()
    mask[4:7, 20:40, 30:50] = 1
    paint(main, mask)
    choose(monkeypatch, tmp_path / "mask", form)
    main.window.run("export-mask")
    settle(qtbot, main)
    path = tmp_path / f"mask{MASKS[form][1]}"
    assert f"Mask written to {path}." in told(main)
    paint(main, empty)
    choose(monkeypatch, path)
    main.window.run("import-mask")
    settle(qtbot, main)
    panel = main.window.findChild(FindingsPanel)
    assert panel is not None
    said = panel.summary.text().splitlines()[0]
    by_name = said.startswith("Mask by ") and said.endswith(f"({path.name})")
    assert by_name if form.startswith("DICOM") else said == f"Imported: {path.name}", "who made it, where that is kept"
    main.window.run("accept")
    np.testing.assert_array_equal(main.segmentation.array, mask)


@pytest.mark.parametrize(("command", "name"), [("export-mask", "m.dcm"), ("export-segment-report", "m.seg.dcm")])
def test_a_mask_that_came_from_a_model_leaves_with_the_model(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    mask = np.zeros_like(main.segmentation.array)
    mask[4:7, 20:40, 30:50] = 1
    main.segmentation.become([mask], Legend((Label(1, "lesion"),), "finder", "2.1"), "Accept finder")
    choose(monkeypatch, tmp_path / "m.dcm", "DICOM SEG (*.dcm)")
    main.window.run(command)
    settle(qtbot, main)
    (segment,) = dcmread(tmp_path / name).SegmentSequence
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == ("SEMIAUTOMATIC", "finder")
    assert segment.SegmentationAlgorithmIdentificationSequence[0].AlgorithmVersion == "2.1"


def test_an_export_is_stopped_with_the_button_and_leaves_nothing(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = main.segmentation.array.copy()
    mask[4:60, 20:200:2, 30:200:2] = 1
    paint(main, mask)
    out = tmp_path / "out"
    choose(monkeypatch, out / "masks", "YOLO, a folder (*)")
    main.window.run("export-mask")
    bar = main.window.findChild(StatusBar)
    assert bar is not None and main.runner.busy("export")
    qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    assert not main.runner.busy("export")
    qtbot.waitUntil(lambda: not list(out.glob("*")), timeout=20_000)
    qtbot.waitUntil(lambda: "The export was stopped; nothing was written." in told(main), timeout=20_000)
    assert "Mask written" not in told(main)


def test_overlapping_segments_leave_and_come_back_whole(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = main.segmentation
    lobe = np.zeros(state.array.shape, np.uint8)
    nodule = lobe.copy()
    lobe[4:7, 20:40, 30:50], nodule[5:9, 30:60, 40:70] = 1, 2
    labels = (Label(1, "lobe"), Label(2, "nodule", (86, 180, 233), layer=1))
    state.become((lobe, nodule), Legend(labels), "Paint")
    choose(monkeypatch, tmp_path / "mask", "DICOM SEG (*.dcm)")
    main.window.run("export-mask")
    settle(qtbot, main)
    choose(monkeypatch, tmp_path / "flat", "NIfTI (*.nii.gz)")
    main.window.run("export-mask")
    settle(qtbot, main)
    assert f"{2 * 10 * 10} voxels belong to several segments" in told(main)
    state.become((np.zeros_like(lobe),), Legend((Label(1, "empty"),)), "Empty")
    choose(monkeypatch, tmp_path / "mask.dcm")
    main.window.run("import-mask")
    settle(qtbot, main)
    main.window.run("accept")
    assert [label.name for label in state.labels] == ["lobe", "nodule"]
    for value, drawn in ((1, lobe), (2, nodule)):
        np.testing.assert_array_equal(state.inside(value), drawn == value)


def test_the_viewport_leaves_as_a_picture_without_a_name(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(main)
    for action, burned in (("export-capture", "NO"), ("export-capture-named", "YES"), ("export-capture-plain", "NO")):
        choose(monkeypatch, tmp_path / action, "DICOM (*.dcm)")
        main.window.run(action)
        settle(qtbot, main)
        assert dcmread(tmp_path / f"{action}.dcm").BurnedInAnnotation == burned
    pixels = [dcmread(tmp_path / f"{name}.dcm").pixel_array for name in ("export-capture", "export-capture-plain")]
    assert pixels[0].shape == pixels[1].shape
    assert (pixels[0] != pixels[1]).any()


def test_what_cannot_be_done_is_told(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(main)
    choose(monkeypatch, tmp_path / "gone" / "report.dcm", REPORT)
    main.window.run("export-measurements")
    settle(qtbot, main)
    assert "gone" in told(main)
    assert main.session.series is not None
    choose(monkeypatch, main.session.series.files[0])
    main.window.run("import-measurements")
    settle(qtbot, main)
    assert "no structured report with groups of measurements" in told(main)


def look(main: Application) -> tuple[object, ...]:
    view, transform = main.view, main.session.active.transform()
    assert transform is not None
    return view.k, view.window, view.inverted, transform.orientation


def test_a_view_leaves_as_a_presentation_state_and_a_click_brings_it_back(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(main)
    main.view.set_slice(5)
    main.view.set_window(Window(-600.0, 1500.0, "lung"))
    main.view.set_inverted(True)
    main.view.turn_by(CLOCKWISE)
    main.view.turn_by(MIRRORED)
    main.view.set_zoom(3.0, (70.0, -40.0))
    before, pan_px = look(main), main.view.pan_px
    choose(monkeypatch, tmp_path / "view.dcm")
    main.window.run("export-presentation")
    settle(qtbot, main)
    assert f"Presentation state written to {tmp_path / 'view.dcm'}." in told(main)
    assert main.session.series is not None
    folder = main.session.series.files[0].parent
    main.measuring.delete_all()
    main.reading.open([folder, tmp_path / "view.dcm"])
    settle(qtbot, main)
    assert main.session.study is not None
    (document,) = [each for each in main.session.study.documents if each.kind == "presentation"]
    main.overlaying.show(document)
    settle(qtbot, main)
    settle(qtbot, main)
    assert look(main) == before
    assert main.view.zoom == pytest.approx(3.0, rel=0.05)
    assert main.view.pan_px == pytest.approx(pan_px, abs=20)
    assert [(each.uid, each.kind) for each in main.session.measurements.all] == [(e.uid, e.kind) for e in drawn]


def test_probabilities_leave_from_the_menu_and_come_back_as_an_overlay(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two labels on 255 steps; another reader finds every one of them, and so do we."""
    geometry = main.segmentation.geometry
    assert geometry is not None
    array = np.zeros((2, *geometry.shape_kji), np.uint8)
    array[0, 20, 30:40, 50:60] = np.arange(100).reshape(10, 10) * 2 + 57
    array[1, 21, 30:40, 50:60] = 200
    labels = (Label(1, "consolidation", (230, 10, 20)), Label(2, "nodule", (10, 200, 30)))
    marked = np.where(array[0] >= 128, 1, np.where(array[1] >= 128, 2, 0)).astype(np.uint8)
    mask = Labelmap(marked, geometry, labels, Provenance("finder", datetime(2026, 1, 2, tzinfo=UTC), "finder", "2.1"))
    assert not main.window.actions_by_id["export-probabilities"].isEnabled()
    said = Prediction("1.2", "finder", "2.1", "segmentation", (), mask, mask.volumes_ml(), "cpu", 1.0, 1.0)
    main.findings.show_prediction(replace(said, probabilities=ProbabilityMap(array, (1, 2), geometry)))
    choose(monkeypatch, tmp_path / "chances")
    main.window.run("export-probabilities")
    settle(qtbot, main)
    file = tmp_path / "chances.dcm"
    assert f"Probabilities written to {file}." in told(main)
    written = dcmread(file)
    assert (written.SegmentationType, written.SegmentationFractionalType) == ("FRACTIONAL", "PROBABILITY")
    by_highdicom = hd.seg.segread(file).pixel_array
    np.testing.assert_array_equal(by_highdicom[0][30:40, 50:60], array[0, 20, 30:40, 50:60])

    main.findings.show_prediction(None)
    choose(monkeypatch, file)
    main.window.run("import-mask")
    settle(qtbot, main)
    found, heat = main.findings.prediction, main.findings.heat
    assert found is not None and found.mask is not None and found.probabilities is not None and heat is not None
    np.testing.assert_array_equal(found.probabilities.array, array)
    np.testing.assert_array_equal(found.mask.array, marked)
    assert heat.method == "Probability" and heat.limit == 1.0
    np.testing.assert_allclose(np.nan_to_num(heat.array), array.max(axis=0) / 255, atol=1e-7)
    assert np.isnan(heat.array[0, 0, 0]), "clear where nothing is said"
    main.window.run("heat-visible")
    assert not main.findings.heat_visible


def test_numbers_of_segments_leave_as_a_report_and_come_back_below_measures(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = np.zeros_like(main.segmentation.array)
    mask[20:24, 100:120, 90:110] = 1
    paint(main, mask)
    choose(monkeypatch, tmp_path / "numbers")
    main.window.run("export-segment-report")
    settle(qtbot, main)
    assert "numbers.seg.dcm" in told(main) and (tmp_path / "numbers.seg.dcm").exists()
    assert not main.sides.measures.reported.isVisibleTo(main.sides.measures)
    for _ in range(2):
        choose(monkeypatch, tmp_path / "numbers.dcm")
        main.window.run("import-measurements")
        settle(qtbot, main)
    lines = main.sides.measures.reported.text().splitlines()
    assert main.sides.measures.reported.isVisibleTo(main.sides.measures) and lines[0] == "lesion"
    assert sum("Volume" in line for line in lines) == 1, "read twice, shown once"
    volume_ml = 4 * 20 * 20 * main.segmentation.geometry.voxel_ml
    assert f"    Volume: {volume_ml:.4g} ml" in lines
    assert "Numbers of segments are shown below Measures." in told(main)


def test_the_shutter_and_the_table_of_a_presentation_state_are_seen(
    qtbot: QtBot, main: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ring of a table that is white around 0 HU alone, and a circle of 40 pixels: beside it the picture is black."""
    series, volume = main.session.series, main.session.volume
    assert series is not None and volume is not None
    grey = np.zeros(400, np.uint8)
    grey[150:300] = 255
    _, rows, columns = volume.geometry.shape_kji
    middle = ((rows - 1) / 2, (columns - 1) / 2)
    look = Presentation(
        volume.array.shape[0] // 2, table=VoiTable(-200, grey, "water"), shutter=Shutter(None, (*middle, 40.0))
    )
    made = Provenance("Doe Jane", datetime(2026, 1, 2, tzinfo=UTC))
    write_presentation(look, (), Ground(volume), series, tmp_path / "pr.dcm", made)

    def bright() -> list[bool]:
        """Along the row 20 pixels below the middle, clear of letters: whether the picture is lit."""
        image, transform = main.canvas.grab().toImage(), main.session.active.transform()
        assert transform is not None
        places = [transform.to_screen(middle[0] + 20, column) for column in range(0, columns, 4)]
        return [image.pixelColor(int(x), int(y)).value() > 200 for x, y in places]

    choose(monkeypatch, tmp_path / "pr.dcm")
    main.window.run("import-presentation")
    settle(qtbot, main)
    assert main.view.table is not None and main.view.table.name == "water" and main.view.shutter is not None
    seen = bright()
    inside = [np.hypot(20, column - middle[1]) < 41 for column in range(0, columns, 4)]
    assert any(seen) and all(within for lit, within in zip(seen, inside, strict=True) if lit)
    main.window.run("shutter")
    assert any(lit and not within for lit, within in zip(bright(), inside, strict=True)), "the key shows all again"
    main.window.run("shutter")
    choose(monkeypatch, tmp_path / "again.dcm")
    main.window.run("export-presentation")
    settle(qtbot, main)
    again = dcmread(tmp_path / "again.dcm")
    assert (list(again.CenterOfCircularShutter), again.RadiusOfCircularShutter) == (
        [round(each) + 1 for each in middle], 40,
    )  # fmt: skip
    assert again.SoftcopyVOILUTSequence[0].VOILUTSequence[0].LUTDescriptor[:2] == [400, -200]
    main.window.run("reset")
    assert main.view.shutter is None and main.view.table is None
