"""A volume from slices that make no regular grid: resampled on request, and marked with what was done."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry, triple
from imaging.progress import Report, silent
from imaging.slice_planes import WIDEST_GAP, Planes, SliceStack
from imaging.study import Series
from imaging.volume import Volume

MOST_VOXELS = 1 << 30
"""A larger grid is refused: two slices almost on one another would make millions of new ones."""

_GAP = 1.5
_ALIGNED = 4e-4
_SHIFT_MM = 0.01
_SAME_MM = 0.01


SUFFIX = "#regular"
"""Ends the identity of a series that is another one regularised."""


def regularised(series: Series) -> Series:
    """The series to list for ``series`` after :func:`regularise`; masks on it have its own identity."""
    description = f"{series.description or series.modality}, regularised"
    return replace(series, uid=series.uid + SUFFIX, kind="volume", geometry=None, description=description)


def obstacle(volume: Volume) -> str:
    """Why :func:`regularise` would refuse the volume, whatever the spacing; empty where it would not."""
    try:
        _stack(volume)
    except GeometryError as error:
        return str(error)
    return ""


def regularise(volume: Volume, spacing_k_mm: float | None = None, report: Report = silent) -> Volume:
    """The slices on a regular orthogonal grid that covers them all, by linear interpolation in the patient.

    Axes and in-plane spacing are those of the first slice. Voxels outside the slices, beside padding and in gaps wider
    than :data:`WIDEST_GAP` usual distances get the lower end of the padding range, or the lowest value of the volume.
    What was done is in ``derivation``; warnings are kept; overlays are left out, as they belong to the old slices.

    Args:
        volume: one with ``slice_geometries``; its ``series_uid`` gets :data:`SUFFIX`.
        spacing_k_mm: distance between the new slices; the usual distance of the old ones unless given.
        report: told after every new slice.

    Raises:
        GeometryError: fewer than two positions, slices that differ in orientation, size or spacing, colour, a volume
            that is regular already, a spacing that is not positive, or more than :data:`MOST_VOXELS`.
        Cancelled: by ``report``.
    """
    stack = _stack(volume)
    first = volume.slice_geometries[stack.order[0]]
    geometry = _grid(first, stack, stack.usual_mm if spacing_k_mm is None else spacing_k_mm)
    outside = float(volume.array.min()) if volume.padding is None else volume.padding[0]
    array = _resampled(volume, stack, geometry, outside, report)
    done = _derivation(stack, geometry, outside)
    return replace(
        volume,
        array=array,
        geometry=geometry,
        kind="volume",
        series_uid=volume.series_uid + SUFFIX,
        frame_times_ms=(),
        slice_geometries=(),
        slice_windows=(),
        slice_paddings=(),
        overlays=(),
        acquisitions=(volume.acquisition_at(None),),
        derivation="; ".join(part for part in (volume.derivation, done) if part),
    )


def _stack(volume: Volume) -> SliceStack:
    """The slices sorted by position, judged fit to be resampled."""
    if not volume.slice_geometries:
        raise GeometryError("the slices make a regular grid already: nothing to resample")
    if volume.is_colour:
        raise GeometryError("colour slices cannot be resampled: their values are no measurements")
    first = volume.slice_geometries[0]
    for k, other in enumerate(volume.slice_geometries):
        _check_parallel(first, other, k)
    normal = first.normal_lps
    origins = np.array([each.origin_lps for each in volume.slice_geometries])
    depths = origins @ normal
    order = np.argsort(depths, kind="stable")
    apart = np.diff(depths[order])
    if len(order) < 2:
        raise GeometryError("a single slice: expected at least two, at different positions")
    if (apart < _SAME_MM).any():
        raise GeometryError(f"{len(order)} slices, some at one position: expected all at different ones")
    sideways = (origins - origins[order[0]]) @ np.array([first.axes_lps[1], first.axes_lps[2]]).T
    return SliceStack(tuple(int(k) for k in order), depths[order] - depths[order[0]], sideways[order])


def _check_parallel(first: Geometry, other: Geometry, k: int) -> None:
    if first.shape_kji != other.shape_kji or not np.allclose(first.spacing_mm[1:], other.spacing_mm[1:], rtol=2e-4):
        raise GeometryError(f"slice {k + 1} has another size or spacing than slice 1: expected slices of one kind")
    if np.abs(np.subtract(first.axes_lps[1:], other.axes_lps[1:])).max() > _ALIGNED:
        raise GeometryError(f"slice {k + 1} has another orientation than slice 1: expected parallel slices")
    if not first.has_position or not other.has_position:
        raise GeometryError("slices without a place in the patient cannot be resampled")


def _grid(first: Geometry, stack: SliceStack, step: float) -> Geometry:
    """The grid along the first slice's axes from the lowest to the highest corner of all slices.

    It ends within half a step of the last slice.
    """
    if not (np.isfinite(step) and step > 0):
        raise GeometryError(f"slices {step:g} mm apart: expected a positive distance")
    down, across = np.asarray(first.axes_lps[1]), np.asarray(first.axes_lps[2])
    low, high = stack.shifts_mm.min(axis=0), stack.shifts_mm.max(axis=0)
    spacing = np.asarray(first.spacing_mm[1:])
    extra = np.ceil((high - low) / spacing - 1e-6).astype(int)
    count = int(np.rint(stack.depths_mm[-1] / step)) + 1
    voxels = count * (first.shape_kji[1] + int(extra[0])) * (first.shape_kji[2] + int(extra[1]))
    if voxels > MOST_VOXELS:
        raise GeometryError(f"{count} slices of {step:g} mm would be {voxels:.2g} voxels: choose a larger distance")
    origin = np.asarray(first.origin_lps) + down * low[0] + across * low[1]
    return Geometry(
        (count, first.shape_kji[1] + int(extra[0]), first.shape_kji[2] + int(extra[1])),
        (step, float(spacing[0]), float(spacing[1])),
        triple(origin),
        (triple(first.normal_lps), first.axes_lps[1], first.axes_lps[2]),
        first.calibration,
    )


def _resampled(volume: Volume, stack: SliceStack, geometry: Geometry, outside: float, report: Report) -> NDArray[Any]:
    """(K, J, I) of the volume's type: each new slice from its two neighbours, each moved into the grid."""
    planes = Planes(volume, stack, geometry)
    step = geometry.spacing_mm[0]
    filled = np.empty(geometry.shape_kji, volume.array.dtype)
    for k in range(len(filled)):
        report(k, len(filled), f"Resampling slice {k + 1} of {len(filled)}")
        values = planes.at(k * step)
        values[np.isnan(values)] = outside
        filled[k] = np.rint(values) if filled.dtype.kind in "iu" else values
    return filled


def _derivation(stack: SliceStack, geometry: Geometry, outside: float) -> str:
    """What was done, in words."""
    step = geometry.spacing_mm[0]
    done = [f"resampled to a regular {step:g} mm grid by linear interpolation"]
    if np.abs(stack.shifts_mm).max() > _SHIFT_MM:
        done.append(_straightened(stack))
    gaps = np.diff(stack.depths_mm)
    wide = gaps > WIDEST_GAP * stack.usual_mm
    bridged = (gaps > _GAP * stack.usual_mm) & ~wide
    count = sum(_new_between(stack.depths_mm[n], stack.depths_mm[n + 1], step) for n in np.flatnonzero(bridged))
    if count:
        done.append(f"{count} {'slice' if count == 1 else 'slices'} interpolated where none was taken")
    done += [f"gap of {gaps[n]:g} mm left empty" for n in np.flatnonzero(wide)]
    return "; ".join((*done, f"outside is {outside:g}"))


def _straightened(stack: SliceStack) -> str:
    line = np.outer(stack.depths_mm / stack.depths_mm[-1], stack.shifts_mm[-1])
    off_line_mm = float(np.abs(stack.shifts_mm - line).max())
    if off_line_mm > PLACEMENT_TOLERANCE_MM:
        return f"sideways shifts of up to {np.abs(stack.shifts_mm).max():.1f} mm corrected"
    return f"tilt of {stack.tilt_degrees:.1f}° corrected"


def _new_between(low_mm: float, high_mm: float, step: float) -> int:
    """How many new slices lie between two depths, off either by more than a quarter step."""
    first, last = np.ceil(low_mm / step + 0.25), np.floor(high_mm / step - 0.25)
    return max(0, int(last - first) + 1)
