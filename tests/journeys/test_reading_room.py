"""Viewports in the real window: layouts, planes, the common point, stages, with real keys and mouse."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle
from viewer.app import Application
from viewer.canvas.slice_view import SliceView
from viewer.panels.view_panel import ViewPanel
from viewer.state.layout import LAYOUTS

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Application:
    main.reading.open([phantom_study.study])
    settle(qtbot, main)
    return main


def key(main: Application, code: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(main.window, code, modifier)
    QApplication.processEvents()


def views(main: Application) -> list[SliceView]:
    return [main.viewports.view_of(pane) for pane in main.session.panes]


def drag(view: SliceView, *points: tuple[float, float]) -> None:
    places = [QPoint(round(x), round(y)) for x, y in points]
    QTest.mousePress(view, LEFT, NONE, places[0])
    for place in places[1:]:
        QTest.mouseMove(view, place)
    QTest.mouseRelease(view, LEFT, NONE, places[-1])


def wheel(view: SliceView, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    at = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
                        modifiers, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view, event)


def test_three_planes_by_one_key_and_a_point_that_moves_them_all(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_M, CTRL)
    axial, coronal, sagittal = main.session.panes
    assert [pane.plane for pane in main.session.panes] == ["axial", "coronal", "sagittal"]
    key(main, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    view = main.viewports.view_of(axial)
    at = (view.width() * 0.6, view.height() * 0.45)
    place = axial.point_lps(*(round(v) for v in at))
    drag(view, (view.width() / 2 + 20, view.height() / 2 + 15), at)
    assert place is not None
    for pane in (coronal, sagittal):
        geometry = pane.slice_geometry(pane.view.k)
        assert geometry is not None
        off = abs(float(geometry.index_kji(place)[0])) * geometry.spacing_mm[0]
        assert off <= geometry.spacing_mm[0] / 2 + 1e-6, "the plane goes through the point, within half a voxel"


def test_the_mouse_with_shift_moves_the_planes_without_a_click(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_M, CTRL)
    view, sagittal = main.viewports.view_of(main.session.panes[0]), main.session.panes[2]
    before = sagittal.view.k
    view._mouse.move((view.width() * 0.7, view.height() / 2), SHIFT)  # QTest.mouseMove takes no modifiers
    assert sagittal.view.k != before


def test_a_line_of_the_crosshair_turns_the_other_planes(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_M, CTRL)
    key(main, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    axial, coronal, sagittal = main.session.panes
    view = main.viewports.view_of(axial)
    x, y = view.width() / 2, view.height() / 2
    around = [(x + 100 * np.cos(turn), y + 100 * np.sin(turn)) for turn in np.radians((0, 15, 30))]
    drag(view, *around)
    assert coronal.plane == sagittal.plane == "oblique" and axial.plane == "axial"
    assert coronal.grid is not None
    leaning = np.degrees(np.arccos(abs(coronal.grid.axes_lps[0][1])))
    assert leaning == pytest.approx(30, abs=1.5)
    focus = main.session.focus
    assert focus is not None
    for pane in (coronal, sagittal):
        geometry = pane.slice_geometry(pane.view.k)
        assert geometry is not None and abs(float(geometry.index_kji(focus.point_lps)[0])) < 0.51
        assert pane.values(pane.view.k).std() > 0, "anatomy is seen there"


def test_layouts_fill_with_the_series_that_are_not_shown(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_4, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    assert [pane.series.modality if pane.series else "-" for pane in main.session.panes] == ["CT", "DX", "US", "-"]
    QTest.mouseClick(views(main)[1], LEFT, NONE, QPoint(40, 200))
    assert main.session.series is not None and main.session.series.modality == "DX"


def test_a_double_click_gives_a_viewport_the_whole_room_and_takes_it_back(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_4, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    small = views(main)[1].width()
    QTest.mouseDClick(views(main)[1], LEFT, NONE, QPoint(40, 100))
    QApplication.processEvents()
    assert views(main)[1].width() > 1.8 * small and not views(main)[0].isVisible()
    QTest.mouseDClick(views(main)[1], LEFT, NONE, QPoint(40, 100))
    QApplication.processEvents()
    assert abs(views(main)[1].width() - small) < 4 and views(main)[0].isVisible()


def test_the_wheel_scrolls_the_viewport_under_the_mouse_without_choosing_it(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_M, CTRL)
    active, other = main.session.active, main.session.panes[1]
    before = other.view.k
    wheel(main.viewports.view_of(other), -3)
    assert other.view.k == before + 3 and main.session.active is active


def test_alt_and_the_wheel_make_a_slab(qtbot: QtBot, main: Application) -> None:
    wheel(main.canvas, 5, Qt.KeyboardModifier.AltModifier)
    pane, volume = main.session.active, main.session.volume
    assert pane.view.slab_mm == 5 and volume is not None
    single = volume.array[pane.view.k]
    assert (pane.values(pane.view.k) >= single).all(), "the brightest of a slab is nowhere darker than its middle"


def test_masks_belong_to_their_series_in_every_layout(qtbot: QtBot, main: Application) -> None:
    """Strokes in one series, a look at another, and back: mask and undo line are as they were."""
    key(main, Qt.Key.Key_4, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    key(main, Qt.Key.Key_B)
    drag(views(main)[0], (150, 120), (180, 140))
    painted = main.segmentation.array.copy()
    assert painted.any()
    drag(views(main)[1], (150, 120), (180, 140))
    assert main.session.series is not None and main.session.series.modality == "DX"
    assert main.segmentation.array.shape != painted.shape and main.segmentation.array.any()
    drag(views(main)[0], (60, 200))
    key(main, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(main.segmentation.array, painted)
    key(main, Qt.Key.Key_Z, CTRL)
    assert not main.segmentation.array.any()


def test_painting_in_a_coronal_plane_changes_that_plane_only(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    key(main, Qt.Key.Key_B)
    view = main.canvas
    drag(view, (view.width() / 2, view.height() / 2), (view.width() / 2 + 30, view.height() / 2))
    changed = np.argwhere(main.segmentation.array)
    assert len(changed) > 0 and set(changed[:, 1]) == {main.view.k}


def test_stages_of_the_hanging_protocol_by_key(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    assert main.session.layout.name == "1x1"
    key(main, Qt.Key.Key_Period)
    settle(qtbot, main)
    assert main.session.layout.name == "1x2"
    assert [pane.view.window.name for pane in main.session.panes] == ["lung", "soft tissue"]
    assert main.session.panes[0].opened is main.session.panes[1].opened, "one volume in memory"
    key(main, Qt.Key.Key_Period)
    settle(qtbot, main)
    assert main.session.layout.name == "mpr" and "Chest CT" in main.notices.all[-1].text
    key(main, Qt.Key.Key_Comma)
    settle(qtbot, main)
    assert main.session.layout.name == "1x2"


def test_a_broken_protocol_of_ones_own_is_named_and_the_built_in_one_used(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    own = main.places.settings / "hanging"
    own.mkdir(parents=True)
    (own / "chest-ct.toml").write_text('name = "mine"\n[[stage]]\nname = "s"\nlayout = "8x8"\n')
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    told = " ".join(notice.text for notice in main.notices.all)
    assert "chest-ct.toml, line 4" in told and main.hanging.several


def test_turning_flipping_and_zooming_by_key(qtbot: QtBot, main: Application) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    upright = main.canvas.grab().toImage()
    for code, modifier in ((Qt.Key.Key_F, alt), (Qt.Key.Key_R, alt), (Qt.Key.Key_R, alt | SHIFT)):
        key(main, code, modifier)
    assert main.view.angle_deg == 5 and main.canvas.grab().toImage() != upright
    key(main, Qt.Key.Key_1, CTRL)
    transform = main.session.active.transform()
    assert transform is not None and min(transform.scale) == pytest.approx(1.0), "a pixel for a pixel"
    key(main, Qt.Key.Key_Space)
    assert main.canvas.grab().toImage() == upright


def test_every_layout_can_be_painted(qtbot: QtBot, main: Application) -> None:
    for name in ("1x4", "3x1", "3x4", "mpr-columns"):
        main.reading.lay_out(LAYOUTS[name])
        settle(qtbot, main)
        QApplication.processEvents()
        assert all(view.isVisible() and view.height() > 60 for view in views(main)), name
        assert not main.window.grab().isNull()


def test_a_region_fills_the_window_and_the_plane_does_too(qtbot: QtBot, main: Application) -> None:
    pane, view = main.session.active, main.canvas
    key(main, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    transform = pane.transform()
    assert transform is not None
    ends = [tuple(map(round, transform.to_screen(*pixel))) for pixel in ((100, 110), (140, 160))]
    drag(view, ends[0], (ends[0][0] + 20, ends[0][1] + 20), ends[1])
    (top, left), (bottom, right) = (transform.to_image(*end) for end in ends)
    rows, columns = slice(int(np.ceil(top)), int(bottom) + 1), slice(int(np.ceil(left)), int(right) + 1)
    low, high = np.percentile(pane.values(pane.view.k)[rows, columns], (0.5, 99.5))
    assert (pane.view.window.low, pane.view.window.high) == (pytest.approx(low), pytest.approx(high))
    key(main, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    low, high = np.percentile(pane.values(pane.view.k), (0.5, 99.5))
    assert (pane.view.window.low, pane.view.window.high) == (pytest.approx(low), pytest.approx(high))


def test_the_magnifier_shows_more_only_while_it_is_held(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    view = main.canvas
    before = view.grab().toImage()
    QTest.mousePress(view, LEFT, NONE, QPoint(300, 300))
    held = view.grab().toImage()
    QTest.mouseRelease(view, LEFT, NONE, QPoint(300, 300))
    assert held != before and view.grab().toImage() == before


def test_reference_lines_show_where_the_active_plane_cuts_another(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_2, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    axial, other = main.session.panes
    main.reading.load(main.session.study.series[0], other)
    settle(qtbot, main)
    other.set_plane("sagittal")
    QApplication.processEvents()
    with_line = main.viewports.view_of(other).grab().toImage()
    key(main, Qt.Key.Key_R, SHIFT)
    assert main.viewports.view_of(other).grab().toImage() != with_line, "the axial plane's line is gone"
    key(main, Qt.Key.Key_R, SHIFT)
    axial.view.scroll(10)
    QApplication.processEvents()
    assert main.viewports.view_of(other).grab().toImage() != with_line, "it moves with the axial plane"


def test_the_view_panel_says_and_changes_what_the_keys_do(qtbot: QtBot, main: Application) -> None:
    panel = main.window.findChild(ViewPanel)
    assert isinstance(panel, ViewPanel)
    key(main, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert panel.slab.currentText() == "Brightest (MIP)" and panel.thickness.value() == 10.0
    panel.thickness.setValue(25.0)
    assert main.view.slab_mm == 25.0
    key(main, Qt.Key.Key_2, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    key(main, Qt.Key.Key_W, SHIFT)
    assert panel.link_window.isChecked() and main.links.window


def test_a_stage_keeps_the_slice_that_is_read(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    key(main, Qt.Key.Key_Home)
    for _ in range(3):
        key(main, Qt.Key.Key_Down)
    key(main, Qt.Key.Key_Period)
    settle(qtbot, main)
    assert [pane.view.k for pane in main.session.panes] == [3, 3]


def test_the_picture_turns_with_the_mouse(qtbot: QtBot, main: Application) -> None:
    view = main.canvas
    middle_x, middle_y = view.width() / 2, view.height() / 2
    key(main, Qt.Key.Key_R)
    drag(view, (middle_x + 100, middle_y), (middle_x + 80, middle_y + 80), (middle_x, middle_y + 100))
    assert main.view.angle_deg == pytest.approx(90, abs=0.5), "a quarter clockwise, as the hand went"
    upright = view.pane.transform()
    assert upright is not None
    key(main, Qt.Key.Key_Space)
    assert main.view.angle_deg == 0


def test_the_picture_is_moved_and_the_slab_changed_by_key(qtbot: QtBot, main: Application) -> None:
    beside = CTRL | SHIFT
    for code in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        key(main, code, beside)
    assert main.view.pan_px == (40, 40)
    seen = []
    for _ in range(4):
        key(main, Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
        seen.append((main.view.slab_mm, main.view.projection))
    assert seen == [(10, "max"), (10, "min"), (10, "mean"), (0, "mean")]


def test_speed_and_direction_of_playing_by_key(qtbot: QtBot, main: Application) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    speeds = []
    for code in (Qt.Key.Key_Period, Qt.Key.Key_Period, Qt.Key.Key_Period, Qt.Key.Key_Comma):
        key(main, code, alt)
        speeds.append(main.view.speed)
    assert speeds == [2, 4, 4, 2]
    key(main, Qt.Key.Key_C, CTRL | SHIFT)
    assert main.view.sweep and main.window.actions_by_id["play-to-and-fro"].isChecked()


def test_full_range_leaves_nothing_black_or_white_by_the_window(qtbot: QtBot, main: Application) -> None:
    key(main, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    values = main.session.active.values(main.view.k)
    assert (main.view.window.low, main.view.window.high) == (values.min(), values.max())


def test_the_first_and_the_last_series_by_key(qtbot: QtBot, main: Application) -> None:
    study = main.session.study
    assert study is not None
    for code, series in ((Qt.Key.Key_PageDown, study.series[-1]), (Qt.Key.Key_PageUp, study.series[0])):
        key(main, code, CTRL)
        settle(qtbot, main)
        assert main.session.series == series


def test_another_study_does_not_find_the_planes_of_the_last(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    key(main, Qt.Key.Key_M, CTRL)
    settle(qtbot, main)
    assert main.session.layout.name == "mpr"
    main.notices.add("error", "something of the study before")
    main.reading.open([phantom_study.ultrasound])
    settle(qtbot, main)
    assert main.session.layout.name == "1x1" and main.session.volume is not None
    assert main.window.statusBar().message.whole == ""  # pyright: ignore[reportAttributeAccessIssue]


def test_a_study_without_a_protocol_fills_the_viewports_there_are(
    qtbot: QtBot, main: Application, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a", "b"):
        Image.new("L", (9, 7), 99).save(pictures / f"{name}.png")
    key(main, Qt.Key.Key_4, CTRL | Qt.KeyboardModifier.AltModifier)
    settle(qtbot, main)
    main.reading.open([pictures])
    settle(qtbot, main)
    shown = [pane.series.files[0].name if pane.series else "" for pane in main.session.panes]
    assert main.session.layout.name == "2x2" and shown == ["a.png", "b.png", "", ""]
