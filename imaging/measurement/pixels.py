"""The pixels inside a figure, and their statistics. A pixel is inside when its centre is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry, Triple, triple
from imaging.measurement.figure import Value
from imaging.measurement.ruler import Ground, Points, slice_of
from imaging.reslicing import Reslicer
from imaging.volume import Volume

FLAT_VOXELS = 0.5
"""Points that spread less than this across a plane of the array lie in it, and its own pixels count."""

_BINS = 64


class Inside(Protocol):
    """A figure that pixels can be inside of."""

    @property
    def points(self) -> Points: ...

    def boundary(self) -> Points:
        """Points all around it."""
        ...

    def holds(
        self, corners: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """(R, C): which pixels are inside, given the (N, 2) points in the same plane."""
        ...


@dataclass(frozen=True, eq=False)
class Inner:
    """Values of the pixels inside.

    Attributes:
        values: (N,) or, for colour, (N, 3), without padding.
        resampled: they were interpolated in a plane that was not acquired.
    """

    values: NDArray[Any]
    resampled: bool = False


@dataclass(frozen=True, eq=False)
class _Plane:
    """A plane of pixels, and the figure's coordinates in it."""

    values: NDArray[Any]
    corners: NDArray[np.float64]
    around: NDArray[np.float64]
    padding: tuple[float, float] | None
    known: NDArray[np.bool_] | None = None


def inside_values(ground: Ground, figure: Inside) -> Inner:
    """The values of the pixels whose centre lies inside ``figure``; padding and what is no number are left out."""
    if ground.frame == "kji" and not 0 <= slice_of(figure.points) < ground.volume.geometry.shape_kji[0]:
        return Inner(np.zeros(0))
    native = _stored_plane(ground, figure)
    plane = native or _cut_plane(ground.volume, figure)
    low = np.maximum(np.floor(plane.around.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(plane.around.max(axis=0)) + 1, plane.values.shape[:2]).astype(int)
    if (low >= high).any():
        return Inner(np.zeros(0), native is None)
    box = (slice(low[0], high[0]), slice(low[1], high[1]))
    rows, columns = (np.arange(first, end, dtype=np.float64) for first, end in zip(low, high, strict=True))
    inside = figure.holds(plane.corners, rows, columns)
    if plane.known is not None:
        inside &= plane.known[box]
    return Inner(without_padding(plane.values[box][inside], plane.padding), native is None)


def probed(ground: Ground, point: Triple) -> NDArray[Any] | None:
    """(1,) the value of the voxel that a point lies on, or (3,) for colour; None outside and in padding."""
    volume = ground.volume
    k = nearest_slice(volume, point) if ground.frame == "lps" else slice_of((point,))
    if not 0 <= k < volume.geometry.shape_kji[0]:
        return None
    if ground.frame == "lps":
        row, column = volume.slice_geometry(k).index_kji(point)[1:]
    else:
        row, column = point[1:]
    j, i = int(np.floor(row + 0.5)), int(np.floor(column + 0.5))
    if not (0 <= j < volume.array.shape[1] and 0 <= i < volume.array.shape[2]):
        return None
    value = np.atleast_1d(volume.array[k, j, i])
    return value if volume.is_colour or without_padding(value, volume.padding_at(k)).size else None


def nearest_slice(volume: Volume, point_lps: Triple) -> int:
    """The number of the acquired slice that a place lies nearest to; beyond the ends the numbers go on."""
    if not volume.slice_geometries:
        return round(float(volume.geometry.index_kji(point_lps)[0]))
    away = [abs(float(each.index_kji(point_lps)[0])) for each in volume.slice_geometries]
    return int(np.argmin(away))


def statistics(ground: Ground, inner: Inner) -> tuple[Value, ...]:
    """Mean, SD (of a sample, n - 1), least, greatest and number of the pixels; SUVbw where the file tells the dose."""
    values = inner.values
    rule = "pixels with their centre inside" + (", interpolated in this plane" if inner.resampled else "")
    count = Value("Pixels", float(len(values)), "", rule)
    if values.ndim > 1 or not values.size:
        return (count,)
    factor, unit, words = grey_scale(ground.volume)
    scaled = values.astype(np.float64) * factor
    words = f"{rule}; {words}" if words else rule
    found = [("Mean", scaled.mean()), ("Min", scaled.min()), ("Max", scaled.max())]
    if len(scaled) > 1:
        found.insert(1, ("SD", scaled.std(ddof=1)))
    return (*(Value(name, float(value), unit, words) for name, value in found), count)


def grey_scale(volume: Volume) -> tuple[float, str, str]:
    """By what values are multiplied to be shown as numbers, their unit, and what has to be said of them."""
    if volume.facts.suv_factor > 0:
        return volume.facts.suv_factor, "SUVbw", "by body weight, decay-corrected"
    missing = f"no SUV: {volume.facts.suv_missing}" if volume.facts.suv_missing else ""
    return 1.0, volume.unit, missing


def histogram(ground: Ground, figure: Inside) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(N,) counts and (N + 1,) edges, in the unit of the statistics; empty for colour and for no pixels."""
    values = inside_values(ground, figure).values
    if values.ndim > 1 or not values.size:
        return np.zeros(0, np.int64), np.zeros(0)
    counts, edges = np.histogram(values.astype(np.float64) * grey_scale(ground.volume)[0], _BINS)
    return counts.astype(np.int64), edges.astype(np.float64)


def _stored_plane(ground: Ground, figure: Inside) -> _Plane | None:
    """The plane of the array that the figure lies in, None where it lies aslant."""
    volume = ground.volume
    if ground.frame == "kji":
        k = slice_of(figure.points)
        corners, around = (np.asarray(points, float)[:, 1:] for points in (figure.points, figure.boundary()))
        return _Plane(volume.array[k], corners, around, volume.padding_at(k))
    if volume.slice_geometries:
        return _irregular_plane(volume, figure)
    return _array_plane(volume, figure)


def _irregular_plane(volume: Volume, figure: Inside) -> _Plane:
    """The slice nearest to a figure, of slices that make no grid."""
    k = nearest_slice(volume, figure.points[0])
    grid = volume.slice_geometries[k]
    corners, around = (grid.index_kji(points)[:, 1:] for points in (figure.points, figure.boundary()))
    return _Plane(volume.array[k], corners, around, volume.padding_at(k))


def _array_plane(volume: Volume, figure: Inside) -> _Plane | None:
    corners, around = (volume.geometry.index_kji(points) for points in (figure.points, figure.boundary()))
    spread = np.ptp(around, axis=0)
    axis = int(np.argmin(spread))
    index = int(np.floor(around[:, axis].mean() + 0.5))
    if spread[axis] >= FLAT_VOXELS or not 0 <= index < volume.array.shape[axis]:
        return None
    padding = volume.padding_at(index) if axis == 0 else volume.padding
    values = np.moveaxis(volume.array, axis, 0)[index]
    return _Plane(values, np.delete(corners, axis, 1), np.delete(around, axis, 1), padding)


def _cut_plane(volume: Volume, figure: Inside) -> _Plane:
    """The plane of an oblique figure, interpolated at the finest voxel spacing."""
    around = np.asarray(figure.boundary(), float)
    grid = _own_grid(around, min(volume.geometry.spacing_mm))
    shape = grid.shape_kji[1:]
    places = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    index = volume.geometry.index_kji(grid.point_lps(np.insert(places.astype(float), 0, 0.0, axis=-1)))
    ends = np.asarray(volume.geometry.shape_kji) - 0.5
    known = np.asarray(((index >= -0.5) & (index <= ends)).all(axis=-1)) & ~_mixed_with_padding(volume, grid, index)
    values = Reslicer(volume.array, volume.geometry).plane(grid, 0)
    corners, edge = (grid.index_kji(points)[:, 1:] for points in (figure.points, around))
    return _Plane(values, corners, edge, volume.padding, known)


def _mixed_with_padding(volume: Volume, grid: Geometry, index_kji: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(R, C): for which pixels of an interpolated plane, at (R, C, 3) places, padding has a share in the value."""
    if volume.padding is None or volume.is_colour:
        return np.zeros(index_kji.shape[:2], np.bool_)
    places, shape = index_kji.reshape(-1, 3), np.asarray(volume.array.shape)
    low = np.clip(np.floor(places.min(axis=0)), 0, shape - 1).astype(int)
    high = np.clip(np.ceil(places.max(axis=0)) + 1, low + 1, shape).astype(int)
    around = volume.array[tuple(slice(first, end) for first, end in zip(low, high, strict=True))]
    padding = (around >= volume.padding[0]) & (around <= volume.padding[1])
    part = replace(volume.geometry, shape_kji=padding.shape, origin_lps=triple(volume.geometry.point_lps(low)))
    return Reslicer(padding.astype(np.float32), part).plane(grid, 0) > 0


def _own_grid(around: NDArray[np.float64], step_mm: float) -> Geometry:
    """One plane through (N, 3) points, with room for all of them."""
    centre = around.mean(axis=0)
    column, row, normal = np.linalg.svd(around - centre)[2]
    local = (around - centre) @ np.stack((row, column)).T
    low = np.floor(local.min(axis=0) / step_mm)
    rows, columns = (np.ceil(local.max(axis=0) / step_mm) - low + 1).astype(int)
    origin = centre + step_mm * (low[0] * row + low[1] * column)
    axes = (triple(normal), triple(row), triple(column))
    return Geometry((1, int(rows), int(columns)), (step_mm, step_mm, step_mm), triple(origin), axes)


def without_padding(values: NDArray[Any], padding: Sequence[float] | None) -> NDArray[Any]:
    """Those of (N,) values that are neither padding, from its lowest to its highest, nor no number; colour as it is."""
    if values.ndim > 1:
        return values
    if padding is not None:
        values = values[(values < padding[0]) | (values > padding[1])]
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values
