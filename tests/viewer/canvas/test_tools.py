"""The mouse, with real events: what each drag and each notch does."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume, Window
from viewer.canvas.painting import brush_radius_mm

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
UP = (0.0, 0.0, 1.0)


def stack(geometry: Geometry | None = None) -> Volume:
    geometry = geometry or Geometry((20, 100, 100), calibration=Calibration.PATIENT)
    values = np.zeros(geometry.shape_kji, np.int16)
    values[:, 0, 0] = 1000
    return Volume(values, geometry, "volume", "HU", "CT", windows=(Window(40, 300, "soft tissue"),))


@pytest.fixture
def shown(stage):
    stage.show(stack())
    return stage


def painted(stage) -> list[list[int]]:
    return np.argwhere(stage.segmentation.array).tolist()


def test_left_drag_right_widens_and_up_lowers_the_centre(shown):
    # 300 wide: one unit per pixel.
    shown.drag((50, 50), (60, 50), (70, 30))
    assert shown.view.window == Window(20, 320)


def test_a_window_cannot_be_dragged_to_nothing(shown):
    shown.drag((90, 50), (10, 50))
    shown.view.set_window(Window(40, 2))
    for _ in range(30):
        shown.drag((90, 50), (0, 50))
    assert shown.view.window.width >= 1.0


def test_escape_takes_a_half_drag_back(shown):
    shown.press(50, 50)
    shown.move(90, 90)
    assert shown.view.window.width > 300
    QTest.keyClick(shown.canvas, Qt.Key.Key_Escape)
    assert shown.view.window == Window(40, 300, "soft tissue")
    shown.move(20, 20)
    assert shown.view.window == Window(40, 300, "soft tissue")


def test_escape_goes_to_the_drag_before_a_shortcut_of_the_window(shown, qtbot):
    heard = []
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_Escape), shown.canvas.window())
    shortcut.activated.connect(lambda: heard.append("escape"))
    shown.press(50, 50)
    shown.move(90, 90)
    QTest.keyClick(shown.canvas, Qt.Key.Key_Escape)
    assert (shown.view.window.width, heard) == (300, [])
    QTest.keyClick(shown.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: heard == ["escape"], timeout=1000)


def test_middle_drag_pans(shown):
    shown.drag((50, 50), (57, 41), button=MIDDLE)
    assert shown.view.pan_px == (7, -9)
    assert shown.canvas.pane.transform().pixel_at(57.5, 41.5) == (50, 50)


def test_right_drag_up_zooms_about_the_pressed_point(shown):
    shown.drag((20, 70), (25, 60), (25, 10), button=RIGHT)
    assert shown.view.zoom == pytest.approx(2**0.5)
    assert shown.canvas.pane.transform().to_image(20, 70) == pytest.approx((69.5, 19.5))


def test_the_second_button_waits_for_the_first(shown):
    shown.press(50, 50)
    shown.press(50, 50, MIDDLE)
    shown.move(60, 50)
    shown.release(60, 50, MIDDLE)
    shown.move(70, 50)
    shown.release(70, 50)
    assert shown.view.pan_px == (0, 0)
    assert shown.view.window.width == 320


@pytest.mark.parametrize(("tool", "changed"), [("pan", "pan_px"), ("zoom", "zoom"), ("scroll", "k")])
def test_the_left_button_drags_the_chosen_tool(shown, tool, changed):
    before = getattr(shown.view, changed)
    shown.session.hand.set_tool(tool)
    shown.drag((50, 50), (50, 70))
    assert getattr(shown.view, changed) != before
    assert shown.view.window == Window(40, 300, "soft tissue")


def test_scroll_drag_runs_through_the_stack(shown):
    # 100 px for 20 slices: one per 5 px.
    shown.session.hand.set_tool("scroll")
    shown.drag((50, 50), (50, 61))
    assert shown.view.k == 12


def test_wheel_scrolls_and_fine_wheels_add_up(shown):
    shown.wheel(-120)
    assert shown.view.k == 11
    for _ in range(7):
        shown.wheel(-15)
    assert shown.view.k == 11
    shown.wheel(-15)
    assert shown.view.k == 12
    shown.wheel(240)
    assert shown.view.k == 10


def test_turning_back_starts_anew(shown):
    shown.wheel(-100)
    shown.wheel(30)
    shown.wheel(-30)
    assert shown.view.k == 10


def test_wheel_stops_at_the_ends(shown):
    shown.wheel(120 * 50)
    assert shown.view.k == 0
    shown.wheel(-120 * 50)
    assert shown.view.k == 19


def test_ctrl_wheel_zooms_about_the_mouse(shown):
    shown.wheel(240, (30, 80), CTRL)
    assert shown.view.zoom == pytest.approx(1.44)
    assert shown.canvas.pane.transform().to_image(30, 80) == pytest.approx((79.5, 29.5))
    assert shown.view.k == 10


def test_shift_wheel_sizes_the_brush_also_where_the_system_turns_it_sideways(shown):
    shown.wheel(120, modifiers=SHIFT)
    assert shown.session.hand.radius_mm == pytest.approx(6)
    shown.wheel(-120, modifiers=SHIFT, across=True)
    assert shown.session.hand.radius_mm == pytest.approx(5)


def test_the_voxel_under_the_mouse_is_told(shown):
    shown.move(30, 80)
    assert shown.view.cursor.index_kji == (10, 80, 30)
    shown.wheel(-120, (30, 80))
    assert shown.view.cursor.index_kji == (11, 80, 30)
    shown.view.set_zoom(0.5)
    shown.move(5, 5)
    assert shown.view.cursor is None


def test_leaving_forgets_the_voxel(shown):
    shown.move(30, 80)
    QApplication.sendEvent(shown.canvas, QEvent(QEvent.Type.Leave))
    assert shown.view.cursor is None


def test_nothing_happens_on_an_empty_view(stage):
    stage.drag((50, 50), (70, 70))
    stage.wheel(120)
    stage.move(3, 3)
    assert stage.view.cursor is None
    assert stage.view.zoom == 1


def test_a_dab_paints_a_disc(shown):
    shown.session.hand.set_tool("brush")
    shown.session.hand.set_radius_mm(1.0)
    shown.drag((40, 30))
    # The corner between four voxels is under screen (40, 30) of a 1:1 view: image (29.5, 39.5).
    assert painted(shown) == [[10, 29, 39], [10, 29, 40], [10, 30, 39], [10, 30, 40]]


def test_a_stroke_between_two_events_has_no_gap(shown):
    shown.session.hand.set_tool("brush")
    shown.session.hand.set_radius_mm(1.0)
    shown.drag((10, 30), (90, 30))
    columns = {i for _, j, i in painted(shown) if j == 30}
    assert columns == set(range(9, 91))


def test_a_stroke_follows_the_mouse_round_a_corner(shown):
    shown.session.hand.set_tool("brush")
    shown.session.hand.set_radius_mm(2.0)
    shown.drag((10, 20), (10, 80), (90, 80))
    plane = shown.segmentation.array[10]
    assert plane[50, 10] and plane[80, 50]
    assert not plane[50, 50], "the way from the first point to the last is not painted"


def test_the_brush_paints_true_millimetres_on_anisotropic_pixels(stage):
    # 50 rows of 2 mm and 100 columns of 1 mm: rows are drawn 2 px apart.
    stage.show(stack(Geometry((1, 50, 100), (1.0, 2.0, 1.0), calibration=Calibration.PATIENT)))
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(4.2)
    stage.view.set_zoom(1.0, (0.5, 1.0))
    stage.drag((51, 52))
    # Screen (51, 52) is row 25, column 50: 2 rows up and down, 4 columns to the sides, an ellipse of voxels.
    found = painted(stage)
    assert sorted({j for _, j, i in found if i == 50}) == [23, 24, 25, 26, 27]
    assert sorted({i for _, j, i in found if j == 25}) == list(range(46, 55))
    assert sorted({i for _, j, i in found if j == 23}) == [49, 50, 51]


def test_the_brush_paints_under_the_mouse_on_a_mirrored_display(stage):
    axes = (UP, (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))
    stage.show(stack(Geometry((1, 100, 100), axes_lps=axes, calibration=Calibration.PATIENT)))
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(0.5)
    stage.drag((20, 30))
    # Mirrored in both directions: 100 - 30 = row 70 and 100 - 20 = column 80 meet there.
    assert painted(stage) == [[0, 69, 79], [0, 69, 80], [0, 70, 79], [0, 70, 80]]


def test_a_drag_is_one_undo(shown):
    shown.session.hand.set_tool("brush")
    shown.drag((30, 30), (40, 30), (50, 40), (60, 40))
    once = shown.segmentation.array.copy()
    assert once.any()
    shown.segmentation.undo()
    assert not shown.segmentation.array.any()
    assert not shown.segmentation.history.can_undo
    shown.segmentation.redo()
    assert (shown.segmentation.array == once).all()


@pytest.mark.parametrize("interrupt", ["escape", "focus", "volume"])
def test_a_half_stroke_is_taken_back(shown, interrupt):
    shown.session.hand.set_tool("brush")
    shown.press(30, 30)
    shown.move(60, 60)
    assert shown.segmentation.array.any()
    if interrupt == "escape":
        QTest.keyClick(shown.canvas, Qt.Key.Key_Escape)
    elif interrupt == "focus":
        shown.canvas.clearFocus()
    else:
        shown.session.show(None, shown.session.volume)
    assert not shown.segmentation.array.any()
    assert not shown.segmentation.history.can_undo
    shown.release(60, 60)
    assert not shown.segmentation.array.any()


def test_the_eraser_clears_and_paints_no_label(shown):
    shown.session.hand.set_tool("brush")
    shown.session.hand.set_radius_mm(10)
    shown.drag((50, 50))
    before = len(painted(shown))
    shown.session.hand.set_tool("eraser")
    shown.session.hand.set_radius_mm(3)
    shown.drag((50, 50))
    assert 0 < len(painted(shown)) < before
    assert shown.segmentation.array[10, 50, 50] == 0


def test_the_active_label_is_painted_and_a_hidden_mask_appears(shown):
    shown.segmentation.set_active(2)
    shown.segmentation.set_visible(False)
    shown.session.hand.set_tool("brush")
    shown.drag((50, 50))
    assert shown.segmentation.array[10, 50, 50] == 2
    assert shown.segmentation.visible


def test_without_a_label_the_brush_paints_nothing(shown):
    shown.segmentation.set_labels(())
    shown.session.hand.set_tool("brush")
    shown.drag((50, 50), (60, 60))
    assert not shown.segmentation.array.any()
    assert [step.name for step in shown.segmentation.history.done] == ["Change labels"]


def test_the_smallest_brush_reaches_a_voxel_from_anywhere_in_a_pixel(stage):
    stage.show(stack(Geometry((1, 4, 4), (1.0, 3.0, 3.0), calibration=Calibration.PATIENT)))
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(0.5)
    stage.drag((26, 26))
    assert [0, 1, 1] in painted(stage)
    assert brush_radius_mm(0.5, (3.0, 4.0)) == 2.5
    assert brush_radius_mm(5.0, (3.0, 4.0)) == 5.0


@pytest.mark.parametrize("radius_mm", [0.5, 1.0])
def test_a_small_brush_on_a_slanting_plane_of_thick_slices_leaves_no_gap(stage, radius_mm):
    stage.show(stack(Geometry((16, 60, 60), (5.0, 0.8, 0.8), calibration=Calibration.PATIENT)))
    pane = stage.session.active
    pane.turn_plane((24.0, 24.0, 36.0), (0.5, 0.5, 0.7071068), (0.0, 0.8165, -0.5774))
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(radius_mm)
    stage.drag((30, 40), (70, 60))
    way = [pane.point_lps(30 + 40 * share, 40 + 20 * share) for share in np.linspace(0, 1, 50)]
    k, j, i = np.rint(stage.segmentation.geometry.index_kji(way)).astype(int).T
    assert pane.axis is None and stage.segmentation.array[k, j, i].all()
    stage.segmentation.undo()
    assert not painted(stage)


def test_livewire_keeps_to_the_edges_of_the_slab_that_is_shown(stage):
    values = np.zeros((20, 100, 100), np.int16)
    values[10, :, :30] = 100
    rows, columns = np.ogrid[:100, :100]
    values[11][np.hypot(rows - 50, columns - 30) < 25] = 1000
    geometry = Geometry(values.shape, calibration=Calibration.PATIENT)
    stage.show(Volume(values, geometry, "volume", "HU", "CT", windows=(Window(40, 300, "soft tissue"),)))
    stage.session.hand.set_tool("livewire")
    found = []
    for slab_mm in (0.0, 3.0):
        stage.view.set_slab(slab_mm, "max")
        stage.drag((30, 20))
        stage.drag((30, 80))
        points = np.array(stage.session.workbench.outline.points)
        found.append(np.abs(points[:, 1] - 30).max())
        QTest.keyClick(stage.canvas, Qt.Key.Key_Escape)
    assert found[0] < 4 and found[1] > 15, "along the straight edge, then around the disc"


def test_painting_is_seen_at_once(shown):
    before = shown.grab()
    shown.session.hand.set_tool("brush")
    shown.press(50, 50)
    assert (shown.grab()[50, 50] != before[50, 50]).any()
    shown.release(50, 50)
