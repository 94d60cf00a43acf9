"""Label values of a file laid on the slices of an image."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError, OtherGrid, ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.file_grid import Block, by_index, on_slices
from imaging.formats.segmentation.imported import ImportedMask, Segment
from imaging.formats.segmentation.label_table import named
from imaging.formats.segmentation.resampling import refusal, resampled
from imaging.formats.segmentation.terminology import described
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, plain_labels
from imaging.layers import Layers
from imaging.progress import Report, silent


def laid(
    path: Path,
    layers: Layers,
    affine: NDArray[np.float64] | None,
    grid: ImageGrid,
    table: tuple[Label, ...],
    segments: tuple[Segment, ...] = (),
    resample: bool = False,
    report: Report = silent,
) -> ImportedMask:
    """Label values on the grid of an image, by position; by pixel where the image or the file has no place.

    Args:
        path: of the file, for words.
        layers: label values as in the file.
        affine: (4, 4) index (k, j, i, 1) to LPS millimetres; None where the file has no place.
        grid: of the image.
        table: names and colours of values, where the file has them.
        segments: what the file says of labels beside that.
        resample: what lies on other voxels of the same place is brought onto the image's; else it is refused.
        report: told while resampling.

    Raises:
        OtherGrid: the voxels lie elsewhere than the image's, in the same place.
        ReadError: they lie in another place, or are of another number.
        Cancelled: by ``report``.
    """
    if affine is None or not grid.geometry.has_position:
        return _by_pixel(path, layers, grid, table, segments)
    blocks = [Block(layer, affine) for layer in layers]
    try:
        placed = [on_slices(block, grid) for block in blocks]
    except np.linalg.LinAlgError as error:
        raise ReadError(path, f"its voxels do not span space: {error}") from error
    except GeometryError as error:
        wrong = refusal(path, f"the mask does not fit this image: {error}", blocks[0], grid)
        if not resample or not isinstance(wrong, OtherGrid):
            raise wrong from error
        own = mask_of(path, layers, ImageGrid(Geometry(layers[0].shape)), table, segments)
        return resampled(path, own, blocks, grid, report)
    lost = sum(count for _, count in placed)
    if lost and not any(array.any() for array, _ in placed):
        raise ReadError(path, f"none of its {lost} marked voxels lies in the slices of the image")
    warnings = (f"{lost} marked voxels lie outside the slices of the image and were left out",) if lost else ()
    laid_layers = tuple(array.astype(np.uint8) for array, _ in placed)
    return mask_of(path, laid_layers, grid, table, segments, warnings)


def _by_pixel(
    path: Path, layers: Layers, grid: ImageGrid, table: tuple[Label, ...], segments: tuple[Segment, ...]
) -> ImportedMask:
    try:
        placed = tuple(by_index(Block(layer, np.eye(4)), grid) for layer in layers)
    except GeometryError as error:
        raise ReadError(path, f"the mask does not fit this image: {error}") from error
    warnings = ("laid on pixel by pixel: there is no place in the patient to compare",)
    return mask_of(path, placed, grid, table, segments, warnings)


def mask_of(
    path: Path,
    layers: Layers,
    grid: ImageGrid,
    table: tuple[Label, ...],
    segments: tuple[Segment, ...] = (),
    warnings: tuple[str, ...] = (),
) -> ImportedMask:
    """A labelmap with the labels of a table and of values that it does not name."""
    bare = Labelmap(layers[0], grid.geometry, plain_labels(layers[0]))
    labels = named(bare, table)
    known = {each.value: each for each in segments}
    return ImportedMask(
        grid.labelmap(layers, labels),
        tuple(known.get(each.value) or described(each, None) for each in labels),
        path.name,
        warnings,
    )
