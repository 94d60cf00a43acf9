"""The promise of correcting: every tool by mouse and key, every operation first shown, then kept or put away."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.labelmap import Label, Labelmap
from imaging.phantom import PhantomStudy
from imaging.study import Series
from imaging.volume import Volume
from inference.prediction import Prediction
from tests.journeys.hands import at, drag, key
from viewer.app import Application
from viewer.panels.editing_panel import EditingPanel
from viewer.state.findings import FROM_FILE

LEFT, NONE, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def ct(phantom_study: PhantomStudy) -> tuple[Series, Volume]:
    from imaging.formats.reading import load_volume, open_study

    series = next(each for each in open_study(phantom_study.study).series if each.modality == "CT")
    return series, load_volume(series)


@pytest.fixture
def main(main: Application, ct: tuple[Series, Volume]) -> Iterator[Application]:
    main.session.show(*ct)
    main.segmentation.set_labels((Label(1, "one", (230, 159, 0)), Label(2, "two", (86, 180, 233))))
    main.segmentation.set_active(1)
    main.view.set_slice(32)
    QApplication.processEvents()
    yield main
    main.segmentation.mask.saved = True


def click(main: Application, row: float, column: float) -> None:
    QTest.mouseClick(main.canvas, LEFT, NONE, at(main, row, column))


def run(qtbot: QtBot, main: Application, action: str) -> None:
    """Choose an entry of the menu and wait for what it proposes."""
    shown = main.window.actions_by_id[action]
    assert shown.isEnabled(), action
    shown.trigger()
    settle(qtbot, main)


def settle(qtbot: QtBot, main: Application) -> None:
    qtbot.waitUntil(lambda: not main.runner.busy("editing"), timeout=30_000)


def paint(main: Application, part: tuple[slice | int, slice, slice], value: int = 1) -> None:
    """Put a block on the mask as a step, through its one door."""
    from imaging.editing import replace

    array = main.segmentation.array.copy()
    array[part] = value
    edit = replace(array=main.segmentation.array, new=array, name="block")
    assert edit is not None
    main.segmentation.apply(edit)


SQUARE = ((100.0, 100.0), (100.0, 140.0), (130.0, 140.0), (130.0, 100.0))


@pytest.mark.parametrize("how", ["Enter", "double click"])
def test_a_polygon_is_clicked_and_filled_in_one_step(main: Application, how: str) -> None:
    key(main, Qt.Key.Key_U)
    for corner in SQUARE:
        click(main, *corner)
    assert not main.segmentation.array.any() and main.session.workbench.outline is not None
    if how == "Enter":
        key(main, Qt.Key.Key_Return)
    else:
        QTest.mouseDClick(main.canvas, LEFT, NONE, at(main, 130, 100))
    mask = main.segmentation.array
    assert set(np.argwhere(mask)[:, 0]) == {32}
    assert mask.sum() == pytest.approx(30 * 40, rel=0.06) and mask[32, 101:129, 101:139].all()
    key(main, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not main.segmentation.array.any()


def test_escape_gives_a_polygon_up(main: Application) -> None:
    key(main, Qt.Key.Key_U)
    for corner in SQUARE:
        click(main, *corner)
    key(main, Qt.Key.Key_Escape)
    assert main.session.workbench.outline is None
    key(main, Qt.Key.Key_Return)
    assert not main.segmentation.array.any()


@pytest.mark.parametrize("plane", ["coronal", "turned"])
def test_a_polygon_does_not_go_on_in_other_planes(main: Application, plane: str) -> None:
    key(main, Qt.Key.Key_U)
    for row, column in SQUARE:
        click(main, row - 95, column)
    pane = main.session.active
    if plane == "coronal":
        pane.set_plane("coronal")
    else:
        centre = pane.centre_lps()
        assert centre is not None
        pane.turn_plane(centre, (0.0, 0.6, 0.8), (0.0, 0.8, -0.6))
    assert main.session.workbench.outline is None
    key(main, Qt.Key.Key_Return)
    assert not main.segmentation.array.any()


def test_freehand_fills_and_scissors_cut_inside_and_outside_and_through(qtbot: QtBot, main: Application) -> None:
    main.window.run("tool-fill-freehand")
    drag(main, *SQUARE, SQUARE[0])
    drawn = int(main.segmentation.array.sum())
    assert drawn == pytest.approx(1200, rel=0.08)
    key(main, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    right_half = ((95.0, 120.0), (95.0, 150.0), (135.0, 150.0), (135.0, 120.0), (95.0, 120.0))
    drag(main, *right_half)
    assert main.segmentation.history.undo_name == "Scissors"
    assert main.segmentation.array.sum() == pytest.approx(drawn / 2, rel=0.08)
    main.segmentation.undo()
    main.window.run("edit-outside")
    drag(main, *right_half)
    assert main.segmentation.array[32, 105:125, 125:135].all() and not main.segmentation.array[32, :, :118].any()
    main.window.run("edit-outside")
    main.segmentation.undo()
    paint(main, (slice(30, 36), slice(100, 130), slice(100, 140)))
    main.window.run("edit-through")
    drag(main, *right_half)
    settle(qtbot, main)
    assert main.session.workbench.proposal is not None
    key(main, Qt.Key.Key_Return)
    assert main.segmentation.array[30:36, 100:130, 100:118].all()
    assert not main.segmentation.array[30:36, 100:130, 122:].any()


HALF = ((95.0, 120.0), (95.0, 150.0), (135.0, 150.0), (135.0, 120.0), (95.0, 120.0))


def test_scissors_cut_through_the_slab_that_is_looked_through(main: Application) -> None:
    paint(main, (slice(20, 45), slice(100, 130), slice(100, 140)))
    main.view.set_slab(4.2 * main.session.volume.geometry.spacing_mm[0], "max")
    key(main, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    drag(main, *HALF)
    cut = ~main.segmentation.array.any(axis=2, where=np.arange(256) > 121)[:, 110]
    assert (20 + np.flatnonzero(cut[20:45])).tolist() == [30, 31, 32, 33, 34]
    main.segmentation.undo()
    main.window.run("edit-outside")
    drag(main, *HALF)
    cut = ~main.segmentation.array.any(axis=2, where=np.arange(256) < 119)[:, 110]
    assert (20 + np.flatnonzero(cut[20:45])).tolist() == [30, 31, 32, 33, 34]


def test_scissors_in_an_oblique_plane_stay_in_it(qtbot: QtBot, main: Application) -> None:
    """Cut outside of an outline on a slanting plane: what lies before and behind it stays."""
    paint(main, (slice(10, 55), slice(60, 200), slice(60, 200)))
    before = main.segmentation.array.copy()
    pane, geometry = main.session.active, main.session.volume.geometry
    centre = tuple(float(v) for v in geometry.point_lps((32, 128, 128)))
    pane.turn_plane(centre, (0.0, 0.5, 0.8660254), (0.0, -0.8660254, 0.5))
    plane = pane.slice_geometry(pane.view.k)
    row, column = plane.index_kji(centre)[1:]
    main.window.run("edit-outside")
    key(main, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    drag(main, *((row + r, column + c) for r, c in ((-20, -20), (-20, 20), (20, 20), (20, -20), (-20, -20))))
    settle(qtbot, main)
    assert main.session.workbench.proposal is not None
    key(main, Qt.Key.Key_Return)
    gone = np.argwhere(before != main.segmentation.array)
    places = plane.index_kji(geometry.point_lps(gone))
    reach_mm = np.abs(np.array(geometry.axes_lps) @ plane.axes_lps[0]) @ geometry.spacing_mm / 2
    assert len(gone) > 1000 and np.abs(places[:, 0] * plane.spacing_mm[0]).max() <= reach_mm, "cut by the plane"
    assert (np.abs(places[:, 1:] - (row, column)).max(axis=1) > 19).all(), "inside of the outline all stays"


def test_livewire_keeps_to_the_edge_of_the_body(main: Application) -> None:
    values = main.session.volume.array[32]
    row = 128
    left = int(np.argmax(values[row] > -300))
    main.window.run("tool-livewire")
    click(main, row - 30, int(np.argmax(values[row - 30] > -300)))
    QTest.mouseMove(main.canvas, at(main, row + 30, left + 1))
    click(main, row + 30, int(np.argmax(values[row + 30] > -300)))
    outline = main.session.workbench.outline
    assert outline is not None and len(outline.points) >= 50
    edge = [int(np.argmax(values[round(r)] > -300)) for r, _ in outline.points]
    assert np.abs(np.array(edge) - [c for _, c in outline.points]).max() <= 3
    key(main, Qt.Key.Key_Escape)


def test_the_ball_reaches_through_slices_and_locked_labels_stay(main: Application) -> None:
    paint(main, (32, slice(120, 136), slice(128, 136)), 2)
    before = int((main.segmentation.array == 2).sum())
    main.segmentation.set_labels((Label(1, "one"), Label(2, "two", locked=True)))
    main.window.run("edit-sphere")
    main.session.hand.set_radius_mm(10.0)
    key(main, Qt.Key.Key_B)
    click(main, 128, 128)
    mask = main.segmentation.array
    assert len(set(np.argwhere(mask == 1)[:, 0])) == 5, "10 mm at 4.5 mm: two slices on both sides"
    assert int((mask == 2).sum()) == before
    main.segmentation.undo()
    assert not (main.segmentation.array == 1).any(), "one step"


def test_the_brush_paints_in_an_oblique_plane(main: Application) -> None:
    pane, geometry = main.session.active, main.session.volume.geometry
    centre = tuple(float(v) for v in geometry.point_lps((32, 128, 128)))
    pane.turn_plane(centre, (0.0, 0.5, 0.8660254), (0.0, -0.8660254, 0.5))
    assert pane.axis is None
    main.session.hand.set_radius_mm(8.0)
    key(main, Qt.Key.Key_B)
    place = pane.slice_geometry(pane.view.k).index_kji(centre)
    click(main, place[1], place[2])
    hits = np.argwhere(main.segmentation.array)
    away = np.linalg.norm(geometry.point_lps(hits) - centre, axis=1)
    assert len(hits) * np.prod(geometry.spacing_mm) == pytest.approx(4 / 3 * np.pi * 512, rel=0.1)
    assert away.max() <= 8.0 + 2.0, "about the point that was clicked, within half a pixel"
    main.window.run("tool-fill-polygon")
    rows = [(place[1] + r, place[2] + c) for r, c in ((-30, 20), (-30, 60), (30, 60), (30, 20))]
    for row, column in rows:
        click(main, row, column)
    before = len(hits)
    key(main, Qt.Key.Key_Return)
    added = np.argwhere(main.segmentation.array)
    assert len(added) > before + 500 and len(set(added[:, 0])) > 2, "a slanting plane crosses slices"


def test_painting_in_a_range_and_on_similar_tissue_stays_off_the_air(main: Application) -> None:
    values = main.session.volume.array
    edge = int(np.argmax(values[32, 128] > -300))
    main.session.hand.set_radius_mm(12.0)
    for tool, prepare in (("tool-brush", True), ("tool-smart-brush", False)):
        main.session.workbench.set_options(in_range=prepare, low=-300.0, high=3000.0, tolerance=150.0)
        main.window.run(tool)
        drag(main, (128, edge + 4), (140, edge + 4))
        mask = main.segmentation.array
        assert mask.sum() > 100 and values[mask != 0].min() >= -300, tool
        main.segmentation.undo()


def test_a_threshold_is_shown_changes_with_its_range_and_is_kept_with_enter(qtbot: QtBot, main: Application) -> None:
    values = main.session.volume.array
    bench = main.session.workbench
    bench.set_options(low=100.0, high=3000.0)
    before = main.canvas.grab().toImage()
    key(main, Qt.Key.Key_J)
    settle(qtbot, main)
    assert bench.proposal is not None and bench.proposal.added == (values >= 100).sum()
    assert not main.segmentation.array.any(), "only shown"
    assert main.canvas.grab().toImage() != before
    panel = main.window.findChild(EditingPanel)
    assert isinstance(panel, EditingPanel)
    panel.low.setValue(250)
    settle(qtbot, main)
    assert bench.proposal.added == (values >= 250).sum(), "live"
    key(main, Qt.Key.Key_Return)
    assert np.array_equal(main.segmentation.array != 0, values >= 250) and bench.proposal is None
    main.segmentation.undo()
    assert not main.segmentation.array.any()


@pytest.mark.parametrize(("typed", "meant"), [("250000.5", 250000.5), ("0.0004", 0.0004), ("-1000", -1000.0)])
def test_a_range_is_typed_in_values_of_any_image(main: Application, typed: str, meant: float) -> None:
    panel = main.window.findChild(EditingPanel)
    panel.low.setFocus()
    panel.low.selectAll()
    QTest.keyClicks(panel.low, typed)
    QTest.keyClick(panel.low, Qt.Key.Key_Return)
    assert main.session.workbench.options.low == meant and panel.low.text() == typed


def test_escape_puts_a_proposal_away_and_a_stroke_meanwhile_does_too(qtbot: QtBot, main: Application) -> None:
    run(qtbot, main, "edit-otsu")
    assert main.session.workbench.proposal is not None
    key(main, Qt.Key.Key_Escape)
    assert main.session.workbench.proposal is None and not main.segmentation.array.any()
    run(qtbot, main, "edit-otsu")
    paint(main, (1, slice(0, 2), slice(0, 2)))
    assert main.session.workbench.proposal is None, "it was worked out from another mask"
    assert not main.window.actions_by_id["edit-confirm"].isEnabled()


def test_growing_from_seeds_follows_the_strokes(qtbot: QtBot, main: Application) -> None:
    paint(main, (slice(30, 35), slice(100, 104), slice(100, 104)))
    paint(main, (slice(30, 35), slice(140, 144), slice(100, 104)), 2)
    key(main, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, main)
    first = main.session.workbench.proposal
    assert first is not None
    main.session.hand.set_radius_mm(4.0)
    key(main, Qt.Key.Key_B)
    drag(main, (104, 120), (104, 150))
    settle(qtbot, main)
    second = main.session.workbench.proposal
    assert second is not None and second.added > first.added, "the box of the seeds is larger now"
    key(main, Qt.Key.Key_Escape)
    assert main.session.workbench.proposal is None
    drag(main, (110, 120), (110, 150))
    settle(qtbot, main)
    assert main.session.workbench.proposal is None, "put away is put away"


def test_a_click_into_healthy_tissue_says_that_nothing_stands_out(qtbot: QtBot, main: Application) -> None:
    main.window.run("tool-find-lesion")
    values = main.session.volume.array
    lung = np.argwhere(values[32] < -700)
    inner = lung[np.hypot(*(lung - (128, 90)).T).argmin()]
    click(main, *inner)
    settle(qtbot, main)
    assert main.session.workbench.proposal is None
    assert main.notices.all[-1].text.startswith("Nothing stands out there")


def test_clicks_fill_grow_and_choose_islands(qtbot: QtBot, main: Application) -> None:
    paint(main, (slice(30, 35), slice(100, 120), slice(100, 120)))
    paint(main, (32, slice(105, 115), slice(105, 115)), 0)
    paint(main, (40, slice(10, 20), slice(10, 20)))
    main.window.run("edit-solid")
    main.window.run("tool-fill")
    click(main, 110, 110)
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)
    assert main.segmentation.array[32, 100:120, 100:120].all()
    main.window.run("tool-keep-island")
    click(main, 110, 110)
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)
    assert main.segmentation.array.sum() == 5 * 400
    main.window.run("tool-remove-island")
    click(main, 110, 110)
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)
    assert not main.segmentation.array.any()
    main.window.run("edit-solid")
    values = main.session.volume.array
    lung = np.argwhere(values[32] < -700)
    inner = lung[np.hypot(*(lung - (128, 90)).T).argmin()]
    main.session.workbench.set_options(tolerance=200.0)
    main.window.run("tool-grow-region")
    click(main, *inner)
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)
    grown = main.segmentation.array != 0
    assert grown.sum() > 20_000 and values[grown].max() < -400


OPERATIONS_ON_A_BLOCK = {
    "edit-grow": 1, "edit-shrink": -1, "edit-hollow": -1, "edit-shell": 0, "edit-opening": -1, "edit-median": -1,
    "edit-gaussian": -1, "edit-largest": -1, "edit-small": -1, "edit-holes": 1, "edit-closing": 1, "edit-invert": 1,
    "edit-clear": -1, "edit-interpolate": 1, "edit-follow-next": 1, "edit-union": 1, "edit-subtract": 0,
    "edit-copy": 0, "edit-intersect": -1, "edit-split": -1, "edit-joint": 0, "edit-seeds": 1, "edit-watershed": 1,
    "edit-local": 1, "edit-threshold": 1,
}  # fmt: skip


def test_every_operation_of_the_menu_proposes_and_one_undo_takes_it_back(qtbot: QtBot, main: Application) -> None:
    paint(main, (slice(20, 30), slice(100, 120), slice(100, 120)))
    paint(main, (slice(24, 26), slice(108, 112), slice(108, 112)), 0)
    paint(main, (32, slice(100, 120), slice(100, 120)))
    paint(main, (40, slice(10, 12), slice(10, 12)))
    paint(main, (slice(20, 30), slice(140, 160), slice(140, 160)), 2)
    active = main.segmentation.active
    main.segmenting.add("empty")
    main.segmentation.set_active(active)
    main.session.workbench.set_options(other=2, low=100.0, tolerance=20.0, size_mm=5.0)
    start = main.segmentation.array.copy()
    for action, sign in OPERATIONS_ON_A_BLOCK.items():
        run(qtbot, main, action)
        if main.session.workbench.proposal is None:
            assert action == "edit-subtract", f"{action} changes something"
            continue
        key(main, Qt.Key.Key_Return)
        change = int((main.segmentation.array == 1).sum()) - int((start == 1).sum())
        assert sign == 0 or np.sign(change) == sign, (action, change)
        main.segmentation.undo()
        assert np.array_equal(main.segmentation.array, start), action


def test_islands_go_to_empty_segments_and_never_into_one_that_is_drawn(qtbot: QtBot, main: Application) -> None:
    paint(main, (slice(20, 30), slice(100, 120), slice(100, 120)))
    paint(main, (slice(20, 30), slice(140, 150), slice(140, 150)))
    paint(main, (slice(40, 50), slice(100, 120), slice(100, 120)), 2)
    before = main.segmentation.array.copy()
    run(qtbot, main, "edit-split")
    assert main.session.workbench.proposal is None and "no other segment is empty" in main.notices.all[-1].text
    main.segmenting.add("second island")
    second = main.segmentation.active
    main.segmentation.set_active(1)
    run(qtbot, main, "edit-split")
    key(main, Qt.Key.Key_Return)
    before[20:30, 140:150, 140:150] = second
    assert np.array_equal(main.segmentation.array, before)


def test_one_segment_of_another_segmentation_is_copied(qtbot: QtBot, main: Application) -> None:
    geometry = main.session.volume.geometry
    array = np.zeros(geometry.shape_kji, np.uint8)
    array[20:24, 50:60, 50:60], array[20:24, 80:90, 50:60] = 1, 2
    mask = Labelmap(array, geometry, (Label(1, "lobe"), Label(2, "vessel")))
    uid = main.session.volume.series_uid
    main.findings.show_prediction(Prediction(uid, "file.dcm", "", FROM_FILE, (), mask, {}, "", 0.0, 0.0))
    panel = main.window.findChild(EditingPanel)
    assert isinstance(panel, EditingPanel)
    main.sides.right.setCurrentWidget(panel)
    listed = [panel.other.itemText(row) for row in range(panel.other.count())]
    assert listed[:3] == ["Proposed mask", "Proposed: lobe", "Proposed: vessel"]
    panel.other.setCurrentIndex(2)
    panel.other.activated.emit(2)  # as its list does
    run(qtbot, main, "edit-copy")
    key(main, Qt.Key.Key_Return)
    assert np.array_equal(main.segmentation.inside(main.segmentation.active), array == 2)
    main.findings.show_prediction(None)
    assert panel.other.currentText() == "Proposed mask" and main.session.workbench.options.other == 0
    assert not main.window.actions_by_id["edit-copy"].isEnabled()


def test_in_an_oblique_plane_clicks_go_through_slices_and_following_says_why_not(
    qtbot: QtBot, main: Application
) -> None:
    paint(main, (slice(28, 37), slice(120, 137), slice(120, 137)))
    pane, geometry = main.session.active, main.session.volume.geometry
    centre = tuple(float(v) for v in geometry.point_lps((32, 128, 128)))
    pane.turn_plane(centre, (0.0, 0.5, 0.8660254), (0.0, -0.8660254, 0.5))
    for action in ("edit-interpolate", "edit-follow-next", "edit-follow-previous"):
        main.window.run(action)
        settle(qtbot, main)
        assert "slants" in main.notices.all[-1].text and main.session.workbench.proposal is None
    main.session.workbench.set_options(solid=False)
    main.segmenting.add("other")
    main.window.run("tool-fill")
    click(main, *pane.slice_geometry(pane.view.k).index_kji(centre)[1:])
    settle(qtbot, main)
    key(main, Qt.Key.Key_Return)
    assert np.count_nonzero(main.segmentation.array == main.segmentation.active) == 9 * 17 * 17


def test_the_panel_is_whole_at_1280_by_800(main: Application) -> None:
    panel = main.window.findChild(EditingPanel)
    assert isinstance(panel, EditingPanel)
    main.sides.right.setCurrentWidget(panel)
    QApplication.processEvents()
    for button in (*panel.buttons.values(), *panel.tools.values(), panel.keep, panel.discard):
        right = button.mapTo(panel, button.rect().topRight()).x()
        assert 0 < right < panel.width(), button.text()
        assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width() - 8, button.text()
