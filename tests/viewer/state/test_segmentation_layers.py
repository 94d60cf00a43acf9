"""Labels in layers of their own: tools change one layer; the undo line and the journal lead everywhere and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.editing import MaskEdit, replace_layers
from imaging.geometry import Geometry
from imaging.history import Step
from imaging.labelmap import Label, Labelmap
from imaging.layers import Layers
from imaging.legend import Legend
from imaging.library.journal_entries import Beginning, Entry, decode, encode
from imaging.library.journal_line import replay
from viewer.state.mask import Mask
from viewer.state.segmentation import Segmentation

GRID = Geometry((2, 4, 5))
LABELS = (Label(1, "lung"), Label(2, "lobe", layer=1), Label(3, "vessel", layer=3))


def paint(state: Segmentation, active: int, box: tuple[slice, slice, slice], value: int) -> None:
    state.set_active(active)
    before = state.array[box].copy()
    state.apply(MaskEdit("Paint", box, before, np.full_like(before, value)))


@pytest.fixture
def state() -> Segmentation:
    made = Segmentation()
    made.load(GRID, None, LABELS)
    return made


def test_painting_takes_voxels_from_its_own_layer_only(state: Segmentation) -> None:
    everywhere = (slice(0, 2), slice(0, 4), slice(0, 5))
    paint(state, 1, everywhere, 1)
    paint(state, 2, everywhere, 2)
    assert state.inside(1).all() and state.inside(2).all()
    assert state.labelmap().counts() == {1: 40, 2: 40, 3: 0}
    state.undo()
    assert state.inside(1).all() and not state.inside(2).any()


def test_a_layer_takes_no_place_before_its_label_is_worked_on(state: Segmentation) -> None:
    assert len(state.layers) == 1
    state.set_active(2)
    assert not state.array.any() and len(state.layers) == 2


def test_a_whole_mask_becomes_another_in_one_step(state: Segmentation) -> None:
    paint(state, 2, (slice(0, 1), slice(0, 1), slice(0, 1)), 2)
    new = np.full(GRID.shape_kji, 7, np.uint8)
    state.become((new,), Legend((Label(7, "all"),)), "Accept")
    assert state.labelmap().counts() == {7: 40} and not any(layer.any() for layer in state.layers[1:])
    state.undo()
    assert state.labelmap().counts() == {1: 0, 2: 1, 3: 0}


def test_a_mask_in_layers_is_loaded_and_given_back(state: Segmentation) -> None:
    layers = (
        np.random.default_rng(1).integers(0, 2, (2, *GRID.shape_kji)).astype(np.uint8)
        * np.array([1, 2], np.uint8)[:, None, None, None]
    )
    saved = Labelmap(layers[0], GRID, LABELS[:2], further=(layers[1],))
    state.load(GRID, saved)
    again = state.labelmap()
    assert again.labels == LABELS[:2] and replace_layers(again.layers, saved.layers, "") == ()


cells = st.tuples(*(st.tuples(st.integers(0, n - 1), st.integers(1, n)) for n in GRID.shape_kji))
drags = st.lists(st.tuples(st.sampled_from((1, 2, 3)), cells, st.booleans()), min_size=1, max_size=3)
actions = st.lists(st.one_of(drags, st.sampled_from(("undo", "redo"))), max_size=12)


def play(state: Segmentation, done: list[Any]) -> None:
    for action in done:
        if isinstance(action, str):
            (state.undo if action == "undo" else state.redo)()
            continue
        state.begin()
        for value, ends, erases in action:
            k, j, i = (slice(min(a, b - 1), max(a + 1, b)) for a, b in ends)
            paint(state, value, (k, j, i), 0 if erases else value)
        state.commit()


@given(done=actions)
@settings(deadline=None)
def test_undo_leads_all_the_way_back_and_the_journal_to_the_same_layers(done: list[Any]) -> None:
    state, entries = Segmentation(), [Beginning("x", "1", GRID, Legend(LABELS))]
    state.resume(Mask(GRID, [np.zeros(GRID.shape_kji, np.uint8)], Legend(LABELS)))
    state.recorded.connect(lambda _, entry: entries.append(entry))
    play(state, done)
    end = copies(state)
    journalled: list[Entry] = [decode(encode(entry)) for entry in entries]
    assert replace_layers(replay(journalled).mask((np.zeros(GRID.shape_kji, np.uint8),)), end, "") == ()
    steps = [entry for entry in journalled if isinstance(entry, Step)]
    assert len(steps) == sum(not isinstance(action, str) for action in done)
    while state.history.can_redo:
        state.redo()
    end = copies(state)
    while state.history.can_undo:
        state.undo()
    assert not any(layer.any() for layer in state.layers)
    while state.history.can_redo:
        state.redo()
    assert replace_layers(state.layers, end, "") == ()


def copies(state: Segmentation) -> Layers:
    return tuple(layer.copy() for layer in state.layers)
