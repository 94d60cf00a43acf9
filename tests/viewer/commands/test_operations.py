"""The table of operations, and what a proposed change looks like."""

import dataclasses

import numpy as np
import pytest

from imaging.editing import Editable, replace
from imaging.geometry import Geometry
from imaging.labelmap import Label
from imaging.progress import Cancelled, silent
from viewer.commands.operations import OPERATIONS, Task
from viewer.commands.proposing import proposal_of
from viewer.state.workbench import EditOptions

GEOMETRY = Geometry((8, 24, 24))
WORK = {operation.id: operation.work for operation in OPERATIONS}


def task(array: np.ndarray, locked: frozenset[int] = frozenset(), colour: bool = False) -> Task:
    values = np.zeros(GEOMETRY.shape_kji, np.int16)
    values[2:6, 4:20, 4:20] = 100
    values = np.stack([values + 60, values, values - 60], axis=-1) if colour else values
    options = EditOptions(low=50, high=150, size_mm=2.0, tolerance=5.0, least_mm3=10)
    return Task(array, 1, lambda: array == 2, GEOMETRY, values, options, Editable(locked), 0, 3, (2, 3))


def painted() -> np.ndarray:
    array = np.zeros(GEOMETRY.shape_kji, np.uint8)
    array[2:6, 6:12, 6:12], array[2:6, 6:12, 14:18], array[3, 20, 20] = 1, 2, 1
    return array


@pytest.mark.parametrize("name", WORK)
def test_no_operation_changes_a_locked_label_or_writes_into_the_mask(name: str) -> None:
    array = painted()
    array.flags.writeable = False
    edit = WORK[name](task(array, frozenset({2})), silent)
    if edit is not None:
        after = array.copy()
        edit.apply_to(after)
        assert np.array_equal(after == 2, array == 2), name
        edit.reverted().apply_to(after)
        assert np.array_equal(after, array)


@pytest.mark.parametrize("name", WORK)
def test_colour_counts_as_the_mean_of_the_three(name: str) -> None:
    grey, colour = (WORK[name](task(painted(), colour=colour), silent) for colour in (False, True))
    assert (grey is None) == (colour is None)
    if grey is not None and colour is not None:
        assert grey.box == colour.box and np.array_equal(grey.after, colour.after)


@pytest.mark.parametrize("name", WORK)
def test_every_operation_tells_how_far_it_is_and_can_be_cancelled(name: str) -> None:
    def stop(done: int, total: int, text: str) -> None:
        assert text and done >= 0 and (total == 0 or done <= total)
        raise Cancelled

    apart = painted()
    apart[3:5, 6:12, 6:12] = 0
    with pytest.raises(Cancelled):
        WORK[name](task(apart), stop)


def test_a_threshold_by_hand_and_by_otsu_find_the_block() -> None:
    truth = np.zeros(GEOMETRY.shape_kji, bool)
    truth[2:6, 4:20, 4:20] = True
    for name in ("edit-threshold", "edit-otsu"):
        array = np.zeros(GEOMETRY.shape_kji, np.uint8)
        edit = WORK[name](task(array), silent)
        assert edit is not None
        edit.apply_to(array)
        assert np.array_equal(array == 1, truth), name


def test_a_clip_is_filled_by_the_number_of_the_frame_wherever_its_probe_was() -> None:
    array = painted()
    array[3:5] = 0
    still = dataclasses.replace(task(array), kind="clip", slice_places_mm=(0.0,) * 8)
    plain, filled = (WORK["edit-interpolate"](each, silent) for each in (task(array), still))
    assert plain is not None and filled is not None and np.array_equal(filled.after, plain.after)


def test_a_proposal_shows_what_comes_in_its_colour_and_what_goes_in_white() -> None:
    before, after = painted(), painted()
    after[2:6, 6:12, 6:12] = 0
    after[2, 0, 0:3] = 2
    edit = replace(before, after, "x")
    assert edit is not None
    proposal = proposal_of(edit, (Label(1, "one"), Label(2, "two")), GEOMETRY)
    taken = proposal.shown.labels[-1]
    assert (proposal.added, proposal.removed) == (3, 4 * 36)
    assert np.array_equal(proposal.shown.array == taken.value, (before == 1) & (after == 0))
    assert np.array_equal(proposal.shown.array == 2, (after == 2) & (before != 2))
