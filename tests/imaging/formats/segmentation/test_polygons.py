"""Outlines of masks: by hand, and there and back for any mask."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from skimage.draw import polygon2mask

from imaging.formats.segmentation.polygons import filled, outlines


def shoelace(polygon: np.ndarray) -> float:
    after = np.roll(polygon, -1, axis=0)
    return abs(float((polygon[:, 0] * after[:, 1] - after[:, 0] * polygon[:, 1]).sum())) / 2


def test_one_pixel_is_its_square():
    mask = np.zeros((3, 4), bool)
    mask[1, 2] = True
    (found,) = outlines(mask)
    assert sorted(map(tuple, found.tolist())) == [(0.5, 1.5), (0.5, 2.5), (1.5, 1.5), (1.5, 2.5)]


def test_a_ring_is_one_outline_with_the_area_of_its_pixels():
    mask = np.ones((5, 6), bool)
    mask[2, 2:4] = False
    (found,) = outlines(mask)
    assert shoelace(found) == 28
    np.testing.assert_array_equal(filled(found, (5, 6)), mask)


def test_pixels_that_touch_at_a_corner_are_two_parts():
    assert len(outlines(np.eye(2, dtype=bool))) == 2


def test_a_part_within_a_hole_is_its_own():
    mask = np.ones((7, 7), bool)
    mask[1:6, 1:6] = False
    mask[3, 3] = True
    found = outlines(mask)
    assert sorted(shoelace(each) for each in found) == [1, 24]


def test_nothing_has_no_outline():
    assert outlines(np.zeros((3, 3), bool)) == []


@settings(max_examples=200, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_a_mask_comes_back_from_its_outlines(mask):
    again = np.zeros(mask.shape, bool)
    area = 0.0
    for each in outlines(mask):
        again ^= filled(each, mask.shape)
        area += shoelace(each)
    np.testing.assert_array_equal(again, mask)
    assert area == mask.sum()


def test_noise_with_hundreds_of_holes_comes_back_and_each_hole_is_in_its_part():
    """As a threshold leaves it; parts lie within holes of parts."""
    mask = np.random.default_rng(11).random((90, 110)) < 0.72
    pieces, count = ndimage.label(mask)
    found = outlines(mask)
    assert len(found) == count and max(map(len, found)) > 1000
    again = np.zeros(mask.shape, np.int32)
    for each in found:
        inside = filled(each, mask.shape)
        assert len(np.unique(pieces[inside])) == 1, "one outline is one part, without what lies in its holes"
        again[inside] = pieces[inside]
    np.testing.assert_array_equal(again, pieces)


def test_a_slanted_outline_as_scikit_image_fills_it():
    triangle = np.array([[1.3, 2.2], [17.6, 9.1], [5.2, 28.4]])
    np.testing.assert_array_equal(filled(triangle, (20, 30)), polygon2mask((20, 30), triangle))


def test_what_lies_outside_is_cut_off():
    square = np.array([[-5.0, -5.0], [-5.0, 1.5], [1.5, 1.5], [1.5, -5.0]])
    assert filled(square, (3, 3)).sum() == 4
