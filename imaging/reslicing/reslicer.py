"""Planes and slabs of one volume on the grid of any stack of planes, its own or another volume's."""

from collections.abc import Callable, Generator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry
from imaging.reslicing.crossing import Box, crossed
from imaging.reslicing.grids import orthogonal
from imaging.reslicing.sampling import Place, Projection, Span, project, sample_linear, sample_nearest
from imaging.volume import Volume

Order = Literal["linear", "nearest"]

WHOLE_VOXEL = 1e-3
"""Pixels less than this part of a voxel beside the centres of voxels show those voxels as they are."""

AIR_HU = -1000.0

_SAMPLES = 64


class Reslicer:
    """Samples one volume. Nothing is copied or kept, so one may be made anew for every plane.

    Args:
        array: (K, J, I) values or (K, J, I, 3) colour; it may still be filling.
        geometry: where they lie.
        outside: value where the volume is not; see :func:`outside_of`.
    """

    def __init__(self, array: NDArray[Any], geometry: Geometry, outside: float = 0.0) -> None:
        self._array, self._geometry = _native(array), geometry
        self._outside = _within(outside, self._array.dtype)

    def plane(self, grid: Geometry, k: int, order: Order = "linear") -> NDArray[Any]:
        """(R, C) or (R, C, 3) values of plane ``k`` of ``grid``, of the array's type; integers are rounded, half up.

        Planes whose pixels are whole voxels are read-only views of the array. Of others, ``linear`` takes the value
        between the eight voxels around a pixel's centre, ``nearest`` the voxel that it lies in, for labels.

        Args:
            grid: planes in the same patient; ``k`` may go on beyond the last one.
        """
        place, voxels = self._place(grid, k), self._voxels(grid, k, 0)
        if voxels is not None:
            return voxels[0]
        if order == "nearest":
            return self._sampled(grid, lambda array, out: sample_nearest(array, place, self._outside, out))
        return self._sampled(grid, lambda array, out: sample_linear(array, place, 0, "max", self._outside, out))

    def labels_again(self, grid: Geometry, k: int, box: Box, out: NDArray[Any]) -> tuple[Span, Span] | None:
        """Rows and columns of plane ``k`` that voxels of ``box`` may lie in, written anew to ``out``; None without any.

        Args:
            box: where the array changed.
            out: what :meth:`plane` gave for the nearest voxels before that.
        """
        place = self._place(grid, k)
        rows, columns = grid.shape_kji[1:]
        part = crossed(place, box, (rows, columns))
        if part is not None and self._voxels(grid, k, 0) is None:  # a view of the array has changed with it
            sample_nearest(self._array, place, self._outside, out, part)
        return part

    def slab(self, grid: Geometry, k: int, thickness_mm: float, how: Projection = "max") -> NDArray[Any]:
        """(R, C) or (R, C, 3): the largest, smallest or mean value of the planes within half the thickness of ``k``.

        Only what lies in the volume and is no NaN counts. Type, rounding and interpolation are those of :meth:`plane`.
        """
        side = _side(grid, thickness_mm)
        if side == 0:
            return self.plane(grid, k)
        voxels = self._voxels(grid, k, side)
        if voxels is not None:
            return project(voxels, how)
        place = self._place(grid, k)
        return self._sampled(grid, lambda array, out: sample_linear(array, place, side, how, self._outside, out))

    def slab_in_parts(
        self, grid: Geometry, k: int, thickness_mm: float, how: Projection, samples: int
    ) -> Generator[None, None, NDArray[Any]]:
        """:meth:`slab`, returned after pauses between groups of rows of about ``samples`` samples each."""
        side, place = _side(grid, thickness_mm), self._place(grid, k)
        if self._voxels(grid, k, side) is not None:
            return self.slab(grid, k, thickness_mm, how)
        rows, columns = grid.shape_kji[1:]
        out = np.empty((rows, columns, *self._array.shape[3:]), self._array.dtype)
        each = max(1, samples // (columns * (2 * side + 1)))
        for first in range(0, rows, each):
            part = (first, min(rows, first + each))
            self._write(out, lambda a, o, part=part: sample_linear(a, place, side, how, self._outside, o, part))
            yield
        return out

    def _sampled(self, grid: Geometry, sample: Callable[[NDArray[Any], NDArray[Any]], None]) -> NDArray[Any]:
        """A plane written by ``sample``, channel by channel."""
        out: NDArray[Any] = np.empty((*grid.shape_kji[1:], *self._array.shape[3:]), self._array.dtype)
        self._write(out, sample)
        return out

    def _write(self, out: NDArray[Any], sample: Callable[[NDArray[Any], NDArray[Any]], None]) -> None:
        if self._array.ndim == 3:
            sample(self._array, out)
            return
        for channel in range(self._array.shape[3]):
            sample(self._array[..., channel], out[..., channel])

    def _voxels(self, grid: Geometry, k: int, side: int) -> NDArray[Any] | None:
        """(P, R, C, ...) view of the voxels that are the pixels of ``side`` planes to each side of ``k``."""
        voxels = _whole_voxels(self._array, self._place(grid, k - side), (2 * side + 1, *grid.shape_kji[1:]))
        return voxels if voxels is not None and len(voxels) else None

    def _place(self, grid: Geometry, k: int) -> Place:
        corner = np.array((k, 0.0, 0.0))
        indices = self._geometry.index_kji(grid.point_lps(np.vstack((corner, corner + np.eye(3)))))
        return Place(indices[0], indices[1:] - indices[0])


def planes_within(grid: Geometry, thickness_mm: float) -> int:
    """How many planes of ``grid`` a slab looks through."""
    return 2 * _side(grid, thickness_mm) + 1


def _side(grid: Geometry, thickness_mm: float) -> int:
    """How many planes of a slab lie before its middle one, and behind it."""
    return int(max(0.0, thickness_mm) / 2 / grid.spacing_mm[0] + WHOLE_VOXEL)


def outside_of(volume: Volume) -> float:
    """What planes show where ``volume`` is not: its padding, air in a CT, black in colour, else a low value of it."""
    if volume.padding is not None:
        return volume.padding[0]
    if volume.unit == "HU":
        return AIR_HU
    if volume.is_colour:
        return 0.0
    k, j, i = (max(1, size // _SAMPLES) for size in volume.geometry.shape_kji)
    few = volume.array[::k, ::j, ::i]
    finite = few[np.isfinite(few)]
    return float(finite.min()) if finite.size else 0.0


def warm_up(dtype: type[np.generic] = np.int16) -> None:
    """Load numba and compile what planes of voxels of one type need: about a second once, to be spent off the main
    thread.
    """
    still = Geometry((4, 4, 4))
    turned = Geometry((4, 4, 4), (0.9, 0.9, 0.9))
    reslicer = Reslicer(np.zeros((4, 4, 4), dtype), still)
    reslicer.plane(turned, 1)
    reslicer.plane(turned, 1, "nearest")
    reslicer.slab(orthogonal(still, 2), 1, 2.0)


def _whole_voxels(array: NDArray[Any], place: Place, counts: tuple[int, int, int]) -> NDArray[Any] | None:
    """(P, R, C, ...) view of as many planes, rows and columns, of planes those in the array; None where pixels are not
    whole voxels or some lie outside.
    """
    start, steps = np.rint(place.origin), np.rint(place.steps)
    off = np.abs(place.origin - start) + np.array(counts) @ np.abs(place.steps - steps)
    axes = np.abs(steps).argmax(axis=1)
    if off.max() > WHOLE_VOXEL or sorted(axes) != [0, 1, 2] or np.abs(steps).sum() != 3:
        return None
    spans = [slice(0), slice(0), slice(0)]
    for n, axis in enumerate(axes):
        step, size = int(steps[n, axis]), array.shape[axis]
        places = range(int(start[axis]), int(start[axis]) + step * counts[n], step)
        inside = [place for place in places if 0 <= place < size]
        if n > 0 and len(inside) < counts[n]:
            return None
        spans[axis] = _span(inside, step)
    return array[tuple(spans)].transpose((*axes, *range(3, array.ndim)))


def _span(places: list[int], step: int) -> slice:
    """The slice that picks ``places`` in their order."""
    if not places:
        return slice(0)
    end = places[-1] + step
    return slice(places[0], None if end < 0 else end, step)


def _native(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view of a type that the kernels know, so that they are compiled once for each type of voxels."""
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    view = array.view()
    view.flags.writeable = False
    return view


def _within(value: float, dtype: np.dtype[Any]) -> float:
    """The value that a type can hold nearest to ``value``."""
    if dtype.kind not in "iu":
        return float(value)
    return float(min(max(value, np.iinfo(dtype).min), np.iinfo(dtype).max))
