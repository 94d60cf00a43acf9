"""Areas against analytic truth, statistics against SimpleITK and scikit-image."""

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name everybody knows it by
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from skimage.draw import ellipse as ellipse_pixels
from skimage.draw import polygon2mask

from imaging.geometry import Calibration, Geometry, Triple
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Value
from imaging.measurement.pixels import histogram, inside_values
from imaging.measurement.ruler import Ground, Points
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Region, Volume

NOISE = np.random.default_rng(4).integers(-1000, 1000, (1, 100, 200)).astype(np.int16)


def named(values: tuple[Value, ...]) -> dict[str, float]:
    return {each.name: each.value for each in values}


def kji(*pixels: tuple[float, float]) -> Points:
    return tuple((0.0, row, column) for row, column in pixels)


def itk_statistics(mask: NDArray[np.bool_], values: NDArray[np.int16]) -> dict[str, float]:
    label = sitk.LabelStatisticsImageFilter()
    label.Execute(sitk.GetImageFromArray(values.astype(np.float64)), sitk.GetImageFromArray(mask.astype(np.uint8)))
    return {
        "Mean": label.GetMean(1),
        "SD": label.GetSigma(1),
        "Min": label.GetMinimum(1),
        "Max": label.GetMaximum(1),
        "Pixels": label.GetCount(1),
    }


def test_an_ellipse_has_its_area_and_the_pixels_that_other_libraries_find(flat: Callable[..., Volume]) -> None:
    volume = flat(array=NOISE.copy(), unit="HU")
    found = named(Ellipse(kji((50.2, 99.6), (70.7, 99.6), (50.2, 130.9))).values(Ground(volume)))
    assert found.pop("Area") == pytest.approx(np.pi * 20.5 * 0.2 * 31.3 * 0.5)
    mask = np.zeros((100, 200), bool)
    mask[ellipse_pixels(50.2, 99.6, 20.5, 31.3, shape=(100, 200))] = True
    assert found == pytest.approx(itk_statistics(mask, NOISE[0]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-20, 120), st.floats(-20, 220)), min_size=3, max_size=9))
def test_a_polygon_holds_the_pixels_that_scikit_image_finds(corners: list[tuple[float, float]]) -> None:
    grid = Geometry((1, 100, 200), (1.0, 0.2, 0.5), calibration=Calibration.PIXEL_SPACING)
    volume = Volume(NOISE.copy(), grid, "image")
    shifted = [(row + 1e-4, column + 1.3e-4) for row, column in corners]
    inner = inside_values(Ground(volume), Outline(kji(*shifted)))
    assert np.array_equal(inner.values, NOISE[0][polygon2mask((100, 200), shifted)])


def test_a_rectangle_and_a_freehand_line_have_their_area(flat: Callable[..., Volume]) -> None:
    ground = Ground(flat(array=NOISE.copy()))
    rectangle = Outline(kji((9.5, 19.5), (9.5, 39.5), (29.5, 39.5), (29.5, 19.5)), "rectangle")
    found = named(rectangle.values(ground))
    assert (found["Area"], found["Pixels"]) == (pytest.approx(20 * 0.2 * 20 * 0.5), 400)
    assert found["Mean"] == pytest.approx(NOISE[0, 10:30, 20:40].mean())
    turns = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = Outline(kji(*zip(50 + 50 * np.sin(turns), 100 + 20 * np.cos(turns), strict=True)), "freehand")
    assert named(circle.values(ground))["Area"] == pytest.approx(np.pi * 10 * 10, rel=1e-3)


def test_an_area_across_regions_is_in_pixels_and_one_in_a_spectrum_has_none(flat: Callable[..., Volume]) -> None:
    tissue = Region((0, 0, 49, 199), "2D", (0.02, 0.05), ("cm", "cm"))
    spectrum = Region((50, 0, 99, 199), "spectral", (0.5, 0.01), ("cm/s", "s"))
    ground = Ground(flat(Calibration.REGION, regions=(tissue, spectrum)))
    across = Outline(kji((40, 10), (40, 20), (60, 20), (60, 10))).values(ground)[0]
    assert (across.value, across.unit) == (pytest.approx(20 * 0.4 * 10), "px²"), "rows of 0.4 widths of a column"
    inside = Outline(kji((10, 10), (10, 20), (30, 20), (30, 10))).values(ground)[0]
    assert (inside.value, inside.unit) == (pytest.approx(4 * 5), "mm²")
    velocity = Outline(kji((60, 10), (60, 20), (80, 20), (80, 10))).values(ground)[0]
    assert np.isnan(velocity.value) and "different units" in velocity.calibration


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.floats(-180, 180)] * 3), st.sampled_from((0, 1, 2)), st.integers(1, 6))
def test_pixels_are_those_of_the_plane_in_every_plane_and_pose(pose: Triple, axis: int, index: int) -> None:
    array = np.random.default_rng(1).integers(-1000, 1000, (8, 9, 10)).astype(np.int16)
    axes = [tuple(float(v) for v in each) for each in Rotation.from_euler("xyz", pose, degrees=True).apply(np.eye(3))]
    spacing = (2.5, 0.7, 1.1)
    if np.linalg.det(np.asarray(axes)) < 0:
        axes[0] = cast("Triple", tuple(-v for v in axes[0]))
    grid = Geometry(array.shape, spacing, (5, -7, 9), tuple(axes), Calibration.PATIENT)  # pyright: ignore[reportArgumentType]
    volume = Volume(array, grid, "volume", "HU", "CT")
    corners = [(0.6, 0.6), (0.6, 5.4), (4.4, 5.4), (4.4, 0.6)]
    indices = [tuple(np.insert(np.array(corner), axis, index)) for corner in corners]
    points = tuple((float(x), float(y), float(z)) for x, y, z in grid.point_lps(indices))
    found = named(Outline(points, "rectangle").values(Ground(volume)))
    expected = np.moveaxis(array, axis, 0)[index][1:5, 1:6]
    assert (found["Pixels"], found["Mean"]) == (20, pytest.approx(expected.mean()))
    one, other = (spacing[a] for a in range(3) if a != axis)
    assert found["Area"] == pytest.approx(3.8 * one * 4.8 * other)


def test_an_oblique_plane_is_interpolated_and_says_so() -> None:
    """A ramp along z has the plane's own height as its mean, wherever the plane goes through it."""
    array = np.repeat(np.arange(40, dtype=np.int16)[:, None, None] * 10, 40, 1).repeat(40, 2)
    volume = Volume(array, Geometry((40, 40, 40), calibration=Calibration.PATIENT), "volume", "HU", "CT")
    centre, down, across = np.array((20.0, 20.0, 20.0)), np.array((0, 0.8, 0.6)) * 8, np.array((1.0, 0, 0)) * 8
    points = tuple((float(x), float(y), float(z)) for x, y, z in (centre, centre + down, centre + across))
    values = Ellipse(points).values(Ground(volume))
    found = named(values)
    assert found["Area"] == pytest.approx(np.pi * 64) and found["Pixels"] == pytest.approx(np.pi * 64, rel=0.04)
    assert found["Mean"] == pytest.approx(200, abs=1.5) and found["Max"] == pytest.approx(200 + 48, abs=6)
    assert "interpolated in this plane" in values[1].calibration


def test_padding_and_what_is_outside_are_left_out(flat: Callable[..., Volume]) -> None:
    array = np.full((1, 100, 200), 7, np.int16)
    array[0, :, :50] = -2000
    volume = flat(array=array, padding=(-2000, -2000))
    found = named(Outline(kji((10, 40), (10, 60), (20, 60), (20, 40))).values(Ground(volume)))
    assert (found["Mean"], found["SD"], found["Min"]) == (7, 0, 7)
    assert named(Outline(kji((-30, -30), (-30, -10), (-10, -10))).values(Ground(volume)))["Pixels"] == 0
    assert named(Outline(kji((5, 5), (5, 9), (9, 9))).values(Ground(volume))).keys() == {"Area", "Pixels"}


def test_positron_images_are_in_suv_and_say_why_when_they_are_not(flat: Callable[..., Volume]) -> None:
    array = np.full((1, 100, 200), 5000, np.float32)
    square = Outline(kji((10, 40), (10, 60), (20, 60), (20, 40)))
    volume = flat(array=array, unit="Bq/ml", facts=MeasuringFacts(suv_factor=0.0004))
    mean = square.values(Ground(volume))[1]
    assert (mean.value, mean.unit, mean.text) == (pytest.approx(2.0), "SUVbw", "2.00 SUVbw")
    mean = square.values(Ground(flat(array=array, unit="Bq/ml", facts=MeasuringFacts(suv_missing="no weight"))))[1]
    assert (mean.unit, mean.value) == ("Bq/ml", 5000) and "no SUV: no weight" in mean.calibration


def test_a_histogram_counts_every_pixel_once(flat: Callable[..., Volume]) -> None:
    ground, square = (
        Ground(flat(array=NOISE.copy())),
        Outline(kji((9.5, 19.5), (9.5, 39.5), (29.5, 39.5), (29.5, 19.5))),
    )
    counts, edges = histogram(ground, square)
    inside = NOISE[0, 10:30, 20:40]
    assert counts.sum() == 400 and (edges[0], edges[-1]) == (inside.min(), inside.max())
    assert np.array_equal(counts, np.histogram(inside, 64)[0])


def test_colour_has_an_area_and_no_mean(flat: Callable[..., Volume]) -> None:
    array = np.zeros((1, 100, 200, 3), np.uint8)
    ground, square = Ground(flat(array=array)), Outline(kji((10, 10), (10, 20), (20, 20), (20, 10)))
    assert named(square.values(ground)).keys() == {"Area", "Pixels"} and not histogram(ground, square)[0].size


def test_an_ellipse_without_width_is_empty(flat: Callable[..., Volume]) -> None:
    found = named(Ellipse(kji((10, 10), (20, 10), (20, 10))).values(Ground(flat())))
    assert (found["Area"], found["Pixels"]) == (0, 0)


def test_an_oblique_region_leaves_out_what_is_mixed_with_padding() -> None:
    """Padding is no value: neither it nor what lies between it and a value was measured."""
    array = np.full((40, 60, 60), 100, np.int16)
    array[:, :, :30] = -2000
    grid = Geometry(array.shape, (1.5, 1.0, 1.0), (5.0, -7.0, 9.0), calibration=Calibration.PATIENT)
    volume = Volume(array, grid, "volume", "HU", "CT", padding=(-2000, -2000))
    turn = Rotation.from_euler("xyz", (30, 20, 10), degrees=True)
    corners = turn.apply([(-10, -8, 0), (10, -8, 0), (10, 8, 0), (-10, 8, 0)]) + grid.point_lps((20, 30, 30))
    found = named(Outline(tuple((x, y, z) for x, y, z in corners.tolist()), "rectangle").values(Ground(volume)))
    assert (found["Mean"], found["Min"], found["SD"]) == (100, 100, 0)
    assert found["Pixels"] == pytest.approx(160, abs=8), "the half of 20 by 16 that lies beyond the first value"
