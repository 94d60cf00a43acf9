"""Masks of several people in one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.consensus import difference, majority, merge, staple, three_way
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap

masks = arrays(np.uint8, (2, 3, 4), elements=st.sampled_from([0, 1, 2]))


def row(*values: int) -> np.ndarray:
    return np.array([[values]], np.uint8)


def test_what_only_one_changed_is_taken_and_what_both_gave_away_is_contested() -> None:
    merged = three_way(row(0, 0, 0, 1, 1, 1, 1, 0), row(1, 0, 1, 0, 1, 2, 0, 1), row(0, 2, 1, 1, 0, 0, 2, 2))
    assert merged.array.tolist() == row(1, 2, 1, 0, 0, 2, 2, 1).tolist()
    assert merged.contested.ravel().tolist() == [False] * 7 + [True]


@given(base=masks, ours=masks, theirs=masks)
def test_merging_asks_the_same_whoever_is_first(base: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> None:
    one, other = three_way(base, ours, theirs), three_way(base, theirs, ours)
    assert np.array_equal(one.contested, other.contested)
    assert np.array_equal(one.array[~one.contested], other.array[~other.contested])
    assert np.array_equal(three_way(base, ours, base).array, ours), "nothing changed by them"


def test_the_majority_decides_and_ties_go_to_the_first() -> None:
    found = majority([row(1, 0, 1, 2), row(1, 1, 0, 1), row(0, 1, 0, 0)])
    assert found.tolist() == row(1, 1, 0, 2).tolist() and found.dtype == np.uint8


def test_staple_believes_those_who_agree() -> None:
    right = np.zeros((6, 20, 20), np.uint8)
    right[2:4, 5:15, 5:15] = 1
    wrong = np.roll(right, 4, axis=2)
    assert np.array_equal(staple([wrong, right, right]), right)
    assert np.array_equal(staple([right, right]), right)


def test_differences_are_named() -> None:
    one, other = (Labelmap(each, Geometry((1, 1, 5)), ()) for each in (row(0, 1, 0, 1, 2), row(0, 0, 2, 1, 1)))
    assert difference(one, other).tolist() == row(0, 1, 2, 0, 3).tolist()


def test_two_masks_of_one_base_become_one() -> None:
    grid, lesion = Geometry((1, 1, 4)), (Label(1, "lesion"), Label(2, "cyst"))
    base, ours, theirs = (
        Labelmap(np.array([[values]], np.uint8), grid, lesion) for values in ((0, 1, 0, 0), (1, 1, 0, 1), (0, 0, 0, 2))
    )
    both, shared = merge(ours, theirs, base, "three-way")
    assert [layer.ravel().tolist() for layer in both.layers] == [[1, 0, 0, 1], [0, 0, 0, 2]], "the last belongs to both"
    assert shared == 1 and [label.layer for label in both.labels] == [0, 1]
    voted, left = merge(ours, theirs, base, "majority")
    assert voted.array.tolist() == [[[0, 1, 0, 1]]] and left == 0, "three opinions of the last: the first one's"
    likely, _ = merge(ours, ours, base, "STAPLE")
    assert likely.array.tolist() == ours.array.tolist()


@given(base=masks, ours=masks, theirs=masks)
def test_every_label_is_merged_as_if_it_were_alone(base: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> None:
    """A voxel is in a label when the one who changed that has put it there, or nobody has taken it out."""
    grid, labels = Geometry(base.shape), (Label(1, "lesion"), Label(2, "cyst"))
    three = [Labelmap(each.copy(), grid, labels) for each in (ours, theirs, base)]
    merged, shared = merge(three[0], three[1], three[2], "three-way")
    for value in (1, 2):
        one, other, before = (each.inside(value) for each in three)
        assert np.array_equal(merged.inside(value), np.where(one == before, other, one))
    assert shared == np.count_nonzero(merged.inside(1) & merged.inside(2))


def test_segments_that_both_added_under_one_value_are_two() -> None:
    grid, lesion = Geometry((1, 1, 4)), Label(1, "lesion")
    base, ours, theirs = (
        Labelmap(row(*values), grid, (lesion, *added))
        for values, added in (
            ((1, 0, 0, 0), ()),
            ((1, 2, 2, 0), (Label(2, "cyst"),)),
            ((1, 0, 2, 2), (Label(2, "vessel"),)),
        )
    )
    both, shared = merge(ours, theirs, base, "three-way")
    found = {label.name: both.inside(label.value).ravel().tolist() for label in both.labels}
    assert found["cyst"] == [False, True, True, False] and found["vessel"] == [False, False, True, True]
    assert found["lesion"] == [True, False, False, False] and shared == 1
    renamed = Labelmap(row(1, 0, 0, 0), grid, (Label(1, "tumour"),))
    assert [label.name for label in merge(renamed, base, base, "three-way")[0].labels] == ["tumour"], "the same one"


def test_segments_that_both_added_by_one_name_are_one_whatever_their_values() -> None:
    grid, lesion = Geometry((1, 1, 4)), Label(1, "lesion")
    base = Labelmap(row(1, 0, 0, 0), grid, (lesion,))
    ours = Labelmap(row(1, 2, 3, 0), grid, (lesion, Label(2, "cyst"), Label(3, "vessel")))
    theirs = Labelmap(row(1, 3, 2, 2), grid, (lesion, Label(2, "vessel"), Label(3, "cyst")))
    both, shared = merge(ours, theirs, base, "three-way")
    assert both.array.tolist() == row(1, 2, 3, 3).tolist() and shared == 0 and not both.further
    assert [label.name for label in both.labels] == ["lesion", "cyst", "vessel"]
