"""Masks whose voxels are not the image's: what differs, whether resampling makes sense, and the resampling itself."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.errors import OtherGrid, ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.covering import covered
from imaging.formats.segmentation.file_grid import Block
from imaging.formats.segmentation.imported import RESAMPLED, ImportedMask, Resampling, SegmentVolume
from imaging.geometry import Shape, Triple
from imaging.labelmap import Labelmap
from imaging.progress import Report, silent

METHOD = "each voxel has the label that covers most of it"


def refusal(path: Path, reason: str, block: Block, grid: ImageGrid) -> ReadError:
    """The error for a mask that does not fit an image: :class:`OtherGrid` where both share a place, else plain."""
    voxels = f"mask: {_words(block.array.shape, _spacing_mm(block))}; image: {_image(grid)}"
    if not _meet(block, grid):
        return ReadError(path, f"{reason}. They share no place ({voxels})")
    return OtherGrid(path, f"{reason} ({voxels})")


def resampled(
    path: Path, own: ImportedMask, blocks: Sequence[Block], grid: ImageGrid, report: Report = silent
) -> ImportedMask:
    """A mask brought onto the grid of an image; warnings and labels say so, and what it did to volumes.

    Args:
        path: of the file, for words.
        own: what the file says, on whatever grid.
        blocks: its layers on their own grid.
        grid: of the image.
        report: told before every slice.

    Raises:
        ReadError: no marked voxel lies in the image.
        Cancelled: by ``report``.
    """
    layers = tuple(covered(block, grid, report) for block in blocks)
    if any(block.array.any() for block in blocks) and not any(layer.any() for layer in layers):
        raise ReadError(path, f"none of its marked voxels lies in the image, {_image(grid)}")
    shape, spacing_mm = _shape(blocks[0]), _spacing_mm(blocks[0])
    said = f"{RESAMPLED} {_words(shape, spacing_mm)}"
    labels = tuple(replace(each, derivation=said) for each in own.labelmap.labels)
    mask = grid.labelmap(layers, labels, own.labelmap.provenance)
    done = Resampling(
        shape, spacing_mm, grid.geometry.shape_kji, grid.geometry.spacing_mm, METHOD, _volumes(own, blocks[0], mask)
    )
    return replace(own, labelmap=mask, warnings=(*own.warnings, *_told(said, done)), resampling=done, fractions=None)


def _told(said: str, done: Resampling) -> list[str]:
    """What was done, in words."""
    volumes = [
        f"{each.name} {each.before_ml:.3g} ml, now {'unknown' if each.after_ml is None else f'{each.after_ml:.3g} ml'}"
        for each in done.volumes
    ]
    return [f"{said}: {done.method}", *(["volumes: " + "; ".join(volumes)] if volumes else [])]


def _volumes(own: ImportedMask, block: Block, mask: Labelmap) -> tuple[SegmentVolume, ...]:
    voxel_ml = abs(float(np.linalg.det(block.affine[:3, :3]))) / 1000
    counts = own.labelmap.counts()
    after = mask.millilitres()
    return tuple(
        SegmentVolume(each.value, each.name, counts[each.value] * voxel_ml, after[each.value]) for each in mask.labels
    )


def _meet(block: Block, grid: ImageGrid) -> bool:
    """Whether the boxes around both, along the axes of the patient, overlap."""
    low, high = _ends(_corners(block.affine, block.array.shape))
    slices = grid.slice_geometries or (grid.geometry,)
    ours = np.concatenate([_corners(each.affine, each.shape_kji) for each in slices])
    our_low, our_high = _ends(ours)
    return bool((low <= our_high).all() and (high >= our_low).all())


def _corners(affine: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """(8, 3) LPS millimetres of the outer corners."""
    corners = np.array(list(product(*((-0.5, n - 0.5) for n in shape))))
    return corners @ affine[:3, :3].T + affine[:3, 3]


def _ends(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return points.min(axis=0), points.max(axis=0)


def _shape(block: Block) -> Shape:
    k, j, i = block.array.shape
    return k, j, i


def _spacing_mm(block: Block) -> Triple:
    k, j, i = (float(each) for each in np.linalg.norm(block.affine[:3, :3], axis=0))
    return k, j, i


def _image(grid: ImageGrid) -> str:
    return _words(grid.geometry.shape_kji, grid.geometry.spacing_mm)


def _words(shape: tuple[int, ...], spacing_mm: Triple) -> str:
    voxels, mm = (" × ".join(f"{each:.3g}" if isinstance(each, float) else str(each) for each in one)
                  for one in (shape, spacing_mm))  # fmt: skip
    return f"{voxels} voxels of {mm} mm"
