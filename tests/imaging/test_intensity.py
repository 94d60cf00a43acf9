"""Grey levels by hand and against pydicom's VOI transformation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut

from imaging.geometry import Geometry
from imaging.intensity import default_voi, equivalent_window, proposals, to_grey
from imaging.volume import VoiFunction, VoiTable, Volume, Window


def test_the_linear_function_by_hand():
    # PS3.3 C.11.2.1.2.1, note 3: centre 40, width 400 goes from -160 to 239.
    values = np.array([-1024, -160, 39, 40, 239, 240, 3000], np.int16)
    assert to_grey(values, Window(40, 400)).tolist() == [0, 0, 127, 128, 255, 255, 255]


def test_width_one_is_a_threshold():
    assert to_grey(np.array([9, 10, 11], np.int16), Window(10, 1)).tolist() == [0, 255, 255]


def test_linear_exact_by_hand():
    # PS3.3 C.11.2.1.3.2: black up to centre - width / 2, white from centre + width / 2.
    values = np.array([0.0, 0.25, 0.5, 1.0, np.nan], np.float32)
    assert to_grey(values, Window(0.5, 1.0, "", "LINEAR_EXACT")).tolist() == [0, 64, 128, 255, 0]
    whole = np.array([-161, -160, -60, 40, 140, 240], np.int16)
    assert to_grey(whole, Window(40, 400, "", "LINEAR_EXACT")).tolist() == [0, 0, 64, 128, 191, 255]


def test_sigmoid_by_hand():
    # PS3.3 C.11.2.1.3.1: 255 / (1 + exp(-4 (x - c) / w)): 255 / (1 + e) = 68.6 a quarter width below the centre.
    values = np.array([-30000, -60, 40, 140, 30000], np.int16)
    assert to_grey(values, Window(40, 400, "", "SIGMOID")).tolist() == [0, 69, 128, 186, 255]


def test_a_table_by_hand():
    table = VoiTable(-2, np.array([0, 10, 100, 255], np.uint8))
    assert to_grey(np.array([-9, -2, -1, 0, 1, 9], np.int16), table).tolist() == [0, 0, 10, 100, 255, 255]
    assert to_grey(np.array([-1.4, -0.6, np.nan, np.inf]), table).tolist() == [10, 10, 0, 255]
    assert to_grey(np.array([-2, 1], np.int16), table, inverted=True).tolist() == [255, 0]


def test_dragging_a_table_starts_from_the_window_that_comes_closest():
    ramp = VoiTable(-100, np.repeat(np.arange(256, dtype=np.uint8), 4), "ramp")
    window = equivalent_window(ramp)
    assert window.name == "ramp" and window.width == pytest.approx(1024, abs=4)
    values = np.arange(-300, 1300, dtype=np.int16)
    assert np.abs(to_grey(values, window).astype(int) - to_grey(values, ramp)).max() <= 1
    step = VoiTable(5, np.array([0, 0, 255, 255], np.uint8))
    assert equivalent_window(step) == Window(6.5, 3.0)


def test_the_first_window_is_the_default_and_a_table_where_there_is_none():
    table = VoiTable(0, np.array([0, 255], np.uint8))
    both = Volume(np.zeros((1, 2, 2), np.int16), Geometry((1, 2, 2), (1, 1, 1)), "image", windows=(Window(1, 2),),
                  voi_tables=(table,))  # fmt: skip
    assert proposals(both) == (Window(1, 2), table)
    assert default_voi(both) == Window(1, 2)
    assert default_voi(replace(both, windows=())) is table
    assert default_voi(replace(both, windows=(), voi_tables=())).name == "auto"


def test_a_width_below_one_is_no_threshold_for_fractions():
    values = np.array([0.0, 0.25, 0.5, 1.0], np.float32)
    assert to_grey(values, Window(0.5, 0.5)).tolist() == [0, 0, 128, 255]
    assert to_grey(values, Window(0.5, 0.0)).tolist() == [0, 0, 128, 255]


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


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@settings(max_examples=25)
@given(centre=st.integers(-1000, 3000), width=st.integers(2, 4000))
def test_equals_pydicom(function: VoiFunction, centre: int, width: int):
    data = Dataset()
    data.WindowCenter, data.WindowWidth, data.VOILUTFunction = centre, width, function
    data.PhotometricInterpretation, data.BitsStored, data.PixelRepresentation = "MONOCHROME2", 8, 0
    values = np.arange(-1500, 3500, 7, dtype=np.int16)
    with np.errstate(over="ignore"):  # its sigmoid overflows far below the centre
        expected = apply_voi_lut(values, data)  # onto 0 to 255, the range of eight unsigned bits
    assert np.abs(to_grey(values, Window(centre, width, "", function)) - expected).max() <= 0.51


@settings(max_examples=25)
@given(first=st.integers(-2000, 2000), seed=st.integers(0, 99))
def test_a_table_equals_pydicom(first: int, seed: int):
    grey = np.random.default_rng(seed).integers(0, 256, 300).astype(np.uint8)
    item, data = Dataset(), Dataset()
    item.add_new("LUTDescriptor", "SS", [300, first, 16])
    item.add_new("LUTData", "US", (grey.astype(int) * 257).tolist())
    data.VOILUTSequence, data.PixelRepresentation, data.BitsStored = [item], 1, 16
    values = np.arange(-3000, 3000, 11, dtype=np.int16)
    assert np.array_equal(to_grey(values, VoiTable(first, grey)).astype(int) * 257, apply_voi_lut(values, data))
