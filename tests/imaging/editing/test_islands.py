"""Islands against SciPy and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from imaging.editing.boxes import whole
from imaging.editing.islands import (
    connected,
    flood,
    holes,
    island_at,
    islands,
    keep_largest,
    split,
    voxels_of,
    without_small,
)
from imaging.geometry import Geometry


def three() -> np.ndarray:
    """Label 1 as islands of 8, 1 and 3 voxels; label 2 touches the first."""
    array = np.zeros((4, 8, 8), np.uint8)
    array[0:2, 0:2, 0:2] = 1
    array[3, 7, 7] = 1
    array[0, 5, 3:6] = 1
    array[0:2, 0:2, 2] = 2
    return array


@settings(deadline=None)
@given(arrays(np.bool_, (4, 5, 6)))
def test_islands_are_scipys(inside) -> None:
    numbers, sizes = islands(inside)
    other, count = ndimage.label(inside)
    assert len(sizes) - 1 == count
    assert sorted(sizes[1:]) == sorted(np.bincount(other.ravel())[1:])
    pairs = set(zip(numbers.ravel().tolist(), other.ravel().tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})


def test_largest_small_and_clicked() -> None:
    array = three()
    kept = keep_largest(array, 1)
    assert kept is not None and kept.count == 8 and kept.inside[:2, :2, :2].all()
    assert [without_small(array, 1, n).count for n in (1, 2, 3, 4, 9)] == [12, 11, 11, 8, 0]
    clicked = island_at(array, (0, 5, 4))
    assert clicked is not None and clicked.count == 3
    k, j, i = np.argwhere(array == 1)[-1]
    clicked = island_at(array, (k, j, i))
    assert clicked is not None and clicked.count == 1, "found by numpy, whose numbers those are"
    assert island_at(array, (2, 2, 2)) is None and keep_largest(array, 5) is None


def films() -> np.ndarray:
    """Label 1 on three pictures: islands of 6 and 2 voxels, of 1 before the larger and 4 before the smaller, of 3."""
    array = np.zeros((3, 4, 8), np.uint8)
    array[0, 0, 0:6] = array[0, 3, 0:2] = 1
    array[1, 0, 0] = array[1, 3, 0:4] = 1
    array[2, 0, 0:3] = 1
    return array


def test_on_separate_pictures_islands_are_those_of_each() -> None:
    array = films()
    kept, large = keep_largest(array, 1, flat=True), without_small(array, 1, 3, flat=True)
    assert kept is not None and large is not None
    wanted = np.zeros(array.shape, bool)
    wanted[0, 0, 0:6] = wanted[1, 3, 0:4] = wanted[2, 0, 0:3] = True
    assert np.array_equal(kept.within(whole(array.shape)), wanted)
    assert np.array_equal(large.within(whole(array.shape)), wanted)
    parted = split(array, 1, (2, 3), flat=True)
    assert parted is not None
    assert np.array_equal(parted == 1, wanted), "the largest of each picture stays"
    assert np.array_equal(parted == 2, (array == 1) & ~wanted), "the next of each picture goes to the same label"


def test_volume_to_voxels_rounds_up() -> None:
    geometry = Geometry((1, 1, 1), (2.0, 0.5, 0.5))
    assert [voxels_of(v, geometry) for v in (0.5, 0.6, 1.0, 1.1)] == [1, 2, 2, 3]


def test_split_gives_labels_by_size_and_leaves_the_rest() -> None:
    new = split(three(), 1, (7,))
    assert new is not None
    assert (np.bincount(new.ravel())[[1, 2, 7]]).tolist() == [9, 4, 3]


@pytest.mark.parametrize(("axis", "count"), [(0, 1), (None, 3)])
def test_flood_and_holes_fill_what_is_enclosed(axis: int | None, count: int) -> None:
    array = np.zeros((5, 3, 3), np.uint8)
    array[:, :, :] = 4
    array[1:4, 1, 1] = 0
    assert flood(array, (2, 1, 1), axis).count == count
    filled = holes(array, 4)
    assert filled is not None and filled.count == array.size
    array[4, 1, 1] = 0
    opened = holes(array, 4)
    assert opened is not None and opened.count == array.size - 4, "a hole that leads out is none"


@settings(deadline=None)
@given(arrays(np.bool_, (3, 5, 6)))
def test_holes_of_slices_by_themselves_are_scipys(inside) -> None:
    filled = holes(inside.astype(np.uint8), 1, flat=True)
    wanted = np.stack([ndimage.binary_fill_holes(plane) for plane in inside])
    assert (filled is None) == (not inside.any())
    assert filled is None or np.array_equal(filled.within((slice(0, 3), slice(0, 5), slice(0, 6))), wanted)


@settings(deadline=None)
@given(arrays(np.bool_, (3, 5, 6)), st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 5)))
def test_what_is_connected_with_a_voxel_is_scipys(inside, voxel) -> None:
    numbers, _ = ndimage.label(inside)
    expected = numbers == numbers[voxel] if inside[voxel] else np.zeros_like(inside)
    assert np.array_equal(connected(inside, voxel), expected)
