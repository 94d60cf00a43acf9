"""Masks in formats that hold one block of voxels (NIfTI, NRRD): the block of an image's slices, and back.

The block may be sheared, as of a tilted gantry, and have empty planes where slices are missing: every voxel keeps its
place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError, SaveError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry

_MOST_EMPTY = 20
"""A block with more planes than so many for each slice is not written: its slices lie too unevenly."""


@dataclass(frozen=True)
class Block:
    """Voxels with their place.

    Attributes:
        array: (K, J, I). affine: (4, 4) homogeneous (k, j, i, 1) to LPS millimetres, not always orthogonal.
    """

    array: NDArray[Any]
    affine: NDArray[np.float64]


def block_of(array: NDArray[Any], grid: ImageGrid) -> Block:
    """The slices of an image as one block, with empty planes where slices are missing.

    Raises:
        GeometryError: slices that are not parallel, or that lie on no even grid.
    """
    if not grid.slice_geometries:
        return Block(array, grid.geometry.affine)
    first = grid.slice_geometries[0]
    planes, step = _even(grid.slice_geometries)
    filled = np.zeros((planes[-1] + 1, *array.shape[1:]), array.dtype)
    filled[planes] = array
    affine = first.affine.copy()
    affine[:3, 0] = step
    return Block(filled, affine)


def block_to_write(array: NDArray[Any], grid: ImageGrid, path: Path) -> Block:
    """As :func:`block_of`, for a file that is about to be written.

    Raises:
        SaveError: slices that make no block of voxels.
    """
    try:
        return block_of(array, grid)
    except GeometryError as error:
        raise SaveError(path, str(error)) from error


def _even(slices: tuple[Geometry, ...]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The plane of each slice on the coarsest even grid that holds all, and the step from plane to plane."""
    first = slices[0]
    normal = first.normal_lps
    if len(slices) == 1:
        return np.zeros(1, np.intp), normal * first.spacing_mm[0]
    if any(not np.allclose(each.affine[:3, 1:3], first.affine[:3, 1:3], atol=1e-4) for each in slices):
        raise GeometryError("slices of several orientations or spacings make no block: export a DICOM SEG")
    origins = np.array([each.origin_lps for each in slices])
    steps = np.diff(origins @ normal)
    nearest = float(np.abs(steps).min())
    if nearest < PLACEMENT_TOLERANCE_MM or abs(np.sign(steps).sum()) != len(steps):
        raise GeometryError("slices at one position make no block: export a DICOM SEG")
    planes = np.concatenate([[0], np.cumsum(np.rint(np.abs(steps) / nearest))]).astype(np.intp)
    step = (origins[-1] - origins[0]) / planes[-1]
    off_mm = float(np.linalg.norm(origins - origins[0] - planes[:, None] * step, axis=1).max())
    if off_mm > PLACEMENT_TOLERANCE_MM or planes[-1] > _MOST_EMPTY * len(slices):
        raise GeometryError(f"slices lie up to {off_mm:.2f} mm off an even grid and make no block: export a DICOM SEG")
    return planes, step


def on_slices(block: Block, grid: ImageGrid) -> tuple[NDArray[Any], int]:
    """(K, J, I) of the image under its slices, and how many marked voxels of the block lie elsewhere.

    Raises:
        GeometryError: a slice lies more than 0.1 mm off the voxels of the block, or its pixels are of another size.
    """
    found = np.zeros(grid.geometry.shape_kji, block.array.dtype)
    used = 0
    for k in range(len(found)):
        found[k], count = _plane(block, grid.slice_geometry(k), k)
        used += count
    return found, int(np.count_nonzero(block.array)) - used


def by_index(block: Block, grid: ImageGrid) -> NDArray[Any]:
    """The block as it is, for images without a place.

    Raises:
        GeometryError: another shape than the image's.
    """
    if block.array.shape != grid.geometry.shape_kji:
        raise GeometryError(f"found {block.array.shape} voxels, expected the {grid.geometry.shape_kji} of the image")
    return block.array


def _plane(block: Block, slice_geometry: Geometry, k: int) -> tuple[NDArray[Any], int]:
    """(J, I) of the block under one slice, 0 outside it, and how many marked voxels that are."""
    inverse = np.linalg.inv(block.affine)
    affine = inverse @ slice_geometry.affine
    nearest = np.rint(affine)
    _, rows, columns = slice_geometry.shape_kji
    corners = np.array([(0, j, i, 1) for j in (0, rows - 1) for i in (0, columns - 1)]).T
    off_mm = float(np.linalg.norm((block.affine @ (nearest - affine) @ corners)[:3], axis=0).max())
    if not off_mm <= PLACEMENT_TOLERANCE_MM:  # nor is what is no number
        raise GeometryError(
            f"slice {k + 1} of the image lies {off_mm:.2f} mm off the mask's voxels: expected 0.1 mm at most"
        )
    lattice = nearest.astype(np.intp)
    at = [
        lattice[n, 3] + lattice[n, 1] * np.arange(rows)[:, None] + lattice[n, 2] * np.arange(columns)[None]
        for n in range(3)
    ]
    inside = np.logical_and.reduce(
        [(each >= 0) & (each < size) for each, size in zip(at, block.array.shape, strict=True)]
    )
    clipped = tuple(np.clip(each, 0, size - 1) for each, size in zip(at, block.array.shape, strict=True))
    plane = np.where(inside, block.array[clipped], 0)
    return plane, int(np.count_nonzero(plane))
