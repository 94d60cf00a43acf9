"""Masks on another grid: against SimpleITK, by hand, and by volume."""

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.covering import covered
from imaging.formats.segmentation.file_grid import Block
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled

ROW, COLUMN = np.array((0.8, 0.6, 0.0)), np.array((-0.48, 0.64, 0.6))
OBLIQUE = (tuple(np.cross(ROW, COLUMN)), tuple(COLUMN), tuple(ROW))
PLAIN = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def grid(shape, spacing, origin=(0.0, 0.0, 0.0), axes=PLAIN) -> Geometry:
    return Geometry(shape, spacing, origin, axes, Calibration.PATIENT)


def simpleitk(array: np.ndarray, geometry: Geometry) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing_mm[::-1])
    image.SetOrigin(geometry.origin_lps)
    image.SetDirection(np.array(geometry.axes_lps[::-1]).T.ravel())
    return image


def balls(geometry: Geometry, radius_mm: float = 9.0) -> np.ndarray:
    """Two balls of labels 1 and 2, in millimetres around the middle."""
    index = np.moveaxis(np.indices(geometry.shape_kji), 0, -1)
    points = geometry.point_lps(index)
    middle = geometry.point_lps((np.array(geometry.shape_kji) - 1) / 2)
    found = np.zeros(geometry.shape_kji, np.uint8)
    for value, shift in ((1, (-7.0, 3.0, 2.0)), (2, (8.0, -2.0, 0.0))):
        found[np.linalg.norm(points - middle - shift, axis=-1) <= radius_mm] = value
    return found


@pytest.mark.parametrize("axes", [PLAIN, OBLIQUE])
@pytest.mark.parametrize("spacing", [(1.1, 0.9, 0.8), (0.6, 0.5, 0.5)])
def test_onto_voxels_no_larger_it_is_simpleitks_nearest_neighbour(axes, spacing):
    source = grid((9, 40, 44), (4.0, 1.0, 1.1), (-20, -21, -15))
    array = balls(source)
    target = grid((30, 50, 52), spacing, (-17.313, -19.137, -13.771), axes)
    resample = SimpleITK.Resample(
        simpleitk(array, source), simpleitk(np.zeros(target.shape_kji, np.uint8), target), SimpleITK.Transform(),
        SimpleITK.sitkNearestNeighbor, 0, SimpleITK.sitkUInt8,
    )  # fmt: skip
    ours = covered(Block(array, source.affine), ImageGrid(target))
    np.testing.assert_array_equal(ours, SimpleITK.GetArrayFromImage(resample))
    assert set(np.unique(ours)) == {0, 1, 2}


def test_large_voxels_get_the_label_that_covers_most_of_them():
    """Pairs of voxels become one; of two equally frequent the first stands."""
    array = np.array([[[1, 1, 0, 2, 2, 0, 0, 0]]], np.uint8)
    source, target = grid((1, 1, 8), (1.0, 1.0, 1.0)), grid((1, 1, 4), (1.0, 1.0, 2.0), (0.5, 0.0, 0.0))
    np.testing.assert_array_equal(covered(Block(array, source.affine), ImageGrid(target)), [[[1, 0, 2, 0]]])
    thirds = grid((1, 1, 2), (1.0, 1.0, 4.0), (1.5, 0.0, 0.0))
    np.testing.assert_array_equal(covered(Block(array, source.affine), ImageGrid(thirds)), [[[1, 0]]])


def test_halfway_between_two_all_go_the_same_way():
    array = np.zeros((1, 1, 9), np.uint8)
    array[..., 3:6] = 1
    source, target = grid((1, 1, 9), (1.0, 1.0, 1.0)), grid((1, 1, 8), (1.0, 1.0, 1.0), (0.5, 0.0, 0.0))
    assert covered(Block(array, source.affine), ImageGrid(target)).sum() == 3


def test_slices_without_a_regular_grid_are_filled_one_by_one():
    """Two slices 3 mm apart, of which the second is turned about: rows run the other way."""
    source = grid((6, 4, 4), (1.0, 1.0, 1.0))
    array = np.arange(96, dtype=np.uint8).reshape(6, 4, 4)
    turned = Geometry(
        (1, 4, 4), (1.0, 1.0, 1.0), (0, 3, 4), ((0, 0, -1.0), (0, -1.0, 0), (1.0, 0, 0)), Calibration.PATIENT
    )
    slices = (grid((1, 4, 4), (1.0, 1.0, 1.0), (0, 0, 1)), turned)
    found = covered(Block(array, source.affine), ImageGrid(grid((2, 4, 4), (1.0, 1.0, 1.0)), slices))
    np.testing.assert_array_equal(found, [array[1], array[4][::-1]])


def test_it_can_be_cancelled():
    def stop(done: int, total: int, text: str) -> None:
        assert (total, text) == (3, f"Resampling slice {done + 1} of 3")
        if done == 1:
            raise Cancelled

    source = grid((3, 4, 4), (1.0, 1.0, 1.0))
    with pytest.raises(Cancelled):
        covered(Block(np.zeros((3, 4, 4), np.uint8), source.affine), ImageGrid(source), stop)


@settings(max_examples=25)
@given(st.tuples(*[st.floats(0.6, 2.6)] * 3), st.tuples(*[st.floats(-2.0, 2.0)] * 3), st.floats(-180, 180))
def test_volumes_are_kept(spacing, shift, degrees):
    """Of balls of 9 mm, in whatever direction the other grid lies: within 8 %, and none is lost."""
    source = grid((30, 40, 44), (1.5, 1.0, 1.1), (-24, -20, -22))
    array = balls(source)
    angle = np.radians(degrees)
    across, down = (
        np.array((np.cos(angle), np.sin(angle), 0)),
        np.array((-np.sin(angle) * 0.8, np.cos(angle) * 0.8, 0.6)),
    )
    axes = np.array((np.cross(across, down), down, across))
    shape = tuple(int(np.ceil(70 / each)) for each in spacing)
    middle = source.point_lps((np.array(source.shape_kji) - 1) / 2) + shift
    origin = middle - ((np.array(shape) - 1) / 2 * spacing) @ axes
    target = grid(shape, spacing, tuple(origin), tuple(map(tuple, axes)))
    found = covered(Block(array, source.affine), ImageGrid(target))
    for value in (1, 2):
        before = np.count_nonzero(array == value) * source.voxel_ml
        assert np.count_nonzero(found == value) * target.voxel_ml == pytest.approx(before, rel=0.08)
