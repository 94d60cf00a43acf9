"""Growing: one region from a click, or every label from what is painted of it."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, Voxel, extent, grown, plane_through, voxel_in
from imaging.editing.edit import Mask, Region, in_range
from imaging.editing.greys import as_grey, greys
from imaging.editing.islands import connected
from imaging.progress import Report, silent

Flooded = Literal["edges", "values"]
COARSE_VOXELS = 700_000
"""Labels are grown on a grid of at most so many voxels first, and then along their borders on the full one."""
ROOM_SHARE, ROOM_VOXELS = 0.1, 8


def range_about(values: NDArray[Any], voxel: Voxel, tolerance: float) -> tuple[float, float]:
    """The range of values within ``tolerance`` of the mean of a voxel and its neighbours in the slice."""
    k, j, i = voxel
    mean = float(values[k, max(0, j - 1) : j + 2, max(0, i - 1) : i + 2].mean())
    return mean - tolerance, mean + tolerance


def grow_region(
    values: NDArray[Any], seed: Voxel, low: float, high: float, axis: int | None = None, report: Report = silent
) -> Region | None:
    """The voxels with values in the range that hang together with ``seed`` by faces; None when its own is outside.

    Args:
        values: (K, J, I), or (K, J, I, 3) in colour, which counts as the mean of the three.
        axis: stay in the plane across this axis of the array; None for all directions.

    Raises:
        Cancelled: by ``report``.
    """
    box = plane_through(seed, axis, values.shape)
    at = voxel_in(seed, box)
    report(0, 2, "Growing a region")
    inside = in_range(as_grey(values, box), low, high)
    if not inside[at]:
        return None
    report(1, 2, "Growing a region")
    return Region(box, connected(inside, at)).tight()


def grow_from_seeds(
    array: Mask, values: NDArray[Any], report: Report = silent, over: Flooded = "edges"
) -> tuple[Box, Mask] | None:
    """A box around all labels and what they hold after growing until they meet; None without two labels.

    Labels flood the gradient of the image, or the image itself, from what is painted of them (Meyer's watershed from
    markers): they meet on edges, or on bright ridges. Paint what is not wanted as a label too. Grown on a coarse grid
    first and then along the borders on the full one.

    Args:
        array: (K, J, I) labels: the seeds, which stay as they are.
        values: (K, J, I) of the image, or (K, J, I, 3) in colour.
        over: what is flooded.

    Raises:
        Cancelled: by ``report``.
    """
    seeded = extent(array != 0)
    if seeded is None or len(np.unique(array[seeded])) < (2 if array[seeded].all() else 3):
        return None
    room = [ROOM_VOXELS + int(ROOM_SHARE * (span.stop - span.start)) for span in seeded]
    box = grown(seeded, [min(n, size - 1) for n, size in zip(room, array.shape, strict=True)], array.shape)
    seeds, part = array[box], greys(values, box)
    report(0, 3, "Growing from seeds")
    step = max(1, int(np.ceil((seeds.size / COARSE_VOXELS) ** (1 / 3))))
    coarse = _flooded(_reduced(part, step), _reduced_seeds(seeds, step), over)
    if step == 1:
        return box, coarse
    report(1, 3, "Growing from seeds")
    full = coarse
    for axis, size in enumerate(seeds.shape):
        full = np.repeat(full, step, axis=axis).take(range(size), axis=axis)
    return box, _refined(part, seeds, full, step, over, report)


def _flooded(part: NDArray[np.float32], seeds: Mask, over: Flooded, mask: NDArray[np.bool_] | None = None) -> Mask:
    from scipy import ndimage  # late: the window opens without it
    from skimage import segmentation

    relief = ndimage.gaussian_gradient_magnitude(part, 0.7) if over == "edges" else part
    return segmentation.watershed(relief, seeds.astype(np.int32), mask=mask).astype(np.uint8)


def _refined(part: NDArray[np.float32], seeds: Mask, full: Mask, step: int, over: Flooded, report: Report) -> Mask:
    """The labels after flooding a band about their borders once more, on the full grid."""
    from scipy import ndimage  # late: the window opens without it

    band = _mixed(full, 2 * step + 1)
    ring = np.asarray(ndimage.binary_dilation(band), np.bool_)
    report(2, 3, "Growing from seeds")
    markers = np.where(band, 0, full)
    markers[seeds != 0] = seeds[seeds != 0]
    around = extent(ring)
    if around is None:
        return full
    fine = full.copy()
    flooded = _flooded(part[around], np.where(ring, markers, 0)[around], over, ring[around])
    fine[around] = np.where(ring[around] & (flooded != 0), flooded, full[around])
    fine[seeds != 0] = seeds[seeds != 0]
    return fine


def _mixed(labels: Mask, size: int) -> NDArray[np.bool_]:
    """(K, J, I) bool: voxels with more than one label within a cube of this side."""
    from scipy import ndimage  # late: the window opens without it

    return np.asarray(ndimage.maximum_filter(labels, size) != ndimage.minimum_filter(labels, size), np.bool_)


def _blocks(array: NDArray[Any], step: int) -> NDArray[Any]:
    """(K, s, J, s, I, s) blocks; the edge is repeated to fill the last ones."""
    room = [(0, -size % step) for size in array.shape]
    k, j, i = (size + after for size, (_, after) in zip(array.shape, room, strict=True))
    return np.pad(array, room, mode="edge").reshape(k // step, step, j // step, step, i // step, step)


def _reduced(part: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    return part if step == 1 else _blocks(part, step).mean(axis=(1, 3, 5))


def _reduced_seeds(seeds: Mask, step: int) -> Mask:
    """The one label painted in each block; 0 where there are none or several."""
    if step == 1:
        return seeds
    blocks = _blocks(seeds, step)
    most = blocks.max(axis=(1, 3, 5))
    least = np.where(blocks == 0, 255, blocks).min(axis=(1, 3, 5))
    return np.where(most == least, most, 0).astype(np.uint8)
