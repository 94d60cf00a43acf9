"""Where one plane cuts another."""

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry

_PARALLEL = 1e-6


def crossing(plane: Geometry, other: Geometry) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Both ends of the line in which ``other`` cuts ``plane``, as fractional (row, column) of ``plane``.

    The line ends where ``other`` does; ``plane`` is taken to go on. None where they do not meet, or are parallel.

    Args:
        plane, other: single-slice geometries with a place in the patient.
    """
    corners = plane.index_kji(other.point_lps(_outline(other)))
    heights = corners[:, 0] * plane.spacing_mm[0]
    if np.ptp(heights) < _PARALLEL:
        return None
    ends: list[tuple[float, float]] = []
    for n in range(4):
        here, there = heights[n], heights[(n + 1) % 4]
        if (here < 0) == (there < 0):
            continue
        share = here / (here - there)
        point = corners[n] + share * (corners[(n + 1) % 4] - corners[n])
        ends.append((float(point[1]), float(point[2])))
    return (ends[0], ends[1]) if len(ends) == 2 else None


def _outline(geometry: Geometry) -> NDArray[np.float64]:
    """(4, 3) k, j, i of the outer corners of a single slice, in turn."""
    _, rows, columns = geometry.shape_kji
    low, bottom, right = -0.5, rows - 0.5, columns - 0.5
    return np.array([(0, low, low), (0, low, right), (0, bottom, right), (0, bottom, low)])
