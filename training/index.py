"""Examples from an index: a CSV that lists images with their class or mask."""

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from imaging.errors import ReadError
from imaging.formats.content import identity
from imaging.formats.raster import read_mask
from imaging.formats.reading import load_volume, open_study
from imaging.volume import Volume
from inference.manifest import LabelSpec
from training.config import Task
from training.errors import DataError
from training.examples import Collection, Example, Mask, kept_together

COLUMNS = ("dataset", "path", "label", "group", "mask", "note")
SLICE = "slice"
"""A column that may be missing: the slice or frame of the file, from 1; the first where it is empty."""


def read_index(path: Path, dataset: str, task: Task, labels: Sequence[LabelSpec]) -> Collection:
    """The examples that an index lists; groups that share a file, or a copy of it, are one.

    Args:
        path: CSV with columns dataset, path, label, group, mask, note and, where a file holds several pictures, slice;
            paths relative to it.
        dataset: rows to take; all when empty.
        task: segmentation needs a mask, classification a label that the model knows; other rows are skipped.
        labels: the model's labels.

    Raises:
        DataError: the index cannot be read, lacks a column, or nothing in it can be used.
    """
    known = {label.name for label in labels}
    rows = [row for row in _rows(path) if not dataset or row["dataset"] == dataset]
    usable = [row for row in rows if (row["mask"] if task == "segmentation" else row["label"] in known)]
    if not usable:
        wanted = "a mask" if task == "segmentation" else f"a label of {', '.join(sorted(known))}"
        raise DataError(f"{path.name}: no row of data set {dataset or 'any'!r} has {wanted}")
    pictures = {name: _digest(path.parent / name) for name in {row["path"] for row in usable}}
    examples = [_example(path.parent, row, task, pictures[row["path"]]) for row in usable]
    return Collection(kept_together(examples), len(rows) - len(usable), f"{path.name}, {dataset or 'all rows'}")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, restval="")
            missing = set(COLUMNS[:-1]) - set(reader.fieldnames or ())
            if missing:
                raise DataError(f"{path.name}: column {', '.join(sorted(missing))} is missing")
            return list(reader)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} is not a CSV in UTF-8 ({error})") from error


def _example(folder: Path, row: dict[str, str], task: Task, pictures: frozenset[str]) -> Example:
    return Example(
        name=row["path"] + (f" slice {row[SLICE]}" if row.get(SLICE) else ""),
        group=row["group"] or row["path"],
        k=_k(row),
        load=partial(_load, folder / row["path"]),
        label=row["label"],
        load_mask=partial(_load_mask, folder / row["mask"]) if task == "segmentation" else None,
        pictures=pictures,
    )


def _digest(path: Path) -> frozenset[str]:
    """The identity of a file, which its copies share; none where it cannot be read, which is told when it is loaded."""
    try:
        return frozenset((identity(path),))
    except ReadError:
        return frozenset()


def _k(row: dict[str, str]) -> int:
    text = row.get(SLICE) or "1"
    if not text.isdecimal() or int(text) < 1:
        raise DataError(f"{row['path']}: slice {text!r}; expected a number from 1")
    return int(text) - 1


def _load(path: Path) -> Volume:
    study = open_study(path)
    if not study.series:
        reason = study.refused[0].reason if study.refused else "it holds no image"
        raise DataError(f"{path.name}: {reason}")
    return load_volume(study.series[0])


def _load_mask(path: Path) -> Mask:
    return read_mask(path)[0]
