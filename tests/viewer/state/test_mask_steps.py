"""Large changes cost little while they wait for the undo line, and lead back like small ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.editing import MaskEdit, add
from imaging.editing.strokes import ball
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.mask_delta import MaskDelta, packed
from viewer.state.mask import Mask
from viewer.state.mask_steps import HELD_VOXELS, Touched, held, repeat, step_of
from viewer.state.segmentation import Segmentation

GRID = Geometry((80, 150, 300), (1.0, 1.0, 1.0), calibration=Calibration.PATIENT)


@pytest.fixture
def state() -> Segmentation:
    made = Segmentation()
    made.load(GRID, None, (Label(1, "lung"),))
    return made


def ball_at(state: Segmentation, column: float) -> MaskEdit:
    region = ball(GRID.shape_kji, GRID, GRID.point_lps((40, 75, column)), 38.0)
    assert region is not None
    edit = add(state.array, region, 1, "Brush")
    assert edit is not None
    return edit


def test_a_drag_of_large_balls_is_kept_small_and_taken_back(state: Segmentation) -> None:
    assert ball_at(state, 60).after.size > HELD_VOXELS
    kept = held(ball_at(state, 60))
    assert all(isinstance(each, MaskDelta) for each in kept)
    assert sum(each.nbytes for each in kept) < 100_000
    state.begin()
    for column in range(60, 240, 30):
        state.apply(ball_at(state, column))
    drawn = state.array.copy()
    state.cancel()
    assert not state.array.any()
    state.begin()
    for column in range(60, 240, 30):
        state.apply(ball_at(state, column))
    state.commit()
    told: list[Touched | None] = []
    state.changed.connect(told.append)
    state.undo()
    assert not state.array.any()
    state.redo()
    assert np.array_equal(state.array, drawn)
    rows = np.flatnonzero(drawn.any(axis=(1, 2)))
    assert len(told) == 2, "one part is drawn again, however many changes it was made of"
    assert told[0] is not None and told[0].box[0] == slice(rows[0], rows[-1] + 1)


def test_a_large_step_waits_to_be_packed_and_leads_there_and_back(state: Segmentation) -> None:
    edits: list[MaskEdit] = []
    for column in (40, 150, 255):
        edits.append(ball_at(state, column))
        edits[-1].apply_to(state.mask.layer(0))
    step = step_of("Brush", edits)
    assert step.loose and not packed(step).loose
    assert packed(step).nbytes < 20_000
    deltas, drawn = [edit for edit in packed(step).edits if isinstance(edit, MaskDelta)], state.array.copy()
    told = repeat(state.mask, deltas)
    assert [each.layer for each in told] == [0] and not state.array.any()
    repeat(state.mask, deltas)
    assert np.array_equal(state.array, drawn)


BOXES = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 11), st.integers(1, 12)).map(lambda ends: slice(min(ends), max(*ends, min(ends) + 1))),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=9,
)


@given(BOXES)
@settings(deadline=None)
def test_changes_are_made_one_after_the_other_each_in_its_layer(boxes: list[tuple[slice, int, int]]) -> None:
    wide = slice(0, 300)
    shape = (12, 300, 300)
    edits: list[MaskEdit] = []
    for k, layer, value in boxes:
        before = np.zeros((k.stop - k.start, 300, 300), np.uint8)
        edits.append(MaskEdit("x", (k, wide, wide), before, np.full_like(before, value), layer))
    one = [np.zeros(shape, np.uint8) for _ in range(3)]
    for edit in edits:
        edit.apply_to(one[edit.layer or 0])
    mask = Mask(layers=[np.zeros(shape, np.uint8)])
    touched = repeat(mask, edits)
    assert all(np.array_equal(layer, one[n]) for n, layer in enumerate(mask.layers))
    assert {each.layer for each in touched} == {layer for _, layer, _ in boxes}
