"""Grey levels by hand and against pydicom's VOI transformation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut

from imaging.intensity import PRESETS, to_grey
from imaging.volume import Window


def test_the_linear_function_by_hand():
    # PS3.3 C.11.2.1.2.1, note 3: centre 40, width 400 goes from -160 to 239.
    values = np.array([-1024, -160, 39, 40, 239, 240, 3000], np.int16)
    assert to_grey(values, Window(40, 400)).tolist() == [0, 0, 127, 128, 255, 255, 255]


def test_width_one_is_a_threshold():
    assert to_grey(np.array([9, 10, 11], np.int16), Window(10, 1)).tolist() == [0, 255, 255]


def test_fractions_go_through_the_exact_function():
    values = np.array([0.0, 0.25, 0.5, 1.0, np.nan], np.float32)
    assert to_grey(values, Window(0.5, 1.0)).tolist() == [0, 64, 128, 255, 0]
    assert to_grey(values[:4], Window(0.5, 0.0)).tolist() == [0, 0, 128, 255]


def test_inverted_turns_grey_around_and_padding_stays_black():
    values = np.array([-2000, -160, 239], np.int16)
    assert to_grey(values, Window(40, 400), inverted=True).tolist() == [255, 255, 0]
    assert to_grey(values, Window(40, 400), inverted=True, padding=(-2000, -2000)).tolist() == [0, 255, 0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
@pytest.mark.parametrize("inverted", [False, True])
def test_the_table_for_large_planes_gives_what_single_values_give(dtype, inverted):
    info = np.iinfo(dtype)
    plane = np.random.default_rng(3).integers(info.min, info.max + 1, (300, 300)).astype(dtype)
    window = Window(40, 180)
    by_row = np.stack([to_grey(row, window, inverted, (7, 9)) for row in plane])
    assert np.array_equal(to_grey(plane, window, inverted, (7, 9)), by_row)


@given(centre=st.integers(-1000, 3000), width=st.integers(2, 4000))
def test_equals_pydicom(centre: int, width: int):
    data = Dataset()
    data.WindowCenter, data.WindowWidth = centre, width
    data.PhotometricInterpretation, data.BitsStored, data.PixelRepresentation = "MONOCHROME2", 8, 0
    values = np.arange(-1500, 3500, 7, dtype=np.int16)
    shown = apply_voi_lut(values, data)
    low, high = float(shown.min()), float(shown.max())
    # pydicom maps onto the range of the stored type: -1024 … is not ours; compare where both are proportional.
    expected = (shown - low) / (high - low) * 255 if high > low else np.zeros(values.shape)
    ours = to_grey(values, Window(centre, width)).astype(float)
    if ours.min() == 0 and ours.max() == 255:
        assert np.abs(ours - expected).max() <= 0.51


def test_presets_are_where_readers_expect_them():
    assert list(PRESETS) == list(range(1, 10))
    assert (PRESETS[2].centre, PRESETS[2].width, PRESETS[2].name) == (-600, 1500, "lung")
    assert len({window.name for window in PRESETS.values()}) == 9
    with pytest.raises(TypeError):
        PRESETS[1] = Window(0, 1)
