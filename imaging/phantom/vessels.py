"""Pulmonary vessels of the phantom: a tree that reaches evenly spread points, thick where it feeds many of them."""

import numpy as np
from numpy.typing import NDArray

from imaging.phantom.lungs import lung_depth_mm
from imaging.phantom.scene import Scene

TIPS = 650
"""End points in each lung."""

TWIG_RADIUS_MM = 0.72
_MURRAY = 2.6
"""Exponent by which the radius grows with the number of tips fed (Murray, 1926, found 3 for blood)."""

_DETOUR = 0.45
"""How much of the way already travelled counts when a tip chooses its parent: 0 wanders, 1 gives a star."""


def paint_vessels(scene: Scene, rng: np.random.Generator) -> None:
    """Paint both trees into the lung; what leaves the lung is cut off by the lung's own share of the voxel."""
    for side in (-1.0, 1.0):
        points, parents = _tree(side, rng)
        tips = np.ones(len(points))
        for child in range(len(points) - 1, 0, -1):
            tips[parents[child]] += tips[child]
        for child in range(1, len(points)):
            radius_mm = min(TWIG_RADIUS_MM * tips[child] ** (1 / _MURRAY), 6.5)
            box, weight = scene.capsule(points[child], points[parents[child]], radius_mm, 1.6)
            share = weight * scene.lung[box]
            scene.hu[box] += share * np.maximum(40 - scene.hu[box], 0)


def _tree(side: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(N, 3) LPS millimetres, the hilum first, and for each point the number of its parent."""
    hilum = np.array((side * 34.0, 12.0, 8.0))
    tips = _spread(side, rng)
    tips = tips[np.argsort(np.linalg.norm(tips - hilum, axis=1), kind="stable")]
    points = np.vstack((hilum, tips))
    parents = np.zeros(len(points), np.int64)
    travelled = np.zeros(len(points))
    for n in range(1, len(points)):
        steps = np.linalg.norm(points[:n] - points[n], axis=1)
        parents[n] = int(np.argmin(steps + _DETOUR * travelled[:n]))
        travelled[n] = travelled[parents[n]] + steps[parents[n]]
    return points, parents


def _spread(side: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(TIPS, 3) points at least three millimetres inside one lung."""
    low, high = np.array((20.0, -95.0, -120.0)), np.array((140.0, 95.0, 130.0))
    points = rng.uniform(low, high, (TIPS * 8, 3)) * (side, 1, 1)
    depth = lung_depth_mm(*points.T.astype(np.float32))
    return points[depth > 3][:TIPS]
