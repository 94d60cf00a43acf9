"""Where a pixel of a slice is on the screen, and back. Pure numbers: no Qt, no drawing."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from imaging.geometry import Geometry, Triple

Axis = Literal[0, 1, 2]
"""The array axis a plane is cut across: 0 shows (j, i), 1 shows (k, i), 2 shows (k, j)."""

PLANE_AXES: dict[Axis, tuple[int, int]] = {0: (1, 2), 1: (0, 2), 2: (0, 1)}
"""Array axes of a plane's rows and columns."""

# Screen right and screen down in LPS by the axis a plane is nearest to being across: sagittal, coronal, axial.
_SCREEN_LPS: tuple[tuple[Triple, Triple], ...] = (
    ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
)


@dataclass(frozen=True)
class Orientation:
    """How a stored plane is turned for display: transposed first, then mirrored on the screen."""

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False


AS_STORED = Orientation()


def orientation_of(geometry: Geometry, axis: Axis = 0) -> Orientation:
    """The radiological orientation of a plane: patient's right on the left, anterior (or head) on top.

    Planes without a place in the patient, projections and pictures among them, are shown as stored.
    """
    if not geometry.has_position:
        return AS_STORED
    row, column = (np.asarray(geometry.axes_lps[a]) for a in PLANE_AXES[axis])
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
    """

    size_px: tuple[float, float]
    shape: tuple[int, int]
    spacing_mm: tuple[float, float] = (1.0, 1.0)
    orientation: Orientation = AS_STORED
    zoom: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)

    @property
    def displayed_shape(self) -> tuple[int, int]:
        """Rows and columns after turning for display."""
        return (self.shape[1], self.shape[0]) if self.orientation.transposed else self.shape

    @property
    def _displayed_spacing(self) -> tuple[float, float]:
        return (self.spacing_mm[1], self.spacing_mm[0]) if self.orientation.transposed else self.spacing_mm

    @property
    def px_per_mm(self) -> float:
        """Screen pixels per millimetre (per spacing unit where there are none)."""
        (rows, columns), (row_mm, column_mm) = self.displayed_shape, self._displayed_spacing
        width, height = self.size_px
        return self.zoom * max(1e-9, min(width / (columns * column_mm), height / (rows * row_mm)))

    @property
    def scale(self) -> tuple[float, float]:
        """Screen pixels per plane pixel along x and y."""
        row_mm, column_mm = self._displayed_spacing
        return column_mm * self.px_per_mm, row_mm * self.px_per_mm

    @property
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
        return self.origin[0] + (x + 0.5) * self.scale[0], self.origin[1] + (y + 0.5) * self.scale[1]

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Fractional (row, column) under a screen point; outside the picture the numbers go on."""
        turn, (rows, columns) = self.orientation, self.displayed_shape
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
        middle = (self.size_px[0] / 2, self.size_px[1] / 2)
        pan = tuple(p - m - (p - m - shift) * ratio for p, m, shift in zip((x, y), middle, self.pan_px, strict=True))
        return replace(self, zoom=zoom, pan_px=(pan[0], pan[1]))


def plane_transform(
    geometry: Geometry,
    size_px: tuple[float, float],
    zoom: float = 1.0,
    pan_px: tuple[float, float] = (0.0, 0.0),
    axis: Axis = 0,
) -> ViewTransform:
    """The transform of a plane of ``geometry`` across ``axis`` in a viewport of ``size_px``."""
    rows, columns = PLANE_AXES[axis]
    return ViewTransform(
        size_px,
        (geometry.shape_kji[rows], geometry.shape_kji[columns]),
        (geometry.spacing_mm[rows], geometry.spacing_mm[columns]),
        orientation_of(geometry, axis),
        zoom,
        pan_px,
    )
