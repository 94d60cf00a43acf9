"""A label between layers: by hand."""

import numpy as np

from imaging.editing.layering import Moved, moved_between

HERE, THERE = np.array([[[2, 2, 2, 3]]], np.uint8), np.array([[[1, 4, 0, 1]]], np.uint8)


def after(moved: Moved) -> tuple[list[int], list[int]]:
    here, there = HERE.copy(), THERE.copy()
    for edit, layer in ((moved.out, here), (moved.into, there)):
        if edit is not None:
            edit.apply_to(layer)
    return here.ravel().tolist(), there.ravel().tolist()


def test_it_takes_its_voxels_from_the_others() -> None:
    moved = moved_between(HERE, THERE, 2, frozenset(), "x")
    assert after(moved) == ([0, 0, 0, 3], [2, 2, 2, 1])
    assert (moved.taken, moved.left) == (2, 0)


def test_labels_that_keep_theirs_lose_nothing() -> None:
    moved = moved_between(HERE, THERE, 2, frozenset({4}), "x")
    assert after(moved) == ([0, 0, 0, 3], [2, 4, 2, 1])
    assert (moved.taken, moved.left) == (1, 1)


def test_a_label_without_voxels_changes_nothing() -> None:
    assert moved_between(HERE, THERE, 9, frozenset(), "x") == Moved()
