"""Volumes are immutable, fit their geometry, and propose a window."""

import numpy as np
import pytest

from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume, Window


def volume(array: np.ndarray, **attributes) -> Volume:
    return Volume(array, Geometry(array.shape[:3]), attributes.pop("kind", "image"), **attributes)


def test_the_array_must_fit():
    with pytest.raises(GeometryError, match="does not fit"):
        Volume(np.zeros((1, 2, 3)), Geometry((1, 3, 2)), "image")


def test_the_array_is_read_only():
    shown = volume(np.zeros((1, 2, 3)))
    with pytest.raises(ValueError, match="read-only"):
        shown.array[0, 0, 0] = 1


def test_colour_is_a_fourth_axis():
    assert volume(np.zeros((1, 2, 3, 3), np.uint8)).is_colour
    assert not volume(np.zeros((1, 2, 3), np.uint8)).is_colour


def test_slice_geometry_is_the_slices_own_where_it_has_one():
    own = tuple(Geometry((1, 2, 3), origin_lps=(0, 0, z), calibration=Calibration.PATIENT) for z in (0, 5, 7))
    grid = Geometry((3, 2, 3), (2, 1, 1), calibration=Calibration.PATIENT)
    assert Volume(np.zeros((3, 2, 3)), grid, "image", slice_geometries=own).slice_geometry(2).origin_lps == (0, 0, 7)
    assert Volume(np.zeros((3, 2, 3)), grid, "volume").slice_geometry(2).origin_lps == (0, 0, 4)


def test_a_window_has_two_ends():
    assert (Window(40, 400).low, Window(40, 400).high) == (-160, 240)


def test_the_first_window_of_the_file_is_the_default():
    found = volume(np.zeros((1, 2, 3)), unit="HU", windows=(Window(1, 2, "mine"), Window(3, 4)))
    assert found.default_window() == Window(1, 2, "mine")


def test_hounsfield_units_open_in_the_soft_tissue_window():
    assert volume(np.zeros((1, 2, 3), np.int16), unit="HU").default_window() == Window(40, 400, "soft tissue")


def test_pictures_of_eight_bits_open_in_their_full_range():
    found = volume(np.zeros((1, 2, 3), np.uint8)).default_window()
    assert (found.low, found.high) == (0, 256)


def test_other_values_open_between_their_percentiles_without_padding():
    values = np.arange(1001, dtype=np.int16).reshape(1, 1, 1001)
    values[0, 0, :10] = -30000
    found = volume(values, padding=(-30000, -30000)).default_window()
    # 10 … 1000 are left: half a percent of 990 is 4.95.
    assert (found.low, found.high) == (pytest.approx(14.95), pytest.approx(995.05))


def test_a_flat_image_still_has_a_window():
    assert volume(np.full((1, 4, 4), 7.0)).default_window() == Window(7.5, 1, "auto", "LINEAR_EXACT")


def test_a_mask_is_shown_black_and_white_also_where_it_is_small() -> None:
    values = np.zeros((3, 32, 32), np.int16)
    values[2, 4, 4:6] = 1
    assert volume(values).default_window() == Window(0.5, 1, "auto", "LINEAR_EXACT")
    assert volume(values).default_window(0) == Window(0.5, 1, "auto", "LINEAR_EXACT"), "from an empty slice too"


def test_a_sample_is_small_and_spread():
    found = volume(np.arange(1_000_000, dtype=np.int32).reshape(10, 1000, 100)).sample(1000)
    assert 900 <= found.size <= 1100 and found.min() == 0 and found.max() > 990_000


def test_padding_everywhere_leaves_the_sample_as_it_is():
    assert volume(np.full((1, 2, 2), 5), padding=(5, 5)).sample().tolist() == [5, 5, 5, 5]


@pytest.mark.parametrize(("bits", "shown"), [(16, [0, 1, 255]), (12, [0, 16, 255]), (10, [0, 64, 255])])
def test_wide_colour_is_kept_and_shown_with_its_eight_highest_bits(bits: int, shown: list[int]) -> None:
    stored = np.array([0, 256, 2**bits - 1], np.uint16)
    array = np.repeat(stored[None, None, :, None], 3, axis=3)
    volume = Volume(array, Geometry((1, 1, 3), (1, 1, 1)), "image", colour_bits=bits)
    assert np.array_equal(volume.array[0, 0, :, 0], stored)
    assert volume.plane(0).dtype == np.uint8 and volume.plane(0)[0, :, 1].tolist() == shown


def test_grey_and_eight_bit_colour_go_to_the_screen_as_they_are() -> None:
    grey = Volume(np.full((1, 1, 2), 3000, np.int16), Geometry((1, 1, 2), (1, 1, 1)), "image")
    colour = Volume(np.full((1, 1, 2, 3), 200, np.uint8), Geometry((1, 1, 2), (1, 1, 1)), "image")
    assert grey.plane(0) is not None and np.shares_memory(grey.plane(0), grey.array)
    assert np.shares_memory(colour.plane(0), colour.array)
