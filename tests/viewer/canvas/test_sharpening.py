"""A thick oblique slab is drawn coarser while it moves, says so, and is drawn in full where it rests."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.volume import Volume, Window
from viewer.canvas.annotation_text import MOVING, mark_text
from viewer.canvas.mouse import SLAB_STEP_MM
from viewer.state import pane as panes
from viewer.state.fusion import Fusion
from viewer.state.layout import MPR
from viewer.state.view import Projection

SHAPE = (60, 128, 128)
FRAME = Geometry(SHAPE, (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
NORMAL, UP = (0.0, 0.5, 0.8660254), (0.0, -0.8660254, 0.5)
THICK_MM = 40.0


def noise() -> Volume:
    values = np.random.default_rng(0).integers(-500, 500, SHAPE).astype(np.int16)
    return Volume(values, FRAME, "volume", "HU", "CT", windows=(Window(0, 1000),))


def turn(pane) -> None:
    pane.turn_plane(tuple(FRAME.point_lps((30, 64, 64)).tolist()), NORMAL, UP)


def show_slab(stage, values: np.ndarray, projection: Projection) -> None:
    """A slab through a turned volume, just set."""
    stage.show(Volume(values.astype(np.int16), FRAME, "volume", "HU", "CT", windows=(Window(0, 1500),)))
    turn(stage.session.active)
    stage.view.set_slab(THICK_MM, projection)


@pytest.fixture
def slab(stage):
    """The viewport with the brightest of a slab of noise."""
    show_slab(stage, noise().array, "max")
    return stage


def rest(qtbot, stage) -> None:
    qtbot.waitUntil(lambda: not stage.session.active.motion.moving, timeout=5000)


def drawn_in_full(stage, monkeypatch) -> np.ndarray:
    """What the viewport shows when nothing is ever drawn coarser."""
    with monkeypatch.context() as patch:
        patch.setattr(panes, "PROMPT_SAMPLES", 10**12)
        patch.setattr(panes, "DRAFT_SAMPLES", 10**12)
        k = stage.view.k
        stage.view.set_slice(k - 1)
        stage.view.set_slice(k)
        stage.session.active.slice_arrived.emit(k)
        assert not stage.session.active.motion.moving
        return stage.grab()


def test_scrolling_shows_the_mark_and_rest_the_whole_slab(slab, qtbot, monkeypatch):
    rest(qtbot, slab)
    slab.wheel(-120)
    moving = slab.grab()
    assert slab.session.active.motion.moving and MOVING in mark_text(slab.session.active)
    rest(qtbot, slab)
    resting = slab.grab()
    assert MOVING not in mark_text(slab.session.active)
    assert (moving != resting).any(), "a coarser picture is another one"
    np.testing.assert_array_equal(resting, drawn_in_full(slab, monkeypatch))


def test_a_coarser_picture_shows_the_same_place(slab, qtbot):
    k, j, i = np.indices(SHAPE)
    show_slab(slab, 8 * i - 5 * j + 2 * k, "mean")
    slab.wheel(-120)
    moving = slab.grab().astype(int)
    assert slab.session.active.motion.moving
    rest(qtbot, slab)
    off = np.abs(moving - slab.grab())[20:80, 20:80]
    assert off.mean() < 3, "a smooth picture hardly changes when it is sampled more finely"


def test_dragging_the_crosshair_moves_the_plane_of_another_viewport(slab, qtbot):
    rest(qtbot, slab)
    slab.session.set_layout(MPR)
    other = next(pane for pane in slab.session.panes if pane is not slab.session.active)
    other.size_px = (80.0, 80.0)
    turn(other)
    other.view.set_slab(THICK_MM, "min")
    other.motion.end()
    slab.session.hand.set_tool("crosshair")
    slab.press(50, 30)
    slab.move(50, 70)
    assert other.motion.moving
    slab.release(50, 70)


def test_a_step_before_it_is_whole_begins_anew(slab, qtbot, monkeypatch):
    slab.wheel(-120)
    parts = slab.session.active.values_in_parts()
    next(parts)
    slab.session.active.motion.rested.emit()
    qtbot.wait(1)
    slab.wheel(-120)
    rest(qtbot, slab)
    np.testing.assert_array_equal(slab.grab(), drawn_in_full(slab, monkeypatch))


def test_a_picture_that_is_kept_is_never_a_coarser_one(slab):
    slab.wheel(-120)
    assert slab.session.active.motion.moving
    slab.canvas.picture("none", drawn=True)
    assert not slab.session.active.motion.moving and not mark_text(slab.session.active).count(MOVING)


def test_a_mask_and_a_second_volume_move_along(slab, qtbot):
    show_slab(slab, np.full(SHAPE, 100), "mean")
    half = np.zeros(SHAPE, np.uint8)
    half[:, :, :64] = 1
    slab.segmentation.load(FRAME, Labelmap(half, FRAME, (Label(1, "half", (255, 0, 0)),)))
    slab.view.set_fusion(Fusion(slab.session.opened, Window(0, 500)))
    slab.wheel(-120)
    moving = slab.grab().astype(int)
    assert slab.session.active.motion.moving
    rest(qtbot, slab)
    resting = slab.grab().astype(int)
    red, as_red = ((picture[..., 0] - picture[..., 2])[30:70, 20:80].mean(axis=0) for picture in (moving, resting))
    assert red[:25].mean() > red[35:].mean() + 20, "the mask covers one half"
    np.testing.assert_allclose(red, as_red, atol=8)


def test_what_costs_little_is_never_coarser(stage):
    stage.show(noise())
    stage.wheel(-120)
    assert not stage.session.active.motion.moving, "planes of the array are not sampled"
    turn(stage.session.active)
    stage.wheel(-120)
    assert not stage.session.active.motion.moving, "a single plane of 150 pixels a side costs less than a frame"


def test_a_thicker_slab_is_a_step_too(slab, qtbot):
    rest(qtbot, slab)
    slab.wheel(120, modifiers=Qt.KeyboardModifier.AltModifier)
    assert slab.view.slab_mm == THICK_MM + SLAB_STEP_MM
    assert slab.session.active.motion.moving


def test_leaving_the_plane_ends_the_motion(slab):
    assert slab.session.active.motion.moving
    slab.session.active.set_plane("axial")
    assert not slab.session.active.motion.moving and MOVING not in mark_text(slab.session.active)
    slab.session.active.show(None)
    assert not slab.session.active.motion.moving


def test_what_arrives_while_the_slab_is_sampled_is_shown(stage, qtbot, monkeypatch):
    memory = np.zeros(SHAPE, np.int16)
    stage.session.show(None, replace(noise(), array=memory.view()), only_k=0)
    opened = stage.session.opened
    turn(stage.session.active)
    stage.view.set_slab(THICK_MM, "max")
    stage.grab()
    stage.canvas._sharpening._go_on()
    assert stage.session.active.motion.moving, "some rows are sampled, others are not"
    memory[...] = noise().array
    opened.finish(opened.volume)
    rest(qtbot, stage)
    resting = stage.grab()
    np.testing.assert_array_equal(resting, drawn_in_full(stage, monkeypatch))


def test_a_slab_shows_the_slices_beside_the_middle_one_as_they_arrive(stage):
    memory = np.zeros(SHAPE, np.int16)
    stage.session.show(None, replace(noise(), array=memory.view(), windows=(Window(500, 1000),)), only_k=30)
    stage.view.set_slice(30)
    stage.view.set_slab(8.0, "max")
    assert stage.grab()[50, 50].max() == 0
    memory[31] = 1000
    stage.session.opened.arrive(31)
    assert stage.grab()[50, 50].min() == 255
