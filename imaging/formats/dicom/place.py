"""The plane of one frame in the patient."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Calibration, Geometry, Triple


@dataclass(frozen=True)
class Place:
    """One frame in the patient, exactly as the file says (PS3.3 C.7.6.2).

    Attributes:
        position_lps: centre of the first pixel, LPS millimetres.
        row_lps: unit vector along a row (to the next column). column_lps: down a column (to the next row).
        spacing_mm: between rows, between columns.
        thickness_mm: None where the file does not say.
        calibration: ``PIXEL_SPACING`` where positions are those in an ultrasound volume (PS3.3 C.7.6.16.2.21), not in
            the patient.
    """

    position_lps: Triple
    row_lps: Triple
    column_lps: Triple
    spacing_mm: tuple[float, float]
    thickness_mm: float | None
    calibration: Calibration = Calibration.PATIENT

    @cached_property
    def normal_lps(self) -> NDArray[np.float64]:
        """(3,) unit vector: rows × columns. Read-only."""
        (a, b, c), (x, y, z) = self.row_lps, self.column_lps
        normal = np.array((b * z - c * y, c * x - a * z, a * y - b * x))
        unit = np.asarray(normal / np.linalg.norm(normal), np.float64)
        unit.flags.writeable = False
        return unit

    @property
    def depth_mm(self) -> float:
        """Position along the normal."""
        return dot(self.position_lps, self.normal_lps)

    def moved_mm(self, distance: float) -> "Place":
        """The plane this far along the normal."""
        moved = np.asarray(self.position_lps) + self.normal_lps * distance
        return replace(self, position_lps=(float(moved[0]), float(moved[1]), float(moved[2])))

    def geometry(self, rows: int, columns: int, slices: int = 1, step_mm: float | None = None) -> Geometry:
        """A grid of ``slices`` from here on along the normal; a lone slice is as thick as the file says, else 1 mm."""
        normal = self.normal_lps
        return Geometry(
            (slices, rows, columns),
            (step_mm or self.thickness_mm or 1.0, *self.spacing_mm),
            self.position_lps,
            ((float(normal[0]), float(normal[1]), float(normal[2])), self.column_lps, self.row_lps),
            self.calibration,
        )


def dot(one: Iterable[float], other: Iterable[float]) -> float:
    """The scalar product of two triples; ten times faster than NumPy on three numbers."""
    (a, b, c), (x, y, z) = one, other
    return float(a * x + b * y + c * z)


def corners_lps(places: Sequence[Place], rows: int, columns: int) -> NDArray[np.float64]:
    """(N, 4, 3) LPS millimetres of the corner pixel centres of each plane (PS3.3 C.7.6.2.1.1)."""
    origins = np.array([place.position_lps for place in places])[:, None]
    down = np.array([np.multiply(place.column_lps, place.spacing_mm[0]) for place in places])[:, None]
    across = np.array([np.multiply(place.row_lps, place.spacing_mm[1]) for place in places])[:, None]
    ends = np.array(list(product((0, rows - 1), (0, columns - 1))))
    return np.asarray(origins + down * ends[:, :1] + across * ends[:, 1:], np.float64)
