"""Segment statistics against balls and ellipsoids with known measures, and against SimpleITK."""

from math import pi

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.geometry import Calibration, Geometry, Triple
from imaging.statistics import SegmentStatistics, segment_statistics

TURNED = ((1.0, 0.0, 0.0), (0.0, 0.8, 0.6), (0.0, -0.6, 0.8))
SPACING: Triple = (2.0, 0.7, 0.5)


def grid(shape: tuple[int, int, int], spacing: Triple = SPACING) -> Geometry:
    return Geometry(shape, spacing, (5.0, -7.0, 11.0), calibration=Calibration.PATIENT)


def ellipsoid(geometry: Geometry, half_axes_mm: Triple) -> NDArray[np.uint8]:
    """Label 3 in the voxels whose centres lie within an ellipsoid about the middle of the grid, axes along k, j, i."""
    axes = [
        ((np.arange(size) - (size - 1) / 2) * step / half)
        for size, step, half in zip(geometry.shape_kji, geometry.spacing_mm, half_axes_mm, strict=True)
    ]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    return np.where(k**2 + j**2 + i**2 <= 1, 3, 0).astype(np.uint8)


def measured(mask: NDArray[np.uint8], geometry: Geometry, image: NDArray[np.int16] | None = None) -> SegmentStatistics:
    found = segment_statistics(mask, 3, geometry, image, "HU")
    assert found is not None
    return found


def test_a_ball_on_an_anisotropic_grid() -> None:
    geometry = grid((31, 81, 111))
    found = measured(ellipsoid(geometry, (20.0, 20.0, 20.0)), geometry)
    assert found.volume_ml == pytest.approx(4 / 3 * pi * 20**3 / 1000, rel=0.01)
    assert found.surface_mm2 == pytest.approx(1.17 * 4 * pi * 20**2, rel=0.01)  # the steps of voxels count
    assert found.longest_mm == pytest.approx(40, abs=1)
    assert found.longest_in_slice_mm == pytest.approx(40, abs=1)
    assert found.across_mm == pytest.approx(40, abs=1.5)
    assert found.largest_k == 15


def test_the_axes_of_an_ellipsoid() -> None:
    geometry = grid((31, 81, 111))
    found = measured(ellipsoid(geometry, (28.0, 8.0, 16.0)), geometry)
    assert found.volume_ml == pytest.approx(4 / 3 * pi * 28 * 8 * 16 / 1000, rel=0.01)
    assert found.longest_mm == pytest.approx(56, abs=2)
    assert found.longest_in_slice_mm == pytest.approx(32, abs=1)
    assert found.across_mm == pytest.approx(16, abs=1.4)


def test_one_voxel() -> None:
    mask = np.zeros((3, 4, 5), np.uint8)
    mask[1, 2, 3] = 3
    found = measured(mask, grid((3, 4, 5)), np.full((3, 4, 5), -7, np.int16))
    assert (found.voxels, found.longest_mm, found.longest_in_slice_mm, found.across_mm) == (1, 0, 0, 0)
    assert found.volume_ml == pytest.approx(0.0007)
    assert found.box == (slice(1, 2), slice(2, 3), slice(3, 4))
    assert found.values is not None
    assert (found.values.mean, found.values.sd, found.values.unit) == (-7, 0, "HU")


def test_values_by_hand() -> None:
    mask, image = np.zeros((1, 2, 2), np.uint8), np.array([[[1, 3], [5, 100]]], np.int16)
    mask[0, 0], mask[0, 1, 0] = 3, 3
    values = measured(mask, grid((1, 2, 2)), image).values
    assert values is not None
    assert (values.mean, values.low, values.high) == (3, 1, 5)
    assert values.sd == pytest.approx((8 / 3) ** 0.5)


def test_a_flat_rectangle_has_the_diagonal_as_longest_axis() -> None:
    mask = np.zeros((3, 10, 10), np.uint8)
    mask[1, 1:5, 2:9] = 3
    found = measured(mask, grid((3, 10, 10), (5.0, 1.0, 0.5)))
    assert found.longest_mm == found.longest_in_slice_mm == pytest.approx((3**2 + 3**2) ** 0.5)
    assert found.across_mm == pytest.approx((3**2 + 3**2) ** 0.5)


def test_nothing_is_said_in_millimetres_without_them() -> None:
    mask = np.full((2, 2, 2), 3, np.uint8)
    for geometry, known in ((Geometry((2, 2, 2)), True), (grid((2, 2, 2)), False)):
        found = segment_statistics(mask, 3, geometry, spacing_known=known)
        assert found is not None
        assert found.voxels == 8
        assert {found.volume_ml, found.surface_mm2, found.longest_mm, found.across_mm} == {None}


def test_an_absent_label_has_no_statistics() -> None:
    assert segment_statistics(np.zeros((2, 2, 2), np.uint8), 3, grid((2, 2, 2))) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.6))
def test_against_simpleitk(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    geometry = grid((6, 9, 11))
    mask = np.where(random.random(geometry.shape_kji) < share, 3, 1).astype(np.uint8)
    mask[2, 3, 4] = 3
    image = random.integers(-1000, 1000, geometry.shape_kji).astype(np.int16)
    found = measured(mask, geometry, image)
    stored, values = SimpleITK.GetImageFromArray(mask), SimpleITK.GetImageFromArray(image)
    for each in (stored, values):
        each.SetSpacing(SPACING[::-1])
        each.SetOrigin(geometry.origin_lps)
    shape = SimpleITK.LabelShapeStatisticsImageFilter()
    shape.ComputeFeretDiameterOn()
    shape.Execute(stored)
    grey = SimpleITK.LabelIntensityStatisticsImageFilter()
    grey.Execute(stored, values)
    assert found.voxels == shape.GetNumberOfPixels(3)
    assert found.volume_ml == pytest.approx(shape.GetPhysicalSize(3) / 1000)
    assert found.longest_mm == pytest.approx(shape.GetFeretDiameter(3), abs=1e-6)
    i, j, k, *sizes = shape.GetBoundingBox(3)
    assert found.box == tuple(slice(a, a + n) for a, n in zip((k, j, i), sizes[::-1], strict=True))
    assert found.values is not None
    assert (found.values.mean, found.values.low) == pytest.approx((grey.GetMean(3), grey.GetMinimum(3)))
    count = found.voxels  # SimpleITK divides by one less
    assert found.values.sd * (count / max(count - 1, 1)) ** 0.5 == pytest.approx(
        grey.GetStandardDeviation(3) if count > 1 else 0, rel=1e-6
    )


def test_voxels_without_a_value_count_for_size_and_not_for_values() -> None:
    image = np.full((2, 4, 4), 10.0, np.float32)
    image[0, 0, 0], image[1, 0] = np.nan, -2000
    mask = np.full((2, 4, 4), 3, np.uint8)
    paddings = (None, (-2000.0, -2000.0))
    found = segment_statistics(mask, 3, grid((2, 4, 4)), image, "HU", padding_at=paddings.__getitem__)
    assert found is not None and found.values is not None and found.voxels == 32
    assert (found.values.mean, found.values.sd, found.values.low, found.values.high) == (10, 0, 10, 10)
    nothing = segment_statistics(mask, 3, grid((2, 4, 4)), np.full((2, 4, 4), np.nan), "HU")
    assert nothing is not None and nothing.values is None
