"""How drawn points become figures, which lines a figure has, and what dragging one of its points does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple, triples
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.figure import Figure
from imaging.measurement.lines import Angle, Bidirectional, CardiothoracicRatio, Cobb, KnownLength, Length
from imaging.measurement.marks import Arrow, Note, Probe
from imaging.measurement.ruler import Ground, Points
from viewer.canvas.measuring_places import pixels_of, places_of
from viewer.state.hand import Tool
from viewer.state.pane import Pane

FIRST_KNOWN_MM = 100.0
"""What a line of known length is taken for until a person says otherwise."""

MANY = 0
"""As many points as the person sets."""

Path = tuple[Points, bool]
"""A line through points, and whether it is closed."""


@dataclass(frozen=True)
class Recipe:
    """How a tool draws.

    Attributes:
        count: of the points that are set; :data:`MANY` where the person ends it.
        make: the figure of these points.
    """

    count: int
    make: Callable[[Pane, Points], Figure]


def _plain(count: int, kind: Callable[[Points], Figure]) -> Recipe:
    return Recipe(count, lambda _, points: kind(points))


def _ellipse(pane: Pane, points: Points) -> Figure:
    """Inside the box between two corners, along the rows and columns of the shown plane."""
    one, other = _corners(pane, points)
    middle, half = (one + other) / 2, np.abs(one - other) / 2
    return Ellipse(places_of(pane, np.stack((middle, middle + half * (0, 1, 0), middle + half * (0, 0, 1)))))


def _rectangle(pane: Pane, points: Points) -> Figure:
    one, other = _corners(pane, points)
    second, fourth = one.copy(), one.copy()
    second[2], fourth[1] = other[2], other[1]
    return Outline(places_of(pane, np.stack((one, second, other, fourth))), "rectangle")


def _corners(pane: Pane, points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pixels = pixels_of(pane, points)
    return (np.zeros(3), np.zeros(3)) if pixels is None else (pixels[0], pixels[-1])


def _bidirectional(pane: Pane, points: Points) -> Figure:
    figure = Bidirectional(points)
    return figure if pane.volume is None else figure.squared(Ground(pane.volume))


RECIPES: dict[Tool, Recipe] = {
    "length": _plain(2, Length),
    "angle": _plain(3, Angle),
    "cobb": _plain(4, Cobb),
    "bidirectional": Recipe(4, _bidirectional),
    "cardiothoracic": _plain(4, CardiothoracicRatio),
    "ellipse": Recipe(2, _ellipse),
    "rectangle": Recipe(2, _rectangle),
    "polygon": _plain(MANY, Outline),
    "freehand": Recipe(MANY, lambda _, points: Outline(points, "freehand")),
    "probe": _plain(1, Probe),
    "arrow": _plain(2, Arrow),
    "note": _plain(1, Note),
    "known-length": Recipe(2, lambda _, points: KnownLength(points, FIRST_KNOWN_MM)),
}
"""Every measuring tool."""


def paths(figure: Figure) -> tuple[Path, ...]:
    """The lines of a figure."""
    match figure:
        case Ellipse() | Outline():
            return ((figure.boundary(), True),)
        case Cobb() | Bidirectional() | CardiothoracicRatio():
            return (figure.points[:2], False), (figure.points[2:], False)
        case _:
            return ((figure.points, False),)


def sketched_paths(tool: str, pane: Pane, points: Points) -> tuple[Path, ...]:
    """The lines of a figure of which only these points are drawn."""
    if tool in ("ellipse", "rectangle") and len(points) > 1:
        return paths(RECIPES[tool].make(pane, points))
    if tool in ("cobb", "bidirectional", "cardiothoracic"):
        return (points[:2], False), *(((points[2:], False),) if points[2:] else ())
    return ((points, False),)


def grips(figure: Figure) -> Points:
    """The points that can be dragged; a line drawn by hand is moved as a whole."""
    match figure:
        case Outline(kind="freehand"):
            return ()
        case _:
            return figure.points


def dragged(figure: Figure, ground: Ground, index: int, place: Triple) -> Figure:
    """The figure with one point at another place; what is square stays square."""
    match figure:
        case Outline(kind="rectangle"):
            return _resized(figure, index, place)
        case Ellipse():
            return _reshaped(figure, ground, index, place)
        case Bidirectional():
            return figure.moved(_with(figure.points, index, place)).squared(ground)
        case _:
            return figure.moved(_with(figure.points, index, place))


def shifted(figure: Figure, start: Triple, end: Triple) -> Figure:
    """The figure moved by the way from ``start`` to ``end``."""
    way = np.subtract(end, start)
    return figure.moved(_points(np.asarray(figure.points) + way))


def _with(points: Points, index: int, place: Triple) -> Points:
    return (*points[:index], place, *points[index + 1 :])


def _resized(figure: Outline, index: int, place: Triple) -> Outline:
    """The corner goes to ``place``, the one across stays, both others follow along the sides."""
    corners = np.asarray(figure.points)
    still, way = corners[(index + 2) % 4], np.asarray(place) - corners[(index + 2) % 4]
    for step in (1, 3):
        neighbour = (index + step) % 4
        side = corners[neighbour] - still
        length = float(side @ side)
        if length == 0:
            return figure
        corners[neighbour] = still + side * (way @ side) / length
    corners[index] = corners[(index + 1) % 4] + corners[(index + 3) % 4] - still
    return figure.moved(_points(corners))


def _reshaped(figure: Ellipse, ground: Ground, index: int, place: Triple) -> Ellipse:
    """The centre moves all; the end of an axis turns and stretches it, the other axis stays square to it."""
    if index == 0:
        return figure.moved(shifted(figure, figure.points[0], place).points)
    steps = np.asarray(ground.ruler(figure.points).steps)
    scale = np.where(steps > 0, steps, 1.0)
    centre, moved, other = (np.asarray(point) * scale for point in (figure.points[0], place, figure.points[3 - index]))
    along, across = moved - centre, other - centre
    length = float(along @ along)
    square = across - along * (across @ along) / length if length else across
    if not length or not np.linalg.norm(square):
        return figure
    square *= np.linalg.norm(across) / np.linalg.norm(square)
    ends = _with(figure.points, index, place)
    return figure.moved(_with(ends, 3 - index, _points(((centre + square) / scale)[None])[0]))


def _points(places: NDArray[np.float64]) -> Points:
    return triples(places)
