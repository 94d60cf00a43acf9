"""What is in a mask as a table: one row a label, comma-separated."""

import csv
import io
from pathlib import Path

import numpy as np

from imaging import saving
from imaging.formats.authoring.image_grid import ImageGrid
from imaging.labelmap import Label, Labelmap
from imaging.progress import Report, silent
from imaging.spreadsheet import cell

COLUMNS = ("value", "name", "red", "green", "blue", "voxels", "volume_ml", "first_slice", "last_slice", "derivation")


def write_volume_table(labelmap: Labelmap, grid: ImageGrid, path: Path, report: Report = silent) -> None:
    """Write value, name, colour, number of voxels, millilitres, slices (from 1) and derivation of each label.

    Millilitres are empty where the image has no place in the patient, or slices are no even grid.

    Raises:
        Cancelled: by ``report``, told of every label; nothing was written.
        SaveError: the file cannot be written.
    """
    volumes = grid.labelmap(labelmap.layers, labelmap.labels).millilitres()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for n, each in enumerate(labelmap.labels):
        report(n, len(labelmap.labels), f"Writing {each.name}")
        table.writerow(_row(labelmap, each, volumes[each.value]))
    saving.write_bytes(path, text.getvalue().encode())


def _row(labelmap: Labelmap, label: Label, volume_ml: float | None) -> list[object]:
    marked = labelmap.inside(label.value)
    slices = np.flatnonzero(marked.any(axis=(1, 2)))
    ends = [int(slices[0]) + 1, int(slices[-1]) + 1] if len(slices) else ["", ""]
    millilitres = "" if volume_ml is None else f"{volume_ml:.6g}"
    count, told = int(np.count_nonzero(marked)), cell(label.derivation)
    return [label.value, cell(label.name), *label.colour, count, millilitres, *ends, told]
