"""A viewport's planes: which voxels they show, and where they lie."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume
from viewer.state.opened import OpenSeries
from viewer.state.pane import Pane

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def ramp(axes=(Z, Y, X), shape=(4, 5, 6), kind="volume", **rest) -> Volume:
    geometry = Geometry(shape, (3.0, 2.0, 1.0), (10.0, 20.0, 30.0), axes, Calibration.PATIENT)
    return Volume(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), geometry, kind, **rest)


@pytest.fixture
def pane(qtbot) -> Pane:
    made = Pane()
    made.size_px = (100.0, 100.0)
    return made


def shown(pane: Pane, volume: Volume, only_k: int | None = None) -> Volume:
    pane.show(OpenSeries(None, volume, only_k), only_k)
    return volume


def test_slices_as_acquired_are_the_array_itself(pane):
    volume = shown(pane, ramp())
    assert pane.view.frames == 4 and pane.view.k == 2
    assert np.array_equal(pane.values(1), volume.array[1])
    assert pane.slice_geometry(1) == volume.slice_geometry(1)


@pytest.mark.parametrize(("plane", "axis"), [("axial", 0), ("coronal", 1), ("sagittal", 2)])
def test_planes_along_the_array_show_its_voxels_where_they_are(pane, plane, axis):
    volume = shown(pane, ramp())
    pane.set_plane(plane)
    assert pane.view.frames == volume.array.shape[axis]
    k = pane.view.frames - 2
    pane.view.set_slice(k)
    values = pane.values(k)
    assert np.array_equal(values, np.moveaxis(volume.array, axis, 0)[k])
    geometry = pane.slice_geometry(k)
    assert geometry is not None
    assert geometry.point_lps((0, 1, 3)) == pytest.approx(volume.geometry.point_lps(pane.planes.voxel_at(k, 1, 3)))


def test_a_sagittal_acquisition_has_its_axial_planes_elsewhere(pane):
    volume = shown(pane, ramp(axes=(X, (0.0, 0.0, -1.0), Y)))
    pane.set_plane("axial")
    assert pane.axis == 1 and np.array_equal(pane.values(2), volume.array[:, 2])


def test_the_plane_through_the_middle_of_the_last_picture_comes_first(pane):
    volume = shown(pane, ramp(shape=(9, 9, 9)))
    pane.view.set_slice(7)
    pane.set_plane("coronal")
    assert pane.view.k == 4, "the middle of the slice"
    pane.set_plane("stored")
    assert pane.view.k == 4, "the middle of the coronal plane"
    pane.go_to(tuple(volume.geometry.point_lps((8, 1, 1))))
    assert pane.view.k == 8


def test_what_has_no_place_in_the_patient_cannot_be_cut(pane):
    geometry = Geometry((4, 5, 6))
    shown(pane, Volume(np.zeros((4, 5, 6), np.uint8), geometry, "clip"))
    assert not pane.can_cut
    pane.set_plane("coronal")
    assert pane.plane == "stored" and pane.centre_lps() is None


def test_slices_with_geometries_of_their_own_are_found_by_place(pane):
    places = [0.0, 3.0, 9.0]
    own = tuple(Geometry((1, 5, 6), (3.0, 1.0, 1.0), (0.0, 0.0, z), (Z, Y, X), Calibration.PATIENT) for z in places)
    grid = Geometry((3, 5, 6), (3.0, 1.0, 1.0), (0.0, 0.0, 0.0), (Z, Y, X), Calibration.PATIENT)
    shown(pane, Volume(np.zeros((3, 5, 6), np.int16), grid, "image", slice_geometries=own))
    pane.go_to((0.0, 0.0, 8.0))
    assert pane.view.k == 2 and not pane.can_cut


def test_only_slices_wait_for_their_pixels(pane):
    shown(pane, ramp(), only_k=2)
    assert pane.has(2) and not pane.has(0)
    pane.set_plane("coronal")
    assert pane.has(0), "planes across slices show what is there"


def test_another_phase_keeps_slice_and_zoom(pane):
    shown(pane, ramp())
    pane.view.set_slice(3)
    pane.view.set_zoom(2.0)
    pane.show(OpenSeries(None, ramp()), stays=True)
    assert (pane.view.k, pane.view.zoom) == (3, 2.0)
    shown(pane, ramp())
    assert (pane.view.k, pane.view.zoom) == (2, 1.0)


def test_nothing_shown_has_no_planes(pane):
    shown(pane, ramp())
    pane.show(None)
    assert pane.transform() is None and pane.slice_geometry(0) is None and not pane.has(0)
    with pytest.raises(ValueError, match="nothing"):
        pane.values(0)


def test_planes_are_of_the_volume_that_was_learned_on_the_way(pane):
    volume = shown(pane, ramp(), only_k=2)
    pane.set_plane("coronal")
    learned = replace(volume, warnings=("the last slice is damaged",))
    pane.opened.finish(learned)
    assert pane.planes.volume is learned and pane.plane == "coronal"


def test_a_viewport_that_joins_while_slices_are_missing_is_windowed_by_one_that_is_there(pane):
    volume = ramp()
    values = np.zeros(volume.array.shape, np.int16)
    values[1] = volume.array[1] + 1000
    opened = OpenSeries(None, replace(volume, array=values), only_k=1)
    pane.show(opened, 1)
    window = pane.view.window
    joining = Pane()
    joining.show(opened)
    assert joining.view.window == window and window.low > 900
