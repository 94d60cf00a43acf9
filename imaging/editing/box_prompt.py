"""From a box about a lesion to the lesion: what is like the middle of the box and unlike what lies around it.

The idea of a box as the only hint, with greys of both sides learnt in turns, is that of GrabCut (Rother, Kolmogorov and
Blake, ACM TOG 23(3), 2004); the line between them is found by a random walk.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, between, size_of
from imaging.editing.coarseness import Coarseness
from imaging.editing.edit import Inside, Region
from imaging.editing.greys import greys, smoothed
from imaging.editing.random_walk import INSIDE, OUTSIDE, UNKNOWN, Floats, Prior, walk
from imaging.geometry import Geometry
from imaging.progress import Report, silent

ROOM = 1.5
"""So many times the box are looked at: what lies around it shows how the background looks."""
MOST_VOXELS = 250_000
"""A larger part is looked at coarsely."""
DEEPEST_MM = 60.0
ROUNDS = 2
PULL = 0.3
BINS = 32
SMOOTH = 0.7
STRONGEST = 4.0
"""No grey speaks louder than this for or against the lesion, as the logarithm of a ratio."""
ROUNDNESS = 8.0
"""How fast it becomes improbable that a lesion reaches into the corners of its box."""
CORE, CERTAIN = 0.8, 0.15
"""What is taken for lesion at first, and what always is: shares of the way from the middle to the faces."""
HEARD = 0.3
"""A model that nowhere in the middle of the box goes so far is not heard."""


@dataclass(frozen=True, eq=False)
class PromptBox:
    """A box that a person drew on one plane, with a depth.

    Attributes:
        onto: (3, 4) float64: index (k, j, i, 1) to depth, row and column, each -1 to 1 inside the box.
    """

    onto: NDArray[np.float64]

    def around(self, shape: tuple[int, ...]) -> Box | None:
        """The voxels of the box with :data:`ROOM` times its height and width; None where it lies beside the grid."""
        square, middle = self.onto[:, :3], self.onto[:, 3]
        corners = np.array(list(product((-1, 1), (-ROOM, ROOM), (-ROOM, ROOM))))
        reached = np.linalg.solve(square, (corners - middle).T).T
        low = np.clip(np.ceil(reached.min(axis=0) - 1e-6), 0, shape[:3]).astype(int)
        high = np.clip(np.floor(reached.max(axis=0) + 1e-6) + 1, 0, shape[:3]).astype(int)
        return between(low, high)

    def places(self, box: Box, step: tuple[int, int, int] = (1, 1, 1)) -> Floats:
        """(3, K, J, I) float32: depth, row and column of every ``step``-th voxel of ``box``, -1 to 1 inside."""
        axes = (np.arange(span.start, span.stop, by) for span, by in zip(box, step, strict=True))
        k, j, i = np.meshgrid(*axes, indexing="ij", sparse=True)
        places = np.empty((3, k.size, j.size, i.size), np.float32)
        for place, (a, b, c, d) in zip(places, self.onto, strict=True):
            np.add((a * k + b * j + d).astype(np.float32), (c * i).astype(np.float32), out=place)
        return places


Corner = tuple[float, float]


def box_on_axis(geometry: Geometry, axis: int, index: int, corners: tuple[Corner, Corner], deep: bool) -> PromptBox:
    """The box that was drawn on a plane of the array.

    Args:
        axis, index: the plane; rows and columns run along the other axes, in their order.
        corners: (row, column) of two opposite ones.
        deep: it goes as far before and behind the plane as to its longer side; else only the plane counts.
    """
    middle, half = _halves(corners)
    rows, columns = (each for each in range(3) if each != axis)
    onto = np.zeros((3, 4))
    half_mm = [size * geometry.spacing_mm[at] for size, at in zip(half, (rows, columns), strict=True)]
    depth = min(max(half_mm), DEEPEST_MM) / geometry.spacing_mm[axis] if deep else 0.5
    for row, (at, centre, size) in enumerate(
        zip((axis, rows, columns), (index, *middle), (max(depth, 0.5), *half), strict=True)
    ):
        onto[row, at], onto[row, 3] = 1 / size, -centre / size
    return PromptBox(onto)


def box_on_plane(geometry: Geometry, plane: Geometry, corners: tuple[Corner, Corner], deep: bool) -> PromptBox:
    """The box that was drawn on any plane in the patient; see :func:`box_on_axis`.

    Args:
        geometry: the grid of the image.
        plane: one plane, (1, rows, columns).
    """
    middle, half = _halves(corners)
    half_mm = [size * spacing for size, spacing in zip(half, plane.spacing_mm[1:], strict=True)]
    depth_mm = min(max(half_mm), DEEPEST_MM) if deep else max(geometry.spacing_mm) / 2
    sizes = np.array([depth_mm / plane.spacing_mm[0], *half])
    seen = (np.linalg.inv(plane.affine) @ geometry.affine)[:3]
    seen[:, 3] -= (0.0, *middle)
    return PromptBox(seen / sizes[:, None])


def _halves(corners: tuple[Corner, Corner]) -> tuple[Corner, Corner]:
    """The middle, and half of height and width, at least half a pixel."""
    (r0, c0), (r1, c1) = corners
    return ((r0 + r1) / 2, (c0 + c1) / 2), (max(abs(r1 - r0) / 2, 0.5), max(abs(c1 - c0) / 2, 0.5))


def lesion_in_box(
    values: NDArray[Any],
    geometry: Geometry,
    prompt: PromptBox,
    probable: Floats | None = None,
    report: Report = silent,
) -> Region | None:
    """The lesion that a box means, which does not leave it; None where the box lies beside the image.

    Args:
        values: (K, J, I) of a grey image, or (K, J, I, 3) in colour.
        probable: (K, J, I) float32, 0-1, of ``prompt.around(values.shape)``: what a model says of lesions there.

    Raises:
        Cancelled: by ``report``.
    """
    box = prompt.around(values.shape)
    if box is None:
        return None
    coarse = Coarseness.of(size_of(box), geometry.spacing_mm, MOST_VOXELS)
    places = prompt.places(box, coarse.step)
    part = coarse.reduced(greys(values, box))
    hint = None if probable is None else coarse.reduced(probable)
    inside = coarse.enlarged(_probability(part, places, coarse.spacing_mm, hint, report)) >= 0.5
    core = np.zeros_like(inside)
    for k, plane, middle in zip(range(box[0].start, box[0].stop), inside, core, strict=True):
        if plane.any():  # plane by plane: places of a large box would fill the memory
            fine = prompt.places((slice(k, k + 1), *box[1:]))[:, 0]
            plane &= (np.abs(fine) <= 1).all(axis=0)
            middle[...] = (fine**2).sum(axis=0) <= CORE**2
    return Region(box, _in_the_middle(inside, core)).tight()


def _in_the_middle(inside: Inside, core: Inside) -> Inside:
    """(K, J, I) bool: the pieces that reach into the middle of the box."""
    from scipy import ndimage  # late: the window opens without it

    pieces = np.zeros(inside.shape, np.int32)
    ndimage.label(inside, output=pieces)
    count = int(pieces.max())
    if count == 1 and (inside & core).any():
        return inside
    reached = np.zeros(count + 1, np.bool_)
    reached[pieces[core]] = True
    reached[0] = False
    return reached[pieces]


def _probability(
    part: Floats, places: Floats, spacing_mm: tuple[float, float, float], hint: Floats | None, report: Report
) -> Floats:
    away = np.sqrt((places**2).sum(axis=0))
    within = (np.abs(places) <= 1).all(axis=0)
    known = np.where(within, UNKNOWN, OUTSIDE).astype(np.int8)
    known[away <= max(CERTAIN, float(away.min()))] = INSIDE
    smooth, greys = _greys(part)
    believed = ROUNDNESS * (1 - away)
    if hint is not None and float(hint[away <= CORE].max(initial=0)) >= HEARD:
        believed += _odds(hint)
    inside = (away <= CORE) & within
    walked = inside.astype(np.float32)
    for _ in range(ROUNDS):
        logarithm = believed + _speaking(greys, inside)[greys]
        prior = Prior((1 / (1 + np.exp(-logarithm))).astype(np.float32), PULL)
        walked = walk(smooth, known, spacing_mm, prior, report)
        inside = walked >= 0.5
    return walked


def _greys(part: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """(K, J, I) without the finest noise, and the bin that each value falls into."""
    smooth = smoothed(part, SMOOTH)
    low, high = (float(value) for value in np.percentile(smooth, (1, 99)))
    share = np.clip((smooth - low) / max(high - low, 1e-6), 0, 1)
    return smooth, np.minimum((share * BINS).astype(np.intp), BINS - 1)


def _speaking(greys: NDArray[np.intp], inside: Inside) -> Floats:
    """(BINS,) how each grey speaks for the lesion: the logarithm of how much more frequent it is inside."""
    from scipy import ndimage  # late: the window opens without it

    shares: list[NDArray[np.float64]] = []
    for part in (greys[inside], greys[~inside]):
        counts = np.asarray(ndimage.gaussian_filter1d(np.bincount(part, minlength=BINS).astype(float), 1.5))
        counts += 1e-3 * max(counts.sum(), 1.0)
        shares.append(counts / counts.sum())
    return np.clip(np.log(shares[0] / shares[1]), -STRONGEST, STRONGEST).astype(np.float32)


def _odds(probability: Floats) -> Floats:
    """The logarithm of probable over improbable."""
    held = np.clip(probability, 0.02, 0.98)
    return np.log(held / (1 - held)).astype(np.float32)
