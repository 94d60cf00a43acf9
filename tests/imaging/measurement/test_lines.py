"""Lengths, angles and diameters against analytic truth, in every pose of the patient."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imaging.geometry import Calibration, Geometry, Triple
from imaging.measurement.lines import Angle, Bidirectional, CardiothoracicRatio, Cobb, Length
from imaging.measurement.ruler import Ground, Points
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Volume

angles = st.floats(-180, 180)
places = st.floats(-300, 300)
spacings = st.floats(0.1, 5)


def turned(rotation: Rotation, spacing: Triple, origin: Triple) -> Volume:
    axes = [tuple(float(v) for v in axis) for axis in rotation.apply(np.eye(3)[::-1])]
    grid = Geometry((20, 30, 40), spacing, origin, tuple(axes), Calibration.PATIENT)  # pyright: ignore[reportArgumentType]
    return Volume(np.zeros(grid.shape_kji, np.int16), grid, "volume", "HU", "CT")


def in_patient(volume: Volume, *indices: Triple) -> Points:
    return tuple((float(x), float(y), float(z)) for x, y, z in volume.geometry.point_lps(indices))


@settings(max_examples=60, deadline=None)
@given(angles, angles, angles, places, st.tuples(spacings, spacings, spacings))
def test_no_number_depends_on_how_the_patient_lies(a: float, b: float, c: float, place: float, spacing: Triple) -> None:
    volume = turned(Rotation.from_euler("xyz", (a, b, c), degrees=True), spacing, (place, -place, place / 2))
    ground, (sk, sj, si) = Ground(volume), spacing
    (length,) = Length(in_patient(volume, (1, 2, 3), (4, 6, 15))).values(ground)
    assert length.value == pytest.approx(float(np.hypot(np.hypot(3 * sk, 4 * sj), 12 * si)), abs=1e-6)
    (angle,) = Angle(in_patient(volume, (0, 5, 0), (0, 0, 0), (0, 0, 5))).values(ground)
    assert angle.value == pytest.approx(90.0, abs=1e-6)
    (angle,) = Angle(in_patient(volume, (0, 5 / sj, 5 / si), (0, 0, 0), (0, 0, 9))).values(ground)
    assert angle.value == pytest.approx(45.0, abs=1e-6)
    acute, _ = Cobb(in_patient(volume, (0, 0, 0), (0, 0, 9), (0, 9, 0), (0, 9 + 1 / sj, -(3**0.5) / si))).values(ground)
    assert acute.value == pytest.approx(30.0, abs=1e-5)


def test_a_voxel_of_the_patient_is_named_as_such() -> None:
    volume = turned(Rotation.identity(), (5, 0.7, 0.7), (0, 0, 0))
    (found,) = Length(((0, 0, 0), (0, 30, 40))).values(Ground(volume))
    assert (found.value, found.unit, found.calibration, found.text) == (50.0, "mm", "patient position", "50.0 mm")


def test_two_diameters_longer_first_at_right_angles() -> None:
    ground = Ground(turned(Rotation.identity(), (5, 0.7, 0.7), (0, 0, 0)))
    long, short = Bidirectional(((0, 0, 0), (0, 10, 0), (4, 5, 0), (-16, 5, 0))).values(ground)
    assert (long.name, long.value, short.name, short.value) == ("Long axis", 20.0, "Short axis", 10.0)
    squared = Bidirectional(((0, 0, 0), (10, 0, 0), (4, -3, 0), (8, 5, 0))).squared(ground)
    assert np.allclose(squared.points, ((0, 0, 0), (10, 0, 0), (6, -3, 0), (6, 5, 0)))
    still = Bidirectional(((1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 0, 0)))
    assert still.squared(ground) is still, "a line without length has no direction"


def test_diameters_are_at_right_angles_in_millimetres_not_in_pixels(flat: Callable[..., Volume]) -> None:
    ground = Ground(flat())
    squared = Bidirectional(((0, 0, 0), (0, 50, 20), (0, 20, 10), (0, 30, 20))).squared(ground)
    a, b, c, d = ground.ruler(squared.points).placed(squared.points)
    assert abs((b - a) @ (d - c)) < 1e-9 and np.linalg.norm(d - c) > 1


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("PA", ""),
        ("AP", "AP view: the heart is magnified, the ratio reads too high"),
        ("", "view not stated: valid for PA only"),
        ("LL", "LL view: valid for PA only"),
    ],
)
def test_the_ratio_of_heart_and_chest_warns_of_the_view(flat: Callable[..., Volume], view: str, words: str) -> None:
    volume = flat(Calibration.DETECTOR, facts=MeasuringFacts(view_position=view))
    figure = CardiothoracicRatio(((0, 60, 60), (0, 80, 120), (0, 90, 20), (0, 90, 150)))
    ratio, heart, chest = figure.values(Ground(volume))
    assert ratio.value == pytest.approx(60 / 130), "the heart's width is taken along the chest's line"
    assert (heart.value, chest.value, heart.calibration) == (pytest.approx(30), pytest.approx(65), "at detector")
    assert ratio.calibration == words and ratio.unit == ""


def test_a_chest_without_width_has_no_ratio(flat: Callable[..., Volume]) -> None:
    (found,) = CardiothoracicRatio(((0, 1, 1), (0, 1, 5), (0, 2, 2), (0, 2, 2))).values(Ground(flat()))
    assert np.isnan(found.value) and "no width" in found.calibration
