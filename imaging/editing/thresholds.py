"""Thresholds: a range of values set by hand, by Otsu, or by what is around each voxel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, whole
from imaging.editing.edit import Region, in_range
from imaging.editing.greys import as_grey, greys
from imaging.geometry import Geometry
from imaging.progress import Report, silent

SAMPLE = 4_000_000
"""Otsu's threshold is taken from at most so many voxels, evenly spread."""
SLAB = 16


def threshold(values: NDArray[Any], low: float, high: float, report: Report = silent) -> Region:
    """The voxels whose values lie in the range, both ends included.

    Args:
        values: (K, J, I), or (K, J, I, 3) in colour, as in all functions here; that counts as the mean of the three.

    Raises:
        Cancelled: by ``report``.
    """
    inside = np.empty(values.shape[:3], bool)
    for k in range(0, len(values), SLAB):
        report(k, len(values), "Threshold")
        inside[k : k + SLAB] = in_range(as_grey(values, _slab(values, k, k + SLAB)), low, high)
    return Region(whole(inside.shape), inside)


def otsu(values: NDArray[Any]) -> float:
    """The value that parts dark from bright voxels best (Otsu, IEEE SMC 1979): bright is above it.

    Where all values are one, it is that.
    """
    from skimage.filters import threshold_otsu  # late: the window opens without it

    step = max(1, int(np.ceil((np.prod(values.shape[:3]) / SAMPLE) ** (1 / 3))))
    thinned = values[::step, ::step, ::step]
    sample = as_grey(thinned, whole(thinned.shape[:3]))
    sample = sample[np.isfinite(sample)] if np.issubdtype(sample.dtype, np.floating) else sample
    if sample.size == 0 or sample.min() == sample.max():
        return float(sample.flat[0] if sample.size else values.flat[0])
    return float(threshold_otsu(sample))


def local(values: NDArray[Any], geometry: Geometry, radius_mm: float, offset: float, report: Report = silent) -> Region:
    """The voxels brighter, by ``offset``, than the mean of the cube of this half side around them.

    Raises:
        Cancelled: by ``report``.
    """
    from scipy import ndimage  # late: the window opens without it

    reach = [max(int(radius_mm / step + 1e-9), 0) for step in geometry.spacing_mm]
    size = [2 * n + 1 for n in reach]
    inside = np.empty(values.shape[:3], bool)
    for k in range(0, len(values), SLAB):
        report(k, len(values), "Local threshold")
        first, last = max(0, k - reach[0]), min(len(values), k + SLAB + reach[0])
        part = greys(values, _slab(values, first, last))
        mean = part
        for axis, width in enumerate(size):
            mean = ndimage.uniform_filter1d(mean, width, axis, mode="nearest")
        own = slice(k - first, k - first + len(values[k : k + SLAB]))
        inside[k : k + SLAB] = part[own] > mean[own] + offset
    return Region(whole(inside.shape), inside)


def _slab(values: NDArray[Any], first: int, last: int) -> Box:
    _, rows, columns = whole(values.shape[:3])
    return slice(first, last), rows, columns
