"""Help of a model while editing: a box about a lesion, refining after strokes, accepting over what a person drew."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from skimage.measure import find_contours

from imaging.formats.reading import load_volume, open_study
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.phantom import PhantomStudy, clip
from imaging.study import Patient, Series, Study
from imaging.volume import Volume
from inference.prediction import Finding, Prediction
from inference.probability import ProbabilityMap, quantised
from tests.imaging.editing.lesions import ball_in, dice
from tests.journeys.hands import at, drag, key
from viewer.app import Application
from viewer.panels.assist_box import AssistBox
from viewer.panels.findings_panel import FindingsPanel
from viewer.state.hand import Tool

LEFT, NONE, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
CONTROL_ALT = CONTROL | Qt.KeyboardModifier.AltModifier
GRID = Geometry((16, 80, 100), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
MIDDLE = (8, 40, 50)


def ball(radius_mm: float, centre: tuple[int, int, int] = MIDDLE) -> NDArray[np.bool_]:
    return ball_in(GRID, radius_mm, centre)


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


def opinion(main: Application, mask: NDArray[np.bool_], probability: NDArray[np.float64]) -> Prediction:
    """What a lesion model says of the shown series."""
    volume = main.session.volume
    assert volume is not None
    drawn = Labelmap(mask.astype(np.uint8), GRID, (Label(1, "lesion", (200, 80, 80)),))
    maps = ProbabilityMap(quantised(probability.astype(np.float32))[None], (1,), GRID)
    return Prediction(
        volume.series_uid, "net", "1.0.0", "segmentation", (Finding("lesion", "Lesion", 0.9),), drawn, {}, "cpu", 1.0,
        100.0, probabilities=maps,
    )  # fmt: skip


def half_seen(main: Application) -> Prediction:
    """A model that sees only the left half of the ball."""
    left = ball(10.0) & (np.arange(GRID.shape_kji[2]) < MIDDLE[2])
    return opinion(main, left, np.where(left, 0.9, 0.2))


def stroke(main: Application, tool: Tool, row: float, column: float) -> None:
    main.session.hand.set_tool(tool)
    main.session.hand.set_radius_mm(3.0)
    drag(main, (row - 2, column), (row + 2, column))


@pytest.mark.parametrize("at_hand", [True, False], ids=["probabilities at hand", "model runs first"])
def test_refining_completes_what_a_stroke_began_and_keeps_every_voxel_drawn_or_erased_by_hand(
    qtbot: QtBot, reader: Application, monkeypatch: pytest.MonkeyPatch, at_hand: bool
) -> None:
    said = half_seen(reader)
    reader.findings.show_prediction(said)
    key(reader, Qt.Key.Key_A)
    accepted = reader.segmentation.array.copy()
    stroke(reader, "brush", 40, 55)
    stroke(reader, "eraser", 40, 44)
    by_hand = reader.segmentation.array != accepted
    drawn = reader.segmentation.array.copy()
    assert (drawn[by_hand] == 1).any() and (drawn[by_hand] == 0).any()
    if not at_hand:
        reader.findings.show_prediction(None)
        monkeypatch.setattr(reader.process, "predict", lambda *_, **__: said)
    key(reader, Qt.Key.Key_J, CONTROL_ALT)
    proposed(qtbot, reader)
    assert np.array_equal(reader.segmentation.array, drawn)
    key(reader, Qt.Key.Key_Return)
    after = reader.segmentation.array
    assert np.array_equal(after[by_hand], drawn[by_hand]), "no voxel that a person drew or erased is touched"
    right = ball(10.0) & (np.arange(GRID.shape_kji[2]) >= MIDDLE[2])
    assert (after[right] == 1).mean() > 2 * (drawn[right] == 1).mean(), "the stroke spreads over the missed half"
    key(reader, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(reader.segmentation.array, drawn), "one step"


@pytest.mark.parametrize(("choice", "goes"), [("add", False), ("take", True)])
def test_refining_only_adds_or_only_takes_away_where_that_is_chosen(
    qtbot: QtBot, reader: Application, choice: str, goes: bool
) -> None:
    reader.findings.show_prediction(half_seen(reader))
    key(reader, Qt.Key.Key_A)
    stroke(reader, "brush", 40, 55)
    stroke(reader, "eraser", 40, 44)
    before = reader.segmentation.array.copy()
    box = reader.window.findChild(AssistBox)
    assert isinstance(box, AssistBox)
    box.merge.setCurrentIndex(box.merge.findData(choice))
    box.merge.activated.emit(box.merge.currentIndex())
    key(reader, Qt.Key.Key_J, CONTROL_ALT)
    proposed(qtbot, reader)
    key(reader, Qt.Key.Key_Return)
    after = reader.segmentation.array
    assert bool((after[before == 1] == 0).any()) == goes
    assert bool((after[before == 0] == 1).any()) != goes


def test_refining_without_strokes_says_what_it_needs(qtbot: QtBot, reader: Application) -> None:
    reader.findings.show_prediction(half_seen(reader))
    key(reader, Qt.Key.Key_A)
    key(reader, Qt.Key.Key_J, CONTROL_ALT)
    qtbot.waitUntil(lambda: not reader.runner.busy("editing"), timeout=10_000)
    assert "Refine starts from your strokes" in reader.notices.all[-1].text
    assert reader.session.workbench.proposal is None


@pytest.mark.parametrize("how", ["beside", "empty", "replace"])
def test_a_models_mask_over_strokes_shows_its_choices_and_loses_nothing_drawn(reader: Application, how: str) -> None:
    stroke(reader, "brush", 40, 45)
    stroke(reader, "brush", 10, 10)
    drawn = reader.segmentation.array.copy()
    assert drawn[8, 40, 45] == 1, "where the model will draw as well"
    said = half_seen(reader)
    reader.findings.show_prediction(said)
    panel = reader.window.findChild(FindingsPanel)
    assert isinstance(panel, FindingsPanel)
    reader.sides.right.setCurrentWidget(panel)
    QApplication.processEvents()
    assert panel.merge.currentData() == "beside", "overwriting is never what happens unasked"
    assert panel.merge.isVisible() and panel.merge.count() == 3
    panel.merge.setCurrentIndex(panel.merge.findData(how))
    QTest.mouseClick(panel.accept, LEFT)
    after = reader.segmentation.array
    if how == "replace":
        assert said.mask is not None and np.array_equal(after != 0, said.mask.array != 0)
    else:
        assert np.array_equal(after[drawn != 0], drawn[drawn != 0])
        assert np.count_nonzero(after) > np.count_nonzero(drawn)
    assert [label.name for label in reader.segmentation.labels].count("lesion") == 1
    key(reader, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(reader.segmentation.array, drawn), "undo brings back what was replaced"


def test_a_models_mask_leaves_segments_that_a_person_has_only_prepared(reader: Application) -> None:
    reader.segmenting.add("nodule to follow")
    seen = np.where(ball(10.0), 1, 0).astype(np.uint8)
    for name in ("lesion", "seen by the model"):
        mask = Labelmap(seen.copy(), GRID, (Label(1, name),))
        found = Prediction("1.2.3", "finder", "1.0", "segmentation", (), mask, {}, "", 0.0, 0.0)
        reader.findings.show_prediction(found)
        key(reader, Qt.Key.Key_A)
        names = {label.name: label.value for label in reader.segmentation.labels}
        assert {"lesion", "other", "nodule to follow"} <= set(names)
        assert np.array_equal(reader.segmentation.inside(names[name]), seen == 1), (
            "into the one of its name, or a new one"
        )
        key(reader, Qt.Key.Key_Z, CONTROL)
        assert not reader.segmentation.array.any()


def test_keyframes_of_a_clip_are_marked_as_they_are_drawn_and_the_frames_between_filled(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    series = next(each for each in open_study(phantom_study.study).series if each.kind == "clip")
    volume = load_volume(series)
    main.session.show(series, volume)
    main.segmentation.set_labels((Label(1, "B-line"),))
    main.segmentation.set_active(1)
    truth = clip().mask == 2
    for k in (2, 10):
        main.view.set_slice(k)
        outline(main, truth[k])
    box = main.window.findChild(AssistBox)
    assert isinstance(box, AssistBox)
    assert main.keyframing.frames == (2, 10)
    drawn = main.segmentation.array.copy()
    key(main, Qt.Key.Key_N, CONTROL_ALT)
    proposed(qtbot, main)
    key(main, Qt.Key.Key_Return)
    mask = main.segmentation.array == 1
    assert set(np.flatnonzero(mask.any(axis=(1, 2)))) == set(range(2, 11))
    assert min(dice(mask[k], truth[k]) for k in range(3, 10)) > 0.75
    assert np.array_equal(mask[[2, 10]], drawn[[2, 10]] == 1), "keyframes stay"
    assert main.keyframing.frames == (2, 10), "what was filled is no keyframe"
    main.view.set_slice(6)
    key(main, Qt.Key.Key_M, CONTROL_ALT)
    assert main.keyframing.frames == (2, 6, 10)
    key(main, Qt.Key.Key_Right, CONTROL_ALT)
    assert main.view.k == 10
    key(main, Qt.Key.Key_Z, CONTROL)
    assert main.keyframing.frames == (2, 10), "the mark was a step"
    key(main, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(main.segmentation.array, drawn), "filling was one step"
    while main.segmentation.array[10].any():
        key(main, Qt.Key.Key_Z, CONTROL)
    label = main.segmentation.active_label
    assert label is not None and label.keyframes == ((0, 2),), "the mark goes with the stroke that made it"
    key(main, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert main.keyframing.frames == (2, 10)


def test_a_label_is_followed_from_frame_to_frame_by_keys_alone_and_seen_before_it_is_kept(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    series = next(each for each in open_study(phantom_study.study).series if each.kind == "clip")
    main.session.show(series, load_volume(series))
    main.segmentation.set_labels((Label(1, "B-line"),))
    main.segmentation.set_active(1)
    truth = clip().mask == 2
    main.view.set_slice(4)
    outline(main, truth[4])
    for k in (5, 6):
        key(main, Qt.Key.Key_N, ALT)
        proposed(qtbot, main)
        assert main.view.k == k and not main.segmentation.array[k].any(), "it is shown where it will be"
        key(main, Qt.Key.Key_Return)
        assert dice(main.segmentation.array[k] == 1, truth[k]) > 0.7


def outline(main: Application, inside: NDArray[np.bool_]) -> None:
    """Draw along the outlines of a shape by hand."""
    QApplication.processEvents()
    main.session.hand.set_tool("fill-freehand")
    for around in find_contours(inside.astype(float), 0.5):
        points = [(float(row), float(column)) for row, column in around[::2]]
        QTest.mousePress(main.canvas, LEFT, NONE, at(main, *points[0]))
        for point in points[1:]:
            QTest.mouseMove(main.canvas, at(main, *point))
        QTest.mouseRelease(main.canvas, LEFT, NONE, at(main, *points[-1]))


def test_separate_pictures_are_not_followed_and_it_says_why(reader: Application) -> None:
    assert reader.session.series is not None and reader.session.volume is not None
    flat = Volume(reader.session.volume.array, GRID, "image", "", "DX", "1.2.3")
    reader.session.show(replace(reader.session.series, kind="image"), flat)
    reader.segmentation.set_labels((Label(1, "lesion"),))
    stroke(reader, "brush", 40, 45)
    for action in ("edit-follow-next", "edit-interpolate", "fill-keyframes"):
        reader.window.run(action)
        assert "separate pictures" in reader.notices.all[-1].text, action
        assert not reader.editing.waiting
