"""From one click to a lesion: what is alike and as thick as where the click lies, helped by what a model proposes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, Voxel, about, size_of, voxel_in
from imaging.editing.edit import Inside, Region
from imaging.editing.greys import greys
from imaging.editing.growing import range_about
from imaging.editing.islands import connected
from imaging.geometry import Geometry, Shape, Triple
from imaging.progress import Report, silent

REACHES_MM = (35.0, 70.0)
"""How far about the click is looked; further where the first reach cuts through what was found."""
MOST_VOXELS = 2_000_000
"""More are not looked at: the reach becomes shorter until they fit, so that the answer takes a second at most."""
SHARE = 0.5
"""What is thinner than this share of the lesion's own thickness is no part of it: vessels, strands."""


def lesion_about(
    values: NDArray[Any], seed: Voxel, geometry: Geometry, proposed: Inside | None = None, report: Report = silent
) -> Region | None:
    """The lesion that a click means; None where what is alike goes on beyond the furthest reach: nothing stands out.

    Voxels may belong to it where their values are nearer to those at the click than to the median about it. Of those
    that hang together with the click, the parts stay that a ball fits into which has half the radius of the largest
    one about the click (an opening by distance). What a model proposes under the click belongs to it where it is
    alike.

    Args:
        values: (K, J, I) of the image, or (K, J, I, 3) in colour.
        seed: the clicked voxel.
        geometry: its spacing gives box and balls their shape.
        proposed: (K, J, I) bool, what a model takes for a lesion.

    Raises:
        Cancelled: by ``report``.
    """
    looked_at: Box | None = None
    for number, reach_mm in enumerate(REACHES_MM):
        report(number, len(REACHES_MM), "Finding the lesion")
        box = _about(seed, geometry, reach_mm)
        if box == looked_at:
            break
        looked_at = box
        region = _within(values, seed, box, geometry, proposed)
        if region is not None and not _is_cut(region.box, box, geometry.shape_kji):
            return region
    return None


def _within(values: NDArray[Any], seed: Voxel, box: Box, geometry: Geometry, proposed: Inside | None) -> Region | None:
    """What the click means in a box about it."""
    at = voxel_in(seed, box)
    alike = connected(_alike(greys(values, box), at), at)
    if alike.all():
        return None
    inside = _thick(alike, at, geometry.spacing_mm)
    if proposed is not None and proposed[seed]:
        inside |= connected(proposed[box] & alike, at)
    return Region(box, _filled(inside)).tight()


def _is_cut(found: Box, box: Box, shape: Shape) -> bool:
    """Whether a region ends where the box does, and not with the image."""
    sides = zip(found, box, shape, strict=True)
    return any(f.start == b.start > 0 or f.stop == b.stop < size for f, b, size in sides)


def _about(seed: Voxel, geometry: Geometry, reach_mm: float) -> Box:
    box = about(seed, reach_mm, geometry)
    while np.prod(size_of(box)) > MOST_VOXELS:
        reach_mm *= 0.9
        box = about(seed, reach_mm, geometry)
    return box


def _alike(part: NDArray[np.float32], seed: Voxel) -> Inside:
    """Where values are nearer to those at the click than to the median of the box."""
    mean = sum(range_about(part, seed, 0.0)) / 2
    k, j, i = seed
    noise = float(part[k, max(0, j - 1) : j + 2, max(0, i - 1) : i + 2].std())
    alike: Inside = np.abs(part - mean) <= max(3 * noise, abs(mean - float(np.median(part))) / 2)
    alike[seed] = True
    return alike


def _thick(inside: Inside, seed: Voxel, spacing_mm: Triple) -> Inside:
    """The part of a piece that is at least half as thick as it is about the seed, and hangs together there."""
    from scipy import ndimage  # late: the window opens without it

    depth = np.asarray(ndimage.distance_transform_edt(inside, spacing_mm), np.float32)
    middle = _uphill(depth, seed)
    least = SHARE * float(depth[middle])
    core = connected(depth >= least, middle)
    away = np.asarray(ndimage.distance_transform_edt(~core, spacing_mm), np.float32)
    return connected(inside & (away < least + max(spacing_mm)), middle)  # depth is to the next voxel's centre


def _uphill(depth: NDArray[np.float32], start: Voxel) -> Voxel:
    """The voxel from which no step of up to two voxels leads deeper."""
    at = start
    while True:
        box = tuple(slice(max(0, index - 2), index + 3) for index in at)
        near = depth[box]
        if near.max() <= depth[at]:
            return at
        k, j, i = (
            int(step) + span.start for step, span in zip(np.unravel_index(near.argmax(), near.shape), box, strict=True)
        )
        at = k, j, i


def _filled(inside: Inside) -> Inside:
    """Without holes, slice by slice."""
    from scipy import ndimage  # late: the window opens without it

    return np.stack([np.asarray(ndimage.binary_fill_holes(plane), np.bool_) for plane in inside])
