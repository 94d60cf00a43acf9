"""Where planes cut one another, worked out by hand."""

import numpy as np
import pytest

from imaging.crossing import crossing
from imaging.geometry import Calibration, Geometry

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def plane(origin, rows_to, columns_to, shape=(1, 11, 21), spacing=(1.0, 1.0, 1.0)) -> Geometry:
    normal = tuple(float(v) for v in np.cross(columns_to, rows_to))
    return Geometry(shape, spacing, origin, (normal, rows_to, columns_to), Calibration.PATIENT)


def test_a_coronal_plane_cuts_an_axial_one_along_a_row():
    axial = plane((0.0, 0.0, 5.0), Y, X)
    coronal = plane((-2.0, 4.0, 0.0), Z, X, shape=(1, 11, 15))
    ends = crossing(axial, coronal)
    assert ends is not None
    # The coronal plane has columns -2.5 to 12.5 mm along X at y = 4.
    assert sorted(ends) == [pytest.approx((4.0, -2.5)), pytest.approx((4.0, 12.5))]


def test_spacing_counts():
    axial = plane((0.0, 0.0, 5.0), Y, X, spacing=(3.0, 2.0, 0.5))
    sagittal = plane((5.0, 0.0, 0.0), Z, Y)
    ends = crossing(axial, sagittal)
    assert ends is not None
    assert sorted(ends) == [pytest.approx((-0.25, 10.0)), pytest.approx((10.25, 10.0))]


def test_an_oblique_plane_cuts_along_a_slanting_line():
    axial = plane((0.0, 0.0, 0.0), Y, X)
    c = float(np.cos(np.pi / 4))
    slanting = plane((0.0, 0.0, -5.0), Z, (c, c, 0.0))
    ends = crossing(axial, slanting)
    assert ends is not None
    assert all(row == pytest.approx(column) for row, column in ends)


def test_planes_that_do_not_meet_have_no_crossing():
    axial = plane((0.0, 0.0, 5.0), Y, X)
    assert crossing(axial, plane((0.0, 0.0, 9.0), Y, X)) is None, "parallel"
    assert crossing(axial, plane((0.0, 4.0, 30.0), Z, X)) is None, "ends above"
