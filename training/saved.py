"""Examples from an annotation library: the masks that people saved and the answers that they gave."""

import hashlib
from collections.abc import Container, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from imaging.annotation import AnnotatedSeries, AnswerRevision, newest
from imaging.classification import Level
from imaging.errors import ImagingError
from imaging.formats.reading import load_volume, open_study
from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap
from imaging.layers import flat
from imaging.library.answered import Answered
from imaging.library.store import Library
from imaging.regular import SUFFIX, regularise
from imaging.volume import Volume
from inference.manifest import LabelSpec
from training.config import Task
from training.errors import DataError
from training.examples import Collection, Example, Mask, kept_together

EMPTY_PER_MARKED = 0.25
"""Empty slices taken per marked one: enough to learn what is not a lesion, few enough to learn what is."""


def read_library(place: Path | str, task: Task, labels: Sequence[LabelSpec], learnt: Container[str] = ()) -> Collection:
    """The examples that an annotation library holds, from the latest revision of each series.

    Segmentation takes every marked slice and a few empty ones; classification takes the slices and frames that were
    answered about with one choice that the model knows. Series whose images are gone are skipped. Patients who share a
    slice are one.

    Args:
        place: of the library: its SQLite file or its URL.
        task: what is learnt.
        labels: the model's.
        learnt: identities of annotations that the model learnt from before, as its lineage has them.

    Raises:
        DataError: nothing in the library can be learnt from.
        LibraryError: the library cannot be read.
    """
    library = Library(place)
    try:
        examples: list[Example] = []
        skipped = 0
        for series in library.annotated_series():
            found = (
                _segmented(library, series, labels) if task == "segmentation" else _classified(library, series, labels)
            )
            known = bool(found) and any(one in learnt for one in _identities(library, series.series_uid))
            examples += [replace(one, learnt_before=known) for one in found]
            skipped += not found
    finally:
        library.close()
    if not examples:
        known = ", ".join(label.name for label in labels)
        raise DataError(f"the library holds nothing to learn from: no saved image is marked with {known}")
    return Collection(kept_together(examples), skipped, "annotation library")


def _identities(library: Library, series_uid: str) -> list[str]:
    """Every annotation that a series ever had, as a lineage names it."""
    masks = [f"mask:{number}" for number in library.revisions_of(series_uid)]
    return masks + [f"answer:{each.id}" for each in Answered(library).seen_in(series_uid)]


def _classified(library: Library, series: AnnotatedSeries, labels: Sequence[LabelSpec]) -> list[Example]:
    names = {label.name for label in labels}
    load = partial(_volume, series)
    answered = _answered(newest(Answered(library).seen_in(series.series_uid)), series, names)
    if not answered:
        return []
    try:
        pictures = _digests(load())
    except (DataError, ImagingError):
        return []
    return [
        Example(
            f"{series.series_uid} slice {k + 1}",
            series.group,
            k,
            load,
            name,
            annotation=f"answer:{number}",
            pictures=pictures,
        )
        for k, (name, number) in sorted(answered.items())
    ]


def _answered(
    answers: Sequence[AnswerRevision], series: AnnotatedSeries, names: set[str]
) -> dict[int, tuple[str, int]]:
    """Of each slice the one known class that it was answered with, and the answer's id; none where answers differ."""
    found: dict[int, dict[str, int]] = {}
    for each in answers:
        target, known = each.answer.target, [one.name for one in each.answer.chosen if one.name in names]
        whole = target.level is Level.SERIES and series.kind == "image"
        if len(known) == 1 and (whole or target.level in (Level.IMAGE, Level.FRAME)):
            found.setdefault(target.k or 0, {})[known[0]] = each.id
    return {k: next(iter(classes.items())) for k, classes in found.items() if len(classes) == 1}


def _segmented(library: Library, series: AnnotatedSeries, labels: Sequence[LabelSpec]) -> list[Example]:
    if series.revision is None:
        return []
    labelmap = library.revision(series.revision).labelmap
    table = _table(labelmap.labels, labels)
    slices = _slices(np.asarray(flat(labelmap.layers, table).any((1, 2))))
    load = partial(_volume, series)
    if not slices:
        return []
    try:
        volume = load()
        _require_same_grid(labelmap.geometry, volume)
    except (DataError, ImagingError):
        return []
    pictures = _digests(volume)
    return [
        Example(
            f"{series.series_uid} slice {k + 1}",
            series.group,
            k,
            load,
            load_mask=partial(_load_mask, labelmap, table, k),
            annotation=f"mask:{series.revision}",
            pictures=pictures,
        )
        for k in slices
    ]


def _digests(volume: Volume) -> frozenset[str]:
    """SHA-256 of every slice's values, but of those where all are the same, as in air."""
    told = (plane for plane in volume.array if plane.min() < plane.max())
    return frozenset(
        hashlib.sha256(f"{plane.shape} {plane.dtype.str}".encode() + plane.tobytes()).hexdigest() for plane in told
    )


@lru_cache(maxsize=1)
def _volume(series: AnnotatedSeries) -> Volume:
    """The volume of a series, kept while its slices are asked for one after the other.

    Raises:
        DataError: its files are gone or no longer hold this series.
    """
    files, uid = series.files, series.series_uid
    if not files or not files[0].exists():
        raise DataError(f"the images of series {uid} are no longer where they were annotated")
    place = files[0] if len(files) == 1 else files[0].parent
    try:
        volume = load_volume(open_study(place).find(uid.removesuffix(SUFFIX)))
        return regularise(volume) if uid.endswith(SUFFIX) else volume
    except KeyError as error:
        raise DataError(f"{place.name}: series {uid} is no longer there") from error


def _table(saved: Sequence[Label], labels: Sequence[LabelSpec]) -> Mask:
    """(256,) uint8: the model's value for every saved value, matched by name or title; 0 where there is none."""
    wanted = {name.casefold(): label.value for label in labels for name in (label.title, label.name) if name}
    table = np.zeros(256, np.uint8)
    for label in saved:
        table[label.value] = wanted.get(label.name.casefold(), 0)
    return table


def _slices(marked: np.ndarray) -> list[int]:
    """Numbers of all marked slices and of some empty ones on an even stride."""
    full, empty = np.flatnonzero(marked), np.flatnonzero(~marked)
    if not len(full):
        return []
    count = min(len(empty), max(1, round(EMPTY_PER_MARKED * len(full))))
    spread = empty[np.linspace(0, len(empty) - 1, count).round().astype(int)] if len(empty) else empty
    return sorted({int(k) for k in (*full, *spread)})


def _require_same_grid(geometry: Geometry, volume: Volume) -> None:
    if not geometry.matches(volume.geometry):
        raise DataError("the mask was drawn on another grid than the series has now")


def _load_mask(labelmap: Labelmap, table: Mask, k: int) -> Mask:
    """(J, I) uint8 of the model's values; a voxel that several of its labels have goes to that of the highest layer."""
    return flat([layer[k] for layer in labelmap.layers], table)
