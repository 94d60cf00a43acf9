"""A volume from slices that make no regular grid: resampled on request, and marked with what was done."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry
from imaging.progress import Report, silent
from imaging.study import Series
from imaging.volume import Volume

MOST_VOXELS = 1 << 30
"""A larger grid is refused: two slices almost on one another would make millions of new ones."""

WIDEST_GAP = 3.0
"""A gap wider than this many usual distances is left empty: nothing between its ends was seen."""

_GAP = 1.5
_ALIGNED = 4e-4
_SHIFT_MM = 0.01
_SAME_MM = 0.01
_ROUNDING = 1e-3


SUFFIX = "#regular"
"""Ends the identity of a series that is another one regularised."""


def regularised(series: Series) -> Series:
    """The series to list for ``series`` after :func:`regularise`; masks on it have its own identity."""
    description = f"{series.description or series.modality}, regularised"
    return replace(series, uid=series.uid + SUFFIX, kind="volume", geometry=None, description=description)


@dataclass(frozen=True)
class _Stack:
    """Slices in order along their common normal.

    Attributes:
        order: numbers of the slices in the volume. depths_mm: along the normal, from the first.
        shifts_mm: (N, 2) of each slice's first pixel along column and row, from the first's.
    """

    order: tuple[int, ...]
    depths_mm: NDArray[np.float64]
    shifts_mm: NDArray[np.float64]

    @property
    def usual_mm(self) -> float:
        """The median distance of neighbours."""
        return float(np.median(np.diff(self.depths_mm)))

    @property
    def tilt_degrees(self) -> float:
        """The angle by which slices drift sideways on the whole."""
        drift = float(np.linalg.norm(self.shifts_mm[-1] - self.shifts_mm[0]))
        return float(np.degrees(np.arctan2(drift, self.depths_mm[-1] - self.depths_mm[0])))


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
        overlays=(),
        derivation="; ".join(part for part in (volume.derivation, done) if part),
    )


def _stack(volume: Volume) -> _Stack:
    """The slices sorted by position, judged fit to be resampled."""
    if not volume.slice_geometries:
        raise GeometryError("the slices make a regular grid already: nothing to resample")
    if volume.is_colour:
        raise GeometryError("colour slices cannot be resampled: their values are no measurements")
    first = volume.slice_geometries[0]
    for k, other in enumerate(volume.slice_geometries):
        _check_parallel(first, other, k)
    normal = np.cross(first.axes_lps[2], first.axes_lps[1])
    origins = np.array([each.origin_lps for each in volume.slice_geometries])
    depths = origins @ normal
    order = np.argsort(depths, kind="stable")
    apart = np.diff(depths[order])
    if len(order) < 2 or (apart < _SAME_MM).any():
        raise GeometryError(f"{len(order)} slices, some at one position: expected at least two, all at different ones")
    sideways = (origins - origins[order[0]]) @ np.array([first.axes_lps[1], first.axes_lps[2]]).T
    return _Stack(tuple(int(k) for k in order), depths[order] - depths[order[0]], sideways[order])


def _check_parallel(first: Geometry, other: Geometry, k: int) -> None:
    if first.shape_kji != other.shape_kji or not np.allclose(first.spacing_mm[1:], other.spacing_mm[1:], rtol=2e-4):
        raise GeometryError(f"slice {k + 1} has another size or spacing than slice 1: expected slices of one kind")
    if np.abs(np.subtract(first.axes_lps[1:], other.axes_lps[1:])).max() > _ALIGNED:
        raise GeometryError(f"slice {k + 1} has another orientation than slice 1: expected parallel slices")
    if not first.has_position or not other.has_position:
        raise GeometryError("slices without a place in the patient cannot be resampled")


def _grid(first: Geometry, stack: _Stack, step: float) -> Geometry:
    """The grid along the first slice's axes from the lowest to the highest corner of all slices.

    It ends within half a step of the last slice.
    """
    if not (np.isfinite(step) and step > 0):
        raise GeometryError(f"slices {step:g} mm apart: expected a positive distance")
    down, across = np.asarray(first.axes_lps[1]), np.asarray(first.axes_lps[2])
    normal = np.cross(across, down)
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
        (float(origin[0]), float(origin[1]), float(origin[2])),
        ((float(normal[0]), float(normal[1]), float(normal[2])), first.axes_lps[1], first.axes_lps[2]),
        first.calibration,
    )


def _resampled(volume: Volume, stack: _Stack, geometry: Geometry, outside: float, report: Report) -> NDArray[Any]:
    """(K, J, I) of the volume's type: each new slice from its two neighbours, each moved into the grid."""
    planes = _Planes(volume, stack, geometry)
    step = geometry.spacing_mm[0]
    filled = np.empty(geometry.shape_kji, volume.array.dtype)
    for k in range(len(filled)):
        report(k, len(filled), f"Resampling slice {k + 1} of {len(filled)}")
        values = planes.at(k * step)
        values[np.isnan(values)] = outside
        filled[k] = np.rint(values) if filled.dtype.kind in "iu" else values
    return filled


class _Planes:
    """Planes of the grid at any depth: NaN where there is nothing to interpolate between."""

    def __init__(self, volume: Volume, stack: _Stack, geometry: Geometry) -> None:
        self._volume, self._stack, self._geometry = volume, stack, geometry
        self._moved: dict[int, NDArray[Any]] = {}
        wide = volume.array.dtype.itemsize > 2 and volume.array.dtype != np.float32
        self._type = np.dtype(np.float64 if wide else np.float32)

    def at(self, depth_mm: float) -> NDArray[Any]:
        """(J, I) floating: linear between the slices before and after, the last slice itself beyond it."""
        depths = self._stack.depths_mm
        before = int(np.clip(np.searchsorted(depths, depth_mm + _SAME_MM / 2, "right") - 1, 0, len(depths) - 1))
        rest = depth_mm - depths[before]
        if before == len(depths) - 1 or rest < _SAME_MM / 2:
            return self._plane(before).copy()
        gap = depths[before + 1] - depths[before]
        if gap - rest < _SAME_MM / 2:
            return self._plane(before + 1).copy()
        if gap > WIDEST_GAP * self._stack.usual_mm:
            return np.full(self._geometry.shape_kji[1:], np.nan, self._type)
        share = self._type.type(rest / gap)
        return self._plane(before) * (1 - share) + self._plane(before + 1) * share

    def _plane(self, n: int) -> NDArray[Any]:
        """(J, I) of the n-th slice on the grid; the last two are kept."""
        if n not in self._moved:
            self._moved = {m: plane for m, plane in self._moved.items() if m == n - 1}
            self._moved[n] = self._move(n)
        return self._moved[n]

    def _move(self, n: int) -> NDArray[Any]:
        """The n-th slice moved sideways to where it lies, by linear interpolation; NaN around it and at padding."""
        values = self._volume.array[self._stack.order[n]].astype(self._type)
        if self._volume.padding is not None:
            low, high = self._volume.padding
            values[(values >= low) & (values <= high)] = np.nan
        lowest = self._stack.shifts_mm.min(axis=0)
        for axis in (0, 1):
            offset = (self._stack.shifts_mm[n][axis] - lowest[axis]) / self._geometry.spacing_mm[1 + axis]
            values = _moved_along(values, axis, float(offset), self._geometry.shape_kji[1 + axis])
        return values


def _moved_along(values: NDArray[Any], axis: int, offset: float, size: int) -> NDArray[Any]:
    """Values moved by ``offset`` >= 0 pixels along one axis of a plane of ``size`` pixels; NaN where none lie."""
    source = np.moveaxis(values, axis, 0)
    target = np.full((size, source.shape[1]), np.nan, values.dtype)
    first, share = int(np.floor(offset)), values.dtype.type(offset - np.floor(offset))
    if min(share, 1 - share) < _ROUNDING:
        first = round(offset)
        target[first : first + len(source)] = source
    else:
        target[first + 1 : first + len(source)] = source[:-1] * share + source[1:] * (1 - share)
    return np.moveaxis(target, 0, axis)


def _derivation(stack: _Stack, geometry: Geometry, outside: float) -> str:
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


def _straightened(stack: _Stack) -> str:
    line = np.outer(stack.depths_mm / stack.depths_mm[-1], stack.shifts_mm[-1])
    off_line_mm = float(np.abs(stack.shifts_mm - line).max())
    if off_line_mm > PLACEMENT_TOLERANCE_MM:
        return f"sideways shifts of up to {np.abs(stack.shifts_mm).max():.1f} mm corrected"
    return f"tilt of {stack.tilt_degrees:.1f}° corrected"


def _new_between(low_mm: float, high_mm: float, step: float) -> int:
    """How many new slices lie between two depths, off either by more than a quarter step."""
    first, last = np.ceil(low_mm / step + 0.25), np.floor(high_mm / step - 0.25)
    return max(0, int(last - first) + 1)
