"""Label values on another grid: each voxel gets the label that covers most of it.

Masks say yes or no. Interpolating label by label would round the corners of what was drawn and lose what is one voxel
wide; between aligned slices it says what the nearest slice says anyway. So a voxel is asked at evenly spread points,
about one for each voxel of the mask along each axis, which label lies there: volumes are kept on average, no label is
invented, and where voxels are no larger than the mask's this is the nearest neighbour.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.file_grid import Block
from imaging.progress import Report, silent

_MOST_POINTS = 16
"""Along one axis of a voxel."""

_NUDGE = 1e-5
"""Voxels by which a point between two is moved, so that all of them go the same way and no volume is won or lost."""


def covered(block: Block, grid: ImageGrid, report: Report = silent) -> NDArray[np.uint8]:
    """(K, J, I) uint8 on ``grid``: the label that covers most of each voxel, 0 outside the block.

    Args:
        block: label values, with their place.
        report: told before every slice.

    Raises:
        Cancelled: by ``report``.
    """
    found = np.zeros(grid.geometry.shape_kji, np.uint8)
    inverse = np.linalg.inv(block.affine)
    for k in range(len(found)):
        report(k, len(found), f"Resampling slice {k + 1} of {len(found)}")
        found[k] = _slice(block.array, inverse @ grid.slice_geometry(k).affine, found.shape[1:])
    return found


def _slice(array: NDArray[np.uint8], affine: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """(J, I) of one slice; ``affine`` takes its indices to those of the array."""
    samples = np.stack([_nearest(array, affine, offset, shape) for offset in _offsets(affine)])
    result = samples[0]
    mixed = (samples != samples[0]).any(axis=0)
    if mixed.any():
        result[mixed] = _most_frequent(samples[:, mixed])
    return result


def _offsets(affine: NDArray[np.float64]) -> list[tuple[float, ...]]:
    """Points in a voxel, in its own index: as many along each axis as it is long in voxels of the mask."""
    lengths = np.abs(affine[:3, :3]).max(axis=0)
    counts = np.clip(np.rint(lengths), 1, _MOST_POINTS).astype(int)
    return list(product(*((np.arange(n) + 0.5) / n - 0.5 for n in counts)))


def _nearest(
    array: NDArray[np.uint8], affine: NDArray[np.float64], offset: tuple[float, ...], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """(J, I) of the voxels in which the points lie that have this place in the pixels of a slice."""
    first = affine[:3] @ (*offset, 1.0) + (0.5 + _NUDGE)
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None]
    at = [np.floor(first[n] + affine[n, 1] * rows + affine[n, 2] * columns).astype(np.intp) for n in range(3)]
    inside = np.logical_and.reduce([(each >= 0) & (each < size) for each, size in zip(at, array.shape, strict=True)])
    result = np.zeros(shape, np.uint8)
    result[inside] = array[tuple(each[inside] for each in at)]
    return result


def _most_frequent(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(M,) the most frequent of each column of (N, M); of equally frequent ones that which comes first."""
    values = np.unique(samples)
    scores = [np.count_nonzero(samples == v, axis=0) * (len(samples) + 1) - _first(samples == v) for v in values]
    return values[np.argmax(scores, axis=0)]


def _first(found: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first row of each column that is true; the number of rows where none is."""
    return np.where(found.any(axis=0), found.argmax(axis=0), len(found))
