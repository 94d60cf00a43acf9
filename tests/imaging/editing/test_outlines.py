"""What lies inside an outline: squares by hand, scikit-image as the oracle, slanting planes by volume."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import points_in_poly

from imaging.editing.livewire import Livewire
from imaging.editing.outlines import in_plane, prism, rasterised, shown, through
from imaging.geometry import Calibration, Geometry
from imaging.reslicing import Reslicer, oblique

SQUARE = [(1.0, 2.0), (1.0, 5.0), (4.0, 5.0), (4.0, 2.0)]


def test_upper_and_left_edges_are_inside_lower_and_right_ones_are_not() -> None:
    inside = rasterised(SQUARE, (8, 8))
    assert np.argwhere(inside).tolist() == [[r, c] for r in (1, 2, 3) for c in (2, 3, 4)]


def test_neighbours_share_no_pixel_and_leave_none() -> None:
    middle, inside = 3.3, np.zeros((2, 8, 8), bool)
    inside[0] = rasterised([(0, 0), (0, middle), (7, middle + 1), (7, 0)], (8, 8))
    inside[1] = rasterised([(0, middle), (0, 7), (7, 7), (7, middle + 1)], (8, 8))
    assert (inside.sum(axis=0)[:7, :7] == 1).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 12), st.floats(-3, 12)), min_size=3, max_size=12))
def test_even_odd_as_in_scikit_image(outline) -> None:
    outline = [(r + 0.0137, c + 0.0291) for r, c in outline]
    pixels = np.argwhere(np.ones((9, 10), bool))
    truth = points_in_poly(pixels.astype(float), np.array(outline)).reshape(9, 10)
    assert (rasterised(outline, (9, 10)) != truth).sum() <= 1, "at most a centre that lies on the line"


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_in_one_plane_or_through_all_of_any_axis(axis: int) -> None:
    one = in_plane((9, 9, 9), axis, 3, SQUARE)
    all_planes = through((9, 9, 9), axis, SQUARE)
    assert one is not None and one.count == 9 and one.box[axis] == slice(3, 4)
    assert all_planes is not None and all_planes.count == 81
    assert in_plane((9, 9, 9), axis, 9, SQUARE) is None and in_plane((9, 9, 9), axis, 3, [(20, 20)] * 3) is None


def test_a_prism_along_an_axis_is_the_outline_through_the_planes() -> None:
    geometry = Geometry((6, 9, 9), (2.0, 1.0, 0.5), calibration=Calibration.PATIENT)
    outline = [(1.1, 2.1), (1.1, 5.1), (4.1, 5.1), (4.1, 2.1)]
    flat, deep = (prism(geometry, geometry.slab(3), outline, half) for half in (1.0 - 1e-3, np.inf))
    truth = in_plane(geometry.shape_kji, 0, 3, outline)
    assert flat is not None and truth is not None and deep is not None
    assert flat.box == truth.box and np.array_equal(flat.inside, truth.inside)
    assert deep.count == 6 * truth.count


def test_a_slanting_prism_has_the_volume_of_its_outline() -> None:
    geometry = Geometry((60, 60, 60), calibration=Calibration.PATIENT)
    grid = oblique(geometry, (30.0, 30.0, 30.0), (0.3, 0.5, 1.0), (0.0, -1.0, 0.0))
    k, row, column = grid.index_kji((30.0, 30.0, 30.0))
    outline = [(row + r, column + c) for r, c in ((-12, -12), (-12, 12), (12, 12), (12, -12))]
    region = prism(geometry, grid.slab(round(float(k))), outline, 4.0)
    area_mm2 = 24 * grid.spacing_mm[1] * 24 * grid.spacing_mm[2]
    assert region is not None and region.count == pytest.approx(area_mm2 * 8.0, rel=0.03)


def test_on_a_plane_of_the_grid_the_voxels_inside_are_shown_inside() -> None:
    geometry = Geometry((6, 9, 9), (2.0, 1.0, 0.5), calibration=Calibration.PATIENT)
    outline = [(0.5, 1.5), (0.5, 5.5), (4.5, 5.5), (4.5, 1.5)]
    region, truth = shown(geometry, geometry.slab(3), outline), in_plane(geometry.shape_kji, 0, 3, outline)
    assert region is not None and truth is not None
    assert region.box == truth.box and np.array_equal(region.inside, truth.inside)
    assert shown(geometry, geometry.slab(3), [(r + 20, c) for r, c in outline]) is None


@pytest.mark.parametrize("slices_mm", [1.0, 5.0])
@pytest.mark.parametrize(("normal", "up"), [((0.0, 0.6, 0.8), (0.0, 0.8, -0.6)), ((0.5, 0.5, 0.7), (0.0, 0.8, -0.6))])
def test_nothing_that_is_seen_inside_an_outline_is_left_out(slices_mm: float, normal, up) -> None:
    geometry = Geometry((round(60 / slices_mm), 70, 80), (slices_mm, 0.8, 0.8), calibration=Calibration.PATIENT)
    middle = geometry.point_lps((geometry.shape_kji[0] // 2, 35, 40))
    grid = oblique(geometry, middle, normal, up)
    k, row, column = grid.index_kji(middle)
    plane, half = grid.slab(round(float(k))), 14
    region = shown(geometry, plane, [(row + r, column + c) for r, c in ((-half, -half), (-half, half), (half, half),
                                                                       (half, -half))])  # fmt: skip
    assert region is not None
    mask = np.zeros(geometry.shape_kji, np.uint8)
    mask[region.box] = region.inside
    seen = Reslicer(mask, geometry).plane(plane, 0, "nearest")
    beyond = int(np.ceil(np.linalg.norm(geometry.spacing_mm) / 0.8))
    rows, columns = (np.abs(np.arange(size) - place) for size, place in zip(seen.shape, (row, column), strict=True))
    away = np.maximum.outer(rows, columns)
    assert seen[away <= half - beyond].all() and not seen[away >= half + beyond].any()
    assert (seen != 0).sum() == pytest.approx(4 * half**2, rel=0.06), "what is cut by the outline is shared fairly"


def test_livewire_follows_the_edge_of_a_disc_and_not_the_chord() -> None:
    y, x = np.mgrid[:80, :80]
    plane = np.where(np.hypot(y - 40, x - 40) < 25, 200, 0).astype(np.int16)
    path = np.array(Livewire(plane).path((40, 15), (40, 65)))
    assert path[0].tolist() == [40, 15] and path[-1].tolist() == [40, 65]
    away = np.abs(np.hypot(*(path - 40).T) - 25)
    assert away.max() <= 2.0 and np.abs(np.diff(path, axis=0)).max() == 1
    straight = Livewire(np.zeros((30, 30), np.int16)).path((5, 5), (5, 25))
    assert [row for row, _ in straight] == [5] * 21 and Livewire(plane).path((-5, 0), (3, 99))[-1] == (3, 79)
