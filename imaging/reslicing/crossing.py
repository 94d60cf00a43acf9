"""Which pixels of a plane a box of voxels shows in."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from imaging.reslicing.sampling import Place, Span

Box = tuple[slice, slice, slice]
"""Voxels k, j, i, with first and end."""

_ROUNDING = 1e-6


def crossed(place: Place, box: Box, shape: tuple[int, int]) -> tuple[Span, Span] | None:
    """First and end of the rows and of the columns of a plane whose pixels' centres lie in ``box``; None without any.

    Voxels reach half a step beyond their centres: what the box cuts out of the plane is a polygon.

    Args:
        shape: rows and columns of the plane.
    """
    last = np.array(shape, float) - 1
    polygon = np.array([(0, 0), (0, last[1]), last, (last[0], 0)])
    for axis, span in enumerate(box):
        index = place.origin[axis], place.steps[1:, axis]
        polygon = _kept(polygon, index[0] - (span.start - 0.5), index[1])
        polygon = _kept(polygon, span.stop - 0.5 - index[0], -index[1])
    if len(polygon) == 0:
        return None
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    rows, columns = ((ceil(a - _ROUNDING), floor(b + _ROUNDING) + 1) for a, b in zip(low, high, strict=True))
    return (rows, columns) if rows[0] < rows[1] and columns[0] < columns[1] else None


def _kept(polygon: NDArray[np.float64], offset: float, slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a convex polygon (N, 2) where ``offset + place @ slope`` is not negative."""
    return np.array(list(_corners(polygon, (offset + _ROUNDING + polygon @ slope).tolist()))).reshape(-1, 2)


def _corners(polygon: NDArray[np.float64], depths: list[float]) -> Iterator[NDArray[np.float64]]:
    """The corners that are kept, and those where an edge is cut (Sutherland and Hodgman, Commun. ACM 17(1), 1974)."""
    for n, depth in enumerate(depths):
        if depth >= 0:
            yield polygon[n]
        following = (n + 1) % len(depths)
        if depth * depths[following] < 0:
            yield polygon[n] + (polygon[following] - polygon[n]) * (depth / (depth - depths[following]))
