"""A grid that tissue is painted on: soft-edged bodies given in LPS millimetres, sampled at voxel centres."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.geometry import Geometry, Triple

Weight = NDArray[np.floating[Any]]
Box = tuple[slice, slice, slice]

EDGE_MM = 2.0
"""Width of the ramp from inside to outside: about what partial volume makes of a sharp border here."""


def ramp(depth_mm: Weight, edge_mm: float = EDGE_MM) -> Weight:
    """Weight 0-1 of a signed depth in millimetres: 0.5 on the border, 1 inside."""
    return np.clip(depth_mm / np.float32(edge_mm) + np.float32(0.5), 0, 1)


class Scene:
    """Hounsfield units on an axis-aligned grid, and how much of each voxel is still lung.

    Attributes:
        hu: (K, J, I) float32, HU.
        lung: (K, J, I) float32, the share of each voxel that is lung, 0-1.
        x_mm, y_mm, z_mm: voxel centres along the axes, shaped to broadcast over (K, J, I).
    """

    def __init__(self, geometry: Geometry) -> None:
        k, j, i = (np.arange(n) for n in geometry.shape_kji)
        origin, spacing = geometry.origin_lps, geometry.spacing_mm
        self.x_mm = (origin[0] + spacing[2] * i).astype(np.float32)[None, None, :]
        self.y_mm = (origin[1] + spacing[1] * j).astype(np.float32)[None, :, None]
        self.z_mm = (origin[2] + spacing[0] * k).astype(np.float32)[:, None, None]
        self.hu = np.full(geometry.shape_kji, -1000, np.float32)
        self.lung = np.zeros(geometry.shape_kji, np.float32)

    @property
    def everywhere(self) -> Box:
        """The box of the whole grid."""
        return (slice(None), slice(None), slice(None))

    def box(self, low_lps: ArrayLike, high_lps: ArrayLike) -> Box:
        """The voxels whose centres lie between two corners."""
        low, high = np.asarray(low_lps, float), np.asarray(high_lps, float)
        return (
            _within(self.z_mm, low[2], high[2]),
            _within(self.y_mm, low[1], high[1]),
            _within(self.x_mm, low[0], high[0]),
        )

    def axes(self, box: Box) -> tuple[Weight, Weight, Weight]:
        """x, y, z of a box in millimetres, shaped to broadcast."""
        return self.x_mm[:, :, box[2]], self.y_mm[:, box[1], :], self.z_mm[box[0], :, :]

    def paint(self, box: Box, weight: Weight, hu: float | Weight) -> None:
        """Blend a tissue into a box; what it covers is no longer lung."""
        self.hu[box] += weight * (np.asarray(hu, np.float32) - self.hu[box])
        self.lung[box] *= 1 - weight

    def ellipsoid(self, centre_lps: Triple, radii_mm: Triple, edge_mm: float = EDGE_MM) -> tuple[Box, Weight]:
        """The box and weight of an ellipsoid with axes along x, y, z."""
        centre, radii = np.asarray(centre_lps), np.asarray(radii_mm)
        box = self.box(centre - radii - edge_mm, centre + radii + edge_mm)
        squares = [((a - c) / r) ** 2 for a, c, r in zip(self.axes(box), centre_lps, radii_mm, strict=True)]
        rho = np.sqrt(squares[0] + squares[1] + squares[2], dtype=np.float32)
        return box, ramp((1 - rho) * np.float32(radii.min()), edge_mm)

    def capsule(
        self, start_lps: ArrayLike, end_lps: ArrayLike, radius_mm: float, edge_mm: float = EDGE_MM
    ) -> tuple[Box, Weight]:
        """The box and weight of all points within a radius of a line segment."""
        start, end = np.asarray(start_lps, np.float32), np.asarray(end_lps, np.float32)
        margin = radius_mm + edge_mm
        box = self.box(np.minimum(start, end) - margin, np.maximum(start, end) + margin)
        offsets = [a - s for a, s in zip(self.axes(box), start, strict=True)]
        along = end - start
        reach = sum((o * a for o, a in zip(offsets, along, strict=True)), np.float32(0)) / max(
            float(along @ along), 1e-6
        )
        reach = np.clip(reach, 0, 1)
        square = sum(((o - reach * a) ** 2 for o, a in zip(offsets, along, strict=True)), np.float32(0))
        return box, ramp(np.float32(radius_mm) - np.sqrt(square), edge_mm)

    def tube(self, points_lps: Sequence[Triple], radius_mm: float, hu: float) -> None:
        """Paint a chain of capsules through points."""
        for start, end in pairwise(points_lps):
            self.paint(*self.capsule(start, end, radius_mm), hu)

    def texture(self, rng: np.random.Generator, wavelength_mm: float, box: Box, terms: int = 8) -> Weight:
        """Smooth noise about -1 to 1: plane waves in random directions, the same at the same point of any grid."""
        total = np.zeros(self.hu[box].shape, np.float32)
        for _ in range(terms):
            direction = rng.standard_normal(3)
            wave = direction / np.linalg.norm(direction) * rng.uniform(0.7, 1.7) * 2 * np.pi / wavelength_mm
            x, y, z = (np.exp(1j * w * a).astype(np.complex64) for w, a in zip(wave, self.axes(box), strict=True))
            total += ((z * np.exp(2j * np.pi * rng.random())).astype(np.complex64) * y * x).real
        return total * np.float32(1.2 / np.sqrt(terms))


def _within(axis_mm: Weight, low: float, high: float) -> slice:
    start, stop = np.searchsorted(axis_mm.reshape(-1), (low, high))
    return slice(int(start), int(stop))
