"""Balls in the patient, and the brush that keeps to tissue."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.editing import strokes
from imaging.editing.boxes import whole
from imaging.editing.edit import Region
from imaging.editing.strokes import ahead_of_ball, ball, disc, similar
from imaging.geometry import Calibration, Geometry
from imaging.mask_code import load

UNEVEN = Geometry((20, 40, 40), (2.5, 1.0, 0.8), (-10.0, 5.0, 30.0), calibration=Calibration.PATIENT)


@pytest.mark.parametrize("turned", [False, True])
def test_a_ball_is_a_ball_in_millimetres_whatever_the_grid(turned: bool) -> None:
    axes = ((0.0, 0.6, 0.8), (0.0, 0.8, -0.6), (1.0, 0.0, 0.0)) if turned else UNEVEN.axes_lps
    geometry = Geometry(UNEVEN.shape_kji, UNEVEN.spacing_mm, UNEVEN.origin_lps, axes, Calibration.PATIENT)
    centre = geometry.point_lps((9.3, 20.2, 19.6))
    region = ball(geometry.shape_kji, geometry, [centre], 8.0)
    assert region is not None
    every = np.stack(np.meshgrid(*(np.arange(n) for n in geometry.shape_kji), indexing="ij"), axis=-1)
    truth = np.linalg.norm(geometry.point_lps(every) - centre, axis=-1) <= 8.0
    painted = np.zeros(geometry.shape_kji, bool)
    painted[region.box] = region.inside
    assert np.array_equal(painted, truth)
    assert painted.sum() * np.prod(geometry.spacing_mm) == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.02)


def test_a_swept_ball_is_a_capsule() -> None:
    geometry = Geometry((21, 21, 61), calibration=Calibration.PATIENT)
    region = ball(geometry.shape_kji, geometry, [(10, 10, 10), (50, 10, 10)], 6.0)
    assert region is not None
    assert region.count == pytest.approx(np.pi * 36 * 40 + 4 / 3 * np.pi * 216, rel=0.02)
    assert ball(geometry.shape_kji, geometry, [(100, 10, 10)], 6.0) is None


PLACE = st.tuples(st.floats(-3, 9), st.floats(-3, 12), st.floats(-3, 14))
SMALL = Geometry((7, 10, 12), (2.5, 1.0, 0.8), calibration=Calibration.PATIENT)


@given(st.lists(PLACE, min_size=1, max_size=3), st.floats(0.3, 9))
@settings(max_examples=150, deadline=None)
def test_rows_of_a_swept_ball_are_those_of_its_distances(places, radius_mm) -> None:
    spacing = np.array(SMALL.spacing_mm)
    path = np.array(places) * spacing
    every = np.stack(np.meshgrid(*(np.arange(n) for n in SMALL.shape_kji), indexing="ij"), axis=-1) * spacing
    nearest_mm = np.full(SMALL.shape_kji, np.inf)
    for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
        line = end - start
        part = np.clip((every - start) @ line / (line @ line or 1.0), 0, 1)
        nearest_mm = np.minimum(nearest_mm, np.linalg.norm(every - start - part[..., None] * line, axis=-1))
    painted = np.zeros(SMALL.shape_kji, bool)
    region = ball(SMALL.shape_kji, SMALL, SMALL.point_lps(places), radius_mm)
    if region is not None:
        painted[region.box] = region.inside
    doubtful = np.abs(nearest_mm - radius_mm) < 1e-6
    assert np.array_equal(painted | doubtful, (nearest_mm <= radius_mm) | doubtful)


@pytest.fixture(params=[False, True], ids=["numpy", "machine code"], scope="module")
def code(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test is made with the machine code, and as if it were not loaded yet."""
    found = load() if request.param else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strokes, "loaded", lambda: found)
        yield


@pytest.mark.usefixtures("code")
@given(st.lists(PLACE, min_size=2, max_size=2), st.floats(0.3, 9))
@settings(max_examples=150, deadline=None)
def test_what_lies_ahead_is_all_that_is_new(places, radius_mm) -> None:
    points = SMALL.point_lps(places)
    begun, all_of_it = (np.zeros(SMALL.shape_kji, bool) for _ in range(2))
    for painted, way in ((begun, points[:1]), (all_of_it, points)):
        region = ball(SMALL.shape_kji, SMALL, way, radius_mm)
        if region is not None:
            painted[region.box] = region.inside
    ahead = ahead_of_ball(SMALL.shape_kji, SMALL, points, radius_mm)
    new = np.array([], int) if ahead is None else ahead.places()
    assert np.array_equal(new, np.flatnonzero(all_of_it & ~begun)), "each once, in the order of memory"


STEPS = [(0, 0, 0), (0, 0, 5), (0, 0, -5), (0, 4, 0), (3, 0, 0), (0, 3, 4), (1e-9, 0, 2)]


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize("way", STEPS)
@pytest.mark.parametrize("radius", [1.0, 5.0])
def test_what_lies_ahead_at_the_radius_is_new_too(way, radius) -> None:
    geometry = Geometry((21, 21, 21), calibration=Calibration.PATIENT)
    ends = geometry.point_lps([(10.0, 10.0, 10.0), np.add((10, 10, 10), way)])
    begun, all_of_it = (np.zeros(geometry.shape_kji, bool) for _ in range(2))
    for painted, places in ((begun, ends[:1]), (all_of_it, ends)):
        region = ball(geometry.shape_kji, geometry, places, radius)
        assert region is not None
        painted[region.box] = region.inside
    ahead = ahead_of_ball(geometry.shape_kji, geometry, ends, radius)
    assert np.array_equal([] if ahead is None else ahead.places(), np.flatnonzero(all_of_it & ~begun))


@pytest.mark.parametrize("way", [(0, 0, 0), (0, 0, 5), (0, 0, -5), (0, 4, 0), (3, 0, 0), (0, 3, 4)])
def test_voxels_whose_centre_lies_at_the_radius_belong_to_the_brush(way) -> None:
    geometry = Geometry((21, 21, 21), calibration=Calibration.PATIENT)
    ends = np.array([(10.0, 10.0, 10.0), np.add((10, 10, 10), way)])
    region = ball(geometry.shape_kji, geometry, geometry.point_lps(ends), 5.0)
    assert region is not None
    low, high = np.minimum(*ends) - 5, np.maximum(*ends) + 5
    assert [(span.start, span.stop) for span in region.box] == [(a, b + 1) for a, b in zip(low, high, strict=True)]
    tight = region.tight()
    assert tight is not None and tight.box == region.box


def test_the_smart_brush_stays_on_its_side_of_an_edge() -> None:
    geometry = Geometry((1, 21, 21), calibration=Calibration.PATIENT)
    values = np.zeros((1, 21, 21), np.int16)
    values[:, :, 11:] = 100
    values[0, 10, 20] = 3
    region = disc(values.shape, geometry, 0, 0, [(10, 8)], 6.0)
    assert region is not None
    kept = similar(region, values, (0, 10, 8), 20.0)
    columns = np.flatnonzero(kept.inside.any(axis=(0, 1))) + region.box[2].start
    assert columns.min() == 2 and columns.max() == 10


def test_the_smart_brush_leaves_out_what_does_not_hang_together() -> None:
    values = np.zeros((1, 3, 9), np.int16)
    values[:, :, 5] = 100
    region = Region(whole(values.shape), np.ones(values.shape, bool))
    assert similar(region, values, (0, 1, 2), 10.0).count == 15
