"""Where the points of measurements are on the screen of one viewport, and back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple, triples
from imaging.measurement.ruler import Frame, Ground, Points
from viewer.canvas.dragging import Point
from viewer.state.pane import Pane

HALF_SLICE = 0.5
"""A point further than this many slices from the shown plane does not lie on it."""


@dataclass(frozen=True)
class Seen:
    """Points of a measurement on the screen.

    Attributes:
        points: (x, y) of each.
        projected: the figure does not lie in the shown plane, only crosses it or lies in the shown slab.
        crossing: it reaches beyond what is shown: what it measures is seen in other planes.
    """

    points: tuple[Point, ...]
    projected: bool
    crossing: bool = False


def frame_of(pane: Pane) -> Frame:
    """The frame of points on what a viewport shows."""
    return "kji" if pane.volume is None else Ground(pane.volume).frame


def place_at(pane: Pane, point: Point) -> Triple | None:
    """The place of a screen point in the frame of measurements; None while nothing is shown."""
    transform = pane.transform()
    if transform is None:
        return None
    if frame_of(pane) == "lps":
        return pane.point_lps(*point)
    row, column = transform.to_image(*point)
    return float(pane.view.k), float(row), float(column)


def pixels_of(pane: Pane, points: Points) -> NDArray[np.float64] | None:
    """(N, 3) of each point: planes away from the shown one, row and column on it; None while nothing is shown."""
    geometry = pane.slice_geometry(pane.view.k)
    if geometry is None:
        return None
    if frame_of(pane) == "lps":
        return geometry.index_kji(points)
    return np.asarray(points, np.float64) - np.array((pane.view.k, 0, 0))


def places_of(pane: Pane, pixels: NDArray[np.float64]) -> Points:
    """The points of (N, 3) pixels as :func:`pixels_of` gives them."""
    geometry = pane.slice_geometry(pane.view.k)
    if geometry is not None and frame_of(pane) == "lps":
        pixels = geometry.point_lps(pixels)
    else:
        pixels = pixels + np.array((pane.view.k, 0, 0))
    return triples(pixels)


def seen(pane: Pane, points: Points) -> Seen | None:
    """Points on the screen; None where they are neither on nor across the shown plane, nor in the shown slab."""
    pixels, transform, geometry = pixels_of(pane, points), pane.transform(), pane.slice_geometry(pane.view.k)
    if pixels is None or transform is None or geometry is None:
        return None
    low, high = float(pixels[:, 0].min()), float(pixels[:, 0].max())
    reach = max(HALF_SLICE, pane.view.slab_mm / 2 / geometry.spacing_mm[0])
    if low > reach or high < -reach:
        return None
    projected = bool(np.abs(pixels[:, 0]).max() > HALF_SLICE + 1e-6)
    on_screen = tuple(transform.to_screen(float(row), float(column)) for _, row, column in pixels)
    return Seen(on_screen, projected, high - low > 2 * reach)
