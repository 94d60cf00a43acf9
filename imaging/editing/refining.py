"""Refining: what a model draws is drawn again, with what a person drew and erased as given.

How far a correction reaches is the difference that it makes to a random walk with the model's probabilities as prior:
it spreads where voxels look alike, stops at edges, and fades with the distance.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, grown
from imaging.editing.coarseness import Coarseness
from imaging.editing.edit import Mask, Region
from imaging.editing.greys import smoothed
from imaging.editing.random_walk import INSIDE, OUTSIDE, UNKNOWN, Floats, Prior, walk
from imaging.geometry import Geometry
from imaging.progress import Report, silent

REACH_MM, REACH_PX = 25.0, 40
"""So far from a correction something may change; in pixels where millimetres are unknown."""
MOST_VOXELS = 150_000
PULL = 0.003
SMOOTH = 0.5
FELT = 0.02
"""A smaller difference changes nothing."""


def reach(fresh: Region, geometry: Geometry) -> Box:
    """The voxels that corrections may change: the box about them, with :data:`REACH_MM` on all sides."""
    unit = REACH_MM if geometry.has_mm else REACH_PX
    voxels = [max(1, round(unit / spacing)) for spacing in geometry.spacing_mm]
    return grown(fresh.box, voxels if geometry.has_mm else [0, *voxels[1:]], geometry.shape_kji)


def refine(
    array: Mask,
    value: int,
    drawn: Region,
    box: Box,
    values: NDArray[Any],
    probable: Floats,
    geometry: Geometry,
    report: Report = silent,
) -> Mask:
    """(K, J, I) uint8 of ``box``: the labels after refining one of them.

    Only voxels of that label and empty ones change, and none that a person drew or erased.

    Args:
        array: (K, J, I) labels as they are.
        value: the label.
        drawn: voxels that a person drew or erased, wherever they are; what they hold now is what was meant.
        box: where to refine; see :func:`reach`.
        values: (K, J, I) of the grey image, of the box.
        probable: (K, J, I) float32, 0-1, of the box: the model's probability of the label.

    Raises:
        Cancelled: by ``report``.
    """
    now, hand = array[box], drawn.within(box)
    mine = now == value
    known = np.where(hand, np.where(mine, INSIDE, OUTSIDE), UNKNOWN).astype(np.int8)
    known[(now != 0) & ~mine] = OUTSIDE
    believed = np.where(mine, np.maximum(probable, 0.5), np.minimum(probable, 0.5 - FELT / 2)).astype(np.float32)
    change = _difference(values.astype(np.float32), known, believed, geometry, report)
    inside = np.where(np.abs(change) < FELT, mine, believed + change >= 0.5)
    free = ~hand & ((now == 0) | mine)
    return np.where(free, np.where(inside, value, 0), now).astype(np.uint8)


def _difference(
    values: Floats, known: NDArray[np.int8], believed: Floats, geometry: Geometry, report: Report
) -> Floats:
    """(K, J, I) float32, -1 to 1: what is known makes of what is believed."""
    coarse = Coarseness.of(known.shape, geometry.spacing_mm, MOST_VOXELS)
    seeds, prior = coarse.strongest(known), Prior(coarse.reduced(believed), PULL)
    picture = smoothed(coarse.reduced(values), SMOOTH)
    before = walk(picture, np.zeros_like(seeds), coarse.spacing_mm, prior, report)
    after = walk(picture, seeds, coarse.spacing_mm, prior, report)
    return coarse.enlarged(after - before)
