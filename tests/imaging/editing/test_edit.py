"""What an edit may change, and that every edit can be taken back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.editing import Editable, Region, add, become, region_of, replace
from imaging.editing.boxes import extent, grown, whole

SMALL = arrays(np.uint8, (3, 4, 5), elements=st.integers(0, 3))
INSIDE = arrays(np.bool_, (3, 4, 5))


@settings(deadline=None)
@given(SMALL, INSIDE, st.integers(0, 3), st.sets(st.integers(1, 3)))
def test_an_edit_and_its_reverse_give_back_the_mask_and_locked_labels_stay(before, inside, value, locked) -> None:
    editable = Editable(locked=frozenset(locked))
    for make in (add, become) if value else (add,):
        array = before.copy()
        edit = make(array, Region(whole(array.shape), inside), value, "x", editable)
        if edit is None:
            continue
        edit.apply_to(array)
        for label in locked:
            assert np.array_equal(array == label, before == label) or label == value
            assert (array[before == label] == label).all(), "no locked voxel is lost"
        assert not np.array_equal(array, before), "an edit changes something"
        edit.reverted().apply_to(array)
        assert np.array_equal(array, before)


@settings(deadline=None)
@given(SMALL, INSIDE)
def test_a_label_becomes_exactly_the_region(before, inside) -> None:
    array = before.copy()
    edit = become(array, Region(whole(array.shape), inside), 2, "x")
    if edit is not None:
        edit.apply_to(array)
    assert np.array_equal(array == 2, inside)
    assert np.array_equal(array[~inside & (before != 2)], before[~inside & (before != 2)])


def test_only_voxels_in_the_range_of_values_change_and_both_ends_count() -> None:
    values = np.arange(6, dtype=np.int16).reshape(1, 1, 6)
    edit = add(np.zeros((1, 1, 6), np.uint8), Region(whole((1, 1, 6)), np.ones((1, 1, 6), bool)), 1, "x",
               Editable(values=values, low=1.2, high=4))  # fmt: skip
    assert edit is not None and edit.box[2] == slice(2, 5) and edit.after.all()
    nothing = Editable(values=values, low=70_000, high=80_000)
    assert (
        add(np.zeros((1, 1, 6), np.uint8), Region(whole((1, 1, 6)), np.ones((1, 1, 6), bool)), 1, "x", nothing) is None
    )


def test_only_named_labels_are_overwritten() -> None:
    array = np.array([[[0, 1, 2]]], np.uint8)
    edit = add(array, Region(whole(array.shape), np.ones(array.shape, bool)), 3, "x", Editable(only=frozenset({0, 2})))
    assert edit is not None
    edit.apply_to(array)
    assert array.tolist() == [[[3, 1, 3]]]


def test_boxes_are_as_small_as_can_be_and_grow_to_the_edge_only() -> None:
    array = np.zeros((5, 6, 7), np.uint8)
    array[1:3, 2, 4:6] = 9
    region = region_of(array, (9,))
    assert region is not None and region.box == (slice(1, 3), slice(2, 3), slice(4, 6)) and region.count == 4
    assert grown(region.box, (3, 1, 1), array.shape) == (slice(0, 5), slice(1, 4), slice(3, 7))
    assert extent(array == 8) is None and region_of(array, (8,)) is None
    assert replace(array, array.copy(), "x") is None
