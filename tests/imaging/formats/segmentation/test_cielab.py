"""CIELab values: known colours, highdicom's reading, and there and back."""

import highdicom as hd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.formats.segmentation.cielab import rgb_of, stored_of

channel = st.integers(0, 255)


@given(st.tuples(channel, channel, channel))
def test_a_colour_comes_back_as_it_was(colour):
    assert rgb_of(stored_of(colour)) == colour


def test_white_and_black_by_hand():
    """L* is 100 and 0 of 0xFFFF; a* and b* are 0, which is 128 / 255 of 0xFFFF (PS3.3 C.10.7.1.1)."""
    assert stored_of((255, 255, 255)) == pytest.approx((65535, 32896, 32896), abs=8)
    assert stored_of((0, 0, 0)) == (0, 32896, 32896)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (30, 60, 200), (128, 128, 128)])
def test_highdicom_sees_the_same_colour(colour):
    ours = hd.color.CIELabColor.from_dicom_value(stored_of(colour))
    assert ours.to_rgb(clip=True) == pytest.approx(colour, abs=1)
    assert rgb_of(hd.color.CIELabColor.from_rgb(*colour).value) == pytest.approx(colour, abs=1)


def test_a_colour_no_screen_shows_is_clipped():
    """L* 100, a* 127, b* -128: more than sRGB has of red and blue."""
    red, _, blue = rgb_of((65535, 65535, 0))
    assert (red, blue) == (255, 255)
