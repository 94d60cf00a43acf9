"""A change of labels is seen where its box crosses a plane, and nowhere else."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import Reslicer, oblique, orthogonal
from imaging.reslicing.crossing import crossed
from imaging.reslicing.sampling import Place

VOLUME = Geometry((9, 14, 11), (2.0, 0.7, 0.9), (5.0, -3.0, 20.0), calibration=Calibration.PATIENT)
DIRECTION = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda each: np.linalg.norm(each) > 0.1)


@st.composite
def boxes(draw):
    spans = []
    for size in VOLUME.shape_kji:
        first = draw(st.integers(0, size - 1))
        spans.append(slice(first, draw(st.integers(first + 1, size))))
    return tuple(spans)


@given(DIRECTION, DIRECTION, st.floats(0, 1), boxes(), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_the_part_cut_again_makes_the_plane_the_same_as_one_cut_anew(normal, up, depth, box, seed):
    assume(np.linalg.norm(np.cross(normal, up)) > 0.05)
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 4, VOLUME.shape_kji).astype(np.uint8)
    grid = oblique(VOLUME, VOLUME.corners_lps.mean(axis=0), normal, up)
    k = min(int(depth * grid.shape_kji[0]), grid.shape_kji[0] - 1)
    out = Reslicer(array, VOLUME).plane(grid, k, "nearest").copy()
    before = out.copy()
    array[box] = rng.integers(4, 9, array[box].shape)
    part = Reslicer(array, VOLUME).labels_again(grid, k, box, out)
    assert np.array_equal(out, Reslicer(array, VOLUME).plane(grid, k, "nearest"))
    outside = np.ones(out.shape, bool)
    if part is not None:
        outside[slice(*part[0]), slice(*part[1])] = False
    assert np.array_equal(out[outside], before[outside])


def test_the_part_of_a_plane_of_whole_voxels_is_the_box():
    array = np.zeros(VOLUME.shape_kji, np.uint8)
    grid = orthogonal(VOLUME, 1)
    plane = Reslicer(array, VOLUME).plane(grid, 6, "nearest")
    box = (slice(2, 5), slice(6, 7), slice(0, 3))
    array[box] = 7
    assert Reslicer(array, VOLUME).labels_again(grid, 6, box, plane) == ((2, 5), (0, 3))
    assert plane.sum() == 9 * 7, "the plane is a view of the labels"
    assert Reslicer(array, VOLUME).labels_again(grid, 7, box, plane) is None


@pytest.mark.parametrize(
    ("box", "part"),
    [
        ((slice(0, 9), slice(3, 4), slice(0, 9)), ((0, 4), (0, 4))),
        ((slice(0, 9), slice(0, 9), slice(8, 9)), ((3, 4), (0, 1))),
        ((slice(1, 9), slice(0, 9), slice(0, 9)), None),
    ],
    ids=["across", "a corner", "behind"],
)
def test_a_plane_at_45_degrees_by_hand(box, part):
    """Pixel (r, c) lies in slice 0, at j = r + c and i = 5 + r - c, of four rows and columns."""
    place = Place(np.array((0.0, 0.0, 5.0)), np.array(((1.0, 0, 0), (0, 1, 1), (0, 1, -1))))
    assert crossed(place, box, (4, 4)) == part
