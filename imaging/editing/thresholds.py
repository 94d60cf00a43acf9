"""Thresholds: a range of values set by hand, by Otsu, or by what is around each voxel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import whole
from imaging.editing.edit import Region, in_range
from imaging.geometry import Geometry
from imaging.progress import Report, silent

SAMPLE = 4_000_000
"""Otsu's threshold is taken from at most so many voxels, evenly spread."""
SLAB = 16


def threshold(values: NDArray[Any], low: float, high: float, report: Report = silent) -> Region:
    """The voxels whose values lie in the range, both ends included.

    Raises:
        Cancelled: by ``report``.
    """
    inside = np.empty(values.shape, bool)
    for k in range(0, len(values), SLAB):
        report(k, len(values), "Threshold")
        inside[k : k + SLAB] = in_range(values[k : k + SLAB], low, high)
    return Region(whole(values.shape), inside)


def otsu(values: NDArray[Any]) -> float:
    """The value that parts dark from bright voxels best (Otsu, IEEE SMC 1979): bright is above it.

    Where all values are one, it is that.
    """
    from skimage.filters import threshold_otsu  # late: the window opens without it

    step = max(1, int(np.ceil((values.size / SAMPLE) ** (1 / 3))))
    sample = values[::step, ::step, ::step]
    sample = sample[np.isfinite(sample)] if np.issubdtype(values.dtype, np.floating) else sample
    if sample.size == 0 or sample.min() == sample.max():
        return float(values.flat[0])
    return float(threshold_otsu(sample))


def local(values: NDArray[Any], geometry: Geometry, radius_mm: float, offset: float, report: Report = silent) -> Region:
    """The voxels brighter, by ``offset``, than the mean of the cube of this half side around them.

    Raises:
        Cancelled: by ``report``.
    """
    from scipy import ndimage  # late: the window opens without it

    reach = [max(int(radius_mm / step + 1e-9), 0) for step in geometry.spacing_mm]
    size = [2 * n + 1 for n in reach]
    inside = np.empty(values.shape, bool)
    for k in range(0, len(values), SLAB):
        report(k, len(values), "Local threshold")
        first, last = max(0, k - reach[0]), min(len(values), k + SLAB + reach[0])
        part = values[first:last].astype(np.float32)
        mean = part
        for axis, width in enumerate(size):
            mean = ndimage.uniform_filter1d(mean, width, axis, mode="nearest")
        own = slice(k - first, k - first + len(values[k : k + SLAB]))
        inside[k : k + SLAB] = part[own] > mean[own] + offset
    return Region(whole(values.shape), inside)
