"""Segmented palettes, the examples worked out by hand and random ones against pydicom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.pixels.processing import _expand_segmented_lut

from imaging.formats.dicom.palette_segments import SegmentError, expand_segments


def test_discrete_and_linear_segments_by_hand():
    assert expand_segments([0, 2, 7, 10, 1, 4, 30], 2) == [7, 10, 15, 20, 25, 30]


def test_an_indirect_segment_repeats_earlier_ones():
    # Two segments from byte 0 on: the discrete one, and the linear one from its last entry.
    assert expand_segments([0, 1, 0, 1, 2, 8, 2, 2, 0, 0], 2) == [0, 4, 8, 0, 4, 8]
    # With single bytes the offset takes four of them: the linear one again, which starts and ends at 8 now.
    assert expand_segments([0, 1, 0, 1, 2, 8, 2, 1, 3, 0, 0, 0], 1) == [0, 4, 8, 8, 8]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([3, 1, 5], "kind 3"),
        ([1, 2, 5], "without a start"),
        ([0, 9, 1], "9 entries announced, 1 left"),
        ([0, 1, 5, 2, 1, 90, 0], "outside the table"),
        ([0, 1, 5, 2, 3, 0, 0], "more than there is"),
        ([0, 1, 5, 1, 3], "without a start or an end"),
        ([0, 1, 5, 2, 1, 0, 0, 2, 1, 6, 0], "repeats another"),
    ],
)
def test_segments_that_make_no_sense(words, reason):
    with pytest.raises(SegmentError, match=reason):
        expand_segments(words, 2)


discrete = st.lists(st.integers(0, 65535), min_size=1, max_size=5).map(lambda values: [0, len(values), *values])
linear = st.tuples(st.integers(1, 9), st.integers(0, 65535)).map(lambda each: [1, *each])


@given(discrete, st.lists(st.one_of(discrete, linear), max_size=6))
def test_segments_equal_pydicom(first, rest):
    words = [*first, *(number for segment in rest for number in segment)]
    assert expand_segments(words, 2) == _expand_segmented_lut(tuple(words), f"<{len(words)}H")


@given(st.lists(st.integers(0, 8), max_size=40), st.sampled_from([1, 2]))
def test_any_numbers_end_in_a_table_or_an_error(words, width):
    try:
        assert len(expand_segments(words, width)) <= 1 << 16
    except SegmentError as error:
        assert str(error)


def test_repetition_cannot_fill_the_memory():
    assert len(expand_segments([0, 1, 0] + [1, 65535, 9] * 1000, 2)) == 1 << 16
    with pytest.raises(SegmentError, match="more than there is"):
        expand_segments([0, 1, 0] + [1, 60000, 9] + [2, 65535, 6, 0] * 3, 2)
