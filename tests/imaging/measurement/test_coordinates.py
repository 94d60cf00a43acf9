"""Velocity, depth and time of a place, from the reference pixel of its ultrasound region."""

from collections.abc import Callable

import pytest

from imaging.geometry import Calibration
from imaging.measurement.coordinates import coordinates
from imaging.measurement.lines import KnownLength, Length
from imaging.measurement.marks import Probe
from imaging.measurement.measurement import Measurement, calibrated
from imaging.measurement.ruler import Ground
from imaging.volume import Region, Volume

Flat = Callable[..., Volume]

SPECTRUM = Region((60, 10, 99, 199), "spectral", (-2.0, 0.01), ("cm/s", "s"), (30.0, -0.5))
MOTION = Region((10, 110, 59, 199), "M-mode", (0.02, 0.01), ("cm", "s"), (0.5, None))
TISSUE = Region((10, 10, 59, 99), "2D", (0.02, 0.03), ("cm", "cm"), (0.0, 0.0))


def read(volume: Volume, k: float, row: float, column: float) -> list[tuple[str, float, str]]:
    return [(each.name, round(each.value, 9), each.unit) for each in coordinates(volume, (k, row, column))]


def test_a_spectrum_counts_from_its_reference_pixel(flat: Flat) -> None:
    """20 rows below the top: 30 - 2 * 20 = -10 cm/s; 60 columns from the left: -0.5 + 0.6 s."""
    volume = flat(Calibration.REGION, regions=(TISSUE, SPECTRUM, MOTION))
    assert read(volume, 0, 80, 70) == [("Velocity", -10.0, "cm/s"), ("Time", 0.1, "s")]
    assert read(volume, 0, 20, 150) == [("Depth", 7.0, "mm")], "0.5 cm + 10 * 0.02 cm; nobody states a time"
    assert read(volume, 0, 20, 20) == read(volume, 0, 5, 5) == [], "in tissue a place is no number"
    (velocity, _) = coordinates(volume, (0, 80, 70))
    assert velocity.calibration == "ultrasound region 2, spectral"


def test_each_frame_has_its_own_reference(flat: Flat) -> None:
    other = Region(SPECTRUM.box_ji, "spectral", (-1.0, 0.01), ("cm/s", "s"), (100.0, 0.0))
    volume = flat(Calibration.REGION, frames=2, regions=(SPECTRUM,), slice_regions=((SPECTRUM,), (other,)))
    assert read(volume, 0, 60, 10) == [("Velocity", 30.0, "cm/s"), ("Time", -0.5, "s")]
    assert read(volume, 1, 70, 10) == [("Velocity", 90.0, "cm/s"), ("Time", 0.0, "s")]


def test_the_smaller_of_two_regions_holds_as_for_lengths(flat: Flat) -> None:
    inset = Region((70, 50, 80, 90), "2D", (0.02, 0.02), ("cm", "cm"), (0.0, 0.0))
    assert read(flat(Calibration.REGION, regions=(SPECTRUM, inset)), 0, 75, 70) == []


def test_a_probe_tells_the_place_before_the_pixel(flat: Flat) -> None:
    found = Probe(((0, 80, 70),)).values(Ground(flat(Calibration.REGION, regions=(SPECTRUM,))))
    assert [(each.name, each.text) for each in found] == [
        ("Velocity", "-10.00 cm/s"), ("Time", "0.100 s"), ("Value", "0")
    ]  # fmt: skip


def test_a_known_length_makes_no_millimetres_of_velocities(flat: Flat) -> None:
    volume = flat(Calibration.REGION, regions=(TISSUE, SPECTRUM))
    known = Measurement("a", KnownLength(((0, 20, 20), (0, 20, 30)), 50.0), "kji")
    ground = calibrated(Ground(volume), (known,))
    velocity, time = Length(((0, 70, 20), (0, 90, 60))).values(ground)
    assert (velocity.unit, velocity.value, time.unit) == ("cm/s", 40.0, "s"), "sizes have no sign"
    (tissue,) = Length(((0, 20, 20), (0, 20, 30))).values(ground)
    assert (tissue.value, tissue.calibration) == (pytest.approx(50.0), "calibrated by the user")
