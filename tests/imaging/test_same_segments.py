"""Which segments of two masks are one and the same, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.comparison import compare
from imaging.consensus import difference, merge
from imaging.geometry import Geometry
from imaging.labelmap import Code, Label, Labelmap
from imaging.same_segments import identified, numbered_as, same_segments

LUNG, HEART = Code("39607008", "SCT", "Lung"), Code("80891009", "SCT", "Heart")


def mask(values: tuple[int, ...], *labels: Label) -> Labelmap:
    return Labelmap(np.array([[values]], np.uint8), Geometry((1, 1, len(values))), labels)


@pytest.mark.parametrize(
    ("one", "other", "common", "found"),
    [
        ([Label(1, "a"), Label(2, "b")], [Label(1, "b"), Label(2, "a")], (1, 2), {1: 2, 2: 1}),
        ([Label(1, "a")], [Label(1, "b")], (1,), {1: 1}),
        ([Label(1, "a")], [Label(1, "b")], (), {}),
        ([Label(1, "a"), Label(2, "a")], [Label(2, "a"), Label(1, "a")], (), {1: 1, 2: 2}),
        ([Label(1, "left", code=LUNG)], [Label(4, "lung", code=LUNG)], (), {4: 1}),
        ([Label(1, "it", code=LUNG)], [Label(4, "it", code=HEART)], (), {}),
        ([Label(1, "it", code=LUNG)], [Label(4, "it")], (), {4: 1}),
        ([Label(1, "a", uid="x"), Label(2, "b", uid="y")], [Label(1, "b", uid="x")], (1,), {1: 1}),
        ([Label(1, "a", uid="x")], [Label(1, "b", uid="y")], (1,), {}),
        ([Label(1, "a", uid="x")], [Label(1, "a", uid="y")], (), {1: 1}),
        ([Label(1, "left", code=LUNG, uid="x")], [Label(4, "right", code=LUNG, uid="y")], (), {}),
    ],
    ids=(
        "renumbered",
        "renamed",
        "two people's",
        "one name twice",
        "one code",
        "other codes",
        "a code added",
        "one uid",
        "deleted and another made",
        "both added it",
        "two of one kind",
    ),
)
def test_the_same_by_value_and_name_then_name_then_code_then_inherited_value(one, other, common, found) -> None:
    assert same_segments(one, other, [Label(value, "before") for value in common]) == found


def test_a_renumbered_segment_is_compared_with_itself() -> None:
    one = mask((1, 1, 2, 0), Label(1, "nodule"), Label(2, "vessel"))
    other = mask((2, 2, 1, 1), Label(1, "vessel"), Label(2, "nodule"))
    found = compare(one, other)
    nodule, vessel = found.labels
    assert (nodule.values, nodule.names, nodule.voxels, nodule.dice) == ((1, 2), ("nodule", "nodule"), (2, 2), 1.0)
    assert (vessel.values, vessel.voxels, vessel.dice) == ((2, 1), (1, 2), pytest.approx(2 / 3))
    assert found.changed_voxels == 1, "only the voxel that is vessel now"
    assert difference(one, other).ravel().tolist() == [0, 0, 0, 2]


def test_what_two_people_added_under_one_value_is_not_compared() -> None:
    one, other = mask((2, 2, 0), Label(2, "cyst")), mask((2, 2, 0), Label(2, "vessel"))
    cyst, vessel = compare(one, other).labels
    assert (cyst.values, cyst.names, cyst.voxels, cyst.dice) == ((2, None), ("cyst", ""), (2, 0), 0.0)
    assert (vessel.values, vessel.names, vessel.voxels) == ((None, 2), ("", "vessel"), (0, 2))
    renamed = compare(one, other, (Label(2, "cyst"),)).labels
    assert [(each.names, each.dice) for each in renamed] == [(("cyst", "vessel"), 1.0)]


@pytest.mark.parametrize(
    ("unnamed", "values"), [((0, 2, 0), (1, 2, 0)), ((0, 2, 3), (1, 0, 0)), ((0, 0, 0), (1, 2, 3))]
)
def test_voxels_without_a_label_are_not_joined_with_a_segment_of_another_number(unnamed, values) -> None:
    one, other = mask((1, *unnamed[1:]), Label(1, "a")), mask(values, Label(1, "b"))
    found = {each.names: (each.values[1], each.voxels) for each in compare(one, other).labels}
    assert found["a", ""] == (None, (1, 0)) and found["", "b"] == (1, (0, 1))
    given = numbered_as(one, other).labels[0].value
    assert given not in {*unnamed, *values}, "neither holds it without a name"


def test_merging_follows_a_segment_that_one_of_two_renumbered() -> None:
    base = mask((1, 0, 2, 0), Label(1, "nodule"), Label(2, "vessel"))
    ours = mask((2, 2, 1, 0), Label(1, "vessel"), Label(2, "nodule"))
    theirs = mask((1, 0, 2, 2), Label(1, "nodule"), Label(2, "vessel"))
    both, shared = merge(ours, theirs, base, "three-way")
    assert both.array.ravel().tolist() == [2, 2, 1, 1] and not shared and not both.further


@pytest.mark.parametrize(
    ("way", "theirs", "expected"),
    [
        ("three-way", (1, 2, 2, 0, 3), ("lung", "", "", "vessel", "nodule")),
        ("three-way", (1, 3, 2, 0, 0), ("lung", "nodule", "", "vessel", "")),
        ("majority", (1, 2, 2, 0, 3), ("lung", "cyst", "cyst", "", "")),
        ("majority", (1, 3, 2, 0, 0), ("lung", "", "cyst", "", "")),
    ],
)
def test_a_segment_whose_value_one_gave_to_another_is_still_what_both_began_with(way, theirs, expected) -> None:
    lung, cyst = Label(1, "lung", uid="a"), Label(2, "cyst", uid="b")
    base = mask((1, 2, 2, 0, 0), lung, cyst)
    ours = mask((1, 0, 0, 2, 0), lung, Label(2, "vessel", uid="c"))
    merged, shared = merge(ours, mask(theirs, lung, cyst, Label(3, "nodule", uid="d")), base, way)
    names = {0: "", **{label.value: label.name for label in merged.labels}}
    assert tuple(names[value] for value in merged.array.ravel().tolist()) == expected
    assert not shared and not merged.further


def test_labels_that_take_the_place_of_others_are_the_same_or_new() -> None:
    known = (Label(1, "lesion"), Label(2, "cyst", uid="x"), Label(3, "vessel", uid="y"))
    found = identified((Label(1, "lesion"), Label(3, "cyst"), Label(2, "part"), Label(4, "own", uid="z")), known)
    assert [label.uid for label in found[:2]] == ["", "x"] and found[3].uid == "z"
    assert len(found[2].uid) == 32, "a new one"


def test_more_segments_than_a_mask_holds_are_refused() -> None:
    one = mask((0,), *(Label(n, f"a{n}") for n in range(1, 256)))
    with pytest.raises(ValueError, match="at most 255"):
        numbered_as(one, mask((1,), Label(1, "b")))


labels = st.lists(st.sampled_from("abcd"), unique=True, min_size=1).map(
    lambda names: tuple(Label(n, name) for n, name in enumerate(names, 1))
)


@given(one=labels, other=labels, voxels=st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_numbering_never_joins_segments_and_never_loses_a_voxel(one, other, voxels) -> None:
    theirs = mask(tuple(min(each, len(other)) for each in voxels), *other)
    found = numbered_as(mask((0, 0, 0), *one), theirs)
    assert len({label.value for label in found.labels}) == len(other)
    for before, after in zip(theirs.labels, found.labels, strict=True):
        assert before.name == after.name and np.array_equal(theirs.inside(before.value), found.inside(after.value))
