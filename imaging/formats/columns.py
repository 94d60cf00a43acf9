"""Where voxels lie by the step of each array axis, as NIfTI, NRRD and MetaImage say it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Calibration, Geometry, Triple, triple, triples

SHEARED = "the slices are sheared against one another: no regular volume, each slice keeps its own place"

_ROUNDING = 1e-6
"""By how much the components of axes may differ through single precision."""


def grids_of(
    path: Path, shape_kji: tuple[int, int, int], columns: NDArray[np.float64], origin_lps: Triple
) -> tuple[Geometry, tuple[Geometry, ...]]:
    """The grid in LPS, and each slice's own where the slices are sheared against one another.

    Args:
        path: named in errors.
        shape_kji: of the array.
        columns: (3, 3) LPS millimetres from one voxel to the next along k, j and i, one a column.
        origin_lps: centre of the first voxel.

    Raises:
        ReadError: an axis collapses, or rows and columns are not at right angles by more than 0.1 mm over the plane.
        GeometryError: axes that do not span space.
    """
    spacing = np.linalg.norm(columns, axis=0)
    is_finite = bool(np.isfinite((*columns.ravel(), *origin_lps)).all())
    if not is_finite or spacing.min() <= 0 or not np.cross(columns[:, 2], columns[:, 1]).any():
        raise ReadError(path, "its directions collapse an axis: no place can be computed")
    axes = _squared(columns / spacing)
    if _moved_mm(columns, axes, shape_kji) <= PLACEMENT_TOLERANCE_MM:
        return _grid(shape_kji, spacing, origin_lps, axes), ()
    return _sheared(path, shape_kji, columns, origin_lps)


def _sheared(
    path: Path, shape_kji: tuple[int, int, int], columns: NDArray[np.float64], origin_lps: Triple
) -> tuple[Geometry, tuple[Geometry, ...]]:
    """The grid of the first slice, and a grid for each, shifted along the file's own step."""
    spacing = np.linalg.norm(columns, axis=0)
    plane = columns.copy()
    plane[:, 0] = np.cross(columns[:, 2], columns[:, 1])
    plane[:, 0] *= spacing[0] / np.linalg.norm(plane[:, 0]) * (1 if plane[:, 0] @ columns[:, 0] >= 0 else -1)
    axes = _squared(plane / np.linalg.norm(plane, axis=0))
    moved = _moved_mm(plane, axes, (1, *shape_kji[1:]))
    if moved > PLACEMENT_TOLERANCE_MM:
        raise ReadError(path, f"the axes are sheared: pixels would lie up to {moved:.1f} mm off a regular grid")
    origins = np.array(origin_lps) + np.arange(shape_kji[0])[:, None] * columns[:, 0]
    one = (1, shape_kji[1], shape_kji[2])
    slices = tuple(_grid(one, spacing, origin, axes) for origin in triples(origins))
    return _grid(shape_kji, spacing, origin_lps, axes), slices


def _squared(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest axes at right angles; the same ones where only rounding differs."""
    left, _, right = np.linalg.svd(axes)
    return axes if np.allclose(axes, left @ right, atol=_ROUNDING) else left @ right


def _moved_mm(columns: NDArray[np.float64], axes: NDArray[np.float64], shape_kji: tuple[int, int, int]) -> float:
    """How far the farthest voxel lies from the grid of these axes."""
    off = np.linalg.norm(columns - axes * np.linalg.norm(columns, axis=0), axis=0)
    return float((off * (np.array(shape_kji) - 1)).sum())


def _grid(
    shape_kji: tuple[int, int, int], spacing: NDArray[np.float64], origin_lps: Triple, axes: NDArray[np.float64]
) -> Geometry:
    k, j, i = triples(axes.T)
    return Geometry(shape_kji, triple(spacing), origin_lps, (k, j, i), Calibration.PATIENT)
