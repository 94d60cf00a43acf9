"""From one click to a lesion where noise hides which pixels are alike: the box about the click that stands out most."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.box_prompt import box_on_axis, lesion_in_box
from imaging.editing.boxes import Voxel, grown
from imaging.editing.edit import Region
from imaging.editing.greys import greys
from imaging.geometry import Geometry
from imaging.progress import Report, silent

SMALLEST_PX, SIZES = 5.0, 12
LARGEST_SHARE = 0.35
"""The largest box that is tried, half its side, as a share of the shorter side of the picture."""
SMOOTH_PX = 1.5
RIM_SHARE = 0.12
"""How broad the rim is that a lesion is compared with, as a share of the box; two pixels at least."""


def lesion_at(image: NDArray[Any], seed: Voxel, geometry: Geometry, report: Report = silent) -> Region | None:
    """The lesion of one frame that a click means; None where nothing about it stands out.

    Boxes of several sizes about the click each give a lesion. The one is taken whose greys differ most from those in
    the rim around it, as a ratio to how much they scatter; larger ones are preferred, as the logarithm of their size,
    because small parts of a lesion stand out of it by chance.

    Args:
        image: (K, J, I), or (K, J, I, 3) in colour.
        seed: the clicked pixel.

    Raises:
        Cancelled: by ``report``.
    """
    from scipy import ndimage  # late: the window opens without it

    k, row, column = seed
    frame = (slice(k, k + 1), slice(0, image.shape[1]), slice(0, image.shape[2]))
    smooth = np.asarray(ndimage.gaussian_filter(greys(image, frame)[0], SMOOTH_PX), np.float32)
    best, found = 0.0, None
    largest = max(LARGEST_SHARE * min(smooth.shape), SMALLEST_PX)
    for number, half in enumerate(np.geomspace(SMALLEST_PX, largest, SIZES)):
        report(number, SIZES, "Finding the lesion")
        corners = ((row - half, column - half), (row + half, column + half))
        region = lesion_in_box(image, geometry, box_on_axis(geometry, 0, k, corners, deep=False))
        if region is None or not region.holds(seed):
            continue
        score = float(_contrast(smooth, region, half) * np.log(half))
        if score > best:
            best, found = score, region
    return found


def _contrast(smooth: NDArray[np.float32], region: Region, half: float) -> float:
    """How far the mean of a region lies from that of its rim, in standard deviations of both."""
    from scipy import ndimage  # late: the window opens without it

    width = max(2, round(RIM_SHARE * half))
    box = grown(region.box, (0, width, width), (region.box[0].stop, *smooth.shape))
    inside = region.within(box)[0]
    wider = np.asarray(ndimage.binary_dilation(inside, iterations=width), np.bool_)
    part = smooth[box[1:]]
    lesion, rim = part[inside], part[wider & ~inside]
    if lesion.size < 2 or rim.size < 2:
        return 0.0
    return float(abs(lesion.mean() - rim.mean()) / np.sqrt(lesion.var() + rim.var() + 1e-6))
