"""Which millimetres hold where, and what they are said to rest on."""

from collections.abc import Callable

import pytest

from imaging.geometry import Calibration
from imaging.measurement.areas import Outline
from imaging.measurement.lines import Angle, Cobb, KnownLength, Length
from imaging.measurement.measurement import Measurement, calibrated
from imaging.measurement.ruler import Ground
from imaging.measuring_facts import MeasuringFacts
from imaging.volume import Region, Volume

Flat = Callable[..., Volume]

TISSUE = Region((10, 10, 59, 99), "2D", (0.02, 0.03), ("cm", "cm"))
SPECTRUM = Region((60, 0, 99, 199), "spectral", (0.5, 0.01), ("cm/s", "s"))
MOTION = Region((10, 110, 59, 199), "M-mode", (0.02, 0.01), ("cm", "s"))
SILENT = Region((0, 0, 5, 5), "2D", (0.02, 0.03), ("", ""))
ACROSS = Length(((0, 20, 20), (0, 23, 24)))


@pytest.mark.parametrize(
    ("calibration", "facts", "length", "unit", "words"),
    [
        (Calibration.PIXEL_SPACING, {}, 2.0880613, "mm", "calibrated"),
        (Calibration.PIXEL_SPACING, {"calibrated_by": "fiducial"}, 2.0880613, "mm", "calibrated by fiducial"),
        (Calibration.PIXEL_SPACING, {"spacing_unclear": True}, 2.0880613, "mm",
         "pixel spacing, patient or detector not stated"),
        (Calibration.DETECTOR, {}, 2.0880613, "mm", "at detector"),
        (Calibration.DETECTOR, {"magnification": 1.25, "magnification_by": "estimated by the device"}, 1.670449, "mm",
         "at detector ÷ magnification 1.25 (estimated by the device)"),
        (Calibration.NONE, {}, 4.1761226, "px", "uncalibrated: px, widths of a column"),
    ],
)  # fmt: skip
def test_a_length_says_what_it_rests_on(
    flat: Flat, calibration: Calibration, facts: dict[str, object], length: float, unit: str, words: str
) -> None:
    """Three rows of 0.2 and four columns of 0.5: √(0.6² + 2²) = 2.088; in widths of a column √(1.2² + 4²) = 4.176."""
    volume = flat(calibration, facts=MeasuringFacts(**facts))  # pyright: ignore[reportArgumentType] - a table of cases
    (found,) = ACROSS.values(Ground(volume))
    assert (found.value, found.unit, found.calibration) == (pytest.approx(length, abs=1e-6), unit, words)


def test_square_pixels_without_a_size_are_plain_pixels(flat: Flat) -> None:
    (found,) = ACROSS.values(Ground(flat(Calibration.NONE, spacing_mm=(1.0, 1.0, 1.0))))
    assert (found.value, found.unit, found.calibration) == (5.0, "px", "uncalibrated: px")


def test_a_known_length_calibrates_all_others_with_the_pixels_aspect(flat: Flat) -> None:
    line = KnownLength(((0, 0, 0), (0, 50, 0)), 100.0)
    ground = calibrated(Ground(flat(Calibration.DETECTOR)), (Measurement("a", line, "kji"),))
    assert ground.user_mm == pytest.approx(5.0), "50 rows are as long as 20 columns: 100 mm / 20"
    (found,) = Length(((0, 0, 0), (0, 50, 0))).values(ground)
    assert (found.value, found.calibration) == (pytest.approx(100.0), "calibrated by the user")
    (found,) = Length(((0, 0, 0), (0, 0, 10))).values(ground)
    assert found.value == pytest.approx(50.0)


def test_a_length_in_a_region_has_the_regions_size(flat: Flat) -> None:
    volume = flat(Calibration.REGION, regions=(TISSUE, SPECTRUM, MOTION))
    (found,) = ACROSS.values(Ground(volume))
    assert found.value == pytest.approx((0.6**2 + 1.2**2) ** 0.5), "3 rows of 0.2 mm, 4 columns of 0.3 mm"
    assert (found.unit, found.calibration) == ("mm", "ultrasound region 1, 2D")


def test_a_spectrum_gives_velocity_and_time(flat: Flat) -> None:
    volume = flat(Calibration.REGION, regions=(TISSUE, SPECTRUM))
    down, across = Length(((0, 70, 20), (0, 90, 60))).values(Ground(volume))
    assert (down.name, down.value, down.unit) == ("Δvelocity", 10.0, "cm/s")
    assert (across.name, across.value, across.unit) == ("Δtime", pytest.approx(0.4), "s")
    (angle,) = Angle(((0, 70, 20), (0, 90, 60), (0, 70, 60))).values(Ground(volume))
    assert angle.value != angle.value and "different units" in angle.calibration, "no angle between seconds and cm/s"
    depth, time = Length(((0, 20, 120), (0, 30, 150))).values(Ground(flat(Calibration.REGION, regions=(MOTION,))))
    assert (depth.value, depth.unit, time.value, time.unit) == (pytest.approx(2.0), "mm", pytest.approx(0.3), "s")


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (((0, 20, 20), (0, 70, 20)), "across two ultrasound regions"),
        (((0, 20, 20), (0, 20, 105)), "outside the ultrasound regions"),
        (((0, 2, 2), (0, 3, 4)), "ultrasound region 3 without units"),
    ],
)
def test_a_length_that_no_region_covers_is_in_pixels_and_says_why(
    flat: Flat, points: tuple[tuple[float, float, float], ...], words: str
) -> None:
    volume = flat(Calibration.REGION, regions=(TISSUE, SPECTRUM, SILENT))
    (found,) = Length(points).values(Ground(volume))
    assert found.unit == "px" and found.calibration.startswith(words)


def test_the_smaller_of_two_regions_that_overlap_holds(flat: Flat) -> None:
    inset = Region((15, 15, 40, 40), "2D", (0.1, 0.1), ("cm", "cm"))
    (found,) = ACROSS.values(Ground(flat(Calibration.REGION, regions=(TISSUE, inset))))
    assert found.value == pytest.approx(5.0) and "region 2" in found.calibration


def test_each_frame_has_its_own_regions(flat: Flat) -> None:
    deeper = Region(TISSUE.box_ji, "2D", (0.04, 0.06), ("cm", "cm"))
    volume = flat(Calibration.REGION, frames=2, regions=(TISSUE,), slice_regions=((TISSUE,), (deeper,)))
    (first,) = ACROSS.values(Ground(volume))
    (second,) = Length(((1, 20, 20), (1, 23, 24))).values(Ground(volume))
    assert second.value == pytest.approx(2 * first.value)
    assert volume.slab(1).regions == (deeper,)


def test_a_frame_that_is_not_there_any_more_costs_no_other_number(flat: Flat) -> None:
    """As of a clip that ends earlier now, or a slice that is left out since."""
    gone = Measurement("b", KnownLength(((2, 0, 0), (2, 0, 10)), 20.0), "kji")
    alone = flat(Calibration.NONE).geometry
    stack = flat(Calibration.NONE, frames=2, slice_geometries=(alone, alone))
    (found,) = ACROSS.values(calibrated(Ground(stack), (gone,)))
    assert found.unit == "mm"
    clip = flat(Calibration.REGION, frames=2, regions=(TISSUE,), slice_regions=((TISSUE,), (TISSUE,)))
    assert [each.text for each in Length(((2, 20, 20), (2, 23, 24))).values(Ground(clip))] == ["1.3 mm"]
    values = Outline(((2, 0, 0), (2, 0, 9), (2, 9, 9))).values(Ground(clip))
    assert [each.value for each in values if each.name != "Area"] == [0], "nothing of another frame"


def test_angles_honour_the_aspect_of_pixels_without_a_size(flat: Flat) -> None:
    """Five rows of 0.2 are as long as two columns of 0.5: half a right angle."""
    (found,) = Angle(((0, 0, 2), (0, 0, 0), (0, 5, 2))).values(Ground(flat(Calibration.NONE)))
    assert found.value == pytest.approx(45.0)
    acute, rest = Cobb(((0, 0, 0), (0, 0, 2), (0, 9, 9), (0, 4, 11))).values(Ground(flat(Calibration.NONE)))
    assert (acute.value, rest.value) == (pytest.approx(45.0), pytest.approx(135.0))
    (none,) = Cobb(((0, 0, 0), (0, 0, 0), (0, 9, 9), (0, 4, 11))).values(Ground(flat(Calibration.NONE)))
    assert "without length" in none.calibration
