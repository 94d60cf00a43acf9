"""Livewire: the line between two pixels that keeps to edges (Mortensen and Barrett, 1995)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.greys import grey_plane

Pixel = tuple[int, int]
ROOM_PX = 48
"""How far beyond the box of its ends a line may swing out, in pixels."""
_LEAST = 0.02


class Livewire:
    """Lines that keep to the edges of one plane.

    Args:
        plane: (R, C) values, or (R, C, 3) in colour.
        spacing_mm: between rows and between columns.
    """

    def __init__(self, plane: NDArray[Any], spacing_mm: tuple[float, float] = (1.0, 1.0)) -> None:
        from scipy import ndimage  # late: the window opens without it

        smooth = ndimage.gaussian_filter(grey_plane(plane).astype(np.float32), 1.0)
        down, across = (ndimage.sobel(smooth, axis) / step for axis, step in enumerate(spacing_mm))
        slope = np.hypot(down, across)
        strong = float(np.percentile(slope, 99)) or 1.0
        self._cost = _LEAST + 1 - np.minimum(slope / strong, 1)
        self._spacing = spacing_mm

    def path(self, start: Pixel, end: Pixel) -> list[Pixel]:
        """The cheapest way of neighbouring pixels from ``start`` to ``end``, both included; ends are held inside."""
        from skimage.graph import MCP_Geometric  # late: the window opens without it

        ends = np.clip(np.array((start, end)), 0, np.array(self._cost.shape) - 1)
        low = np.maximum(ends.min(axis=0) - ROOM_PX, 0)
        high = np.minimum(ends.max(axis=0) + ROOM_PX + 1, self._cost.shape)
        cost = self._cost[low[0] : high[0], low[1] : high[1]]
        first, last = (tuple(int(n) for n in place - low) for place in ends)
        search = MCP_Geometric(cost, sampling=self._spacing)
        search.find_costs([first], [last])
        return [(int(row + low[0]), int(column + low[1])) for row, column in search.traceback(last)]
