"""What lies inside an outline: a pixel belongs to it when its centre does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, along, between, size_of, whole
from imaging.editing.edit import Inside, Region
from imaging.editing.strokes import Point
from imaging.geometry import Geometry


def rasterised(outline: Sequence[Point], shape: tuple[int, int]) -> Inside:
    """(R, C) bool: the pixels whose centres lie inside a closed line, by the even-odd rule.

    Centres on an upper or left edge are inside, on a lower or right edge outside, so that outlines which share an
    edge share no pixel.

    Args:
        outline: (row, column) corners; pixel centres are whole numbers.
        shape: rows and columns.
    """
    rows = np.arange(shape[0])
    corners = np.asarray(outline, float)
    (r0, c0), (r1, c1) = corners.T, np.roll(corners, -1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (c1 - c0) / (r1 - r0)
    crossings = np.zeros((shape[0], shape[1] + 1), np.int32)
    edge, row = np.nonzero((np.minimum(r0, r1)[:, None] <= rows) & (rows < np.maximum(r0, r1)[:, None]))
    first = np.ceil(c0[edge] + (row - r0[edge]) * slopes[edge] - 1e-9)
    np.add.at(crossings, (row, np.clip(first, 0, shape[1]).astype(int)), 1)
    return (np.cumsum(crossings[:, :-1], axis=1) & 1).astype(bool)


def in_plane(shape: tuple[int, ...], axis: int, index: int, outline: Sequence[Point], side: int = 0) -> Region | None:
    """The voxels inside an outline drawn on one plane of the array, rows and columns as stored; None without any.

    Args:
        side: how many planes before and behind belong to it, as far as there are any.
    """
    planes = slice(max(0, index - side), min(shape[axis], index + side + 1))
    return _through(shape, axis, planes, outline) if 0 <= index < shape[axis] else None


def through(shape: tuple[int, ...], axis: int, outline: Sequence[Point]) -> Region | None:
    """The voxels inside an outline drawn on a plane of the array, through all planes; None without any."""
    return _through(shape, axis, slice(0, shape[axis]), outline)


def prism(geometry: Geometry, plane: Geometry, outline: Sequence[Point], half_mm: float) -> Region | None:
    """The voxels inside an outline drawn on any plane in the patient; None without any.

    A voxel belongs to it when its centre lies within ``half_mm`` of the plane and, seen along the plane's normal,
    inside the outline.

    Args:
        geometry: the grid of the mask.
        plane: one plane, (1, rows, columns), that the outline's (row, column) corners are given on.
        half_mm: half the thickness; infinite for all that lies before and behind.
    """
    corners = np.asarray(outline, float)
    box = _reached(geometry, plane, corners, half_mm)
    if box is None:
        return None
    low = np.floor(corners.min(axis=0)).astype(int)
    raster = _fine(corners - low)
    parts: list[Inside] = []
    j, i = np.meshgrid(*(np.arange(span.start, span.stop) for span in box[1:]), indexing="ij")
    onto = np.linalg.inv(plane.affine) @ geometry.affine
    base = np.stack((j, i), axis=-1) @ onto[:3, 1:3].T + onto[:3, 3]
    for k in range(box[0].start, box[0].stop):
        seen = base + k * onto[:3, 0]
        near = np.abs(seen[..., 0]) * plane.spacing_mm[0] <= half_mm + 1e-6
        parts.append(near & _looked_up(raster, seen[..., 1:] - low))
    return Region(box, np.stack(parts)).tight()


def shown(geometry: Geometry, plane: Geometry, outline: Sequence[Point]) -> Region | None:
    """The voxels of which any plane in the patient shows more inside an outline than outside it; None without any.

    A plane shows of a voxel where it is the nearest one, whatever its centre's distance: nothing that is seen inside
    the outline is left out between thick slices.

    Args:
        geometry: the grid of the mask.
        plane: one plane, (1, rows, columns), that the outline's (row, column) corners are given on.
    """
    corners = np.asarray(outline, float)
    room = np.ceil(np.linalg.norm(geometry.spacing_mm) / np.array(plane.spacing_mm[1:]))  # of a voxel that is cut
    low, high = np.floor(corners.min(axis=0)) - room, np.ceil(corners.max(axis=0)) + room + 1
    rows, columns = (int(count) for count in (high - low) * SHARES)
    raster = rasterised([(r, c) for r, c in (corners - low + 0.5) * SHARES - 0.5], (rows, columns))
    places = [_nearest(geometry, plane, low, row, columns) for row in range(rows)]
    voxels, which = np.unique(np.stack(places), return_inverse=True)
    which = which.reshape(raster.shape)
    inside, seen = (np.bincount(each, minlength=voxels.size) for each in (which[raster], which.ravel()))
    chosen = voxels[(2 * inside > seen) & (voxels >= 0)]
    if not chosen.size:
        return None
    found = np.stack(np.unravel_index(chosen, geometry.shape_kji), axis=-1)
    first, last = found.min(axis=0), found.max(axis=0)
    box = between(first, last + 1)
    assert box is not None, "there is a voxel"
    region = Region(box, np.zeros(size_of(box), bool))
    region.inside[tuple((found - first).T)] = True
    return region


def _nearest(
    geometry: Geometry, plane: Geometry, low: NDArray[np.float64], row: int, columns: int
) -> NDArray[np.int64]:
    """(columns,) the voxels seen along one row of shares of pixels, as numpy counts ``array.flat``; -1 for none."""
    onto = np.linalg.inv(geometry.affine) @ plane.affine
    r, c = (first - 0.5 + (n + 0.5) / SHARES for first, n in zip(low, (row, np.arange(columns)), strict=True))
    index = np.floor(onto[:3, 1, None] * r + onto[:3, 2, None] * c + onto[:3, 3, None] + 0.5).astype(np.int64)
    (k, j, i), (depth, height, width) = index, geometry.shape_kji
    there = (k >= 0) & (k < depth) & (j >= 0) & (j < height) & (i >= 0) & (i < width)
    return np.where(there, (k * height + j) * width + i, -1)


def _reached(geometry: Geometry, plane: Geometry, corners: NDArray[np.float64], half_mm: float) -> Box | None:
    """The smallest box around a prism; all of the grid where it has no end, None where it lies beside."""
    if not np.isfinite(half_mm):
        return whole(geometry.shape_kji)
    depth = half_mm / plane.spacing_mm[0]
    ends = [np.insert(corners, 0, offset, axis=1) for offset in (-depth, depth)]
    reached = geometry.index_kji(plane.point_lps(np.concatenate(ends)))
    low = np.maximum(np.floor(reached.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(reached.max(axis=0)) + 1, geometry.shape_kji).astype(int)
    return between(low, high)


SHARES = 3
"""How much of a voxel is seen inside an outline is counted at so many places a pixel, along rows and columns."""
FINENESS = 8
"""The raster for slanting planes is so many times finer than their pixels."""


def _fine(corners: NDArray[np.float64]) -> Inside:
    rows, columns = (int(n) for n in np.ceil(corners.max(axis=0)) + 1)
    return rasterised([(r, c) for r, c in corners * FINENESS], (rows * FINENESS, columns * FINENESS))


def _looked_up(raster: Inside, places: NDArray[np.float64]) -> Inside:
    fine = np.floor(places * FINENESS + 0.5).astype(np.int32)
    inside = ((fine >= 0) & (fine < raster.shape)).all(axis=-1)
    found = np.zeros(places.shape[:-1], bool)
    found[inside] = raster[tuple(fine[inside].T)]
    return found


def _through(shape: tuple[int, ...], axis: int, planes: slice, outline: Sequence[Point]) -> Region | None:
    rows, columns = (size for a, size in enumerate(shape[:3]) if a != axis)
    plane = np.expand_dims(rasterised(outline, (rows, columns)), axis)
    flat = Region(whole(plane.shape), plane).tight()
    if flat is None or not 0 <= planes.start < planes.stop <= shape[axis]:
        return None
    box = along(flat.box, axis, planes)
    return Region(box, np.broadcast_to(flat.inside, size_of(box)))
