"""Colour tables against the standard's own numbers, and what makes a table one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_palette_files

from imaging.colour_tables import COLOUR_TABLES, ColourTable, cubehelix, from_knots, from_steps


@pytest.mark.parametrize(
    ("name", "file"),
    [("Hot Iron", "hotiron"), ("PET", "pet"), ("Hot Metal Blue", "hotmetalblue"), ("PET 20 Step", "pet20step")],
)
def test_the_well_known_palettes_are_the_standards_to_the_last_level(name: str, file: str) -> None:
    """Oracle: the palette objects of the standard as pydicom brings them along (PS3.6 Annex B)."""
    palette = dcmread(get_palette_files(f"{file}.dcm")[0], force=True)
    words = (palette[f"{colour}PaletteColorLookupTableData"].value for colour in ("Red", "Green", "Blue"))
    expected = np.stack([np.frombuffer(each, np.uint8) for each in words], axis=1)
    assert np.array_equal(COLOUR_TABLES[name].rgb, expected)


def test_cubehelix_grows_evenly_brighter() -> None:
    """By construction 0.30 R + 0.59 G + 0.11 B is the grey level itself where no channel is cut off."""
    rgb = cubehelix()
    brightness = rgb @ np.array([0.30, 0.59, 0.11])
    inside = ((rgb > 0) & (rgb < 255)).all(axis=1)
    assert inside.sum() > 200
    assert np.abs(brightness - np.arange(256))[inside].max() < 1.5
    assert rgb[0].tolist() == [0, 0, 0] and rgb[255].tolist() == [255, 255, 255]


def test_rainbow_by_hand() -> None:
    rgb = COLOUR_TABLES["Rainbow"].rgb
    assert rgb[[0, 64, 127, 191, 255]].tolist() == [[0, 0, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0]]


def test_tables_have_names_of_their_own_and_cannot_be_changed() -> None:
    assert all(table.name == name and table.source for name, table in COLOUR_TABLES.items())
    with pytest.raises(ValueError, match="read-only"):
        COLOUR_TABLES["PET"].rgb[0] = 1


@pytest.mark.parametrize("rgb", [np.zeros((255, 3), np.uint8), np.zeros((256, 3)), np.zeros((256, 4), np.uint8)])
def test_what_is_no_table_is_refused(rgb) -> None:
    with pytest.raises(ValueError, match=r"expected \(256, 3\) uint8"):
        ColourTable("bad", rgb)


@given(st.integers(0, 255), st.integers(0, 255))
def test_between_two_knots_the_colour_runs_straight(low: int, high: int) -> None:
    line = ((0, low), (255, high))
    table = from_knots(line, line, line)
    assert table[0].tolist() == [low] * 3 and table[255].tolist() == [high] * 3
    exact = low + (high - low) * np.arange(256) / 255
    assert np.abs(table[:, 0] - exact).max() <= 0.5


def test_steps_hold_until_the_next() -> None:
    table = from_steps(((0, (1, 1, 1)), (100, (2, 2, 2))))
    assert table[99, 0] == 1 and table[100, 0] == 2 and table[255, 0] == 2
