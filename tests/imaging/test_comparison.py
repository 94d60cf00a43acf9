"""Two masks compared: numbers by hand, and distances as brute force finds them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from imaging.comparison import compare, hd95_mm
from imaging.errors import GeometryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap

GRID = Geometry((3, 6, 8), (2.0, 0.5, 0.25), calibration=Calibration.PATIENT)
LABELS = (Label(1, "nodule"), Label(2, "vessel"))


def labelmap(geometry=GRID, known=True, **boxes) -> Labelmap:
    array = np.zeros(geometry.shape_kji, np.uint8)
    for value, box in boxes.items():
        array[box] = int(value[1:])
    return Labelmap(array, geometry, LABELS, slice_spacing_known=known)


def test_two_boxes_by_hand():
    """Voxels 0-3 and 1-4 of a row: six of eight are common; each end is one column, 0.25 mm, off."""
    one = labelmap(v1=np.s_[1, 2, 0:4])
    other = labelmap(v1=np.s_[1, 2, 1:5])
    found = compare(one, other)
    nodule, vessel = found.labels
    assert (nodule.name, nodule.voxels, nodule.dice) == ("nodule", (4, 4), 0.75)
    assert nodule.kappa == pytest.approx((142 / 144 - (16 + 140**2) / 144**2) / (1 - (16 + 140**2) / 144**2))
    assert nodule.hd95_mm == pytest.approx(np.percentile([0, 0, 0, 0.25], 95))
    assert (vessel.voxels, vessel.dice, vessel.hd95_mm) == ((0, 0), None, None) and vessel.kappa is None
    assert (found.changed_voxels, found.changed_slices) == (2, (1,))


def test_in_one_slice_of_several_every_voxel_is_a_surface_and_in_a_single_one_only_the_rim():
    """A square of five columns about a voxel."""
    for slices in (3, 1):
        grid = Geometry((slices, 9, 9), (2.0, 0.25, 0.25), calibration=Calibration.PATIENT)
        one = labelmap(grid, v1=np.s_[slices // 2, 2:7, 2:7])
        other = labelmap(grid, v1=np.s_[slices // 2, 4:5, 4:5])
        (nodule, _) = compare(one, other).labels
        steps = [np.hypot(j, i) for j in range(-2, 3) for i in range(-2, 3)]
        rim = [step for step in steps if step >= 2]
        assert nodule.hd95_mm == pytest.approx(0.25 * np.percentile(steps if slices > 1 else rim, 95))


def test_a_label_that_only_one_mask_has():
    found = compare(labelmap(v7=np.s_[0, 0, 0]), labelmap())
    assert [(each.value, each.name, each.dice, each.hd95_mm) for each in found.labels][2] == (7, "label 7", 0.0, None)


def test_a_solid_box_has_a_surface_of_its_outer_voxels():
    solid, hollow = np.zeros((7, 7, 7), bool), np.zeros((7, 7, 7), bool)
    solid[1:6, 1:6, 1:6] = hollow[1:6, 1:6, 1:6] = True
    hollow[3, 3, 3] = False
    # 98 outer voxels at 0 mm, six around the hole at 1 mm: rank 0.95 x 103 = 97.85 lies from the last 0 to the first 1.
    assert hd95_mm(solid, hollow, (1.0, 1.0, 1.0)) == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("geometry", "known", "has_mm"),
    [
        (GRID, False, False),
        (Geometry((3, 6, 8), (1.0, 0.5, 0.5), calibration=Calibration.REGION), True, False),
        (Geometry((1, 6, 8), (1.0, 0.5, 0.5), calibration=Calibration.REGION), True, True),
        (Geometry((1, 6, 8)), True, False),
    ],
)
def test_no_distance_is_claimed_that_is_not_known(geometry, known, has_mm):
    found = compare(labelmap(geometry, known, v1=np.s_[0, 0]), labelmap(geometry, known, v1=np.s_[0, 1]))
    assert (found.labels[0].hd95_mm is not None) is has_mm


def test_other_grids_cannot_be_compared():
    with pytest.raises(GeometryError, match="different grids"):
        compare(labelmap(), labelmap(GRID.slab(0, 2)))


def brute_force(one: np.ndarray, other: np.ndarray, spacing: tuple[float, float, float]) -> float:
    def surface(mask: np.ndarray) -> np.ndarray:
        padded = np.pad(mask, ((int(len(mask) > 1),) * 2, (1, 1), (1, 1)))
        found = []
        for index in np.argwhere(padded):
            steps = [
                s
                for axis in range(3)
                if axis or len(mask) > 1
                for s in (np.eye(3, dtype=int)[axis], -np.eye(3, dtype=int)[axis])
            ]
            if not all(padded[tuple(index + step)] for step in steps):
                found.append(index)
        return np.array(found) * spacing

    apart = np.linalg.norm(surface(one)[:, None] - surface(other)[None], axis=2)
    return max(np.percentile(apart.min(axis=1), 95), np.percentile(apart.min(axis=0), 95))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([(3, 4, 5), (1, 5, 6)]).flatmap(lambda s: st.tuples(arrays(np.bool_, s), arrays(np.bool_, s))))
def test_distances_as_brute_force_finds_them(masks):
    one, other = masks
    one[0, 0, 0] = other[-1, -1, -1] = True
    spacing = (2.0, 0.7, 0.5)
    assert hd95_mm(one, other, spacing) == pytest.approx(brute_force(one, other, spacing))


@given(masks=arrays(np.uint8, (2, 3, 6, 8), elements=st.integers(0, 1)))
@settings(max_examples=25, deadline=None)
def test_kappa_as_scikit_learn_has_it(masks):
    one, other = (Labelmap(mask, GRID, LABELS[:1]) for mask in masks)
    (found,) = compare(one, other).labels
    if masks.any() and not masks.all():
        assert found.kappa == pytest.approx(cohen_kappa_score(masks[0].ravel(), masks[1].ravel()))
    else:
        assert found.kappa is None
