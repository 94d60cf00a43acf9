"""Where a pixel of a slice is on the screen, and back. Pure numbers: no Qt, no drawing."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from imaging.geometry import Geometry, Triple
from viewer.state.orientation import AS_STORED, Orientation
from viewer.state.view import View

# Screen right and screen down in LPS by the axis a plane is nearest to being across: sagittal, coronal, axial.
_SCREEN_LPS: tuple[tuple[Triple, Triple], ...] = (
    ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
)


def orientation_of(geometry: Geometry) -> Orientation:
    """The radiological orientation of a plane: patient's right on the left, anterior (or head) on top.

    Planes without a place in the patient, projections and pictures among them, are shown as stored.
    """
    return _turned(geometry.axes_lps) if geometry.has_position else AS_STORED


@lru_cache(maxsize=64)  # asked six times a frame: a fifth of the time of a brush's step
def _turned(axes_lps: tuple[Triple, Triple, Triple]) -> Orientation:
    row, column = (np.asarray(axes_lps[a]) for a in (1, 2))
    right, down = _SCREEN_LPS[int(np.argmax(np.abs(np.cross(column, row))))]
    transposed = abs(column @ right) + abs(row @ down) < abs(row @ right) + abs(column @ down)
    across, along = (row, column) if transposed else (column, row)
    return Orientation(bool(transposed), bool(across @ right < 0), bool(along @ down < 0))


@dataclass(frozen=True)
class ViewTransform:
    """Plane pixels (row, column), fractional, to screen pixels (x, y) and back; pixel centres are whole numbers.

    Attributes:
        size_px: width and height of the viewport.
        shape: rows and columns of the plane as stored.
        spacing_mm: distance between rows and between columns; only their ratio matters without millimetres.
        orientation: how the plane is turned for display.
        zoom: 1.0 shows the whole plane as large as the viewport allows.
        pan_px: shift of the picture (x, y) from the middle of the viewport.
        angle_deg: rotation on the screen about the middle of the viewport, clockwise, after all else.
    """

    size_px: tuple[float, float]
    shape: tuple[int, int]
    spacing_mm: tuple[float, float] = (1.0, 1.0)
    orientation: Orientation = AS_STORED
    zoom: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)
    angle_deg: float = 0.0

    @property
    def upright(self) -> "ViewTransform":
        """This transform before its free rotation."""
        return self if self.angle_deg == 0 else replace(self, angle_deg=0.0)

    @property
    def displayed_shape(self) -> tuple[int, int]:
        """Rows and columns after turning for display."""
        return (self.shape[1], self.shape[0]) if self.orientation.transposed else self.shape

    @property
    def _displayed_spacing(self) -> tuple[float, float]:
        return (self.spacing_mm[1], self.spacing_mm[0]) if self.orientation.transposed else self.spacing_mm

    @cached_property
    def px_per_mm(self) -> float:
        """Screen pixels per millimetre (per spacing unit where there are none)."""
        (rows, columns), (row_mm, column_mm) = self.displayed_shape, self._displayed_spacing
        width, height = self.size_px
        return self.zoom * max(1e-9, min(width / (columns * column_mm), height / (rows * row_mm)))

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Screen pixels per plane pixel along x and y."""
        row_mm, column_mm = self._displayed_spacing
        return column_mm * self.px_per_mm, row_mm * self.px_per_mm

    @cached_property
    def origin(self) -> tuple[float, float]:
        """Screen (x, y) of the outer corner of the displayed picture's first pixel."""
        (rows, columns), (sx, sy) = self.displayed_shape, self.scale
        return (
            (self.size_px[0] - columns * sx) / 2 + self.pan_px[0],
            (self.size_px[1] - rows * sy) / 2 + self.pan_px[1],
        )

    def to_screen(self, row: float, column: float) -> tuple[float, float]:
        """Screen (x, y) of a fractional pixel position."""
        turn, (rows, columns) = self.orientation, self.displayed_shape
        y, x = (column, row) if turn.transposed else (row, column)
        x = columns - 1 - x if turn.flip_x else x
        y = rows - 1 - y if turn.flip_y else y
        return self._rotated(
            self.origin[0] + (x + 0.5) * self.scale[0], self.origin[1] + (y + 0.5) * self.scale[1], self.angle_deg
        )

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Fractional (row, column) under a screen point; outside the picture the numbers go on."""
        turn, (rows, columns) = self.orientation, self.displayed_shape
        x, y = self._rotated(x, y, -self.angle_deg)
        column = (x - self.origin[0]) / self.scale[0] - 0.5
        row = (y - self.origin[1]) / self.scale[1] - 0.5
        column = columns - 1 - column if turn.flip_x else column
        row = rows - 1 - row if turn.flip_y else row
        return (column, row) if turn.transposed else (row, column)

    def pixel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The (row, column) of the pixel under a screen point, or None outside the picture."""
        row, column = (int(np.floor(v + 0.5)) for v in self.to_image(x, y))
        inside = 0 <= row < self.shape[0] and 0 <= column < self.shape[1]
        return (row, column) if inside else None

    def zoomed_about(self, x: float, y: float, zoom: float) -> "ViewTransform":
        """This view at another zoom, with what lies under (x, y) staying there."""
        ratio = zoom / self.zoom
        x, y = self._rotated(x, y, -self.angle_deg)
        middle = (self.size_px[0] / 2, self.size_px[1] / 2)
        pan = tuple(p - m - (p - m - shift) * ratio for p, m, shift in zip((x, y), middle, self.pan_px, strict=True))
        return replace(self, zoom=zoom, pan_px=(pan[0], pan[1]))

    def _rotated(self, x: float, y: float, angle_deg: float) -> tuple[float, float]:
        if angle_deg == 0:
            return x, y
        cos, sin = float(np.cos(np.radians(angle_deg))), float(np.sin(np.radians(angle_deg)))
        dx, dy = x - self.size_px[0] / 2, y - self.size_px[1] / 2
        return self.size_px[0] / 2 + cos * dx - sin * dy, self.size_px[1] / 2 + sin * dx + cos * dy


def plane_transform(geometry: Geometry, size_px: tuple[float, float], view: View | None = None) -> ViewTransform:
    """The transform of a single-slice geometry in a viewport of ``size_px``, as ``view`` looks at it."""
    transform = ViewTransform(size_px, geometry.shape_kji[1:], geometry.spacing_mm[1:], orientation_of(geometry))
    if view is None:
        return transform
    return replace(
        transform,
        orientation=transform.orientation.then(view.turn),
        zoom=view.zoom,
        pan_px=view.pan_px,
        angle_deg=view.angle_deg,
    )
