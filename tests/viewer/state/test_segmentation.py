from dataclasses import replace

import numpy as np
import pytest

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap
from imaging.legend import Legend
from tests.strokes import stroke
from viewer.state.mask_steps import Touched
from viewer.state.segmentation import Segmentation

GRID = Geometry((3, 20, 20))
LABELS = (Label(1, "ground_glass"), Label(2, "consolidation"))


def edit(state: Segmentation, row: float, value: int = 1) -> MaskEdit:
    made = stroke(state.array, GRID, 0, 1, [(row, 5.0)], 2.0, value)
    assert made is not None
    return made


@pytest.fixture
def state() -> Segmentation:
    made = Segmentation()
    made.load(GRID, None, LABELS)
    return made


def test_nothing_but_apply_changes_the_mask(state: Segmentation) -> None:
    with pytest.raises(ValueError, match="read-only"):
        state.array[0, 0, 0] = 1
    assert state.saved
    state.apply(edit(state, 5))
    assert state.array[1, 5, 5] == 1
    assert not state.saved


def test_a_drag_is_one_undo(state: Segmentation) -> None:
    state.begin()
    for row in (5, 6, 7):
        state.apply(edit(state, row))
    state.commit()
    painted = state.array.copy()
    state.undo()
    assert not state.array.any()
    state.redo()
    assert np.array_equal(state.array, painted)


@pytest.mark.parametrize("dragged", [True, False])
def test_what_belongs_to_a_drawn_step_joins_it_and_marks_of_keyframes_redraw_nothing(
    state: Segmentation, dragged: bool
) -> None:
    def mark(_edits: object) -> None:
        state.set_label(replace(LABELS[0], keyframes=((0, 1),)), "")

    state.finishing.connect(mark)
    labels_told, history_told = [], []
    state.labels_changed.connect(lambda: labels_told.append(1))
    state.history_changed.connect(lambda: history_told.append(1))
    if dragged:
        state.begin()
    state.apply(edit(state, 5))
    if dragged:
        state.commit()
    assert state.labels[0].keyframes == ((0, 1),) and state.history.undo_name == "Brush"
    assert labels_told == [] and history_told == [1]
    state.undo()
    assert state.labels == LABELS and not state.array.any() and not state.history.can_undo
    state.redo()
    assert state.labels[0].keyframes == ((0, 1),) and state.array.any()


def test_nothing_joins_what_was_not_drawn(state: Segmentation) -> None:
    state.finishing.connect(lambda _: state.set_label(replace(LABELS[0], keyframes=((0, 1),)), ""))
    other = np.ones(GRID.shape_kji, np.uint8)
    state.become([other], Legend(LABELS), "Restore revision 1")
    assert state.labels == LABELS and np.array_equal(state.array, other)


def test_a_cancelled_drag_leaves_nothing(state: Segmentation) -> None:
    state.apply(edit(state, 15))
    before = state.array.copy()
    state.begin()
    state.apply(edit(state, 5))
    state.cancel()
    assert np.array_equal(state.array, before)
    state.undo()
    assert not state.array.any(), "the cancelled drag is no undo step"


def test_undo_in_the_middle_of_a_drag_takes_the_drag_back(state: Segmentation) -> None:
    state.apply(edit(state, 15))
    before = state.array.copy()
    state.begin()
    state.apply(edit(state, 5))
    state.redo()
    state.undo()
    assert np.array_equal(state.array, before)


def test_listeners_are_told_which_box_changed(state: Segmentation) -> None:
    told: list[Touched | None] = []
    state.changed.connect(told.append)
    state.apply(edit(state, 5))
    state.undo()
    assert [one.box for one in told if one] == [(slice(1, 2), slice(3, 8), slice(3, 8))] * 2


def test_a_saved_mask_comes_back_with_its_labels(state: Segmentation) -> None:
    array = np.zeros(GRID.shape_kji, np.uint8)
    array[2, 3, 4] = 7
    state.load(GRID, Labelmap(array, GRID, (Label(7, "nodule"),)), revision=4)
    assert state.saved
    assert state.revision == 4
    assert state.active_label == Label(7, "nodule")
    assert state.array[2, 3, 4] == 7
    state.apply(edit(state, 5))
    assert not array[1].any(), "the saved value is not touched"


def test_a_removed_active_label_passes_on(state: Segmentation) -> None:
    state.set_active(2)
    state.set_labels(LABELS[:1])
    assert state.active == 1


def test_what_takes_the_place_of_segments_by_another_name_is_another_segment(state: Segmentation) -> None:
    state.load(GRID, None, (replace(LABELS[0], uid="one"), replace(LABELS[1], uid="two")))
    state.become([np.ones(GRID.shape_kji, np.uint8)], Legend((Label(1, "ground_glass"), Label(2, "label 2"))), "Accept")
    kept, new = (label.uid for label in state.labels)
    assert kept == "one" and new not in ("", "two")
    state.undo()
    assert [label.uid for label in state.labels] == ["one", "two"]
