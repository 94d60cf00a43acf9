"""The undo line: whatever was done can be taken back and done again, within its budget."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imaging.editing import MaskEdit
from imaging.geometry import Calibration, Geometry
from imaging.history import Edit, History, Step
from tests.strokes import stroke

GRID = Geometry((3, 10, 10), (3.0, 1.0, 1.0), calibration=Calibration.PATIENT)


def dot(array: np.ndarray, place: tuple[float, float], value: int = 1, name: str = "") -> MaskEdit:
    edit = stroke(array, GRID, 0, 1, [place], 1.0, value, name=name)
    assert edit is not None
    edit.apply_to(array)
    return edit


def step(name: str, *edits: Edit) -> Step:
    return Step(name, edits)


def play(array: np.ndarray, edits: tuple[Edit, ...]) -> None:
    for edit in edits:
        assert isinstance(edit, MaskEdit)
        edit.apply_to(array)


def test_a_group_is_one_step() -> None:
    array, history = np.zeros(GRID.shape_kji, np.uint8), History()
    history.push(step("Brush", dot(array, (2, 2)), dot(array, (2, 3)), dot(array, (2, 3), 2)))
    painted = array.copy()
    assert (history.undo_name, history.redo_name) == ("Brush", "")
    play(array, history.undo())
    assert not array.any() and (history.undo_name, history.redo_name) == ("", "Brush")
    play(array, history.redo())
    assert np.array_equal(array, painted)


def test_nothing_to_undo_is_nothing() -> None:
    history = History()
    assert not history.can_undo and not history.can_redo and history.undo() == () and history.redo() == ()


def test_a_new_change_ends_what_could_be_redone() -> None:
    array, history = np.zeros(GRID.shape_kji, np.uint8), History()
    history.push(step("Brush", dot(array, (2, 2))))
    play(array, history.undo())
    history.push(step("Eraser", dot(array, (5, 5))))
    assert not history.can_redo and history.undo_name == "Eraser"


def test_the_oldest_steps_fall_out_of_the_budget() -> None:
    array, history = np.zeros(GRID.shape_kji, np.uint8), History(limit_bytes=60)
    for number in range(5):
        history.push(step(f"Brush {number}", dot(array, (5, 5), number + 1)))
    assert sum(step.nbytes for step in history.done) <= 60, "a dot of 3 by 3 voxels costs 18 bytes, so three fit"
    names = []
    while history.can_undo:
        names.append(history.undo_name)
        play(array, history.undo())
    assert names == ["Brush 4", "Brush 3", "Brush 2"]
    assert array.any(), "what fell out stays painted"


def test_one_step_larger_than_the_budget_can_still_be_undone() -> None:
    array, history = np.zeros(GRID.shape_kji, np.uint8), History(limit_bytes=1)
    history.push(step("Brush", dot(array, (5, 5))))
    assert history.can_undo


strokes = st.tuples(
    st.integers(0, 2),
    st.integers(0, 2),
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=3),
    st.floats(0.5, 4),
    st.integers(0, 3),
)


@given(groups=st.lists(st.lists(strokes, max_size=3), max_size=6), seed=st.integers(0, 99))
def test_undo_all_is_the_start_and_redo_all_the_end(groups: list[list[tuple]], seed: int) -> None:
    start = np.random.default_rng(seed).integers(0, 3, GRID.shape_kji).astype(np.uint8)
    array, history = start.copy(), History()
    for group in groups:
        made = []
        for one in group:
            edit = stroke(array, GRID, *one)
            if edit is not None:
                edit.apply_to(array)
                made.append(edit)
        if made:
            history.push(step("Brush", *made))
    end = array.copy()
    while history.can_undo:
        play(array, history.undo())
    assert np.array_equal(array, start)
    while history.can_redo:
        play(array, history.redo())
    assert np.array_equal(array, end)
