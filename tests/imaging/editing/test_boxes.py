import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imaging.editing.boxes import (
    Box,
    about,
    along,
    between,
    common,
    extent,
    grown,
    on_plane,
    only,
    part_about,
    placed,
    placed_in,
    plane_through,
    size_of,
    union,
    voxel_in,
    whole,
)
from imaging.editing.edit import Region
from imaging.geometry import Geometry

SHAPE = (5, 6, 7)


def _marked(box: Box) -> np.ndarray:
    array = np.zeros(SHAPE, bool)
    array[box] = True
    return array


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    low = [draw(st.integers(0, size - 1)) for size in SHAPE]
    end = [draw(st.integers(first + 1, size)) for first, size in zip(low, SHAPE, strict=True)]
    found = between(low, end)
    assert found is not None
    return found


def test_a_box_from_an_index_to_before_another_one_has_none_without_a_voxel() -> None:
    assert between((1, 2, 3), np.array((2, 4, 6))) == (slice(1, 2), slice(2, 4), slice(3, 6))
    assert between((1, 2, 3), (2, 2, 6)) is None
    assert between((1, 2, 3), (2, 1, 6)) is None


@given(boxes(), boxes())
def test_what_lies_in_both_and_around_both_is_what_the_voxels_say(one: Box, other: Box) -> None:
    both = _marked(one) & _marked(other)
    assert common(one, other) == extent(both)
    assert union(one, other) == extent(_marked(one) | _marked(other))
    shared = common(one, other)
    if shared is not None:
        assert placed(placed_in(shared, one), one) == shared
        assert size_of(shared) == both[shared].shape


@given(hnp.arrays(np.bool_, SHAPE), boxes(), boxes())
def test_the_voxels_of_a_region_in_another_box(voxels: np.ndarray, own: Box, other: Box) -> None:
    everywhere = voxels & _marked(own)
    assert np.array_equal(Region(own, voxels[own]).within(other), everywhere[other])


@given(hnp.arrays(np.bool_, SHAPE), boxes(), st.tuples(*(st.integers(0, size - 1) for size in SHAPE)))
def test_a_region_holds_its_voxels_and_no_others(voxels: np.ndarray, own: Box, voxel: tuple[int, int, int]) -> None:
    assert Region(own, voxels[own]).holds(voxel) == (voxels & _marked(own))[voxel]


def test_planes_and_ranges_across_each_axis() -> None:
    k, j, i = whole(SHAPE)
    assert plane_through((1, 2, 3), None, SHAPE) == (k, j, i)
    assert plane_through((1, 2, 3), 1, SHAPE) == (k, slice(2, 3), i)
    assert along((k, j, i), 2, slice(3, 5)) == (k, j, slice(3, 5))
    rows, columns = slice(1, 3), slice(2, 4)
    assert [on_plane((rows, columns), axis, 9) for axis in range(3)] == [
        (slice(9, 10), rows, columns), (rows, slice(9, 10), columns), (rows, columns, slice(9, 10)),
    ]  # fmt: skip


def test_a_reach_in_millimetres_about_a_voxel_is_cut_at_the_grid() -> None:
    geometry = Geometry(SHAPE, (5.0, 2.0, 1.0))
    assert about((2, 3, 3), 2.0, geometry) == (slice(1, 4), slice(2, 5), slice(1, 6))
    assert about((0, 5, 6), 4.0, geometry) == (slice(0, 2), slice(3, 6), slice(2, 7))
    assert only((2, 3, 4)) == (slice(2, 3), slice(3, 4), slice(4, 5))
    assert voxel_in((2, 3, 4), (slice(1, 4), slice(3, 5), slice(0, 7))) == (1, 0, 4)


def test_the_part_of_a_plane_about_its_true_pixels_is_cut_at_its_edges() -> None:
    plane = np.zeros((9, 12), bool)
    plane[2, 3] = plane[5, 9] = True
    assert part_about(plane, 0) == (slice(2, 6), slice(3, 10))
    assert part_about(plane, 3) == (slice(0, 9), slice(0, 12))


def test_a_box_grows_within_the_grid() -> None:
    assert grown((slice(1, 2), slice(0, 3), slice(6, 7)), (3, 1, 1), SHAPE) == (slice(0, 5), slice(0, 4), slice(5, 7))
