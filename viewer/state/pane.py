"""One viewport: the series it shows, the planes it steps through, and how it looks at them."""

from collections.abc import Generator
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from imaging.geometry import Geometry, Triple
from imaging.reslicing import (
    Axis,
    Box,
    PatientPlane,
    Reslicer,
    Span,
    nearest_axis,
    oblique,
    orthogonal,
    outside_of,
    patient_plane,
    planes_within,
)
from imaging.study import Series
from imaging.volume import Volume, screen_values
from viewer.state.motion import DRAFT_SAMPLES, PROMPT_SAMPLES, Motion
from viewer.state.opened import OpenSeries
from viewer.state.transform import ViewTransform, plane_transform
from viewer.state.view import View

Plane = PatientPlane | Literal["stored", "oblique"]
"""``stored``: slices as acquired. ``oblique``: turned by hand."""

NATIVE_DEGREES = 3.0
"""Planes of the array that lie this close to a patient plane stand for it: their voxels are shown as they are."""


class Pane(QObject):
    """One viewport's state.

    Signals:
        volume_changed: another series, or none, is shown.
        grid_changed: other planes of the same volume are stepped through.
        slice_arrived, completed: as of the series that is shown.

    Attributes:
        plane: which planes are stepped through.
        axis: the array axis they lie across; None where they are resampled.
        grid: the planes as a grid, (planes, rows, columns); None while nothing is shown.
        motion: whether a plane that costs much moves, and is drawn coarser.
        size_px: width and height on the screen.
        device_ratio: pixels of the display per pixel of the screen.
        display_px_per_mm: screen pixels per millimetre of the display; 0 where nobody knows.
        display_calibrated: a person measured that, else the display states it.
    """

    volume_changed = Signal()
    grid_changed = Signal()
    slice_arrived = Signal(int)
    completed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.opened: OpenSeries | None = None
        self.plane: Plane = "stored"
        self.axis: Axis | None = 0
        self.grid: Geometry | None = None
        self.motion = Motion()
        self.size_px = (1.0, 1.0)
        self.device_ratio = 1.0
        self.display_px_per_mm = 0.0
        self.display_calibrated = False
        self._reslicer: Reslicer | None = None
        self._cut: tuple[object, ...] = ()
        self.view.changed.connect(self._follow_motion)

    @property
    def series(self) -> Series | None:
        """The series that is shown."""
        return self.opened.series if self.opened else None

    @property
    def volume(self) -> Volume | None:
        """The volume that is shown."""
        return self.opened.volume if self.opened else None

    @property
    def complete(self) -> bool:
        """False while pixels are still loading."""
        return self.opened is None or self.opened.complete

    def has(self, k: int) -> bool:
        """True when there is something to draw for plane ``k``; planes across slices show what is there."""
        return self.opened is not None and (self.axis != 0 or self.opened.has(k))

    @property
    def can_cut(self) -> bool:
        """True when the volume can be shown in planes that were not acquired."""
        return self.volume is not None and self.volume.kind == "volume" and self.volume.geometry.has_position

    def show(self, opened: OpenSeries | None, only_k: int | None = None, stays: bool = False) -> None:
        """Show a series, slices as acquired.

        Args:
            only_k: the one slice that has its pixels.
            stays: keep slice, window, zoom and plane, as from one phase to the next.
        """
        self._listen_to(opened)
        if opened is not None and stays and self.grid is not None:
            self._reslicer = _reslicer(opened.volume)
            self.view.follow_to(opened.volume)
        else:
            self._use("stored", 0, None if opened is None else opened.volume.geometry)
            self.view.reset_to(self.volume, only_k)
        self.volume_changed.emit()

    def set_plane(self, plane: PatientPlane | Literal["stored"]) -> None:
        """Step through other planes; the point in the middle of the picture stays where that is possible."""
        volume = self.volume
        if volume is None or (plane != "stored" and not self.can_cut):
            return
        if plane == "stored":
            self.set_grid(plane, 0, volume.geometry)
            return
        axis = nearest_axis(volume.geometry, plane, NATIVE_DEGREES)
        self.set_grid(plane, axis, patient_plane(volume.geometry, plane) if axis is None else None)

    def turn_plane(self, centre_lps: Triple, normal_lps: Triple, up_lps: Triple) -> None:
        """Step through oblique planes, one of which goes through ``centre_lps``."""
        if self.volume is not None and self.can_cut:
            self.set_grid("oblique", None, oblique(self.volume.geometry, centre_lps, normal_lps, up_lps), centre_lps)

    def set_grid(
        self, plane: Plane, axis: Axis | None, grid: Geometry | None, through_lps: Triple | None = None
    ) -> None:
        """Step through the planes of ``grid`` (of the volume itself across ``axis`` when left out)."""
        volume, before = self.volume, self.centre_lps()
        if volume is None:
            return
        if grid is None:
            grid = volume.geometry if axis is None else orthogonal(volume.geometry, axis)
        self._use(plane, axis, grid)
        point = through_lps or before
        k = grid.shape_kji[0] // 2 if point is None else round(float(grid.index_kji(point)[0]))
        self.view.step_through(grid.shape_kji[0], k, volume.slice_windows if axis == 0 else ())
        self.grid_changed.emit()

    def centre_lps(self) -> Triple | None:
        """The middle of the shown plane, LPS millimetres; None where nobody knows the place."""
        geometry = self.slice_geometry(self.view.k)
        if geometry is None or not geometry.has_position:
            return None
        _, rows, columns = geometry.shape_kji
        x, y, z = geometry.point_lps((0, (rows - 1) / 2, (columns - 1) / 2))
        return float(x), float(y), float(z)

    def go_to(self, point_lps: Triple) -> None:
        """Step to the plane nearest to a point."""
        k = self.nearest_k(point_lps)
        if k is not None:
            self.view.set_slice(k)

    def nearest_k(self, point_lps: Triple) -> int | None:
        """The number of the plane nearest to a point along the normal; None where nobody knows the place."""
        volume, grid = self.volume, self.grid
        if volume is None or grid is None or not volume.geometry.has_position:
            return None
        if self.plane != "stored" or not volume.slice_geometries:
            return round(float(grid.index_kji(point_lps)[0]))
        distances = [abs(float(each.index_kji(point_lps)[0])) for each in volume.slice_geometries]
        return int(np.argmin(distances))

    @property
    def stored_k(self) -> int:
        """The slice as acquired that is shown, or that the middle of the shown plane lies in."""
        centre = self.centre_lps()
        if self.axis == 0 or self.volume is None or centre is None:
            return self.view.k
        k = round(float(self.volume.geometry.index_kji(centre)[0]))
        return max(0, min(k, self.volume.geometry.shape_kji[0] - 1))

    def slice_geometry(self, k: int) -> Geometry | None:
        """The single-slice geometry of plane ``k``; None when nothing is shown or there is no such plane."""
        if self.volume is None or self.grid is None or not 0 <= k < self.grid.shape_kji[0]:
            return None
        return self.volume.slice_geometry(k) if self.plane == "stored" else self.grid.slab(k)

    def transform(self) -> ViewTransform | None:
        """Where pixels of the shown plane are on the screen; None when nothing is shown."""
        geometry = self.slice_geometry(self.view.k)
        return None if geometry is None else plane_transform(geometry, self.size_px, self.view)

    def point_lps(self, x: float, y: float) -> Triple | None:
        """The place in the patient under a screen point; None where nobody knows it."""
        geometry, transform = self.slice_geometry(self.view.k), self.transform()
        if geometry is None or transform is None or not geometry.has_position:
            return None
        point = geometry.point_lps((0, *transform.to_image(x, y)))
        return float(point[0]), float(point[1]), float(point[2])

    @property
    def planes(self) -> int:
        """How many planes a resampled picture is made of."""
        return 1 if self.grid is None else planes_within(self.grid, self.view.slab_mm)

    def values(self, k: int) -> NDArray[Any]:
        """(R, C) values of plane ``k``, or (R, C, 3) uint8, through the slab where one is set.

        Raises:
            ValueError: nothing is shown.
        """
        volume, grid, reslicer = self.volume, self.grid, self._reslicer
        if volume is None or grid is None or reslicer is None:
            raise ValueError("nothing is shown")
        if self.view.slab_mm > 0 and self.can_cut:
            return screen_values(reslicer.slab(grid, k, self.view.slab_mm, self.view.projection), volume.colour_bits)
        if self.axis is not None:
            return screen_values(np.moveaxis(volume.array, self.axis, 0)[k], volume.colour_bits)
        return screen_values(reslicer.plane(grid, k), volume.colour_bits)

    def values_in_parts(self) -> Generator[None, None, NDArray[Any]]:
        """:meth:`values` of the shown plane, one that is resampled, with pauses some milliseconds apart.

        Raises:
            ValueError: nothing is shown.
        """
        volume, grid, reslicer, view = self.volume, self.grid, self._reslicer, self.view
        if volume is None or grid is None or reslicer is None:
            raise ValueError("nothing is shown")
        parts = reslicer.slab_in_parts(grid, view.k, view.slab_mm, view.projection, DRAFT_SAMPLES // 2)
        return screen_values((yield from parts), volume.colour_bits)

    def draft_values(self, grid: Geometry) -> NDArray[Any]:
        """(R, C) values, or (R, C, 3) uint8, of a grid of one plane, through the slab where one is set.

        Raises:
            ValueError: nothing is shown.
        """
        if self.volume is None or self._reslicer is None:
            raise ValueError("nothing is shown")
        slab = self._reslicer.slab(grid, 0, self.view.slab_mm, self.view.projection)
        return screen_values(slab, self.volume.colour_bits)

    def fused_values(self, k: int, grid: Geometry | None = None) -> NDArray[Any] | None:
        """(R, C) values of the volume laid over plane ``k``, resampled onto it; None without.

        Args:
            grid: of one plane, in place of plane ``k``.

        Raises:
            GeometryError: the plane has no place in the patient.
        """
        geometry, fusion = grid or self.slice_geometry(k), self.view.fusion
        if geometry is None or fusion is None:
            return None
        over = fusion.opened.volume
        return _reslicer(over).plane(geometry, 0)

    def cut(self, array: NDArray[Any], k: int, grid: Geometry | None = None) -> NDArray[Any]:
        """(R, C) of plane ``k`` through any array on the volume's grid: nearest voxels, as for labels.

        Args:
            grid: where ``k`` is counted; the pane's own unless given.

        Raises:
            ValueError: nothing is shown.
        """
        if self.axis is not None:
            return np.moveaxis(array, self.axis, 0)[k]
        planes = grid or self.grid
        if self.volume is None or planes is None:
            raise ValueError("nothing is shown")
        outside = float("nan") if array.dtype.kind == "f" else 0.0
        return Reslicer(array, self.volume.geometry, outside).plane(planes, k, "nearest")

    def cut_again(self, array: NDArray[Any], k: int, box: Box, out: NDArray[Any]) -> tuple[Span, Span] | None:
        """Rows and columns of plane ``k`` that a change of ``array`` within ``box`` reaches; None without any.

        Args:
            out: what :meth:`cut` gave before the change; written anew there.

        Raises:
            ValueError: nothing is shown.
        """
        if self.volume is None or self.grid is None:
            raise ValueError("nothing is shown")
        if self.axis is None:
            return Reslicer(array, self.volume.geometry).labels_again(self.grid, k, box, out)
        spans = [(span.start, span.stop) for span in box]
        first, end = spans.pop(self.axis)
        return (spans[0], spans[1]) if first <= k < end else None

    def voxel_at(self, row: int, column: int) -> tuple[int, int, int] | None:
        """The voxel under a pixel of the shown plane, k, j, i; None outside the volume."""
        volume, grid, k = self.volume, self.grid, self.view.k
        if volume is None or grid is None:
            return None
        if self.axis is not None:
            place = [row, column]
            place.insert(self.axis, k)
            return place[0], place[1], place[2]
        index = np.floor(volume.geometry.index_kji(grid.point_lps((k, row, column))) + 0.5).astype(int)
        inside = all(0 <= i < n for i, n in zip(index, volume.geometry.shape_kji, strict=True))
        return (int(index[0]), int(index[1]), int(index[2])) if inside else None

    def _follow_motion(self) -> None:
        cut = (self.opened, self.grid, self.view.k, self.view.slab_mm, self.view.projection)
        if cut == self._cut:
            return
        self._cut = cut
        if self._costs_more_than_a_step:
            self.motion.step()
        else:
            self.motion.end()

    @property
    def _costs_more_than_a_step(self) -> bool:
        """Whether the shown plane is one that is sampled more coarsely while it moves."""
        transform = self.transform()
        if transform is None or self.axis is not None:
            return False
        samples, finer = prod(transform.shape) * self.planes, max(transform.scale) * self.device_ratio < 1
        return samples > (PROMPT_SAMPLES if finer else DRAFT_SAMPLES)

    def _use(self, plane: Plane, axis: Axis | None, grid: Geometry | None) -> None:
        self.plane, self.axis, self.grid = plane, axis, grid
        volume = self.volume
        self._reslicer = None if volume is None else _reslicer(volume)

    def _listen_to(self, opened: OpenSeries | None) -> None:
        if self.opened is not None:
            self.opened.slice_arrived.disconnect(self.slice_arrived)
            self.opened.completed.disconnect(self.completed)
        self.opened = opened
        if opened is not None:
            opened.slice_arrived.connect(self.slice_arrived)
            opened.completed.connect(self.completed)


def _reslicer(volume: Volume) -> Reslicer:
    return Reslicer(volume.array, volume.geometry, outside_of(volume))
