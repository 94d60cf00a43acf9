"""Margins and shells in millimetres, right also where voxels are not cubes."""

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import extent, grown, placed, whole
from imaging.editing.edit import Inside, Mask, Region, region_of
from imaging.geometry import Geometry
from imaging.progress import Report, silent

Side = Literal["inside", "outside", "both"]
"""Where a shell lies: the surface stays its outer side, its inner side, or its middle."""
_EDGE = 1e-6
SLAB = 16


def distance_mm(inside: Inside, geometry: Geometry) -> NDArray[np.float64]:
    """(K, J, I) float64, mm: from each voxel centre outside to the nearest centre inside; 0 inside.

    Beyond the array nothing is inside; where nothing is inside at all, the distance is infinite.
    """
    from scipy import ndimage  # late: the window opens without it

    if not inside.any():
        return np.full(inside.shape, np.inf)
    return cast("NDArray[np.float64]", ndimage.distance_transform_edt(~inside, sampling=geometry.spacing_mm))


def outward(inside: Inside, geometry: Geometry, margin_mm: float, report: Report = silent) -> Inside:
    """``inside`` and every voxel whose centre lies within the margin of a centre inside.

    Slab by slab, each only about what is inside: scattered specks cost little.

    Raises:
        Cancelled: by ``report``.
    """
    near, room = inside.copy(), [int((margin_mm + _EDGE) / step) for step in geometry.spacing_mm]
    every = whole(inside.shape)
    for k in range(0, len(inside), SLAB):
        report(k, len(inside), "Margin")
        slab = (slice(k, min(k + SLAB, len(inside))), every[1], every[2])
        source = grown(slab, (room[0], 0, 0), inside.shape)
        part = extent(inside[source])
        if part is None:
            continue
        box = grown(placed(part, source), room, inside.shape)
        own = slice(max(box[0].start, slab[0].start), min(box[0].stop, slab[0].stop))
        within = distance_mm(inside[box], geometry) <= margin_mm + _EDGE
        near[own, box[1], box[2]] |= within[own.start - box[0].start : own.stop - box[0].start]
    return near


def inward(inside: Inside, geometry: Geometry, margin_mm: float, report: Report = silent) -> Inside:
    """The voxels of ``inside`` whose centres lie further than the margin from every centre outside.

    Raises:
        Cancelled: by ``report``.
    """
    return inside & ~outward(~inside, geometry, margin_mm, report)


def margin(array: Mask, value: int, geometry: Geometry, margin_mm: float, report: Report = silent) -> Region | None:
    """A label grown by a margin in millimetres, or shrunk by a negative one; None when it is empty.

    The edge of the volume is no surface: nothing is worn away there.

    Raises:
        Cancelled: by ``report``.
    """
    region = padded(array, value, geometry, max(margin_mm, 0.0))
    if region is None:
        return None
    if margin_mm >= 0:
        return Region(region.box, outward(region.inside, geometry, margin_mm, report))
    return Region(region.box, inward(region.inside, geometry, -margin_mm, report))


def hollow(array: Mask, value: int, geometry: Geometry, thickness_mm: float, side: Side = "inside") -> Region | None:
    """A label as a shell of this thickness; None when it is empty."""
    out_mm = {"inside": 0.0, "outside": thickness_mm, "both": thickness_mm / 2}[side]
    region = padded(array, value, geometry, out_mm)
    if region is None:
        return None
    outer = outward(region.inside, geometry, out_mm) if out_mm else region.inside
    in_mm = thickness_mm - out_mm
    inner = inward(region.inside, geometry, in_mm) if in_mm else region.inside
    return Region(region.box, outer & ~inner)


def padded(array: Mask, value: int, geometry: Geometry, room_mm: float) -> Region | None:
    """The voxels of a label in a box with room around them, at least a voxel; None when it is empty."""
    region = region_of(array, (value,))
    if region is None:
        return None
    room = [int(np.ceil(room_mm / step)) + 1 for step in geometry.spacing_mm]
    box = grown(region.box, room, array.shape)
    return Region(box, region.within(box))
