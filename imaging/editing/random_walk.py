"""Random walker: how probable it is that a walk from a voxel, which shuns edges, meets what is inside first.

Grady, Random walks for image segmentation, IEEE TPAMI 28(11), 2006; with a prior for every voxel as in Grady,
Multilabel random walker image segmentation using prior models, CVPR 2005.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple
from imaging.progress import Report, silent

Floats = NDArray[np.float32]

INSIDE, OUTSIDE, UNKNOWN = 1, -1, 0
"""What is known of a voxel beforehand."""
EDGE = 90.0
"""How much a walk shuns a step across an edge; of the square of the step over the mean square of all steps."""
LEAST_WEIGHT = 1e-4
TOLERANCE = 2e-3
MOST_STEPS = 400
REPORT_EVERY = 20


@dataclass(frozen=True, eq=False)
class Prior:
    """What is thought of every voxel before the walk.

    Attributes:
        inside: (K, J, I) float32, 0-1: how probable it is that a voxel lies inside.
        pull: how much this weighs against one neighbour that looks alike.
    """

    inside: Floats
    pull: float = 0.05


def walk(
    values: NDArray[Any],
    known: NDArray[np.int8],
    spacing_mm: Triple,
    prior: Prior | None = None,
    report: Report = silent,
) -> Floats:
    """(K, J, I) float32, 0-1: how probable it is that each voxel lies inside.

    Args:
        values: (K, J, I) of a grey image.
        known: (K, J, I): :data:`INSIDE`, :data:`OUTSIDE` or :data:`UNKNOWN`.
        spacing_mm: a long way to the next voxel weighs less.
        prior: without one only ``known`` and the edges speak.

    Raises:
        ValueError: the shapes differ, or there is neither a prior nor anything known.
        Cancelled: by ``report``.
    """
    if values.shape != known.shape or (prior is not None and prior.inside.shape != known.shape):
        raise ValueError(f"values {values.shape} and what is known {known.shape}: expected one shape")
    if prior is None and not known.any():
        raise ValueError("neither seeds nor a prior: nothing says what is inside")
    system = _system(values.astype(np.float32), known, spacing_mm, prior)
    return np.clip(_solved(system, report), 0, 1)


@dataclass(frozen=True, eq=False)
class _System:
    """One equation per voxel: diagonal times itself, less weight times neighbour, is the right side.

    Attributes:
        diagonal, right: (K, J, I).
        links: per axis, the weight between a voxel and the next one, (K, J, I) less one along that axis; 0 to or from
            a voxel that is known, which is on the right side already.
        start: (K, J, I), where the search for the solution begins.
    """

    diagonal: Floats
    right: Floats
    links: tuple[Floats, ...]
    start: Floats

    def times(self, x: Floats) -> Floats:
        """(K, J, I): the left side for these probabilities."""
        product = self.diagonal * x
        for axis, link in enumerate(self.links):
            here, there = _ends(axis)
            product[here] -= link * x[there]
            product[there] -= link * x[here]
        return product


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All but the last, and all but the first voxel along an axis."""
    before = (slice(None),) * axis
    return (*before, slice(None, -1)), (*before, slice(1, None))


def _system(values: Floats, known: NDArray[np.int8], spacing_mm: Triple, prior: Prior | None) -> _System:
    given = (known == INSIDE).astype(np.float32)
    fixed = known != UNKNOWN
    diagonal, right = np.zeros(known.shape, np.float32), np.zeros(known.shape, np.float32)
    if prior is not None:
        diagonal += np.float32(prior.pull)
        right += np.float32(prior.pull) * prior.inside
    links: list[Floats] = []
    for axis, weight in enumerate(_weights(values, spacing_mm)):
        here, there = _ends(axis)
        for one, other in ((here, there), (there, here)):
            diagonal[one] += weight
            right[one] += weight * given[other]  # an unknown neighbour adds nothing
        links.append(np.where(fixed[here] | fixed[there], np.float32(0), weight))
    diagonal[fixed], right[fixed] = 1.0, given[fixed]
    np.maximum(diagonal, LEAST_WEIGHT, out=diagonal)
    start = given if prior is None else np.where(fixed, given, prior.inside)
    return _System(diagonal, right, tuple(links), start.astype(np.float32))


def _weights(values: Floats, spacing_mm: Triple) -> list[Floats]:
    """Per axis the weight of the step between neighbours: near 1 where they look alike."""
    steps = [np.diff(values, axis=axis) ** 2 for axis in range(3)]
    count = sum(step.size for step in steps)
    usual = sum(float(step.sum(dtype=np.float64)) for step in steps) / max(count, 1)
    closest = min(spacing for spacing, size in zip(spacing_mm, values.shape, strict=True) if size > 1 or count == 0)
    return [
        (np.exp(-step * np.float32(EDGE / max(usual, 1e-12) / 100)) + np.float32(LEAST_WEIGHT))
        * np.float32((closest / spacing) ** 2)
        for step, spacing in zip(steps, spacing_mm, strict=True)
    ]


def _solved(system: _System, report: Report) -> Floats:
    """The probabilities, by conjugate gradients with the diagonal as preconditioner."""
    x = system.start.copy()
    rest = system.right - system.times(x)
    eased = rest / system.diagonal
    way, size = eased.copy(), _dot(rest, eased)
    goal = TOLERANCE**2 * max(_dot(system.right, system.right / system.diagonal), 1e-12)
    for step in range(MOST_STEPS):
        if size <= goal:
            break
        if step % REPORT_EVERY == 0:
            report(step, MOST_STEPS, "Walking from the seeds")
        ahead = system.times(way)
        length = np.float32(size / _dot(way, ahead))
        x += length * way
        rest -= length * ahead
        eased = rest / system.diagonal
        before, size = size, _dot(rest, eased)
        way = eased + np.float32(size / before) * way
    return x


def _dot(one: Floats, other: Floats) -> float:
    return float(np.vdot(one, other))
