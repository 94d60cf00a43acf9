"""One viewport: the series it shows, the planes it steps through, and how it looks at them."""

from collections.abc import Generator
from dataclasses import replace
from math import prod
from typing import Any, Literal

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from imaging.geometry import Geometry, Triple
from imaging.reslicing import Axis, PatientPlane, planes_within
from imaging.study import Series
from imaging.volume import Volume
from viewer.state.motion import DRAFT_SAMPLES, PROMPT_SAMPLES, Motion
from viewer.state.opened import OpenSeries
from viewer.state.planes import Plane, Planes
from viewer.state.transform import ViewTransform, plane_transform
from viewer.state.view import View


class Pane(QObject):
    """One viewport's state.

    Signals:
        volume_changed: another series, or none, is shown.
        grid_changed: other planes of the same volume are stepped through.
        slice_arrived, completed: as of the series that is shown.

    Attributes:
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
        self.motion = Motion()
        self.size_px = (1.0, 1.0)
        self.device_ratio = 1.0
        self.display_px_per_mm = 0.0
        self.display_calibrated = False
        self._planes: Planes | None = None
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

    @property
    def planes(self) -> Planes:
        """The planes that are stepped through.

        Raises:
            ValueError: nothing is shown.
        """
        if self._planes is None:
            raise ValueError("nothing is shown")
        return self._planes

    @property
    def plane(self) -> Plane:
        """Which planes are stepped through."""
        return "stored" if self._planes is None else self._planes.plane

    @property
    def axis(self) -> Axis | None:
        """The array axis that the planes lie across; None where they are resampled."""
        return 0 if self._planes is None else self._planes.axis

    @property
    def grid(self) -> Geometry | None:
        """The planes as a grid, (planes, rows, columns); None while nothing is shown."""
        return None if self._planes is None else self._planes.grid

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
        if opened is not None and only_k is None and not opened.complete:
            only_k = opened.nearest_there(opened.volume.geometry.shape_kji[0] // 2)
        if opened is not None and stays and self._planes is not None:
            self._planes = replace(self._planes, volume=opened.volume)
            self.view.follow_to(opened.volume)
        else:
            self._planes = None if opened is None else Planes.of(opened.volume)
            self.view.reset_to(self.volume, only_k)
        self.volume_changed.emit()

    def set_plane(self, plane: PatientPlane | Literal["stored"]) -> None:
        """Step through other planes; the point in the middle of the picture stays where that is possible."""
        if self.volume is not None and (plane == "stored" or self.can_cut):
            self.step_through(Planes.of(self.volume, plane))

    def turn_plane(self, centre_lps: Triple, normal_lps: Triple, up_lps: Triple) -> None:
        """Step through oblique planes, one of which goes through ``centre_lps``."""
        if self.volume is not None and self.can_cut:
            self.step_through(Planes.turned(self.volume, centre_lps, normal_lps, up_lps), centre_lps)

    def step_through(self, planes: Planes, through_lps: Triple | None = None) -> None:
        """Step through other planes of the volume, from the one through a point, else through the middle shown now."""
        point = through_lps or self.centre_lps()
        self._planes, count = planes, planes.grid.shape_kji[0]
        k = count // 2 if point is None else round(float(planes.grid.index_kji(point)[0]))
        self.view.step_through(count, k, planes.volume.slice_windows if planes.axis == 0 else ())
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
        k = None if self._planes is None else self._planes.nearest_k(point_lps)
        if k is not None:
            self.view.set_slice(k)

    @property
    def padding(self) -> tuple[float, float] | None:
        """Lowest and highest value of the shown plane that mean "outside the image"."""
        if self.volume is None or self.axis != 0:
            return None if self.volume is None else self.volume.padding
        return self.volume.padding_at(self.view.k)

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
        return None if self._planes is None else self._planes.slice_geometry(k)

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
    def slab_planes(self) -> int:
        """How many planes a resampled picture is made of."""
        return 1 if self.grid is None else planes_within(self.grid, self.view.slab_mm)

    def values(self, k: int) -> NDArray[Any]:
        """(R, C) values of plane ``k``, or (R, C, 3) uint8, through the slab where one is set.

        Raises:
            ValueError: nothing is shown.
        """
        return self.planes.values(k, self.view.slab_mm if self.can_cut else 0.0, self.view.projection)

    def values_in_parts(self) -> Generator[None, None, NDArray[Any]]:
        """:meth:`values` of the shown plane, one that is resampled, with pauses some milliseconds apart.

        Raises:
            ValueError: nothing is shown.
        """
        return self.planes.values_in_parts(self.view.k, self.view.slab_mm, self.view.projection)

    def draft_values(self, grid: Geometry) -> NDArray[Any]:
        """:meth:`values` of a grid of one plane, which is coarser.

        Raises:
            ValueError: nothing is shown.
        """
        return self.planes.draft(grid, self.view.slab_mm, self.view.projection)

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
        samples, finer = prod(transform.shape) * self.slab_planes, max(transform.scale) * self.device_ratio < 1
        return samples > (PROMPT_SAMPLES if finer else DRAFT_SAMPLES)

    def _listen_to(self, opened: OpenSeries | None) -> None:
        if self.opened is not None:
            self.opened.slice_arrived.disconnect(self.slice_arrived)
            self.opened.completed.disconnect(self._on_completed)
        self.opened = opened
        if opened is not None:
            opened.slice_arrived.connect(self.slice_arrived)
            opened.completed.connect(self._on_completed)

    def _on_completed(self) -> None:
        """All pixels are there, and what was learned of them on the way."""
        if self.opened is not None and self._planes is not None:
            self._planes = replace(self._planes, volume=self.opened.volume)
        self.completed.emit()
