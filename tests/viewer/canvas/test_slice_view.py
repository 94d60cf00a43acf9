"""What is on the screen, pixel for pixel."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Labelmap
from imaging.study import Study
from imaging.volume import Volume, Window
from inference.prediction import HeatMap, Prediction
from viewer.canvas.heat_colours import colours

UP, LEFT = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)


def square(k: int = 3, seed: int = 0, **rest) -> Volume:
    """A stack of 100 x 100: one plane pixel per screen pixel."""
    values = np.random.default_rng(seed).integers(-1000, 1000, (k, 100, 100)).astype(np.int16)
    geometry = rest.pop("geometry", Geometry((k, 100, 100), calibration=Calibration.PATIENT))
    return Volume(values, geometry, "volume", "HU", "CT", windows=(Window(0, 1000),), **rest)


def windowed(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """The LINEAR function of PS3.3 C.11.2.1.2.1, written out again."""
    return np.clip(((values - (centre - 0.5)) / (width - 1) + 0.5) * 255, 0, 255)


MIDDLE = np.s_[0:80]
"""Rows above the line on research use."""


def labelled(volume: Volume, k: int, rows: slice, columns: slice, value: int = 1) -> np.ndarray:
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[k, rows, columns] = value
    return mask


def load_mask(stage, volume: Volume, mask: np.ndarray) -> None:
    stage.segmentation.load(volume.geometry, Labelmap(mask, volume.geometry, stage.segmentation.labels))


def test_the_pixels_drawn_are_the_windowed_values(stage):
    volume = square()
    stage.show(volume)
    expected = windowed(volume.array[1], 0, 1000)
    for channel in range(3):
        assert np.abs(stage.grab()[MIDDLE, :, channel] - expected[MIDDLE]).max() <= 1


def test_another_window_slice_or_inversion_redraws(stage):
    volume = square()
    stage.show(volume)
    stage.view.set_slice(2)
    stage.view.set_window(Window(200, 400))
    assert np.abs(stage.grab()[MIDDLE, :, 0] - windowed(volume.array[2], 200, 400)[MIDDLE]).max() <= 1
    stage.view.set_inverted(True)
    assert np.abs(stage.grab()[MIDDLE, :, 0] - (255 - windowed(volume.array[2], 200, 400))[MIDDLE]).max() <= 1


def test_monochrome1_is_shown_inverted_and_inverting_it_shows_it_plain(stage):
    volume = square(inverted=True)
    stage.show(volume)
    expected = windowed(volume.array[1], 0, 1000)[MIDDLE]
    assert np.abs(stage.grab()[MIDDLE, :, 0] - (255 - expected)).max() <= 1
    stage.view.set_inverted(True)
    assert np.abs(stage.grab()[MIDDLE, :, 0] - expected).max() <= 1


def test_flipped_storage_is_turned_on_the_screen(stage):
    axes = (UP, (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))
    volume = square(geometry=Geometry((3, 100, 100), axes_lps=axes, calibration=Calibration.PATIENT))
    stage.show(volume)
    expected = windowed(volume.array[1], 0, 1000)[::-1, ::-1]
    assert np.abs(stage.grab()[MIDDLE, :, 0] - expected[MIDDLE]).max() <= 1


def test_aspect_ratio_follows_the_spacing(stage):
    geometry = Geometry((1, 10, 10), (1.0, 1.0, 2.0), calibration=Calibration.PIXEL_SPACING)
    stage.show(Volume(np.full((1, 10, 10), 255, np.uint8), geometry, "image"))
    bright = stage.grab()[..., 0] == 255
    # 10 x 20 mm: 50 px high, from 25 to 75, over the whole width.
    assert bright[25:75].all()
    assert not bright[:25].any() and not bright[75:80].any()


@pytest.mark.parametrize("zoom", [3.0, 17.0])
def test_enlarged_pixels_stay_in_place_without_smoothing(stage, zoom):
    volume = square()
    stage.show(volume)
    stage.session.marks.set_smooth(False)
    stage.view.set_zoom(zoom)
    transform = stage.session.active.transform()
    expected = windowed(volume.array[1], 0, 1000)
    found = stage.grab()
    for x, y in [(3, 4), (50, 50), (77, 31), (99, 79)]:
        row, column = transform.pixel_at(x + 0.5, y + 0.5)
        assert found[y, x, 0] == pytest.approx(expected[row, column], abs=1)


def test_mask_blends_as_computed(stage):
    volume = Volume(np.full((1, 100, 100), 100, np.uint8), Geometry((1, 100, 100)), "image")
    stage.show(volume)
    load_mask(stage, volume, labelled(volume, 0, slice(20, 60), slice(20, 60)))
    stage.segmentation.set_opacity(0.5)
    found = stage.grab()
    # Red at one half (128/255) over grey 100.
    assert found[40, 40].tolist() == pytest.approx([128 + 100 * 127 / 255, 100 * 127 / 255, 100 * 127 / 255], abs=1)
    assert found[10, 10].tolist() == [100, 100, 100]
    stage.segmentation.set_visible(False)
    assert stage.grab()[40, 40].tolist() == [100, 100, 100]


def test_masks_have_a_contour_one_pixel_wide(stage):
    volume = Volume(np.zeros((1, 10, 10), np.uint8), Geometry((1, 10, 10)), "image")
    stage.show(volume)
    load_mask(stage, volume, labelled(volume, 0, slice(2, 5), slice(2, 5)))
    stage.segmentation.set_opacity(0.0)
    row = stage.grab()[35, :, 0]
    assert (row > 0).sum() == 2
    assert set(np.flatnonzero(row)) <= {19, 20, 49, 50}


def test_a_proposal_is_lighter_and_its_contour_broken(stage):
    volume = Volume(np.full((1, 100, 100), 100, np.uint8), Geometry((1, 100, 100)), "image")
    stage.show(volume)
    mask = Labelmap(labelled(volume, 0, slice(20, 60), slice(20, 60)), volume.geometry, stage.segmentation.labels)
    stage.findings.show_prediction(Prediction("", "net", "1", "segmentation", (), mask, {}, "cpu", 0, 0))
    found = stage.grab()
    assert 110 < found[40, 40, 0] < 140
    line = found[20, 25:55, 0].astype(int)
    assert line.max() > 200 and line.min() < 120
    stage.findings.set_proposal_visible(False)
    assert stage.grab()[40, 40].tolist() == [100, 100, 100]


def test_heat_map_blends_at_its_opacity_and_only_where_explained(stage):
    volume = Volume(np.full((2, 100, 100), 100, np.uint8), Geometry((2, 100, 100)), "clip")
    stage.show(volume)
    values = np.full((2, 100, 100), np.nan, np.float32)
    values[0] = 0
    values[0, 30:50, 30:50] = 1
    stage.findings.show_heat(HeatMap(values, 1.0, False, "Grad-CAM", "", "lesion", "net"))
    stage.findings.set_heat_opacity(0.4)
    found = stage.grab()
    assert found[40, 40].tolist() == pytest.approx((0.4 * colours(False)[-1] + 0.6 * 100).tolist(), abs=2)
    assert found[60, 15].tolist() == [100, 100, 100]
    stage.view.set_slice(1)
    assert stage.grab()[40, 40].tolist() == [100, 100, 100]
    stage.view.set_slice(0)
    stage.findings.set_heat_visible(False)
    assert stage.grab()[40, 40].tolist() == [100, 100, 100]


def test_the_colour_bar_stands_at_the_right_edge_from_low_to_high(stage):
    stage.canvas.resize(400, 400)
    stage.show(Volume(np.zeros((1, 10, 10), np.uint8), Geometry((1, 10, 10)), "image"))
    values = np.zeros((1, 10, 10), np.float32)
    stage.findings.show_heat(HeatMap(values, 1.0, False, "Grad-CAM", "", "lesion", "net"))
    bar = stage.grab()[120 + 2 : 280 - 2, 385]
    assert np.abs(bar[0].astype(int) - colours(False)[-1]).max() < 16
    assert bar[-1].max() < 20


def test_masks_and_heat_maps_of_another_grid_are_not_drawn(stage):
    volume = Volume(np.full((1, 100, 100), 100, np.uint8), Geometry((1, 100, 100)), "image")
    stage.show(volume)
    small = Geometry((1, 4, 4))
    stage.segmentation.load(small, Labelmap(np.ones((1, 4, 4), np.uint8), small, stage.segmentation.labels))
    stage.findings.show_heat(HeatMap(np.ones((1, 4, 4), np.float32), 1.0, False, "", "", "", ""))
    assert (stage.grab()[MIDDLE] == 100).all()


def test_one_pixel_fills_the_view(stage):
    stage.show(Volume(np.full((1, 1, 1), 200, np.uint8), Geometry((1, 1, 1)), "image"))
    assert (stage.grab()[MIDDLE] == 200).all()


def test_a_strip_20000_pixels_wide_is_drawn_and_can_be_read_at_its_end(stage):
    values = np.zeros((1, 400, 20000), np.uint16)
    values[0, :, 10000:] = 4095
    stage.show(Volume(values, Geometry((1, 400, 20000)), "image", windows=(Window(2048, 4096),)))
    whole = stage.grab()[50, :, 0]
    assert whole[:49].max() == 0 and whole[51:].min() == 255
    transform = stage.session.active.transform()
    end = transform.zoomed_about(99.9, 50, 64.0)
    stage.view.set_zoom(end.zoom, end.pan_px)
    # 0.32 screen pixels each; (99.9 px) * 200 - 0.5 = 19979.5 stays, 0.4 px left of it is 1.25 columns less.
    assert stage.session.active.transform().pixel_at(99.5, 50)[1] == 19978
    assert (stage.grab()[40:60, :, 0] == 255).all()


def test_an_rgb_clip_is_shown_in_its_colours(stage):
    values = np.zeros((4, 100, 100, 3), np.uint8)
    values[2, 10, 20] = (255, 128, 1)
    stage.show(Volume(values, Geometry((4, 100, 100)), "clip", frame_times_ms=(0, 40, 80, 120)))
    stage.view.set_slice(2)
    assert stage.grab()[10, 20].tolist() == [255, 128, 1]


def test_pan_and_zoom_only_repaint(stage, monkeypatch):
    stage.show(square())
    stage.grab()
    made = []
    monkeypatch.setattr("viewer.canvas.picture.grey_image", lambda *_: made.append(1))
    stage.view.set_zoom(2.5, (10, 4))
    stage.view.set_pan((20, 4))
    stage.grab()
    assert made == []


def test_the_empty_page_says_what_to_do_and_a_study_what_to_choose(stage):
    stage.canvas.resize(500, 400)
    empty = stage.grab()
    assert (empty[170:250, 60:440] > 120).any()
    stage.session.open(Study(Path("x")))
    assert (stage.grab() != empty).any()


def test_texts_and_letters_are_drawn_when_wanted(stage):
    stage.canvas.resize(600, 400)
    stage.show(square())
    bare = stage.grab()
    stage.session.marks.step_corner_text()
    written = stage.grab()
    for corner in (np.s_[300:380, :120], np.s_[300:380, 480:], np.s_[180:220, :30], np.s_[180:220, 570:]):
        assert (bare[corner] != written[corner]).any()
    assert not (bare[:30, 400:] != written[:30, 400:]).any(), "no series, so nothing on the top right"


def test_the_brush_is_drawn_at_its_true_radius(stage):
    geometry = Geometry((1, 100, 100), (1.0, 0.5, 0.5), calibration=Calibration.PATIENT)
    stage.show(Volume(np.zeros((1, 100, 100), np.int16), geometry, "image", windows=(Window(0, 1000),)))
    grey = stage.grab()[50, 50].tolist()
    stage.session.hand.set_tool("brush")
    stage.session.hand.set_radius_mm(10)
    stage.move(50, 50)
    row = stage.grab()[50].astype(int)
    touched = np.flatnonzero((row != grey).any(axis=1))
    # 10 mm are 20 px: the ring crosses row 50 at 30 and 70.
    assert {int(v) for v in touched} <= {28, 29, 30, 31, 68, 69, 70, 71, 72}
    assert touched.min() <= 30 and touched.max() >= 69
    assert stage.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
