"""The planes that contours were drawn on, with pixels to fill them on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.own_planes import grid_of_planes
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry, triple

Points = NDArray[np.float64]
"""(N, 3) LPS millimetres of one contour."""

_MOST_PIXELS = 4096


@dataclass(frozen=True)
class Slices:
    """The planes of an image's slices, to find contours among."""

    grid: ImageGrid

    def under(self, points: Points, among: Sequence[int] | None = None) -> int | None:
        """The slice, of all or of some, in whose plane all points lie, to a tenth of a millimetre."""
        ks = np.arange(len(self._origins)) if among is None else np.asarray(among)
        near = np.abs(((points[0] - self._origins[ks]) * self._normals[ks]).sum(axis=1)) <= PLACEMENT_TOLERANCE_MM
        for k in ks[near].tolist():
            if np.abs((points - self._origins[k]) @ self._normals[k]).max() <= PLACEMENT_TOLERANCE_MM:
                return k
        return None

    def are_around(self, points: Points) -> bool:
        """Whether a contour lies behind the first slice and before the last."""
        heights = (self._origins[[0, -1]] - points.mean(axis=0)) @ self._normals[0]
        return bool(heights[0] * heights[1] < 0)

    @cached_property
    def _origins(self) -> NDArray[np.float64]:
        return np.array([each.origin_lps for each in self._geometries])

    @cached_property
    def _normals(self) -> NDArray[np.float64]:
        return np.array([each.normal_lps for each in self._geometries])

    @cached_property
    def _geometries(self) -> list[Geometry]:
        return [self.grid.slice_geometry(k) for k in range(self.grid.geometry.shape_kji[0])]


def planes_of(contours: Sequence[Points], grid: ImageGrid) -> ImageGrid:
    """The planes that contours lie on, as many pixels as hold them all.

    Contours parallel to the slices of the image get pixels as the image's. Others get square ones as fine as its
    finest side, along the axes of the patient as far as their planes allow.

    Args:
        contours: at least one.
        grid: of the image.

    Raises:
        GeometryError: contours that are not parallel to one another, or that lie on no even planes.
    """
    plane = grid.slice_geometry(0)
    if not _parallel(contours, plane):
        plane = _own_plane(contours, plane)
    if not _parallel(contours, plane):
        raise GeometryError("its contours are neither parallel to the slices nor to one another")
    first = _around(np.concatenate(contours), plane)
    normal = first.normal_lps
    heights = (float(((points - first.origin_lps) @ normal).mean()) for points in contours)
    return grid_of_planes(first, np.array([np.asarray(first.origin_lps) + each * normal for each in heights]))


def _parallel(contours: Sequence[Points], plane: Geometry) -> bool:
    return max(float(np.ptp(points @ plane.normal_lps)) for points in contours) <= PLACEMENT_TOLERANCE_MM


def _own_plane(contours: Sequence[Points], like: Geometry) -> Geometry:
    """A plane through the largest contour; its rows run along the patient's x axis, or along y where it looks at it."""
    areas = [_area(points) for points in contours]
    sizes = [float(np.linalg.norm(each)) for each in areas]
    largest = int(np.argmax(sizes))
    if not sizes[largest]:
        raise GeometryError("its contours enclose no area")
    normal = areas[largest] / sizes[largest]
    normal *= np.sign(normal[np.argmax(np.abs(normal))])
    across = np.eye(3)[0 if abs(normal[0]) < 0.8 else 1]
    across = across - (across @ normal) * normal
    across /= np.linalg.norm(across)
    down = np.cross(normal, across)
    side_mm = min(like.spacing_mm)
    corner = contours[largest][0] + side_mm / 2 * (down + across)  # outlines of other programs' pixels: between ours
    axes = triple(normal), triple(down), triple(across)
    return replace(like, spacing_mm=(side_mm, side_mm, side_mm), origin_lps=triple(corner), axes_lps=axes)


def _area(points: Points) -> NDArray[np.float64]:
    """(3,) mm², along the normal of a flat outline (Newell)."""
    about = points - points[0]
    return np.cross(about, np.roll(about, -1, axis=0)).sum(axis=0) / 2


def _around(points: Points, plane: Geometry) -> Geometry:
    """A plane with pixels where the given one has them, or would have them, as many as enclose all points."""
    index = plane.index_kji(points)[:, 1:]
    low, high = np.floor(index.min(axis=0)).astype(int), np.ceil(index.max(axis=0)).astype(int)
    if (high - low).max() >= _MOST_PIXELS:
        raise GeometryError(f"its contours reach over {(high - low).max()} pixels of the image")
    rows, columns = (int(each) for each in high - low + 1)
    return replace(plane, shape_kji=(1, rows, columns), origin_lps=triple(plane.point_lps((0, *low))))
