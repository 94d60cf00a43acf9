"""Where voxels are: index ``(k, j, i)`` to patient position in LPS millimetres, and back.

Patient axes follow DICOM PS3.3 C.7.6.2.1.1: +x to the patient's Left, +y Posterior, +z Superior (Head).
Everything inside the program uses this frame and this index order; formats convert at the door.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.errors import GeometryError

Triple = tuple[float, float, float]
Shape = tuple[int, int, int]

PLACEMENT_TOLERANCE_MM = 0.1
"""A voxel further than this from where its own slice says it is, is a wrong voxel."""

_TOLD = 0.2
"""Components of a direction from here on have a letter."""


class Calibration(StrEnum):
    """What the millimetres of a geometry rest on (DICOM PS3.3 10.7.1.3)."""

    PATIENT = "patient"  # positions, orientation and spacing in the patient
    PIXEL_SPACING = "pixel spacing"  # in-plane spacing only
    DETECTOR = "detector"  # Imager Pixel Spacing: millimetres at the detector, not in the patient
    REGION = "ultrasound region"  # Sequence of Ultrasound Regions (0018,6011)
    NONE = "none"  # pixels only: no millimetres may be claimed


@dataclass(frozen=True)
class Geometry:
    """A regular grid in the patient.

    Attributes:
        shape_kji: voxels along k (slices or frames), j (rows) and i (columns).
        spacing_mm: distance between neighbours along k, j, i. With ``Calibration.NONE`` the unit is one pixel.
        origin_lps: centre of voxel (0, 0, 0), LPS millimetres.
        axes_lps: unit vectors of +k, +j, +i in LPS.
        calibration: what the millimetres rest on.

    Raises:
        GeometryError: an empty shape, a spacing that is not positive and finite, or axes that do not span space.
    """

    shape_kji: Shape
    spacing_mm: Triple = (1.0, 1.0, 1.0)
    origin_lps: Triple = (0.0, 0.0, 0.0)
    axes_lps: tuple[Triple, Triple, Triple] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    calibration: Calibration = Calibration.NONE

    def __post_init__(self) -> None:
        if len(self.shape_kji) != 3 or min(self.shape_kji) < 1:
            raise GeometryError(f"shape {self.shape_kji}: expected three positive sizes")
        if not all(np.isfinite(s) and s > 0 for s in self.spacing_mm):
            raise GeometryError(f"spacing {self.spacing_mm} mm: expected three positive numbers")
        if not np.isfinite(self.origin_lps).all():
            raise GeometryError(f"origin {self.origin_lps}: expected finite numbers")
        axes = np.asarray(self.axes_lps, float)
        if not np.isfinite(axes).all() or abs(abs(np.linalg.det(axes)) - 1) > 1e-3:
            raise GeometryError(f"axes {self.axes_lps}: expected three orthogonal unit vectors")

    @property
    def has_mm(self) -> bool:
        """True when lengths in the image plane are known in millimetres."""
        return self.calibration is not Calibration.NONE

    @property
    def has_position(self) -> bool:
        """True when a voxel's place in the patient is known."""
        return self.calibration is Calibration.PATIENT

    @cached_property
    def normal_lps(self) -> NDArray[np.float64]:
        """(3,) float64: the unit vector across the slices, columns × rows; +k itself, or against it."""
        normal = np.cross(self.axes_lps[2], self.axes_lps[1])
        normal.flags.writeable = False
        return normal

    @property
    def voxel_ml(self) -> float | None:
        """Volume of one voxel in millilitres, or None when positions in the patient are unknown."""
        return float(np.prod(self.spacing_mm)) / 1000 if self.has_position else None

    @cached_property
    def affine(self) -> NDArray[np.float64]:
        """(4, 4) float64: homogeneous index (k, j, i, 1) to LPS millimetres."""
        matrix = np.eye(4)
        matrix[:3, :3] = (np.asarray(self.axes_lps, float) * np.asarray(self.spacing_mm, float)[:, None]).T
        matrix[:3, 3] = self.origin_lps
        matrix.flags.writeable = False
        return matrix

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self.affine), np.float64)

    def point_lps(self, index_kji: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) LPS millimetres of (..., 3) fractional indices in k, j, i order."""
        return np.asarray(index_kji, float) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def index_kji(self, point_lps: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) fractional k, j, i of (..., 3) LPS millimetres."""
        return np.asarray(point_lps, float) @ self._inverse[:3, :3].T + self._inverse[:3, 3]

    def matches(self, other: "Geometry", tolerance_mm: float = PLACEMENT_TOLERANCE_MM) -> bool:
        """True when both grids have the same shape and every corner lies within the tolerance."""
        if self.shape_kji != other.shape_kji:
            return False
        return bool(np.abs(self.corners_lps - other.corners_lps).max() <= tolerance_mm)

    @cached_property
    def corners_lps(self) -> NDArray[np.float64]:
        """(8, 3) LPS millimetres of the eight corner voxel centres."""
        ends = [(0, n - 1) for n in self.shape_kji]
        return self.point_lps(np.array(np.meshgrid(*ends, indexing="ij")).reshape(3, -1).T)

    def slab(self, k: int, count: int = 1) -> "Geometry":
        """The geometry of ``count`` slices from slice ``k`` on."""
        return _slab(self, k, count)


@lru_cache(maxsize=64)  # a frame asks a dozen times for that of the slice it shows
def _slab(geometry: Geometry, k: int, count: int) -> Geometry:
    shape = (count, *geometry.shape_kji[1:])
    return replace(geometry, shape_kji=shape, origin_lps=triple(geometry.point_lps((k, 0, 0))))


def triple(values: ArrayLike) -> Triple:
    """Three numbers as plain floats."""
    x, y, z = np.asarray(values, float).tolist()
    return x, y, z


def triples(points: ArrayLike) -> tuple[Triple, ...]:
    """(N, 3) numbers as plain floats."""
    return tuple((x, y, z) for x, y, z in np.asarray(points, float).tolist())


def letters(direction_lps: ArrayLike) -> str:
    """Orientation letters of a direction, strongest first, e.g. ``"L"`` or ``"HR"`` (DICOM PS3.3 C.7.6.1.1.1).

    Components of a fifth and less are left out; Head and Foot are H and F.
    """
    vector = np.asarray(direction_lps, float)
    names = (("R", "L"), ("A", "P"), ("F", "H"))
    order = [a for a in np.argsort(-np.abs(vector), kind="stable") if abs(vector[a]) > _TOLD]
    return "".join(names[a][int(vector[a] > 0)] for a in order)
