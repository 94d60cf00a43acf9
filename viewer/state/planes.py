"""The planes of a volume that a viewport steps through, and what lies on them."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry, Triple
from imaging.reslicing import (
    Axis,
    Box,
    PatientPlane,
    Projection,
    Reslicer,
    Span,
    nearest_axis,
    oblique,
    orthogonal,
    orthogonal_planes,
    outside_of,
    patient_plane,
)
from imaging.volume import Volume, screen_values
from viewer.state.motion import DRAFT_SAMPLES

Plane = PatientPlane | Literal["stored", "oblique"]
"""``stored``: slices as acquired. ``oblique``: turned by hand."""

NATIVE_DEGREES = 3.0
"""Planes of the array that lie this close to a patient plane stand for it: their voxels are shown as they are."""


@dataclass(frozen=True, eq=False)
class Planes:
    """Parallel planes of a volume; as acquired unless said otherwise.

    Attributes:
        grid: the planes as a grid, (planes, rows, columns).
        plane: which planes they are.
        axis: the array axis they lie across; None where they are resampled.
    """

    volume: Volume
    grid: Geometry
    plane: Plane = "stored"
    axis: Axis | None = 0

    @classmethod
    def of(cls, volume: Volume, plane: PatientPlane | Literal["stored"] = "stored") -> Self:
        """The planes of a volume as acquired, or as they lie in the patient: its voxels where these lie so."""
        if plane == "stored":
            return cls(volume, volume.geometry)
        axis = nearest_axis(volume.geometry, plane, NATIVE_DEGREES)
        grid = patient_plane(volume.geometry, plane) if axis is None else orthogonal(volume.geometry, axis)
        return cls(volume, grid, plane, axis)

    @classmethod
    def turned(cls, volume: Volume, centre_lps: Triple, normal_lps: Triple, up_lps: Triple) -> Self:
        """Oblique planes, one of which goes through ``centre_lps``."""
        return cls(volume, oblique(volume.geometry, centre_lps, normal_lps, up_lps), "oblique", None)

    def slice_geometry(self, k: int) -> Geometry | None:
        """The single-slice geometry of plane ``k``; None when there is no such plane."""
        if not 0 <= k < self.grid.shape_kji[0]:
            return None
        return self.volume.slice_geometry(k) if self.plane == "stored" else self.grid.slab(k)

    def nearest_k(self, point_lps: Triple) -> int | None:
        """The number of the plane nearest to a point along the normal; None where nobody knows the place."""
        if not self.volume.geometry.has_position:
            return None
        if self.plane != "stored" or not self.volume.slice_geometries:
            return round(float(self.grid.index_kji(point_lps)[0]))
        distances = [abs(float(each.index_kji(point_lps)[0])) for each in self.volume.slice_geometries]
        return int(np.argmin(distances))

    def voxel_at(self, k: int, row: int, column: int) -> tuple[int, int, int] | None:
        """The voxel under a pixel of plane ``k``, k, j, i; None outside the volume."""
        if self.axis is not None:
            place = [row, column]
            place.insert(self.axis, k)
            return place[0], place[1], place[2]
        geometry = self.volume.geometry
        index = np.floor(geometry.index_kji(self.grid.point_lps((k, row, column))) + 0.5).astype(int)
        inside = all(0 <= i < n for i, n in zip(index, geometry.shape_kji, strict=True))
        return (int(index[0]), int(index[1]), int(index[2])) if inside else None

    def values(self, k: int, slab_mm: float = 0.0, projection: Projection = "max") -> NDArray[Any]:
        """(R, C) values of plane ``k``, or (R, C, 3) uint8, through a slab where one is given."""
        if slab_mm > 0:
            return self._on_screen(self._reslicer.slab(self.grid, k, slab_mm, projection))
        if self.axis is not None:
            return self._on_screen(orthogonal_planes(self.volume.array, self.axis)[k])
        return self._on_screen(self._reslicer.plane(self.grid, k))

    def values_in_parts(self, k: int, slab_mm: float, projection: Projection) -> Generator[None, None, NDArray[Any]]:
        """:meth:`values` of a plane that is resampled, with pauses some milliseconds apart."""
        parts = self._reslicer.slab_in_parts(self.grid, k, slab_mm, projection, DRAFT_SAMPLES // 2)
        return self._on_screen((yield from parts))

    def draft(self, grid: Geometry, slab_mm: float, projection: Projection) -> NDArray[Any]:
        """As :meth:`values`, of a grid of one plane, which is coarser."""
        return self._on_screen(self._reslicer.slab(grid, 0, slab_mm, projection))

    def cut(self, array: NDArray[Any], k: int, grid: Geometry | None = None) -> NDArray[Any]:
        """(R, C) of plane ``k`` through any array on the volume's grid: nearest voxels, as for labels.

        Args:
            grid: where ``k`` is counted; that of these planes unless given.
        """
        if self.axis is not None:
            return orthogonal_planes(array, self.axis)[k]
        outside = float("nan") if array.dtype.kind == "f" else 0.0
        return Reslicer(array, self.volume.geometry, outside).plane(grid or self.grid, k, "nearest")

    def cut_again(self, array: NDArray[Any], k: int, box: Box, out: NDArray[Any]) -> tuple[Span, Span] | None:
        """Rows and columns of plane ``k`` that a change of ``array`` within ``box`` reaches; None without any.

        Args:
            out: what :meth:`cut` gave before the change; written anew there.
        """
        if self.axis is None:
            return Reslicer(array, self.volume.geometry).labels_again(self.grid, k, box, out)
        spans = [(span.start, span.stop) for span in box]
        first, end = spans.pop(self.axis)
        return (spans[0], spans[1]) if first <= k < end else None

    @cached_property
    def _reslicer(self) -> Reslicer:
        return Reslicer(self.volume.array, self.volume.geometry, outside_of(self.volume))

    def _on_screen(self, values: NDArray[Any]) -> NDArray[Any]:
        return screen_values(values, self.volume.colour_bits)
