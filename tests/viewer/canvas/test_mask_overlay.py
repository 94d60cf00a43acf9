"""A part drawn again equals the whole drawn anew."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.volume import Volume
from tests.strokes import stroke
from viewer.canvas.mask_overlay import MaskOverlay
from viewer.canvas.rendering import words_of

LABELS = (Label(1, "a", (255, 0, 0)), Label(2, "b", (0, 0, 255)))


def elements(overlay: MaskOverlay) -> list[tuple[tuple[int, int, int], float, float]]:
    return [
        (line.colour, line.path.elementAt(n).x, line.path.elementAt(n).y)
        for line in overlay.outlines
        for n in range(line.path.elementCount())
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(0, 12), st.integers(1, 4), st.integers(0, 2)))
)
def test_refreshed_boxes_equal_a_new_overlay(changes):
    values = np.zeros((14, 17), np.uint8)
    overlay = MaskOverlay(values, LABELS, 0.5, proposed=False)
    for top, height, left, width, label in changes:
        values[top : top + height, left : left + width] = label
        overlay.refresh((top, top + height, left, left + width))
    new = MaskOverlay(values, LABELS, 0.5, proposed=False)
    assert (words_of(overlay.image) == words_of(new.image)).all()
    assert elements(overlay) == elements(new)


def test_without_voxels_there_is_no_outline():
    assert MaskOverlay(np.zeros((3, 3), np.uint8), LABELS, 0.5, proposed=True).outlines == ()


@pytest.mark.parametrize(
    ("rows", "columns"), [((0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))]
)
@pytest.mark.parametrize("side", [100, 3000])
def test_the_screen_after_an_edit_is_the_screen_drawn_anew(stage, rows, columns, side):
    normal = tuple(float(v) for v in np.cross(columns, rows))
    geometry = Geometry((1, side, side), axes_lps=(normal, rows, columns), calibration=Calibration.PATIENT)
    values = np.random.default_rng(0).integers(0, 255, (1, side, side)).astype(np.uint8)
    stage.show(Volume(values, geometry, "image"))
    stage.grab()
    for at, value in (((0.3, 0.2), 1), ((0.5, 0.6), 2), ((0.32, 0.22), 0)):
        point = (at[0] * side, at[1] * side)
        stage.segmentation.apply(stroke(stage.segmentation.array, geometry, 0, 0, [point], side / 11, value))
        part = stage.grab()
        stage.segmentation.labels_changed.emit()
        assert (stage.grab() == part).all()


def test_an_edit_on_another_slice_changes_nothing_here_and_is_seen_there(stage):
    geometry = Geometry((3, 100, 100))
    stage.show(Volume(np.full((3, 100, 100), 100, np.uint8), geometry, "clip"))
    before = stage.grab()
    stage.segmentation.apply(stroke(stage.segmentation.array, geometry, 0, 2, [(50, 50)], 9, 1))
    assert (stage.grab() == before).all()
    stage.view.set_slice(2)
    assert stage.grab()[50, 50, 0] > 120
    stage.segmentation.undo()
    assert (stage.grab()[:80] == before[:80]).all()


def test_where_labels_overlap_their_colours_blend_one_over_the_other(stage):
    """Red at 45 % over grey, and blue at 45 % over that; a part drawn again is as the whole drawn anew."""
    geometry, share = Geometry((1, 100, 100)), 0.45
    stage.show(Volume(np.full((1, 100, 100), 100, np.uint8), geometry, "clip"))
    grey = stage.grab()[50, 50].astype(float)
    stage.segmentation.set_labels((LABELS[0], replace(LABELS[1], layer=1)))
    for value, column in ((1, 40), (2, 60)):
        stage.segmentation.set_active(value)
        stage.segmentation.apply(stroke(stage.segmentation.array, geometry, 0, 0, [(50, column)], 18, value))
        stage.grab()
    part = stage.grab()
    red = grey * (1 - share) + share * np.array(LABELS[0].colour)
    both = red * (1 - share) + share * np.array(LABELS[1].colour)
    blue = grey * (1 - share) + share * np.array(LABELS[1].colour)
    for column, expected in ((35, red), (50, both), (65, blue)):
        np.testing.assert_allclose(part[50, column], expected, atol=2)
    stage.segmentation.labels_changed.emit()
    assert (stage.grab() == part).all()
    stage.segmentation.undo()
    np.testing.assert_allclose(stage.grab()[50, 50], red, atol=2)
