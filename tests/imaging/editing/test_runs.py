"""Runs of voxels are changed as boxes are, and less is remembered."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.editing import Editable, Region, RunEdit, Runs, add, add_runs
from imaging.editing import runs as editing_runs
from imaging.editing.boxes import whole
from imaging.mask_code import load
from imaging.mask_delta import pack

SHAPE = (3, 4, 5)
MASKS = arrays(np.uint8, SHAPE, elements=st.integers(0, 3))
INSIDE = arrays(np.bool_, SHAPE).filter(np.any)
VALUES = np.arange(60, dtype=np.int16).reshape(SHAPE)
EDITABLE = st.builds(
    Editable,
    st.frozensets(st.integers(0, 3), max_size=2),
    st.none() | st.frozensets(st.integers(0, 3)),
    st.none() | st.just(VALUES),
    st.floats(-5, 40),
    st.floats(20, 70),
)


@pytest.fixture(params=[False, True], ids=["numpy", "machine code"], scope="module", autouse=True)
def code(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test is made with the machine code, and as if it were not loaded yet."""
    found = load() if request.param else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(editing_runs, "loaded", lambda: found)
        yield


def runs_at(inside: np.ndarray) -> Runs:
    rows = np.arange(60).reshape(SHAPE)[..., 0].ravel()
    return Runs(SHAPE, rows, np.full(rows.size, SHAPE[2])).only(inside.ravel())


@given(INSIDE)
def test_runs_stand_for_the_voxels_they_were_made_of(inside: np.ndarray) -> None:
    runs = runs_at(inside)
    assert np.array_equal(runs.places(), np.flatnonzero(inside)) and runs.count == inside.sum()
    assert ((runs.starts % 5) + runs.lengths <= 5).all(), "none goes on into the next row"
    tight = Region(whole(SHAPE), inside).tight()
    assert tight is not None and tight.box == runs.box
    assert np.array_equal(runs.within(runs.box).places(), np.flatnonzero(tight.inside))
    fewer = np.arange(runs.count) % 3 > 0
    if fewer.any():
        assert np.array_equal(runs.only(fewer).places(), runs.places()[fewer])


@given(MASKS, INSIDE, st.integers(0, 3), EDITABLE)
def test_a_change_of_runs_is_that_of_their_region(
    mask: np.ndarray, inside: np.ndarray, value: int, editable: Editable
) -> None:
    one = add(mask, Region(whole(SHAPE), inside.copy()), value, "Brush", editable)
    other = add_runs(mask, runs_at(inside), value, "Brush", editable)
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    assert one.box == other.box and np.array_equal(one.before ^ one.after, other.voxels())
    (small,) = pack([other])
    for edit in (one, other, small):
        walked = mask.copy()
        edit.apply_to(walked)
        assert np.array_equal(walked[one.box], one.after)
        if isinstance(edit, RunEdit):
            edit.reverted().apply_to(walked)
            assert np.array_equal(walked, mask)


def test_layers_that_are_not_in_order_in_memory_are_changed_too() -> None:
    mask = np.zeros((5, 4, 3), np.uint8).T
    edit = add_runs(mask, Runs(SHAPE, np.array([6, 11]), np.array([3, 1])), 2, "Brush")
    assert edit is not None
    edit.apply_to(mask)
    assert np.flatnonzero(mask).tolist() == [6, 7, 8, 11] and mask.max() == 2
    assert edit.nbytes == 34, "two runs, and one value before and after"


def test_runs_never_write_outside_a_mask_of_another_shape() -> None:
    around, runs = np.zeros((6, *SHAPE[1:]), np.uint8), runs_at(np.ones(SHAPE, np.bool_))
    with pytest.raises(IndexError):
        runs.write(around[:2], np.array([1], np.uint8))
    with pytest.raises(IndexError):
        runs.read(around[:2])
    assert not around[2:].any()
