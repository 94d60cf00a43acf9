"""Accepting a mask over another one: nothing that has a label changes unless the mask is replaced."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.editing.merging import Merge, merged
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap

MINE = (Label(1, "nodule"), Label(3, "effusion"))
MODELS = (Label(1, "effusion", (9, 9, 9)), Label(2, "glass"), Label(3, "absent"))
BEFORE = np.array([[[1, 0, 3, 0]]], np.uint8)
PROPOSED = Labelmap(np.array([[[1, 1, 2, 2]]], np.uint8), Geometry((1, 1, 4)), MODELS)


@pytest.mark.parametrize(
    ("how", "voxels", "labels"),
    [
        ("beside", [1, 2, 3, 4], (*MINE, Label(2, "effusion 2", (9, 9, 9)), Label(4, "glass"))),
        ("empty", [1, 3, 3, 2], (*MINE, Label(2, "glass"))),
        ("replace", [1, 1, 2, 2], MODELS),
    ],
)
def test_by_hand(how: Merge, voxels: list[int], labels: tuple[Label, ...]) -> None:
    (array,), found = merged((BEFORE,), MINE, PROPOSED, how)
    assert array.ravel().tolist() == voxels
    assert found == labels
    assert BEFORE.ravel().tolist() == [1, 0, 3, 0]


@given(arrays(np.uint8, (2, 3, 3), elements=st.integers(0, 3)), arrays(np.uint8, (2, 3, 3), elements=st.integers(0, 3)))
def test_no_labelled_voxel_ever_changes(before: np.ndarray, proposed: np.ndarray) -> None:
    labels = tuple(Label(value, str(value)) for value in (1, 2, 3))
    other = Labelmap(proposed, Geometry((2, 3, 3)), labels)
    for how in ("beside", "empty"):
        (after,), _ = merged((before,), labels, other, how)
        assert (after[before != 0] == before[before != 0]).all()
        assert ((after != 0) == ((before != 0) | (proposed != 0))).all()


def test_proposed_labels_that_overlap_stay_whole_beside_one_another() -> None:
    """The first voxel has a label already; the proposed ones overlap in the third, and lie above what is there."""
    labels = (Label(1, "lung"), Label(2, "nodule", layer=1))
    low, high = np.array([[[1, 1, 1, 0]]], np.uint8), np.array([[[2, 0, 2, 2]]], np.uint8)
    proposed = Labelmap(low, Geometry((1, 1, 4)), labels, further=(high,))
    mine = np.array([[[1, 0, 0, 0]]], np.uint8)
    layers, found = merged((mine,), (Label(1, "lesion"),), proposed, "beside")
    assert [layer.ravel().tolist() for layer in layers] == [[1, 2, 2, 0], [0, 0, 3, 3]]
    assert [(label.name, label.value, label.layer) for label in found] == [
        ("lesion", 1, 0), ("lung", 2, 0), ("nodule", 3, 1),
    ]  # fmt: skip
    layers, found = merged((mine,), (Label(1, "lesion"),), proposed, "replace")
    assert layers == proposed.layers and found == labels


def test_a_full_list_is_refused() -> None:
    full = tuple(Label(value, str(value)) for value in range(1, 256))
    with pytest.raises(ValueError, match="at most 255"):
        merged((BEFORE,), full, PROPOSED, "beside")
    with pytest.raises(ValueError, match="expected"):
        merged((np.zeros((1, 1, 3), np.uint8),), MINE, PROPOSED, "beside")
