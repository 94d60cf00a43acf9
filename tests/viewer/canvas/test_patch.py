"""Regions and reductions: what is drawn covers what is seen, at a cost that follows the screen."""

import itertools

import numpy as np
import pytest

from viewer.canvas.patch import Patch, mean_reduced, patch_for, picked_reduced, reduction_for
from viewer.state.transform import Orientation, ViewTransform

ORIENTATIONS = [Orientation(*turns) for turns in itertools.product((False, True), repeat=3)]


@pytest.mark.parametrize(("scale", "factor"), [(3, 1), (1, 1), (0.51, 1), (0.5, 2), (0.3, 2), (0.25, 4), (0.01, 64)])
def test_reduction_never_shows_fewer_pixels_than_the_screen_has(scale, factor):
    assert reduction_for(scale) == factor


def test_small_planes_are_prepared_whole_whatever_the_zoom():
    transform = ViewTransform((500, 500), (512, 512), zoom=20, pan_px=(900, 0))
    assert patch_for(transform) == Patch((0, 512), (0, 512))


def test_large_planes_are_cut_to_what_is_seen():
    transform = ViewTransform((1000, 1000), (4000, 4000), zoom=8)
    patch = patch_for(transform)
    assert patch is not None and patch.factor == 1
    # The middle 500 px are seen: 1750 - 2250, on multiples of 256 with a margin.
    assert patch.rows == (1536, 2304)
    assert patch.columns == (1536, 2304)


def test_outside_the_viewport_nothing_is_prepared():
    assert patch_for(ViewTransform((1000, 1000), (4000, 4000), zoom=8, pan_px=(90000, 0))) is None


def test_a_strip_of_20000_pixels_is_reduced():
    patch = patch_for(ViewTransform((1000, 500), (40, 20000)))
    assert patch is not None
    assert patch.factor == 16


def test_a_dense_screen_gets_more_pixels():
    transform = ViewTransform((1000, 1000), (4000, 4000))
    assert (patch_for(transform).factor, patch_for(transform, 2.0).factor) == (4, 2)


def test_pixels_long_in_one_direction_keep_the_detail_of_the_other():
    # 100 rows of 8 mm, 1600 columns of 1 mm, in 800 x 400: rows 4 px high, columns half a pixel wide.
    assert patch_for(ViewTransform((800, 400), (100, 1600), (8.0, 1.0))).factor == 1


def test_mean_of_blocks_by_hand():
    plane = np.array([[0, 2, 10], [4, 6, 20], [7, 8, 9]], np.int16)
    # (0+2+4+6)/4 = 3, (10+20)/2 = 15, (7+8)/2 = 7.5 which rounds to even, 9
    assert mean_reduced(plane, 2).tolist() == [[3, 15], [8, 9]]
    assert mean_reduced(plane, 2).dtype == np.int16
    assert mean_reduced(plane, 1) is plane


@pytest.mark.parametrize("dtype", [np.int32, np.uint32])
def test_the_largest_numbers_of_32_bits_stay_the_largest(dtype):
    most = np.iinfo(dtype).max
    assert mean_reduced(np.full((3, 3), most, dtype), 2).tolist() == [[most, most], [most, most]]


def test_labels_are_picked_not_mixed():
    plane = np.array([[1, 3, 2], [3, 3, 3], [1, 3, 1]], np.uint8)
    assert picked_reduced(plane, 2).tolist() == [[1, 2], [1, 1]]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("factor", [1, 2, 4])
def test_every_pixel_of_a_patch_is_drawn_where_the_transform_puts_it(orientation, factor):
    rows, columns = 13, 22
    plane = np.arange(rows * columns).reshape(rows, columns)
    transform = ViewTransform((300, 200), (rows, columns), (1.0, 2.0), orientation, 1.5, (5, -9))
    patch = Patch((4, 13), (8, 22), factor, orientation)
    cut = patch.cut(picked_reduced(plane, factor))
    x, y, width, height = patch.screen_rect(transform)
    sx, sy, source_width, source_height = patch.source_rect
    for row, column in [(4, 8), (12, 8), (4, 21), (12, 20), (8, 16), (7, 11), (11, 15), (7, 19)]:
        at_x, at_y = transform.to_screen(row, column)
        source_x = int(np.floor(sx + (at_x - x) / width * source_width))
        source_y = int(np.floor(sy + (at_y - y) / height * source_height))
        block = plane[row // factor * factor, column // factor * factor]
        assert cut[source_y, source_x] == block


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("factor", [1, 2, 4])
def test_a_box_of_the_plane_is_found_in_the_cut(orientation, factor):
    mask = np.zeros((29, 40), np.uint8)
    mask[9:14, 17:30] = 1
    patch = Patch((4, 29), (8, 28), factor, orientation)
    top, bottom, left, right = patch.box_of((9, 14), (17, 30))
    shown = patch.cut(picked_reduced(mask, factor))
    assert shown.any()
    assert shown[top:bottom, left:right].sum() == shown.sum()
    assert (bottom - top) * (right - left) <= (5 // factor + 2) * (11 // factor + 2)
    assert patch.box_of((0, 4), (17, 30)) is None
