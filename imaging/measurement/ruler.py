"""How long a step is, in which unit, and what that rests on (DICOM PS3.3 10.7 and C.8.5.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Calibration, Geometry, Triple
from imaging.volume import Region, Volume

Points = tuple[Triple, ...]
Frame = Literal["lps", "kji"]
"""``lps``: millimetres in the patient. ``kji``: slice, row and column, fractional, pixel centres are whole numbers."""

MM_PER_CM = 10.0
_LENGTHS = {"cm": (MM_PER_CM, "mm")}
_UNKNOWN = ("", "%", "dB")


@dataclass(frozen=True)
class Ruler:
    """What one step of each coordinate is worth.

    Attributes:
        steps: size of a step along the three coordinates.
        units: of the second and third coordinate: down and across; alike but in M-mode and spectra.
        words: the calibration, to be printed beside every number.
    """

    steps: Triple
    units: tuple[str, str]
    words: str

    @property
    def unit(self) -> str:
        """The unit of a length in any direction; empty where the two directions are different things."""
        return self.units[0] if self.units[0] == self.units[1] else ""

    def placed(self, points: Sequence[Triple]) -> NDArray[np.float64]:
        """(N, 3) float64: the points in the ruler's own units."""
        return np.asarray(points, np.float64).reshape(-1, 3) * np.asarray(self.steps)


@dataclass(frozen=True)
class Ground:
    """What is measured on: a volume, and the length that a person gave a pixel of it.

    Attributes:
        user_mm: millimetres per column, calibrated by hand; 0 without. Positions in the patient need none.
    """

    volume: Volume
    user_mm: float = 0.0

    @property
    def frame(self) -> Frame:
        """The frame in which points on this volume are held."""
        return "lps" if self.volume.geometry.has_position else "kji"

    def ruler(self, points: Sequence[Triple]) -> Ruler:
        """The ruler that holds for all of ``points`` together."""
        if self.frame == "lps":
            return Ruler((1.0, 1.0, 1.0), ("mm", "mm"), "patient position")
        k = min(max(slice_of(points), 0), self.volume.geometry.shape_kji[0] - 1)
        regions, grid = self.volume.regions_at(k), self.volume.slice_geometry(k)
        told = any(is_told(region) for region in regions)
        ruler = _region_ruler(regions, points, grid) if told else _pixel_ruler(self.volume, grid)
        if self.user_mm > 0 and ruler.unit:
            return _in_plane(grid, self.user_mm / grid.spacing_mm[2], "mm", "calibrated by the user")
        return ruler


def slice_of(points: Sequence[Triple]) -> int:
    """The slice that points in ``kji`` lie on."""
    return round(points[0][0]) if points else 0


def _pixel_ruler(volume: Volume, grid: Geometry) -> Ruler:
    """By the pixel size that the file states (PS3.3 10.7.1.3)."""
    facts = volume.facts
    match grid.calibration:
        case Calibration.DETECTOR if facts.magnification > 0:
            words = f"at detector ÷ magnification {facts.magnification:.4g} ({facts.magnification_by})"
            return _in_plane(grid, 1 / facts.magnification, "mm", words)
        case Calibration.DETECTOR:
            return _in_plane(grid, 1.0, "mm", "at detector")
        case Calibration.NONE:
            return _pixels(grid, "uncalibrated")
        case Calibration.REGION:
            return _in_plane(grid, 1.0, "mm", "ultrasound region")
        case _:
            by = f" by {facts.calibrated_by}" if facts.calibrated_by else ""
            unclear = "pixel spacing, patient or detector not stated"
            return _in_plane(grid, 1.0, "mm", unclear if facts.spacing_unclear else f"calibrated{by}")


def _in_plane(grid: Geometry, factor: float, unit: str, words: str) -> Ruler:
    return Ruler((0.0, grid.spacing_mm[1] * factor, grid.spacing_mm[2] * factor), (unit, unit), words)


def _pixels(grid: Geometry, words: str) -> Ruler:
    """In widths of a column: rows count by the pixel's aspect."""
    aspect = grid.spacing_mm[1] / grid.spacing_mm[2]
    named = f"{words}: px" if abs(aspect - 1) < 1e-6 else f"{words}: px, widths of a column"
    return Ruler((0.0, aspect, 1.0), ("px", "px"), named)


def _region_ruler(regions: Sequence[Region], points: Sequence[Triple], grid: Geometry) -> Ruler:
    """By the one region that holds every point; pixels where there is none (PS3.3 C.8.5.5.1)."""
    number = region_number(regions, points)
    if number is None:
        apart = bool(points) and all(any(True for _ in _homes(regions, point)) for point in points)
        return _pixels(grid, "across two ultrasound regions" if apart else "outside the ultrasound regions")
    region = regions[number]
    if not is_told(region):
        return _pixels(grid, f"ultrasound region {number + 1} without units")
    (down, down_unit), (across, across_unit) = (in_unit(abs(region.delta[side]), region.units[side]) for side in (0, 1))
    return Ruler((0.0, down, across), (down_unit, across_unit), region_words(number, region))


def region_number(regions: Sequence[Region], points: Sequence[Triple]) -> int | None:
    """Index of the smallest region that holds every point, in ``kji``; None where there is none."""
    homes = [set(_homes(regions, point)) for point in points]
    common = set.intersection(*homes) if homes else set[int]()
    return min(common, key=lambda n: _extent(regions[n]), default=None)


def region_words(number: int, region: Region) -> str:
    """What a number rests on that is measured in a region."""
    return f"ultrasound region {number + 1}, {region.format}"


def quantity(unit: str) -> str:
    """What is measured in a unit of a region."""
    return {"mm": "depth", "s": "time", "cm/s": "velocity", "Hz": "frequency"}.get(unit, unit)


def in_unit(size: float, unit: str) -> tuple[float, str]:
    """A size of a region in the unit that is shown, and that unit: centimetres become millimetres."""
    factor, name = _LENGTHS.get(unit, (1.0, unit))
    return size * factor, name


def is_told(region: Region) -> bool:
    """True where both directions of a region have a unit and a size."""
    return all(unit not in _UNKNOWN for unit in region.units) and all(0 < abs(size) < 1e5 for size in region.delta)


def _homes(regions: Sequence[Region], point: Triple) -> Iterator[int]:
    """Numbers of the regions whose pixels the point lies on."""
    _, row, column = point
    for number, region in enumerate(regions):
        top, left, bottom, right = region.box_ji
        if top - 0.5 <= row <= bottom + 0.5 and left - 0.5 <= column <= right + 0.5:
            yield number


def _extent(region: Region) -> int:
    top, left, bottom, right = region.box_ji
    return (bottom - top + 1) * (right - left + 1)
