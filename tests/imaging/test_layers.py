"""Layers: labels that overlap beside one another, flattened, counted, compared, merged."""

import numpy as np
import pytest

from imaging.aligned import aligned
from imaging.comparison import compare
from imaging.consensus import Way, difference, merge
from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap
from imaging.layers import any_label, filled_up, flat, layer_of, overlap

GRID = Geometry((1, 1, 5), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
LUNG, LOBE, NODULE = Label(1, "lung"), Label(2, "lobe", layer=1), Label(3, "nodule", layer=1)


def row(*values: int) -> np.ndarray:
    return np.array([[values]], np.uint8)


def labelmap(labels: tuple[Label, ...], *layers: np.ndarray) -> Labelmap:
    return Labelmap(layers[0], GRID, labels, further=layers[1:])


BOTH = labelmap((LUNG, LOBE, NODULE), row(1, 1, 1, 0, 0), row(0, 2, 3, 3, 0))


def test_each_label_is_counted_in_its_own_layer() -> None:
    assert BOTH.counts() == {1: 3, 2: 1, 3: 2}
    assert BOTH.volumes_ml() == pytest.approx({"lung": 0.006, "lobe": 0.002, "nodule": 0.004})
    assert BOTH.inside(3).ravel().tolist() == [False, False, True, True, False]
    empty = labelmap((LUNG, NODULE), row(1, 0, 0, 0, 0))
    assert empty.counts() == {1: 1, 3: 0} and not empty.inside(3).any(), "a layer that is not there is empty"


def test_a_layer_of_another_shape_is_refused() -> None:
    with pytest.raises(GeometryError, match="does not fit"):
        labelmap((LUNG,), row(1, 1, 1, 0, 0), row(1, 1))


def test_an_impossible_layer_is_refused() -> None:
    with pytest.raises(GeometryError, match="lung in layer 1000000: expected 0 to 254"):
        labelmap((Label(1, "lung", layer=1_000_000),), row(1, 1, 1, 0, 0))


def test_flattening_shows_the_uppermost() -> None:
    assert flat(BOTH.layers).ravel().tolist() == [1, 2, 3, 3, 0]
    table = np.zeros(256, np.uint8)
    table[[1, 3]] = 7, 9
    assert flat(BOTH.layers, table).ravel().tolist() == [7, 7, 9, 9, 0], "what is not wanted hides nothing"
    assert any_label(BOTH.layers).ravel().tolist() == [True, True, True, True, False]
    assert overlap(BOTH.layers).ravel().tolist() == [False, True, True, False, False]
    assert not layer_of(BOTH.layers, 4).any() and len(filled_up(BOTH.layers, 4)) == 4


def test_masks_whose_labels_lie_in_other_layers_are_equal_where_their_voxels_are() -> None:
    moved = labelmap(
        (LUNG, Label(2, "lobe", layer=2), NODULE), row(1, 1, 1, 0, 0), row(0, 0, 3, 3, 0), row(0, 2, 0, 0, 0)
    )
    side_by_side = aligned((BOTH, moved))
    assert not side_by_side.differs().any() and not difference(BOTH, moved).any()
    assert [label.layer for label in side_by_side.labels] == [0, 3, 1], "what lies elsewhere in each has its own"
    found = compare(BOTH, moved)
    assert found.changed_voxels == 0 and [each.dice for each in found.labels] == [1, 1, 1]


def test_a_difference_under_another_label_is_seen() -> None:
    """One voxel of lung less, under the lobe; one of nodule more, beyond all."""
    other = labelmap((LUNG, LOBE, NODULE), row(1, 0, 1, 0, 0), row(0, 2, 3, 3, 3))
    found = compare(BOTH, other)
    assert found.changed_voxels == 2
    assert [each.dice for each in found.labels] == pytest.approx([2 * 2 / 5, 1, 2 * 2 / 5])
    assert difference(BOTH, other).ravel().tolist() == [0, 3, 0, 0, 2]


def test_merging_keeps_what_both_did_in_either_layer() -> None:
    base = labelmap((LUNG,), row(1, 0, 0, 0, 0))
    ours = labelmap((LUNG,), row(1, 1, 0, 0, 0))
    theirs = labelmap((LUNG, LOBE), row(1, 0, 0, 0, 0), row(2, 2, 0, 0, 0))
    merged, undecided = merge(ours, theirs, base, "three-way")
    assert [layer.ravel().tolist() for layer in merged.layers] == [[1, 1, 0, 0, 0], [2, 2, 0, 0, 0]]
    assert undecided == 0 and [label.layer for label in merged.labels] == [0, 1]


@pytest.mark.parametrize("way", ["majority", "STAPLE"])
def test_votes_are_counted_for_each_layer(way: Way) -> None:
    """Two of three have the second voxel as lung, and two the third as nodule, whatever lies in the other layer."""
    one = labelmap((LUNG, NODULE), row(1, 1, 0, 0, 0), row(0, 3, 3, 0, 0))
    two = labelmap((LUNG, NODULE), row(1, 1, 0, 0, 0), row(0, 3, 3, 0, 0))
    three = labelmap((LUNG, NODULE), row(1, 0, 0, 0, 0), row(0, 3, 0, 0, 0))
    merged, undecided = merge(one, two, three, way)
    assert undecided == 0 and merged.counts() == {1: 2, 3: 2}
