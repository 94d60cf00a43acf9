"""Label values of a file laid on the slices of an image."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError, ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.file_grid import Block, by_index, on_slices
from imaging.formats.segmentation.imported import ImportedMask, Segment
from imaging.formats.segmentation.label_table import named
from imaging.formats.segmentation.terminology import described
from imaging.labelmap import Label, Labelmap, Provenance, plain_labels


def laid(
    path: Path,
    values: NDArray[np.uint8],
    affine: NDArray[np.float64] | None,
    grid: ImageGrid,
    table: tuple[Label, ...],
    segments: tuple[Segment, ...] = (),
) -> ImportedMask:
    """Label values on the grid of an image, by position; by pixel where the image or the file has no place.

    Args:
        path: of the file, for words.
        values: (K, J, I) uint8 as in the file.
        affine: (4, 4) index (k, j, i, 1) to LPS millimetres; None where the file has no place.
        grid: of the image.
        table: names and colours of values, where the file has them.
        segments: what the file says of labels beside that.

    Raises:
        ReadError: the voxels lie elsewhere than the image's, or are of another number.
    """
    warnings: list[str] = []
    try:
        if affine is None or not grid.geometry.has_position:
            array: NDArray[Any] = by_index(Block(values, np.eye(4)), grid)
            warnings.append("laid on pixel by pixel: there is no place in the patient to compare")
        else:
            array, lost = on_slices(Block(values, affine), grid)
            if lost:
                warnings.append(f"{lost} marked voxels lie outside the slices of the image and were left out")
    except (GeometryError, np.linalg.LinAlgError) as error:
        raise ReadError(path, f"the mask does not fit this image: {error}") from error
    return mask_of(path, array.astype(np.uint8), grid, table, segments, tuple(warnings))


def mask_of(
    path: Path,
    array: NDArray[np.uint8],
    grid: ImageGrid,
    table: tuple[Label, ...],
    segments: tuple[Segment, ...] = (),
    warnings: tuple[str, ...] = (),
    made: Provenance | None = None,
) -> ImportedMask:
    """A labelmap with the labels of a table and of values that it does not name."""
    bare = Labelmap(array, grid.geometry, plain_labels(array))
    labels = named(bare, table)
    known = {each.value: each for each in segments}
    return ImportedMask(
        grid.labelmap(array, labels, made),
        tuple(known.get(each.value) or described(each, made) for each in labels),
        path.name,
        warnings,
    )
