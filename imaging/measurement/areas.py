"""Figures with an inside: ellipse, rectangle, polygon and freehand line."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import triples
from imaging.measurement.figure import Figure, Value
from imaging.measurement.pixels import inside_values, statistics
from imaging.measurement.ruler import Ground, Points, Ruler

_TOUCHING = 1e-9
"""A centre this close to the line of an ellipse lies on it, and so inside."""

_AROUND = 64
"""Points that stand for the line of an ellipse."""

OutlineKind = Literal["rectangle", "polygon", "freehand"]
Coordinates = NDArray[np.float64]


@dataclass(frozen=True)
class Ellipse(Figure):
    """An ellipse by its centre and the ends of one semi-axis each way."""

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The area, then statistics of the pixels whose centre is inside."""
        ruler = ground.ruler(self.boundary())
        centre, one, other = ruler.placed(self.points)
        area = float(np.pi * np.linalg.norm(np.cross(one - centre, other - centre)))
        return (*_area(area, ruler), *statistics(ground, inside_values(ground, self)))

    def boundary(self) -> Points:
        """Points all around, for drawing and for the box they need."""
        centre, one, other = np.asarray(self.points, float)
        turns = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)[:, None]
        around = centre + np.cos(turns) * (one - centre) + np.sin(turns) * (other - centre)
        return triples(around)

    def holds(self, corners: Coordinates, rows: Coordinates, columns: Coordinates) -> NDArray[np.bool_]:
        """(R, C): which pixels have their centre inside, given this figure's (N, 2) points in the same plane."""
        centre, one, other = corners
        axes = np.column_stack((one - centre, other - centre))
        if abs(np.linalg.det(axes)) < 1e-12:
            return np.zeros((len(rows), len(columns)), bool)
        inverse = np.linalg.inv(axes)
        (a, b), (_, c) = inverse.T @ inverse  # inside: a·down² + 2b·down·across + c·across² ≤ 1
        down = rows - centre[0]
        root = (b * down) ** 2 - c * (a * down**2 - 1)
        half = np.sqrt(np.maximum(root, 0)) / c
        middle = centre[1] - b * down / c
        first, last = (middle - half - _TOUCHING)[:, None], (middle + half + _TOUCHING)[:, None]
        return np.asarray((columns >= first) & (columns <= last) & (root >= -_TOUCHING)[:, None])


@dataclass(frozen=True)
class Outline(Figure):
    """A closed line: a rectangle by its four corners, a polygon, or a line drawn by hand."""

    kind: OutlineKind = "polygon"

    def values(self, ground: Ground) -> tuple[Value, ...]:
        """The area, then statistics of the pixels whose centre is inside."""
        ruler = ground.ruler(self.points)
        corners = ruler.placed(self.points)
        corners = corners - corners[0]
        area = float(np.linalg.norm(np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0))) / 2
        return (*_area(area, ruler), *statistics(ground, inside_values(ground, self)))

    def boundary(self) -> Points:
        """The corners."""
        return self.points

    def holds(self, corners: Coordinates, rows: Coordinates, columns: Coordinates) -> NDArray[np.bool_]:
        """(R, C): which pixels have their centre inside by the even-odd rule, given this figure's (N, 2) points.

        For each row the places where the line crosses it; a pixel is inside when an odd number of them lies beyond.
        """
        ends = np.roll(corners, -1, axis=0)
        (r0, c0), (r1, c1) = corners.T[..., None], ends.T[..., None]
        edge, row = np.nonzero((r0 > rows) != (r1 > rows))
        share = (rows[row] - r0[edge, 0]) / (r1[edge, 0] - r0[edge, 0])
        crossing = c0[edge, 0] + share * (c1[edge, 0] - c0[edge, 0])
        before = np.searchsorted(columns, crossing)
        counts = np.zeros((len(rows), len(columns) + 1), np.int32)
        np.add.at(counts, (row, before), 1)
        beyond = np.cumsum(counts[:, :0:-1], axis=1)[:, ::-1]
        return np.asarray(beyond % 2 == 1)


def _area(area: float, ruler: Ruler) -> tuple[Value, ...]:
    if not ruler.unit:
        return (Value("Area", float("nan"), "", "no area: the directions have different units"),)
    return (Value("Area", area, f"{ruler.unit}²", ruler.words),)
