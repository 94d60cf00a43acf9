"""Sampled planes against SimpleITK, scipy and the voxels themselves."""

import threading

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import (
    Reslicer,
    kernels,
    oblique,
    orthogonal,
    orthogonal_planes,
    outside_of,
    planes_within,
    warm_up,
)
from imaging.volume import Volume

SHAPE = (23, 31, 37)
OUTSIDE = -1000
FRAME = Geometry(SHAPE, (1.7, 0.6, 0.8), (-20, 5, 40), calibration=Calibration.PATIENT)


def smooth(dtype: type[np.generic] = np.int16) -> np.ndarray:
    """(K, J, I) waves, different along every axis and direction."""
    k, j, i = np.indices(SHAPE)
    return (600 * np.sin(0.31 * k + 0.2) + 300 * np.cos(0.23 * j) * i / 9 + 7 * k - 3 * j).astype(dtype)


def turned(shape=(19, 29, 41), spacing=(0.9, 1.1, 0.7), seed=1) -> Geometry:
    """A grid of another spacing and a free orientation that overlaps :data:`FRAME` in part."""
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    centre = FRAME.point_lps(np.array(SHAPE) / 2)
    origin = centre - (np.array(shape) / 2 * spacing) @ axes
    return Geometry(
        shape, spacing, tuple(map(float, origin)), tuple(tuple(map(float, a)) for a in axes), Calibration.PATIENT
    )


def itk_image(array: np.ndarray, geometry: Geometry) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing_mm[::-1])
    image.SetOrigin(geometry.origin_lps)
    image.SetDirection(np.array(geometry.axes_lps[::-1]).T.ravel().tolist())
    return image


def itk_resampled(array: np.ndarray, geometry: Geometry, grid: Geometry, how=SimpleITK.sitkLinear) -> np.ndarray:
    size = [int(n) for n in grid.shape_kji[::-1]]
    like = itk_image(np.zeros((1, 1, 1), array.dtype), grid)
    done = SimpleITK.Resample(
        itk_image(array, geometry),
        size,
        SimpleITK.Transform(),
        how,
        like.GetOrigin(),
        like.GetSpacing(),
        like.GetDirection(),
        OUTSIDE,
    )
    return SimpleITK.GetArrayFromImage(done)


def planes_of(reslicer: Reslicer, grid: Geometry, order="linear") -> np.ndarray:
    return np.stack([reslicer.plane(grid, k, order) for k in range(grid.shape_kji[0])])


@pytest.mark.parametrize("seed", range(4))
def test_fusion_onto_another_volumes_grid_is_what_simpleitk_resamples(seed):
    array, grid = smooth(np.float32), turned(seed=seed)
    ours, theirs = planes_of(Reslicer(array, FRAME, OUTSIDE), grid), itk_resampled(array, FRAME, grid)
    inside = theirs != OUTSIDE
    assert inside.mean() > 0.2 and (~inside).any()
    assert np.array_equal(ours != OUTSIDE, inside)
    assert np.abs(ours - theirs).max() <= 1e-3 * np.abs(array).max()


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.uint16, np.int32])
def test_integers_are_rounded(dtype):
    array = (smooth(np.float64) - smooth(np.float64).min()).astype(np.uint8).astype(dtype)
    grid = turned()
    exact = planes_of(Reslicer(array.astype(np.float64), FRAME, 0), grid)
    ours = planes_of(Reslicer(array, FRAME, 0), grid)
    assert ours.dtype == dtype
    assert np.array_equal(ours, np.floor(exact + 0.5))


@pytest.mark.parametrize("seed", range(3))
def test_labels_are_the_voxel_a_pixel_lies_in(seed):
    array = np.random.default_rng(0).integers(0, 9, SHAPE).astype(np.int16)
    grid = turned(seed=seed)
    ours = planes_of(Reslicer(array, FRAME, OUTSIDE), grid, "nearest")
    theirs = itk_resampled(array, FRAME, grid, SimpleITK.sitkNearestNeighbor)
    assert (ours != theirs).mean() < 1e-4  # a pixel on the face between two voxels


def test_scipy_agrees_away_from_the_faces():
    array, grid = smooth(np.float64), turned()
    places = FRAME.index_kji(grid.point_lps(np.moveaxis(np.indices(grid.shape_kji), 0, -1)))
    deep = ((places >= 0) & (places <= np.array(SHAPE) - 1)).all(axis=-1)
    theirs = map_coordinates(array, np.moveaxis(places, -1, 0), order=1)
    assert np.allclose(planes_of(Reslicer(array, FRAME), grid)[deep], theirs[deep], atol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_orthogonal_planes_are_the_voxels_themselves(axis):
    array = np.random.default_rng(0).integers(-1000, 1000, SHAPE).astype(np.int16)
    reslicer, grid, planes = Reslicer(array, FRAME), orthogonal(FRAME, axis), orthogonal_planes(array, axis)
    for k, expected in enumerate(planes):
        found = reslicer.plane(grid, k)
        assert np.array_equal(found, expected)
        assert np.shares_memory(found, array) and not found.flags.writeable


@given(
    order=st.permutations((0, 1, 2)),
    flips=st.tuples(*[st.booleans()] * 3),
    start=st.tuples(*[st.integers(0, 2)] * 3),
    order_of=st.sampled_from(("linear", "nearest")),
)
def test_flipped_and_cropped_grids_show_the_voxels_themselves(order, flips, start, order_of):
    array = np.random.default_rng(0).integers(0, 1000, SHAPE).astype(np.int16)
    part = tuple(slice(s, n - s) for s, n in zip(start, SHAPE, strict=True))
    corner = [n - 1 - s if flip else s for s, n, flip in zip(start, SHAPE, flips, strict=True)]
    axes = [tuple(-x if flip else x for x in axis) for axis, flip in zip(FRAME.axes_lps, flips, strict=True)]
    grid = Geometry(
        tuple(len(range(SHAPE[a])[part[a]]) for a in order),
        tuple(FRAME.spacing_mm[a] for a in order),
        tuple(map(float, FRAME.point_lps(corner))),
        tuple(axes[a] for a in order),
        Calibration.PATIENT,
    )
    expected = np.flip(array[part], [a for a in range(3) if flips[a]]).transpose(order)
    assert np.array_equal(planes_of(Reslicer(array, FRAME), grid, order_of), expected)


def test_a_grid_larger_than_the_volume_shows_its_voxels_and_the_outside():
    array = np.random.default_rng(0).integers(0, 1000, SHAPE).astype(np.int16)
    corner = tuple(map(float, FRAME.point_lps((-1, -2, -3))))
    grid = Geometry(tuple(n + 6 for n in SHAPE), FRAME.spacing_mm, corner, FRAME.axes_lps, Calibration.PATIENT)
    expected = np.pad(array, ((1, 5), (2, 4), (3, 3)), constant_values=OUTSIDE)
    assert np.array_equal(planes_of(Reslicer(array, FRAME, OUTSIDE), grid), expected)
    assert np.array_equal(planes_of(Reslicer(array, FRAME, OUTSIDE), grid, "nearest"), expected)


def test_the_outermost_half_voxel_has_the_value_of_the_face():
    array = np.array([[[10, 20]]], np.int16)
    row = Geometry((1, 1, 9), (1.0, 1.0, 0.25), (-0.5, 0.0, 0.0), calibration=Calibration.PATIENT)
    flat = Geometry((1, 1, 2), calibration=Calibration.PATIENT)
    assert Reslicer(array, flat, -1).plane(row, 0).tolist() == [[10, 10, 10, 13, 15, 18, 20, 20, -1]]
    assert Reslicer(array, flat, -1).plane(row, 0, "nearest").tolist() == [[10, 10, 10, 10, 20, 20, 20, 20, -1]]


@pytest.mark.parametrize("how", ["max", "min", "mean"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_orthogonal_slabs_of_whole_voxels(how, axis):
    array, grid = smooth(), orthogonal(FRAME, axis)
    planes = orthogonal_planes(array, axis).astype(float)
    for k in (0, 1, 9, len(planes) - 1):
        expected = getattr(planes[max(0, k - 2) : k + 3], how)(axis=0)
        found = Reslicer(array, FRAME).slab(grid, k, 4.9 * grid.spacing_mm[0], how)
        assert found.dtype == np.int16
        assert np.array_equal(found, np.floor(expected + 0.5))


@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_oblique_slabs_join_the_planes_as_far_as_they_lie_in_the_volume(how):
    array, grid = smooth(np.float64), turned()
    reslicer = Reslicer(array, FRAME, OUTSIDE)
    planes = planes_of(reslicer, grid)
    planes = np.ma.masked_equal(planes[6:13], OUTSIDE)
    expected = getattr(planes, how)(axis=0).filled(OUTSIDE)
    found = reslicer.slab(grid, 9, 6 * grid.spacing_mm[0], how)
    assert (found == OUTSIDE).any() and (found != OUTSIDE).any()
    assert np.allclose(found, expected)


def with_holes(dtype: type[np.floating] = np.float32) -> np.ndarray:
    """Waves of which most voxels are NaN, some through the whole volume."""
    array = smooth(dtype)
    array[np.random.default_rng(7).random(SHAPE) < 0.6] = np.nan
    array[:, 4:9, 11:20] = np.nan
    array[5:12, :, 3] = np.nan
    array[6, 10:20] = np.nan
    return array


def joined(planes: np.ndarray, how: str) -> np.ndarray:
    """What numpy makes of the values that are no NaN; NaN where there are none."""
    some = ~np.isnan(planes).all(axis=0)
    out = np.full(planes.shape[1:], np.nan)
    out[some] = {"max": np.nanmax, "min": np.nanmin, "mean": np.nanmean}[how](planes[:, some].astype(float), axis=0)
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_what_is_no_number_has_no_share_in_a_slab(how, axis, dtype):
    array, grid = with_holes(dtype), orthogonal(FRAME, axis)
    found = Reslicer(array, FRAME).slab(grid, 8, 4.9 * grid.spacing_mm[0], how)
    expected = joined(np.asarray(orthogonal_planes(array, axis))[6:11], how)
    assert found.dtype == dtype and np.isnan(expected).any() and not np.isnan(expected).all()
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_what_is_no_number_has_no_share_in_an_oblique_slab(how):
    array, grid = smooth(np.float64), turned()
    array[np.random.default_rng(7).random(SHAPE) < 0.05] = np.nan
    array[4:14, 5:15, 8:30] = np.nan
    reslicer = Reslicer(array, FRAME, OUTSIDE)
    planes = np.stack([reslicer.plane(grid, k) for k in range(6, 13)])
    outside = (planes == OUTSIDE).all(axis=0)
    expected = joined(np.where(planes == OUTSIDE, np.nan, planes), how)
    expected[outside] = OUTSIDE
    assert np.isnan(expected).any() and outside.any()
    np.testing.assert_allclose(reslicer.slab(grid, 9, 6 * grid.spacing_mm[0], how), expected, rtol=1e-9)


def test_a_thin_slab_is_the_plane():
    array, grid = smooth(), turned()
    reslicer = Reslicer(array, FRAME)
    for thickness in (-1.0, 0.0, 1.9 * grid.spacing_mm[0]):
        assert np.array_equal(reslicer.slab(grid, 9, thickness), reslicer.plane(grid, 9))


@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_colour_is_sampled_channel_by_channel(how):
    colour = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3)).astype(np.uint8)
    for grid in (turned(), orthogonal(FRAME, 2)):
        for order in ("linear", "nearest"):
            found = Reslicer(colour, FRAME).plane(grid, 9, order)
            channels = [Reslicer(colour[..., c].copy(), FRAME).plane(grid, 9, order) for c in range(3)]
            assert np.array_equal(found, np.stack(channels, axis=-1))
        found = Reslicer(colour, FRAME).slab(grid, 9, 5.0, how)
        channels = [Reslicer(colour[..., c].copy(), FRAME).slab(grid, 9, 5.0, how) for c in range(3)]
        assert np.array_equal(found, np.stack(channels, axis=-1))


@pytest.mark.parametrize("dtype", [np.bool_, ">i2", np.float16])
def test_types_that_machines_do_not_compute_with(dtype):
    array, grid = (smooth(np.float64) > 0).astype(dtype), turned()
    plain = Reslicer(array.astype(np.float32), FRAME).plane(grid, 9, "nearest")
    assert np.array_equal(Reslicer(array, FRAME).plane(grid, 9, "nearest"), plain)


def test_what_arrives_later_is_seen():
    array, grid = np.zeros(SHAPE, np.int16), turned()
    reslicer = Reslicer(array, FRAME)
    assert not reslicer.plane(grid, 9).any()
    array[...] = 7
    assert set(np.unique(reslicer.plane(grid, 9))) == {0, 7}
    assert array.flags.writeable


def test_a_value_that_the_type_cannot_hold_is_the_nearest_that_it_can():
    far = Geometry((1, 2, 2), origin_lps=(1e4, 0, 0), calibration=Calibration.PATIENT)
    assert Reslicer(np.ones(SHAPE, np.uint8), FRAME, -1000.0).plane(far, 0).tolist() == [[0, 0], [0, 0]]
    assert Reslicer(np.ones(SHAPE, np.float32), FRAME, -1000.5).plane(far, 0).tolist() == [[-1000.5] * 2] * 2


def test_large_planes_from_several_threads_at_once():
    array = np.random.default_rng(0).normal(size=(40, 160, 160)).astype(np.float32)
    still = Geometry(array.shape, calibration=Calibration.PATIENT)
    grid = oblique(still, (80, 80, 20), (0.2, 0.3, 1), (0, -1, 0))
    reslicer, k = Reslicer(array, still), grid.shape_kji[0] // 2
    expected = itk_resampled(
        array,
        still,
        Geometry(
            (1, *grid.shape_kji[1:]), grid.spacing_mm, grid.slab(k).origin_lps, grid.axes_lps, Calibration.PATIENT
        ),
    )[0]
    found: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: found.append(reslicer.plane(grid, k))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for plane in found:
        inside = expected != OUTSIDE
        assert np.abs(plane - expected)[inside].max() < 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(((1, 1, 1), (1, 5, 7), (4, 1, 3), (3, 3, 1))))
def test_no_place_reads_beyond_the_array(seed, shape):
    random = np.random.default_rng(seed)
    still = Geometry(shape, tuple(random.uniform(0.1, 4, 3)), calibration=Calibration.PATIENT)
    grid = oblique(still, still.point_lps(random.uniform(-1, 4, 3)), random.normal(size=3), random.normal(size=3))
    reslicer = Reslicer(np.full(shape, 5, np.int16), still, -1)
    k = int(random.integers(-1, grid.shape_kji[0] + 1))
    assert set(np.unique(reslicer.plane(grid, k))) <= {5, -1}
    assert set(np.unique(reslicer.plane(grid, k, "nearest"))) <= {5, -1}
    assert set(np.unique(reslicer.slab(grid, k, 3.0, "mean"))) <= {5, -1}


def volume(array: np.ndarray, unit: str = "", padding: tuple[float, float] | None = None) -> Volume:
    return Volume(array, Geometry(array.shape[:3], calibration=Calibration.PATIENT), "volume", unit, padding=padding)


def test_what_lies_outside():
    values = np.full((2, 2, 2), 3.5, np.float32)
    values[0, 0, 0], values[1, 0, 0] = np.nan, 2.5
    assert outside_of(volume(values)) == 2.5
    assert outside_of(volume(values, "HU")) == -1000
    assert outside_of(volume(values, "HU", (-3024.0, -2000.0))) == -3024
    assert outside_of(volume(np.full((2, 2, 2), np.nan))) == 0
    assert outside_of(volume(np.full((2, 2, 2, 3), 7, np.uint8))) == 0


def test_warm_up_leaves_nothing_to_compile():
    warm_up(np.uint16)
    compiled = [len(kernel.signatures) for kernel in (kernels.linear, kernels.nearest, kernels.along_rows)]
    reslicer = Reslicer(smooth(np.float64).astype(np.uint16), FRAME)
    reslicer.plane(turned(), 3)
    reslicer.plane(turned(), 3, "nearest")
    reslicer.slab(turned(), 3, 5.0, "mean")
    reslicer.slab(orthogonal(FRAME, 2), 3, 5.0, "mean")
    assert [len(kernel.signatures) for kernel in (kernels.linear, kernels.nearest, kernels.along_rows)] == compiled


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float64])
def test_outside_is_about_the_lowest_value(dtype):
    assert outside_of(volume(np.arange(3, 30).reshape(3, 3, 3).astype(dtype))) == 3


@pytest.mark.parametrize("how", ["max", "min", "mean"])
def test_a_slab_in_parts_is_the_slab(how):
    reslicer, grid = Reslicer(smooth(), FRAME, OUTSIDE), turned()
    parts, pauses = reslicer.slab_in_parts(grid, 9, 8.0, how, 2000), 0
    try:
        while True:
            next(parts)
            pauses += 1
    except StopIteration as end:
        np.testing.assert_array_equal(end.value, reslicer.slab(grid, 9, 8.0, how))
    assert pauses == 6, "9 planes of 41 columns: 5 rows a time of 29, and 9 * 41 * 5 <= 2000"
    assert planes_within(grid, 8.0) == 9


def test_a_slab_of_whole_voxels_in_parts_is_made_at_once():
    reslicer = Reslicer(smooth(), FRAME)
    with pytest.raises(StopIteration) as end:
        next(reslicer.slab_in_parts(orthogonal(FRAME, 1), 5, 3.0, "max", 10))
    np.testing.assert_array_equal(end.value.value, smooth()[:, 3:8].max(axis=1))
