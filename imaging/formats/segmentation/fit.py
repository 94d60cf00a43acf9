"""Planes of a mask on the slices of an image: which slice, which of its pixels, and how far off."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.dicom.place import Place, corners_lps
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry


@dataclass(frozen=True)
class Fit:
    """A plane's pixels among those of a slice.

    Attributes:
        first_ji: pixel of the slice under the plane's first one.
        down_ji, across_ji: steps in the slice from one row, and one column, of the plane to the next.
        off_mm: the largest distance of a corner from the pixel of the slice that it is laid on.
    """

    first_ji: tuple[int, int]
    down_ji: tuple[int, int]
    across_ji: tuple[int, int]
    off_mm: float

    def place(self, plane: NDArray[Any], target: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], int]:
        """The plane turned and cut to the slice, the view of ``target`` under it, and how many marked pixels are lost.

        Args:
            plane: (rows, columns), non-zero where marked.
            target: (J, I) of the slice.
        """
        turned = plane if self.down_ji[0] else plane.T
        steps = self.down_ji[0] + self.across_ji[0], self.down_ji[1] + self.across_ji[1]
        turned = turned[:: steps[0], :: steps[1]]
        first = [at if step > 0 else at - n + 1 for at, step, n in zip(self.first_ji, steps, turned.shape, strict=True)]
        low = [max(0, at) for at in first]
        high = [
            max(start, min(size, at + n))
            for start, at, n, size in zip(low, first, turned.shape, target.shape, strict=True)
        ]
        inside = tuple(slice(a - at, b - at) for a, b, at in zip(low, high, first, strict=True))
        lost = int(np.count_nonzero(turned)) - int(np.count_nonzero(turned[inside]))
        return turned[inside], target[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], lost


def fit(place: Place, rows: int, columns: int, geometry: Geometry) -> Fit:
    """How a plane lies on a slice; ``off_mm`` says whether that is good enough."""
    turn = np.linalg.inv(geometry.affine[:3, :3])[1:]
    down = np.rint(turn @ np.multiply(place.column_lps, place.spacing_mm[0])).astype(int)
    across = np.rint(turn @ np.multiply(place.row_lps, place.spacing_mm[1])).astype(int)
    if sorted(np.abs([*down, *across])) != [0, 0, 1, 1] or down[0] * across[0] or down[1] * across[1]:
        return Fit((0, 0), (1, 0), (0, 1), float("inf"))
    first = np.rint(geometry.index_kji(place.position_lps)[1:]).astype(int)
    ends = [(r, c) for r in (0, rows - 1) for c in (0, columns - 1)]
    laid = geometry.point_lps([(0, *(first + r * down + c * across)) for r, c in ends])
    off_mm = float(np.linalg.norm(laid - corners_lps([place], rows, columns)[0], axis=-1).max())
    return Fit(_pair(first), _pair(down), _pair(across), off_mm)


def _pair(steps: NDArray[Any]) -> tuple[int, int]:
    return int(steps[0]), int(steps[1])


@dataclass(frozen=True)
class SliceFinder:
    """Finds slices by position."""

    grid: ImageGrid

    def at(self, place: Place, among: Sequence[int] | None = None) -> list[int]:
        """The slices, of all or ``among`` some, whose plane a position lies in; where there is none, the nearest."""
        ks = np.arange(len(self._origins)) if among is None else np.asarray(among)
        distances = np.abs(((np.asarray(place.position_lps) - self._origins[ks]) * self._normals[ks]).sum(axis=1))
        return [int(k) for k in ks[distances <= max(PLACEMENT_TOLERANCE_MM, float(distances.min()))]]

    @cached_property
    def _slices(self) -> list[Geometry]:
        return [self.grid.slice_geometry(k) for k in range(self.grid.geometry.shape_kji[0])]

    @cached_property
    def _origins(self) -> NDArray[np.float64]:
        return np.array([each.origin_lps for each in self._slices])

    @cached_property
    def _normals(self) -> NDArray[np.float64]:
        return np.array([each.normal_lps for each in self._slices])


def is_close(off_mm: float) -> bool:
    """Whether a plane lies where a slice does."""
    return off_mm <= PLACEMENT_TOLERANCE_MM
