"""The planes of a volume: their voxels, their places, and what is cut along them."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import Reslicer
from imaging.volume import Volume
from viewer.state.planes import Planes

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
ALONG = [("stored", 0), ("axial", 0), ("coronal", 1), ("sagittal", 2)]


def ramp(kind: str = "volume") -> Volume:
    geometry = Geometry((4, 5, 6), (3.0, 2.0, 1.0), (10.0, 20.0, 30.0), (Z, Y, X), Calibration.PATIENT)
    return Volume(np.arange(120, dtype=np.int16).reshape(4, 5, 6), geometry, kind)


def slanted() -> Planes:
    """Planes between axial and coronal, through the middle of the ramp."""
    volume = ramp()
    k, j, i = ((n - 1) / 2 + 0.13 for n in volume.geometry.shape_kji)  # no voxel is as near as another
    middle = tuple(map(float, volume.geometry.point_lps((k, j, i))))
    return Planes.turned(volume, middle, (0.0, 0.6, 0.8), (0.0, 0.8, -0.6))


@pytest.mark.parametrize(("plane", "axis"), ALONG)
def test_planes_along_the_array_are_its_voxels_where_they_are(plane, axis):
    volume = ramp()
    planes = Planes.of(volume, plane)
    assert (planes.plane, planes.axis) == (plane, axis)
    k = planes.grid.shape_kji[0] - 2
    values, geometry = planes.values(k), planes.slice_geometry(k)
    assert np.array_equal(values, np.moveaxis(volume.array, axis, 0)[k])
    for row, column in ((0, 0), (1, 3), (values.shape[0] - 1, values.shape[1] - 1)):
        voxel = planes.voxel_at(k, row, column)
        assert voxel is not None and volume.array[voxel] == values[row, column]
        assert geometry.point_lps((0, row, column)) == pytest.approx(volume.geometry.point_lps(voxel))


@pytest.mark.parametrize(("plane", "axis"), ALONG)
def test_labels_are_cut_like_the_image(plane, axis):
    labels = (ramp().array % 3).astype(np.uint8)
    planes = Planes.of(ramp(), plane)
    cut = planes.cut(labels, 2)
    assert np.array_equal(cut, np.moveaxis(labels, axis, 0)[2])
    box = tuple(slice(1, 3) for _ in range(3))
    rows, columns = planes.cut_again(labels, 2, box, cut)
    assert (rows, columns) == ((1, 3), (1, 3))
    assert planes.cut_again(labels, 3, box, cut) is None, "the change ends before this plane"


def test_a_change_is_written_again_where_labels_are_sampled():
    planes, labels = slanted(), np.zeros((4, 5, 6), np.uint8)
    k = planes.grid.shape_kji[0] // 2
    cut = planes.cut(labels, k)
    labels[1:3, 1:4, 2:5] = 7
    found = planes.cut_again(labels, k, (slice(1, 3), slice(1, 4), slice(2, 5)), cut)
    assert found is not None and np.array_equal(cut, planes.cut(labels, k)) and (cut == 7).any()


def test_a_slanted_plane_names_the_voxels_it_shows():
    planes = slanted()
    k = planes.grid.shape_kji[0] // 2
    nearest = Reslicer(planes.volume.array, planes.volume.geometry, -1).plane(planes.grid, k, "nearest")
    inside = 0
    for row, column in np.ndindex(nearest.shape):
        voxel = planes.voxel_at(k, row, column)
        assert (voxel is None) == (nearest[row, column] == -1)
        if voxel is not None:
            inside += 1
            assert planes.volume.array[voxel] == nearest[row, column]
    assert inside > 10


def test_there_is_no_plane_before_the_first_or_after_the_last():
    planes = Planes.of(ramp())
    assert planes.slice_geometry(-1) is None and planes.slice_geometry(4) is None
    assert planes.slice_geometry(3) == ramp().slice_geometry(3)


def test_the_nearest_plane_is_that_of_the_place():
    planes = Planes.of(ramp(), "coronal")
    assert planes.nearest_k((10.0, 27.0, 30.0)) in (3, 4) and planes.nearest_k((10.0, 24.1, 30.0)) == 2
    nowhere = replace(ramp(), geometry=Geometry((4, 5, 6)))
    assert Planes.of(nowhere).nearest_k((0.0, 0.0, 0.0)) is None
