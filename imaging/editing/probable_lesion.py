"""From one click to a lesion that a model sees there: a random walk with the model's probabilities as its prior."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, Voxel, about, along, only, size_of, voxel_in
from imaging.editing.coarseness import Coarseness
from imaging.editing.edit import Region
from imaging.editing.greys import greys, smoothed
from imaging.editing.islands import connected
from imaging.editing.random_walk import INSIDE, UNKNOWN, Floats, Prior, walk
from imaging.geometry import Geometry
from imaging.progress import Report, silent

LIKELY = 0.5
"""Where the model takes the clicked voxel for less probable, it is not asked about the lesion."""
REACH_MM = 60.0
"""How far about the click the walk goes."""
MOST_VOXELS = 250_000
"""A larger part is looked at coarsely."""
PULL = 0.3
CERTAIN = 0.02
"""However sure the model is, the greys have a say."""
SMOOTH = 0.7


def probable_lesion(
    values: NDArray[Any],
    seed: Voxel,
    geometry: Geometry,
    probable: Callable[[Box], Floats],
    flat: bool = False,
    report: Report = silent,
) -> Region | None:
    """The lesion that a click means, by a model; None where the model sees none under the click.

    A random walk (:func:`imaging.editing.random_walk.walk`) from the click, with the probabilities as prior: they say
    where the lesion is, and the greys where exactly it ends. The piece that holds the click is taken.

    Args:
        values: (K, J, I) of a grey image, or (K, J, I, 3) in colour.
        seed: the clicked voxel.
        geometry: its spacing gives reach and walk their shape.
        probable: gives (K, J, I) float32, 0-1, of a box: how probable the model takes lesions to be.
        flat: stay on the frame of the click.

    Raises:
        Cancelled: by ``report``.
    """
    if float(probable(only(seed))[0, 0, 0]) < LIKELY:
        return None
    box = about(seed, REACH_MM, geometry)
    box = along(box, 0, only(seed)[0]) if flat else box
    coarse = Coarseness.of(size_of(box), geometry.spacing_mm, MOST_VOXELS)
    part = coarse.reduced(greys(values, box))
    prior = Prior(np.clip(coarse.reduced(probable(box)), CERTAIN, 1 - CERTAIN), PULL)
    at = voxel_in(seed, box)
    known = np.full(part.shape, UNKNOWN, np.int8)
    known[tuple(index // step for index, step in zip(at, coarse.step, strict=True))] = INSIDE
    inside = coarse.enlarged(walk(smoothed(part, SMOOTH), known, coarse.spacing_mm, prior, report)) >= 0.5
    inside[at] = True
    return Region(box, connected(inside, at)).tight()
