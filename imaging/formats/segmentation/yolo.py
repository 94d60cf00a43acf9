"""Masks as YOLO segmentation labels: a text file a slice with class and outline, in shares of width and height."""

import json
from pathlib import Path

import numpy as np

from imaging import saving
from imaging.errors import ReadError
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.formats.segmentation.imported import ImportedMask
from imaging.formats.segmentation.label_table import read_table, write_table
from imaging.formats.segmentation.laying import mask_of
from imaging.formats.segmentation.numbered import in_order
from imaging.formats.segmentation.painting import Painting
from imaging.formats.segmentation.polygons import filled, outlines
from imaging.labelmap import PALETTE, Label, Labelmap
from imaging.progress import Report, silent

_TABLE, _NAMES, _FOLDER = "labels.txt", "data.yaml", "labels"
_MOST_BYTES = 1 << 26


def write_yolo(labelmap: Labelmap, folder: Path, report: Report = silent) -> None:
    """Write ``labels/0000.txt`` and so on, one for every slice, also where nothing is marked; and the names of classes.

    Classes count from 0 in order of label value; the values themselves are in ``labels.txt``. Each part of a label is
    an outline of its own, holes joined to it.

    Raises:
        Cancelled: by ``report``, told before every slice; nothing was written.
        SaveError: a file cannot be written.
    """
    count, ordered = len(labelmap.array), _ordered(labelmap)
    names = "".join(f"  {n}: {json.dumps(each.name, ensure_ascii=False)}\n" for n, each in enumerate(ordered))
    with saving.filling(folder) as temporary:
        (temporary / _FOLDER).mkdir()
        for k in range(count):
            report(k, count, f"Writing slice {k + 1} of {count}")
            (temporary / _FOLDER / f"{k:04d}.txt").write_text("".join(_rows(labelmap, k)))
        (temporary / _NAMES).write_text(f"names:\n{names}", "utf-8")
        write_table(temporary / _TABLE, labelmap.labels)


def _ordered(labelmap: Labelmap) -> list[Label]:
    return sorted(labelmap.labels, key=lambda each: each.value)


def _rows(labelmap: Labelmap, k: int) -> list[str]:
    rows: list[str] = []
    for n, label in enumerate(_ordered(labelmap)):
        plane = labelmap.layer(label.value)[k]
        for outline in outlines(plane == label.value):
            shares = (outline[:, ::-1] + 0.5) / plane.shape[::-1]
            rows.append(" ".join([str(n), *(f"{each:.8g}" for each in shares.ravel())]) + "\n")
    return rows


def read_yolo(folder: Path, grid: ImageGrid) -> ImportedMask:
    """The outlines of a folder on the grid of an image, file by file in order of their numbers.

    A row of four numbers after the class is a box: centre, width and height.

    Raises:
        ReadError: damaged, or files of another number than the image's slices.
    """
    files = in_order((folder / _FOLDER).glob("*.txt"))
    if len(files) != grid.geometry.shape_kji[0]:
        found = f"found {len(files)} files in {_FOLDER}"
        raise ReadError(folder, f"{found}, expected one for each of {grid.geometry.shape_kji[0]} slices")
    table = read_table(folder / _TABLE)
    painting = Painting(grid.geometry.shape_kji)
    seen: dict[int, Label] = {each.value: each for each in table}
    for k, file in enumerate(files):
        for number, polygon in _polygons(file, grid.geometry.shape_kji[1:]):
            label = table[number] if number < len(table) else _unnamed(file, number)
            seen[label.value] = label
            painting.add(k, filled(polygon, grid.geometry.shape_kji[1:]), label.value)
    labels = tuple(seen[value] for value in sorted(seen))
    said = ("laid on pixel by pixel: the files name no image to compare with",)
    return mask_of(folder, painting.layers, grid, painting.placed(labels), warnings=said)


def _unnamed(file: Path, number: int) -> Label:
    if number > 254:
        raise ReadError(file, f"class {number}: a mask holds 255 labels")
    return Label(number + 1, f"class {number}", PALETTE[number % len(PALETTE)])


def _polygons(file: Path, shape: tuple[int, int]) -> list[tuple[int, np.ndarray]]:
    """Class and (N, 2) rows and columns of every row of a file."""
    if file.stat().st_size > _MOST_BYTES:
        raise ReadError(file, f"larger than {_MOST_BYTES >> 20} MiB: refused")
    found: list[tuple[int, np.ndarray]] = []
    for n, line in enumerate(file.read_text("utf-8", "replace").splitlines()):
        try:
            number, *shares = line.split() or ["-1"]
            values, which = np.array([float(each) for each in shares]), int(number)
        except ValueError as error:
            raise ReadError(file, f"row {n + 1}: expected a class and numbers, found {line[:60]!r}") from error
        if line.strip() and (which < 0 or len(values) % 2 or len(values) < 4 or not np.isfinite(values).all()):
            raise ReadError(file, f"row {n + 1}: expected a class and pairs of numbers, found {line[:60]!r}")
        if line.strip():
            corners = _box(values) if len(values) == 4 else values.reshape(-1, 2)
            found.append((which, corners[:, ::-1] * shape - 0.5))
    return found


def _box(values: np.ndarray) -> np.ndarray:
    (x, y), (width, height) = values[:2], values[2:] / 2
    return np.array(
        [(x - width, y - height), (x + width, y - height), (x + width, y + height), (x - width, y + height)]
    )
