"""Presets: which group a volume gets, and which window a preset means on it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from imaging.geometry import Geometry
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Volume, Window
from viewer.state.presets import Preset, PresetGroup, Presets, doubled


def volume_of(values, unit: str = "", modality: str = "") -> Volume:
    array = np.asarray(values, np.int16).reshape(1, 1, -1)
    return Volume(array, Geometry((1, 1, array.size)), "volume", unit, modality)


GROUPS = (
    PresetGroup(title="CT", unit="HU", modalities=("CT",)),
    PresetGroup(title="MR", modalities=("MR",)),
    PresetGroup(title="SUV", unit="g/ml"),
    PresetGroup(title="PET", modalities=("PT",)),
    PresetGroup(title="Other"),
)


def test_presets_of_uptake_hold_where_it_can_be_worked_out() -> None:
    """At 70 kg and 350 MBq, 5000 Bq/ml are SUVbw 1."""
    pet = replace(volume_of([0, 30_000], "Bq/ml", "PT"), facts=MeasuringFacts(suv_factor=1 / 5000))
    presets = Presets()
    presets.show(GROUPS)
    assert presets.of(pet).title == "SUV"
    wanted = Preset(name="SUV 0-5", centre=2.5, width=5, function="LINEAR_EXACT")
    window = wanted.window(pet)
    assert (window.low, window.high) == (0, 25_000)
    assert Preset.of_window(window, pet, "SUV 0-5", None) == wanted, "and back when it is kept"
    counts = replace(pet, facts=MeasuringFacts(suv_missing="weight is not stated"))
    assert presets.of(counts).title == "PET"


@pytest.mark.parametrize(
    ("unit", "modality", "title"),
    [
        ("HU", "CT", "CT"),
        ("HU", "", "CT"),
        ("", "MR", "MR"),
        ("g/ml", "PT", "SUV"),
        ("Bq/ml", "PT", "PET"),
        ("", "CT", "Other"),
        ("", "", "Other"),
    ],
)
def test_the_unit_goes_before_the_modality(unit: str, modality: str, title: str) -> None:
    presets = Presets()
    presets.show(GROUPS)
    assert presets.of(volume_of([0, 1], unit, modality)).title == title


def test_without_groups_there_is_an_empty_one() -> None:
    assert Presets().of(volume_of([0])).preset == ()


def test_an_absolute_preset_is_the_same_on_every_volume() -> None:
    lung = Preset(name="lung", key=2, centre=-600, width=1500)
    assert lung.window(volume_of([0])) == Window(-600, 1500, "lung") == lung.window(volume_of([-1000, 3000]))
    assert lung.text == "lung  1500 / -600"


def test_a_relative_preset_takes_percentiles() -> None:
    """The values 0 to 100 have their percentiles at themselves: 10 % is 10 and 90 % is 90."""
    window = Preset(name="middle", low_percent=10, high_percent=90).window(volume_of(range(101)))
    assert (window.low, window.high, window.function) == (10.0, 90.0, "LINEAR_EXACT")
    assert Preset(name="middle", low_percent=10, high_percent=90).text == "middle  10 to 90 %"


def test_a_flat_volume_still_gets_a_width() -> None:
    assert Preset(name="auto", low_percent=0, high_percent=100).window(volume_of([7, 7, 7])).width > 0


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"centre": 1},
        {"width": 1},
        {"low_percent": 1},
        {"centre": 1, "width": 1, "low_percent": 1, "high_percent": 2},
        {"centre": 1, "width": 1, "low_percent": 1},
        {"low_percent": 5, "high_percent": 5},
        {"centre": 1, "width": 0},
        {"centre": 1, "width": 1, "key": 0},
        {"centre": 1, "width": 1, "key": 10},
        {"centre": float("inf"), "width": 1},
    ],
)
def test_what_is_no_window_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Preset(name="x", **values)


def test_by_key_and_by_name() -> None:
    lung, bone = Preset(name="Lung", key=2, centre=0, width=1), Preset(name="bone", centre=1, width=1)
    group = PresetGroup(title="CT", preset=(lung, bone))
    assert group.at(2) is lung and group.at(3) is None
    assert group.named(" lung ") is lung and group.named("2") is lung and group.named("BONE") is bone
    assert group.named("none") is None, "presets without a key are not found by that word"


@given(st.lists(st.one_of(st.none(), st.integers(1, 9)), max_size=12))
def test_a_key_used_twice_is_found(keys: list[int | None]) -> None:
    presets = tuple(Preset(name="x", key=key, centre=0, width=1) for key in keys)
    given_out = [key for key in keys if key is not None]
    second = doubled(presets)
    assert (second is None) == (len(given_out) == len(set(given_out)))
    if second is not None:
        assert keys[second] in keys[:second]
