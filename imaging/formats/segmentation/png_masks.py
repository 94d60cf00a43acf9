"""Masks as PNG pictures of label values, one a slice, in the colours of the labels."""

from pathlib import Path

import numpy as np
from PIL import Image

from imaging import saving
from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.raster import read_mask
from imaging.formats.segmentation.imported import ImportedMask
from imaging.formats.segmentation.label_table import read_table, table_beside, write_table
from imaging.formats.segmentation.laying import laid
from imaging.formats.segmentation.numbered import in_order
from imaging.formats.segmentation.one_layer import in_one_layer
from imaging.labelmap import Label, Labelmap
from imaging.progress import Report, silent

_TABLE = "labels.txt"


def write_pngs(labelmap: Labelmap, path: Path, report: Report = silent) -> None:
    """Write one picture for one slice; for several a folder with a picture each, counted from 0.

    Raises:
        Cancelled: by ``report``, told before every slice; nothing was written.
        SaveError: a file cannot be written, or segments overlap.
    """
    labelmap = in_one_layer(labelmap, path)
    colours = _colours(labelmap.labels)
    count = len(labelmap.array)
    if count == 1:
        with saving.replacing(path) as temporary:
            _write(temporary, labelmap.array[0], colours)
        write_table(table_beside(path), labelmap.labels)
        return
    with saving.filling(path) as folder:
        for k, plane in enumerate(labelmap.array):
            report(k, count, f"Writing slice {k + 1} of {count}")
            _write(folder / f"{k:04d}.png", plane, colours)
        write_table(folder / _TABLE, labelmap.labels)


def read_pngs(path: Path, grid: ImageGrid) -> ImportedMask:
    """The label values of a picture, or of the pictures of a folder in order of their numbers, pixel by pixel.

    Raises:
        ReadError: damaged, of another size or number than the image's slices, or in true colour.
    """
    files = in_order(path.glob("*.png")) if path.is_dir() else [path]
    if len(files) != grid.geometry.shape_kji[0]:
        raise ReadError(
            path, f"found {len(files)} pictures, expected one for each of {grid.geometry.shape_kji[0]} slices"
        )
    planes = [read_mask(file)[0] for file in files]
    if len({plane.shape for plane in planes}) > 1:
        raise ReadError(path, "pictures of several sizes: expected those of one image")
    table = read_table(path / _TABLE if path.is_dir() else table_beside(path))
    return laid(path, (np.stack(planes),), None, grid, table)


def _write(path: Path, plane: np.ndarray, colours: list[int]) -> None:
    picture = Image.fromarray(np.ascontiguousarray(plane), "L")
    picture.putpalette(colours)
    picture.save(path, format="PNG")


def _colours(labels: tuple[Label, ...]) -> list[int]:
    colours = [0] * 768
    for each in labels:
        colours[3 * each.value : 3 * each.value + 3] = each.colour
    return colours
