"""A step of a brush draws what changed and nothing else."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume, Window

SHAPE = (5, 60, 80)
FRAME = Geometry(SHAPE, (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)


class Painted(QObject):
    """Remembers which pixels of a widget were drawn."""

    def __init__(self, widget) -> None:
        super().__init__(widget)
        self.pixels = np.zeros((widget.height(), widget.width()), bool)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if isinstance(event, QPaintEvent):
            for box in event.region():
                self.pixels[box.top() : box.bottom() + 1, box.left() : box.right() + 1] = True
        return False


@pytest.fixture
def shown(stage):
    values = np.random.default_rng(0).integers(0, 1000, SHAPE).astype(np.int16)
    stage.canvas.resize(300, 260)
    stage.show(Volume(values, FRAME, "volume", "HU", "CT", windows=(Window(500, 1000),)))
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(4.0)
    stage.move(150, 130)
    stage.drag((150, 130), (152, 131))
    QApplication.processEvents()
    return stage


def drawn_by(stage, change) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels ``change`` made others, and which were drawn."""
    QApplication.processEvents()
    before = stage.grab()
    QApplication.processEvents()
    painted = Painted(stage.canvas)
    change()
    QApplication.processEvents()
    drawn = painted.pixels.copy()
    stage.canvas.removeEventFilter(painted)
    return (stage.grab() != before).any(axis=-1), drawn


@pytest.mark.parametrize("angle_deg", [0.0, 37.0])
@pytest.mark.parametrize("plane", ["stored", "coronal"])
@pytest.mark.parametrize("smooth", [True, False])
def test_a_step_of_the_brush_draws_all_that_changed_and_little_else(shown, plane, angle_deg, smooth):
    shown.session.marks.smooth = smooth
    shown.session.active.set_plane(plane)
    shown.view.set_angle_deg(angle_deg)
    shown.press(140, 125)
    changed, drawn = drawn_by(shown, lambda: shown.move(160, 135))
    shown.release(160, 135)
    assert changed.any() and not (changed & ~drawn).any(), "what changed is drawn"
    assert drawn.mean() < 0.5, "the rest is left as it is"


def test_the_circle_moves_without_drawing_the_picture(shown):
    changed, drawn = drawn_by(shown, lambda: shown.move(80, 60))
    assert changed.any() and not (changed & ~drawn).any()
    assert drawn.mean() < 0.2


def test_undo_and_redo_draw_their_part(shown):
    shown.move(20, 20)
    for step in (shown.segmentation.undo, shown.segmentation.redo):
        changed, drawn = drawn_by(shown, step)
        assert changed.any() and not (changed & ~drawn).any() and drawn.mean() < 0.2


def test_another_slice_changes_nothing_here(shown):
    shown.view.set_slice(0)
    changed, drawn = drawn_by(shown, shown.segmentation.undo)
    assert not changed.any() and not drawn.any()


def test_the_magnifier_is_drawn_with_the_mask_under_it(shown):
    shown.canvas.set_lens((150.0, 130.0))
    changed, drawn = drawn_by(shown, shown.segmentation.undo)
    assert changed.any() and not (changed & ~drawn).any()


@pytest.mark.parametrize("size", [(300, 260), (40, 34)], ids=["whole", "reduced"])
@pytest.mark.parametrize("sphere", [True, False])
def test_a_stroke_in_an_oblique_plane_looks_as_if_all_were_drawn_anew(shown, size, sphere):
    shown.canvas.resize(*size)
    shown.session.workbench.set_options(sphere=sphere)
    shown.session.active.turn_plane((39.0, 29.0, 4.0), (0.2, 0.3, 1.0), (0.1, -1.0, 0.0))
    x, y = size[0] // 2, size[1] // 2
    shown.press(x - 8, y)
    shown.move(x, y)
    shown.grab()
    changed, drawn = drawn_by(shown, lambda: shown.move(x + 8, y + 4))
    assert changed.any() and not (changed & ~drawn).any()
    shown.release(x + 8, y + 4)
    seen = shown.grab()
    shown.segmentation.changed.emit(None)
    assert np.array_equal(shown.grab(), seen)
    shown.segmentation.undo()
    seen = shown.grab()
    shown.segmentation.changed.emit(None)
    assert np.array_equal(shown.grab(), seen)


def test_a_ball_that_grows_while_it_is_dragged_paints_where_it_stands_too(shown):
    shown.session.workbench.set_options(sphere=True)
    shown.segmentation.undo()
    shown.press(140, 125)
    shown.session.hand.set_radius_mm(9.0)
    shown.move(150, 130)
    shown.move(160, 135)
    shown.release(160, 135)
    dragged = shown.segmentation.array.copy()
    shown.segmentation.undo()
    for one, other in (((140, 125), (150, 130)), ((150, 130), (160, 135))):
        shown.drag(one, other)
    assert np.array_equal(dragged, shown.segmentation.array)
