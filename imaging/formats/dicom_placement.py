"""Where each frame of a DICOM file lies: in the patient, or with no more than a size per pixel."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom_attributes import items, number, numbers, whole
from imaging.formats.dicom_header import Header
from imaging.formats.dicom_modality import functional_group
from imaging.geometry import Calibration, Geometry, Triple

PROJECTIONS = frozenset({"CR", "DX", "MG", "PX", "IO", "RG", "XA", "RF"})
"""Modalities whose pixels are shadows on a detector."""

_ORTHONORMAL_TOLERANCE = 1e-3
_CENTIMETRES = 3
_MM_PER_CM = 10


@dataclass(frozen=True)
class Place:
    """One frame in the patient, exactly as the file says (PS3.3 C.7.6.2).

    Attributes:
        position_lps: centre of the first pixel, LPS millimetres.
        row_lps: unit vector along a row (to the next column). column_lps: down a column (to the next row).
        spacing_mm: between rows, between columns.
        thickness_mm: None where the file does not say.
    """

    position_lps: Triple
    row_lps: Triple
    column_lps: Triple
    spacing_mm: tuple[float, float]
    thickness_mm: float | None

    @property
    def normal_lps(self) -> NDArray[np.float64]:
        """(3,) unit vector: rows × columns."""
        normal = np.cross(self.row_lps, self.column_lps)
        return np.asarray(normal / np.linalg.norm(normal), np.float64)

    @property
    def depth_mm(self) -> float:
        """Position along the normal."""
        return float(np.dot(self.position_lps, self.normal_lps))

    def corners_lps(self, rows: int, columns: int) -> NDArray[np.float64]:
        """(4, 3) LPS millimetres of the corner pixel centres."""
        ends = product((0, rows - 1), (0, columns - 1))
        row, column = np.asarray(self.row_lps), np.asarray(self.column_lps)
        return np.array(
            [self.position_lps + column * self.spacing_mm[0] * j + row * self.spacing_mm[1] * i for j, i in ends]
        )

    def geometry(self, rows: int, columns: int, slices: int = 1, step_mm: float | None = None) -> Geometry:
        """A grid of ``slices`` from here on along the normal; a lone slice is as thick as the file says, else 1 mm."""
        normal = self.normal_lps
        return Geometry(
            (slices, rows, columns),
            (step_mm or self.thickness_mm or 1.0, *self.spacing_mm),
            self.position_lps,
            ((float(normal[0]), float(normal[1]), float(normal[2])), self.column_lps, self.row_lps),
            Calibration.PATIENT,
        )


def place_of(header: Header, index: int) -> Place | None:
    """Where frame ``index`` lies in the patient; None if position, orientation or spacing is absent or unusable."""
    position = _numbers(header, index, "PlanePositionSequence", "ImagePositionPatient")
    orientation = _numbers(header, index, "PlaneOrientationSequence", "ImageOrientationPatient")
    spacing = _numbers(header, index, "PixelMeasuresSequence", "PixelSpacing")
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    row, column = orientation[:3], orientation[3:]
    if not _is_orthonormal(row, column):
        return None
    thickness = _numbers(header, index, "PixelMeasuresSequence", "SliceThickness")
    place = Place(
        (position[0], position[1], position[2]),
        (row[0], row[1], row[2]),
        (column[0], column[1], column[2]),
        (spacing[0], spacing[1]),
        thickness[0] if thickness and thickness[0] > 0 else None,
    )
    return _dose_plane(header, index, place)


def _numbers(header: Header, index: int, group: str, keyword: str) -> tuple[float, ...]:
    found = numbers(functional_group(header, index, group), keyword)
    return found or numbers(header.dataset, keyword)


def _is_orthonormal(row: tuple[float, ...], column: tuple[float, ...]) -> bool:
    errors = (np.dot(row, row) - 1, np.dot(column, column) - 1, np.dot(row, column))
    return max(abs(float(error)) for error in errors) < _ORTHONORMAL_TOLERANCE


def _dose_plane(header: Header, index: int, place: Place) -> Place | None:
    """The plane of one frame of a classic multi-frame file: by its offset vector (PS3.3 C.8.8.3.2), else unknown."""
    has_own = len(functional_group(header, index, "PlanePositionSequence")) > 0
    if (whole(header.dataset, "NumberOfFrames") or 1) == 1 or has_own:
        return place
    offsets = numbers(header.dataset, "GridFrameOffsetVector")
    if index >= len(offsets) or offsets[0] != 0:
        return None
    moved = np.asarray(place.position_lps) + place.normal_lps * offsets[index]
    return replace(place, position_lps=(float(moved[0]), float(moved[1]), float(moved[2])))


def flat_geometry(header: Header, frames: int, rows: int, columns: int) -> tuple[Geometry, tuple[str, ...]]:
    """The grid of frames without a place in the patient, and what its millimetres rest on, in words."""
    spacing, calibration, warnings = _pixel_size(header)
    return Geometry((frames, rows, columns), (1.0, *spacing), calibration=calibration), warnings


def _pixel_size(header: Header) -> tuple[tuple[float, float], Calibration, tuple[str, ...]]:
    regions = _region_size(header)
    if regions is not None:
        return regions
    patient, detector = _pair(header, "PixelSpacing"), _pair(header, "ImagerPixelSpacing")
    calibrated = header.text("PixelSpacingCalibrationType") != ""
    if patient is not None and (calibrated or patient != detector):
        return patient, Calibration.PIXEL_SPACING, ()
    if detector is not None:
        factor = number(header.dataset, "EstimatedRadiographicMagnificationFactor")
        stated = f"; estimated magnification {factor:g}" if factor else ""
        return (
            detector,
            Calibration.DETECTOR,
            (f"millimetres are measured at the detector, not in the patient{stated}",),
        )
    aspect = _pair(header, "PixelAspectRatio")
    if aspect is not None and aspect[0] != aspect[1]:
        return (aspect[0] / aspect[1], 1.0), Calibration.NONE, ("pixels are not square; their size is unknown",)
    return (1.0, 1.0), Calibration.NONE, ()


def _pair(header: Header, keyword: str) -> tuple[float, float] | None:
    found = numbers(header.dataset, keyword) or numbers(functional_group(header, 0, "PixelMeasuresSequence"), keyword)
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _region_size(header: Header) -> tuple[tuple[float, float], Calibration, tuple[str, ...]] | None:
    """Row and column spacing from the ultrasound regions calibrated in centimetres on both axes (PS3.3 C.8.5.5)."""
    sizes: set[tuple[float, float]] = set()
    for region in items(header.dataset, "SequenceOfUltrasoundRegions"):
        if {whole(region, f"PhysicalUnits{axis}Direction") for axis in "XY"} != {_CENTIMETRES}:
            continue
        x, y = (abs(number(region, f"PhysicalDelta{axis}") or 0) * _MM_PER_CM for axis in "XY")
        if x > 0 and y > 0:
            sizes.add((y, x))
    if not sizes:
        return None
    if len(sizes) > 1:
        text = f"{len(sizes)} ultrasound regions with different scales: millimetres are not claimed"
        return (1.0, 1.0), Calibration.NONE, (text,)
    return sizes.pop(), Calibration.REGION, ("millimetres hold inside the calibrated ultrasound region only",)
