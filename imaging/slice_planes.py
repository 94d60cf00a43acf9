"""Slices moved to where they lie in the patient, and planes between them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry
from imaging.volume import Volume

WIDEST_GAP = 3.0
"""A gap wider than this many usual distances is left empty: nothing between its ends was seen."""

_NEAR_MM = 0.005
_ROUNDING = 1e-3


@dataclass(frozen=True)
class SliceStack:
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


class Planes:
    """Planes of the grid at any depth: NaN where there is nothing to interpolate between."""

    def __init__(self, volume: Volume, stack: SliceStack, geometry: Geometry) -> None:
        self._volume, self._stack, self._geometry = volume, stack, geometry
        self._moved: dict[int, NDArray[Any]] = {}
        wide = volume.array.dtype.itemsize > 2 and volume.array.dtype != np.float32
        self._type = np.dtype(np.float64 if wide else np.float32)

    def at(self, depth_mm: float) -> NDArray[Any]:
        """(J, I) floating: linear between the slices before and after, the last slice itself beyond it."""
        depths = self._stack.depths_mm
        before = int(np.clip(np.searchsorted(depths, depth_mm + _NEAR_MM, "right") - 1, 0, len(depths) - 1))
        rest = depth_mm - depths[before]
        if before == len(depths) - 1 or rest < _NEAR_MM:
            return self._plane(before).copy()
        gap = depths[before + 1] - depths[before]
        if gap - rest < _NEAR_MM:
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
        k = self._stack.order[n]
        values = self._volume.array[k].astype(self._type)
        padding = self._volume.padding_at(k)
        if padding is not None:
            values[(values >= padding[0]) & (values <= padding[1])] = np.nan
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
