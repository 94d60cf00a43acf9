"""From one click to a lesion that a model sees there: a random walk with the model's probabilities as its prior."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.coarseness import Coarseness
from imaging.editing.edit import Box, Region, Voxel
from imaging.editing.greys import greys
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
    k, j, i = seed
    if float(probable((slice(k, k + 1), slice(j, j + 1), slice(i, i + 1)))[0, 0, 0]) < LIKELY:
        return None
    box = _about(seed, geometry, flat)
    coarse = Coarseness.of(tuple(span.stop - span.start for span in box), geometry.spacing_mm, MOST_VOXELS)
    part = coarse.reduced(greys(values, box))
    prior = Prior(np.clip(coarse.reduced(probable(box)), CERTAIN, 1 - CERTAIN), PULL)
    at = tuple((index - span.start) // step for index, span, step in zip(seed, box, coarse.step, strict=True))
    known = np.full(part.shape, UNKNOWN, np.int8)
    known[at] = INSIDE
    inside = coarse.enlarged(walk(_smooth(part), known, coarse.spacing_mm, prior, report)) >= 0.5
    return Region(box, _piece(inside, (k - box[0].start, j - box[1].start, i - box[2].start))).tight()


def _about(seed: Voxel, geometry: Geometry, flat: bool) -> Box:
    reach = np.maximum(np.round(REACH_MM / np.array(geometry.spacing_mm)), 1).astype(int) * (not flat, 1, 1)
    low, high = np.maximum(np.array(seed) - reach, 0), np.minimum(np.array(seed) + reach + 1, geometry.shape_kji)
    k, j, i = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return k, j, i


def _smooth(part: Floats) -> Floats:
    from scipy import ndimage  # late: the window opens without it

    return np.asarray(ndimage.gaussian_filter(part, [0 if size == 1 else SMOOTH for size in part.shape]), np.float32)


def _piece(inside: NDArray[np.bool_], seed: Voxel) -> NDArray[np.bool_]:
    """(K, J, I) bool: what hangs together with the seed, which counts as inside."""
    from scipy import ndimage  # late: the window opens without it

    inside[seed] = True
    pieces = np.zeros(inside.shape, np.int32)
    ndimage.label(inside, output=pieces)
    return pieces == pieces[seed]
