"""Which pixels of a plane the screen needs: a region and a reduction, so that the cost follows the screen."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.state.motion import coarseness
from viewer.state.orientation import AS_STORED, Orientation
from viewer.state.transform import ViewTransform

WHOLE_PIXELS = 2_000_000
"""Planes up to this size are prepared whole, so that panning and zooming only repaint."""

TILE = 256
"""Regions of larger planes end on multiples of this, so that small shifts need no new region."""

DRAFT_TILE = 32
"""The same for planes that move, which are sampled anew anyway."""

Box = tuple[int, int, int, int]
"""Top, bottom, left and right, half open, of a displayed patch."""


@dataclass(frozen=True)
class Patch:
    """Rows and columns of a stored plane, half open, reduced by a factor and turned for display.

    Attributes:
        step: of a plane that moves, sampled only here and there: of a slab every ``step``-th plane. 0: all is sampled.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    factor: int = 1
    orientation: Orientation = AS_STORED
    step: int = 0

    def cut(self, reduced: NDArray[Any]) -> NDArray[Any]:
        """This patch of a plane already reduced by ``factor``, turned for display: a view, not a copy."""
        (r0, r1), (c0, c1), f = self.rows, self.columns, self.factor
        return self.turned(reduced[r0 // f : -(-r1 // f), c0 // f : -(-c1 // f)])

    def turned(self, part: NDArray[Any]) -> NDArray[Any]:
        """What was sampled for this patch alone, turned for display: a view, not a copy."""
        part = part.swapaxes(0, 1) if self.orientation.transposed else part
        part = part[:, ::-1] if self.orientation.flip_x else part
        return part[::-1] if self.orientation.flip_y else part

    def box_of(self, rows: tuple[int, int], columns: tuple[int, int]) -> Box | None:
        """Where a box of the stored plane lies in the cut array; None when outside."""
        low, high = zip(
            *(_reduced(span, whole, self.factor) for span, whole in ((rows, self.rows), (columns, self.columns))),
            strict=True,
        )
        sizes = [-(-stop // self.factor) - start // self.factor for start, stop in (self.rows, self.columns)]
        spans = [list(span) for span in zip(low, high, sizes, strict=True)]
        if self.orientation.transposed:
            spans.reverse()
        (top, bottom, height), (left, right, width) = spans
        if self.orientation.flip_y:
            top, bottom = height - bottom, height - top
        if self.orientation.flip_x:
            left, right = width - right, width - left
        return (top, bottom, left, right) if top < bottom and left < right else None

    def screen_rect(self, transform: ViewTransform) -> tuple[float, float, float, float]:
        """Where the patch goes on the screen: x, y, width, height."""
        x0, y0 = transform.to_screen(self.rows[0] - 0.5, self.columns[0] - 0.5)
        x1, y1 = transform.to_screen(self.rows[1] - 0.5, self.columns[1] - 0.5)
        return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)

    @property
    def source_rect(self) -> tuple[float, float, float, float]:
        """The part of the cut array that holds pixels: x, y, width, height; the last block may be incomplete."""
        turn = self.orientation
        height, width = (float((stop - start) / self.factor) for start, stop in (self.rows, self.columns))
        if turn.transposed:
            height, width = width, height
        x = np.ceil(width) - width if turn.flip_x else 0.0
        y = np.ceil(height) - height if turn.flip_y else 0.0
        return float(x), float(y), width, height


def patch_for(transform: ViewTransform, device_ratio: float = 1.0) -> Patch | None:
    """The patch that fills the viewport, or None when the picture lies outside it."""
    rows, columns = transform.shape
    factor = reduction_for(max(transform.scale) * device_ratio)
    if rows * columns <= WHOLE_PIXELS * factor**2:
        return Patch((0, rows), (0, columns), factor, transform.orientation)
    return _seen(transform, factor, TILE)


def draft_patch_for(transform: ViewTransform, device_ratio: float, planes: int, apart_mm: float) -> Patch | None:
    """The patch of a plane that moves: only what is seen, so coarse that it is sampled within a frame.

    Args:
        planes: of a slab, ``apart_mm`` from one another.
    """
    factor = max(1, ceil(1 / (max(transform.scale) * device_ratio) - 1e-9))
    seen = _seen(transform, factor, DRAFT_TILE)
    if seen is None:
        return None
    samples = (seen.rows[1] - seen.rows[0]) * (seen.columns[1] - seen.columns[0]) * planes
    factor, step = coarseness(samples, factor, (apart_mm, *transform.spacing_mm))
    patch = _seen(transform, factor, DRAFT_TILE)
    return None if patch is None else replace(patch, step=step)


def _seen(transform: ViewTransform, factor: int, tile: int) -> Patch | None:
    rows, columns = transform.shape
    corners = [transform.to_image(x, y) for x in (0, transform.size_px[0]) for y in (0, transform.size_px[1])]
    row_span = _tiled(min(c[0] for c in corners), max(c[0] for c in corners), rows, tile * factor)
    column_span = _tiled(min(c[1] for c in corners), max(c[1] for c in corners), columns, tile * factor)
    if row_span[0] >= row_span[1] or column_span[0] >= column_span[1]:
        return None
    return Patch(row_span, column_span, factor, transform.orientation)


def reduction_for(scale: float) -> int:
    """The largest power of two by which pixels may be merged when one is ``scale`` screen pixels large."""
    return 1 if scale > 0.5 else 2 ** int(np.floor(np.log2(1 / scale) + 1e-9))


def mean_reduced(plane: NDArray[Any], factor: int) -> NDArray[Any]:
    """(R, C[, 3]) of ``plane``'s type: means of ``factor`` x ``factor`` blocks; the last ones may be incomplete."""
    if factor == 1:
        return plane
    integer = np.issubdtype(plane.dtype, np.integer)
    exact = np.float64 if integer and plane.dtype.itemsize > 2 else np.float32  # which cannot hold 32 bits
    result = plane.astype(exact)
    for axis in (0, 1):
        starts = np.arange(0, plane.shape[axis], factor)
        counts = np.diff(np.append(starts, plane.shape[axis])).astype(exact)
        shape = [1] * plane.ndim
        shape[axis] = -1
        result = np.add.reduceat(result, starts, axis=axis) / counts.reshape(shape)
    return (np.rint(result) if integer else result).astype(plane.dtype)


def picked_reduced(plane: NDArray[Any], factor: int) -> NDArray[Any]:
    """A view of every ``factor``-th pixel: for labels, which have no mean."""
    return plane[::factor, ::factor]


def _reduced(span: tuple[int, int], whole: tuple[int, int], factor: int) -> tuple[int, int]:
    first = whole[0] // factor
    start, stop = max(span[0], whole[0]) // factor, -(-min(span[1], whole[1]) // factor)
    return start - first, stop - first


def _tiled(low: float, high: float, count: int, tile: int) -> tuple[int, int]:
    start = int(np.floor((low - 2) / tile)) * tile
    stop = int(np.ceil((high + 3) / tile)) * tile
    return max(0, start), min(count, stop)
