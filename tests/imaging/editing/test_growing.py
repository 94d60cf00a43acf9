"""Thresholds, growing, slices between and slices after, on pictures whose truth is known."""

import numpy as np
import pytest
import SimpleITK
from skimage.filters import threshold_otsu
from skimage.segmentation import flood as oracle_flood

from imaging.editing.growing import COARSE_VOXELS, grow_from_seeds, grow_region, range_about
from imaging.editing.interpolation import interpolate
from imaging.editing.logic import combine
from imaging.editing.propagation import propagate
from imaging.editing.thresholds import local, otsu, threshold
from imaging.geometry import Calibration, Geometry
from imaging.progress import Cancelled


def noisy(shape: tuple[int, int, int]) -> np.ndarray:
    return np.random.default_rng(3).integers(-200, 200, shape, np.int16)


def stop(*_: object) -> None:
    raise Cancelled


def test_a_threshold_is_the_range_with_both_ends_and_can_be_stopped() -> None:
    values = noisy((40, 9, 9))
    region = threshold(values, -20.5, 30)
    assert np.array_equal(region.inside, (values >= -20) & (values <= 30))
    with pytest.raises(Cancelled):
        threshold(values, 0, 1, stop)


def test_otsu_is_scikit_images() -> None:
    values = noisy((20, 30, 30))
    values[5:10] += 1000
    assert otsu(values) == threshold_otsu(values)
    assert otsu(np.full((2, 2, 2), 7, np.int16)) == 7


def test_the_local_threshold_finds_spots_on_a_slope_in_one_piece_or_in_slabs() -> None:
    values = np.broadcast_to(np.arange(60, dtype=np.float32) * 10, (40, 20, 60)).copy()
    spots = [(3, 10, 5), (17, 4, 30), (36, 15, 50)]
    for spot in spots:
        values[spot] += 80
    region = local(values, Geometry(values.shape, (2.0, 1.0, 1.0)), 4.0, 40.0)
    assert np.argwhere(region.inside).tolist() == [list(spot) for spot in spots]


@pytest.mark.parametrize("axis", [None, 0])
def test_a_region_grows_as_in_scikit_image(axis: int | None) -> None:
    values, seed = noisy((8, 12, 12)), (4, 6, 6)
    values[seed] = 0
    region = grow_region(values, seed, -120, 120, axis)
    area = values if axis is None else values[4:5]
    inside = (area >= -120) & (area <= 120)
    truth = oracle_flood(inside.astype(np.uint8), seed if axis is None else (0, 6, 6), connectivity=1)
    assert region is not None and region.count == truth.sum()
    assert grow_region(values, seed, 500, 600) is None
    assert range_about(np.full((1, 3, 3), 5, np.int16), (0, 0, 0), 2) == (3.0, 7.0)


@pytest.mark.parametrize("axis", [None, 0])
def test_a_region_of_a_colour_clip_grows_by_the_mean_of_the_colours(axis: int | None) -> None:
    colours = np.random.default_rng(3).integers(0, 256, (3, 12, 14, 3), dtype=np.uint8)
    colours[:, 2:9, 3:11] = (90, 120, 60)
    colours[:, 4, 5] = (60, 120, 90)
    low, high = range_about(colours, (1, 6, 8), 5.0)
    assert (low, high) == (85.0, 95.0)
    region, of_means = (grow_region(each, (1, 6, 8), low, high, axis) for each in (colours, colours.mean(axis=-1)))
    assert region is not None and of_means is not None
    assert region.box == of_means.box and np.array_equal(region.inside, of_means.inside)
    assert region.inside.shape[0] == (3 if axis is None else 1)


@pytest.mark.parametrize("size", [48, 120])
def test_labels_grow_from_seeds_until_they_meet_on_the_edge(size: int) -> None:
    """Two boxes of tissue, on one grid or coarse and then fine."""
    shape, edge = (size, size, size), size // 2 + 3
    values = np.zeros(shape, np.int16)
    values[:, :, edge:] = 100
    values += (noisy(shape) // 20).astype(np.int16)
    array = np.zeros(shape, np.uint8)
    array[4:-4, size // 2, 6], array[4:-4, size // 2, -6] = 1, 2
    array[4:-4, 4, 6], array[4:-4, -4, -6] = 1, 2
    grown = grow_from_seeds(array, values)
    assert grown is not None
    box, labels = grown
    truth = np.where(values >= 50, 2, 1)[box]
    assert (labels != 0).all()
    assert np.count_nonzero(labels != truth) < 0.02 * labels.size
    assert (labels[array[box] == 2] == 2).all(), "seeds stay"
    assert size == 48 or labels.size > COARSE_VOXELS
    only = np.where(array == 1, array, 0).astype(np.uint8)
    assert grow_from_seeds(only, values) is None, "one label has nothing to meet"


def test_watershed_parts_basins_on_the_ridge_as_simpleitk_does() -> None:
    values = np.abs(np.arange(21) - 10)[::-1].astype(np.float32)
    values = np.broadcast_to(10 - values, (5, 7, 21)).copy()
    markers = np.zeros(values.shape, np.uint8)
    markers[:, :, 0], markers[:, :, -1] = 1, 2
    grown = grow_from_seeds(markers, values, over="values")
    assert grown is not None and grown[1].shape == values.shape
    ours = grown[1]
    theirs = SimpleITK.GetArrayFromImage(
        SimpleITK.MorphologicalWatershedFromMarkers(
            SimpleITK.GetImageFromArray(values), SimpleITK.GetImageFromArray(markers), markWatershedLine=False
        )
    )
    differ = np.unique(np.argwhere(ours != theirs)[:, 2])
    assert set(differ.tolist()) <= {10}, "the ridge itself may fall to either side"


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_between_the_circles_of_a_cone_are_its_circles(axis: int) -> None:
    steps = np.arange(11)
    y, x = np.mgrid[:40, :40]
    cone = np.stack([(np.hypot(y - 18 - step * 0.4, x - 20) <= 6 + step) for step in steps]).astype(np.uint8)
    drawn = np.where(np.isin(steps, (0, 5, 10))[:, None, None], cone, 0).astype(np.uint8)
    spacing = [1.0, 1.0]
    spacing.insert(axis, 5.0)
    array = np.ascontiguousarray(np.moveaxis(drawn, 0, axis))
    geometry = Geometry(array.shape, (spacing[0], spacing[1], spacing[2]), calibration=Calibration.PATIENT)
    region = interpolate(array, 1, geometry, axis)
    assert region is not None
    filled = np.zeros(array.shape, bool)
    filled[region.box] = region.inside
    filled = np.moveaxis(filled, axis, 0)
    assert np.array_equal(filled[[0, 5, 10]], cone[[0, 5, 10]].astype(bool)), "what is drawn stays"
    assert np.count_nonzero(filled != cone) < 0.06 * cone.sum()
    assert interpolate(np.ascontiguousarray(np.moveaxis(cone, 0, axis)), 1, geometry, axis) is None


def test_a_label_follows_what_moves_to_the_next_frame() -> None:
    y, x = np.mgrid[:96, :96]
    frames = np.stack([200.0 * np.exp(-(((y - 48) ** 2 + (x - 40 - 3 * n) ** 2) / 200)) for n in range(3)])
    array = np.zeros(frames.shape, np.uint8)
    array[0] = 5 * (frames[0] > 100)
    region = propagate(array, 5, frames, 0, 1)
    assert region is not None
    moved = np.zeros(frames.shape, bool)
    moved[region.box] = region.inside
    truth = frames[1] > 100
    overlap = 2 * (moved[1] & truth).sum() / (moved[1].sum() + truth.sum())
    assert overlap > 0.97
    colour = propagate(array, 5, np.stack([frames + 20, frames, frames - 20], axis=-1), 0, 1)
    assert colour is not None and colour.box == region.box and np.array_equal(colour.inside, region.inside)
    assert propagate(array, 5, frames, 2, 1) is None and propagate(array, 5, frames, 1, 1) is None


def test_logic() -> None:
    array = np.array([[[1, 1, 0, 2]]], np.uint8)
    other = np.array([[[0, 1, 1, 1]]], bool)
    expected = {"union": "1111", "subtract": "1000", "intersect": "0100", "copy": "0111", "invert": "0011",
                "clear": "0000"}  # fmt: skip
    for how, bits in expected.items():
        assert "".join(str(int(b)) for b in combine(array, 1, how, other).inside.ravel()) == bits
    with pytest.raises(ValueError, match="expected"):
        combine(array, 1, "union", other[:, :, :2])
