"""The grid that a mask was made on, from the places of its planes: those without a mark are seldom in a file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.dicom.attributes import numbers
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import functional_group
from imaging.formats.dicom.pixel_format import PixelFormat
from imaging.formats.dicom.place import Place
from imaging.formats.dicom.placement import places_of
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Calibration, Geometry

_MOST_PLANES = 4096
_ALIGNED = 4e-4


def grid_of_planes(first: Geometry, origins: NDArray[np.float64], stated_mm: Sequence[float] = ()) -> ImageGrid:
    """The evenly spaced planes among which these are, in order along the normal, empty ones included.

    Args:
        first: any of the planes.
        origins: (N, 3) LPS millimetres of the first pixel of each plane, some perhaps the same.
        stated_mm: distances that the file states, the most trusted first; the smallest that is found comes last.

    Raises:
        GeometryError: planes that lie on no even grid.
    """
    normal = first.normal_lps
    ordered = origins[np.argsort(origins @ normal, kind="stable")]
    depths = ordered @ normal
    new = np.concatenate([[True], np.diff(depths) > PLACEMENT_TOLERANCE_MM])
    ordered, depths = ordered[new], depths[new] - depths[0]
    step_mm = _step_mm(np.diff(depths), stated_mm) or first.spacing_mm[0]
    numbers_of = np.rint(depths / step_mm).astype(int)
    count = int(numbers_of[-1]) + 1
    step = (ordered[-1] - ordered[0]) / (count - 1) if count > 1 else normal * step_mm
    off_mm = np.linalg.norm(ordered - ordered[0] - numbers_of[:, None] * step, axis=1).max()
    if off_mm > PLACEMENT_TOLERANCE_MM or count > _MOST_PLANES:
        raise GeometryError(f"its planes lie up to {off_mm:.2f} mm off an even grid")
    spacing_mm = (step_mm, *first.spacing_mm[1:])
    return _grid(replace(first, spacing_mm=spacing_mm), ordered[0] + np.arange(count)[:, None] * step)


def grid_of_frames(header: Header, layout: PixelFormat) -> ImageGrid:
    """The grid that the frames of a segmentation lie on.

    Raises:
        GeometryError: frames without a place in the patient, of several orientations, or on no even grid.
    """
    places = [each for each in places_of(header, layout.frames) if each is not None]
    if len(places) < layout.frames or any(each.calibration is not Calibration.PATIENT for each in places):
        raise GeometryError("its frames have no place in the patient")
    first = places[0]
    if any(not _alike(first, each) for each in places):
        raise GeometryError("its frames have several orientations or spacings")
    stated = numbers(functional_group(header, 0, "PixelMeasuresSequence"), "SpacingBetweenSlices")
    distances = [each for each in (*stated, first.thickness_mm) if each]
    origins = np.array([each.position_lps for each in places])
    return grid_of_planes(first.geometry(layout.rows, layout.columns), origins, distances)


def _alike(one: Place, other: Place) -> bool:
    return bool(
        np.allclose(one.row_lps, other.row_lps, atol=_ALIGNED)
        and np.allclose(one.column_lps, other.column_lps, atol=_ALIGNED)
        and np.allclose(one.spacing_mm, other.spacing_mm, rtol=_ALIGNED)
    )


def _step_mm(gaps: NDArray[np.float64], stated_mm: Sequence[float]) -> float | None:
    """The first distance of which all gaps are whole multiples; what is stated where there is no gap."""
    if not len(gaps):
        return stated_mm[0] if stated_mm else None
    smallest = float(gaps.min())
    for each in (*stated_mm, smallest):
        counts = np.rint(gaps / each)
        if counts.min() >= 1 and np.abs(gaps - counts * each).max() <= PLACEMENT_TOLERANCE_MM:
            return each
    return smallest


def _grid(first: Geometry, origins: NDArray[np.float64]) -> ImageGrid:
    slices = tuple(replace(first, origin_lps=(float(x), float(y), float(z))) for x, y, z in origins)
    return ImageGrid(replace(slices[0], shape_kji=(len(slices), *first.shape_kji[1:])), slices)
