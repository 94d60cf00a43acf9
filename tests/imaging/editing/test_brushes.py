"""Balls in the patient, and the brush that keeps to tissue."""

import numpy as np
import pytest

from imaging.editing.edit import Region, whole
from imaging.editing.strokes import ball, disc, similar
from imaging.geometry import Calibration, Geometry

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
