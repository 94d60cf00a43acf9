"""What there is to learn from, one slice an example, whichever source it came from."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.volume import Volume
from inference.manifest import LabelSpec
from training.errors import DataError

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Example:
    """One slice with its truth, not yet loaded.

    Attributes:
        name: what a report calls it.
        group: patient or clip: what a split keeps together.
        k: the slice.
        load: the volume that the slice lies in.
        label: the class's name, or "".
        load_mask: (J, I) uint8 label values of the slice, or None where the truth is a class.
        annotation: identity of the annotation it came from, or "".
    """

    name: str
    group: str
    k: int
    load: Callable[[], Volume]
    label: str = ""
    load_mask: Callable[[], Mask] | None = None
    annotation: str = ""


@dataclass(frozen=True)
class Collection:
    """Examples, and how many rows were left out because their label or mask is not what the model knows."""

    examples: tuple[Example, ...]
    skipped: int
    source: str


def read_index(path: Path, dataset: str, task: str, labels: Sequence[LabelSpec]) -> Collection:
    """The examples that an index lists.

    Args:
        path: CSV with columns dataset, path, label, group, mask, note; paths relative to it.
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
    examples = tuple(_indexed(path.parent, row, task) for row in usable)
    return Collection(examples, len(rows) - len(usable), f"{path.name}:{dataset or 'all'}")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = {"dataset", "path", "label", "group", "mask"} - set(reader.fieldnames or ())
            if missing:
                raise DataError(f"{path.name}: column {', '.join(sorted(missing))} is missing")
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read ({error})") from error


def _indexed(folder: Path, row: dict[str, str], task: str) -> Example:
    image, mask = folder / row["path"], folder / row["mask"]
    return Example(
        name=row["path"],
        group=row["group"] or row["path"],
        k=0,
        load=lambda: _load(image),
        label=row["label"],
        load_mask=(lambda: _load_mask(mask)) if task == "segmentation" else None,
    )


def _load(path: Path) -> Volume:
    from PIL import Image
    from imaging.geometry import Geometry

    array = np.array(Image.open(path).convert("L"))[None]
    return Volume(array, Geometry(array.shape), "image")


def _load_mask(path: Path) -> Mask:
    from PIL import Image

    return np.array(Image.open(path))
