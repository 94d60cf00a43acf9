"""Figures with an inside: ellipse, rectangle, polygon and freehand line."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.measurement.figure import Figure, Value
from imaging.measurement.pixels import inside_values, statistics
from imaging.measurement.ruler import Ground, Points, Ruler

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

    def boundary(self, count: int = 64) -> Points:
        """Points all around, for drawing and for the box they need."""
        centre, one, other = np.asarray(self.points, float)
        turns = np.linspace(0, 2 * np.pi, count, endpoint=False)[:, None]
        around = centre + np.cos(turns) * (one - centre) + np.sin(turns) * (other - centre)
        return tuple((float(x), float(y), float(z)) for x, y, z in around)

    def holds(self, corners: Coordinates, places: Coordinates) -> NDArray[np.bool_]:
        """Which of (…, 2) ``places`` lie inside, given this figure's (N, 2) points in the same plane."""
        centre, one, other = corners
        axes = np.column_stack((one - centre, other - centre))
        if abs(np.linalg.det(axes)) < 1e-12:
            return np.zeros(places.shape[:-1], bool)
        share = (places - centre) @ np.linalg.inv(axes).T
        return np.asarray((share**2).sum(axis=-1) <= 1 + 1e-12)


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

    def holds(self, corners: Coordinates, places: Coordinates) -> NDArray[np.bool_]:
        """Which of (…, 2) ``places`` lie inside by the even-odd rule, given this figure's (N, 2) points."""
        inside = np.zeros(places.shape[:-1], bool)
        row, column = places[..., 0], places[..., 1]
        for (r0, c0), (r1, c1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if r0 != r1:
                crosses = (r0 > row) != (r1 > row)
                inside ^= crosses & (column < (c1 - c0) * (row - r0) / (r1 - r0) + c0)
        return inside


def _area(area: float, ruler: Ruler) -> tuple[Value, ...]:
    if not ruler.unit:
        return (Value("Area", float("nan"), "", "no area: the directions have different units"),)
    return (Value("Area", area, f"{ruler.unit}²", ruler.words),)
