"""Annotations as the library returns them: a mask of one series, with who, when and which model."""

from dataclasses import dataclass
from pathlib import Path

from imaging.labelmap import Labelmap, Provenance


@dataclass(frozen=True)
class MaskRevision:
    """One saved state of a series' mask.

    Attributes:
        id: of this revision.
        base: of the revision it was made from, or None for the first.
    """

    id: int
    series_uid: str
    labelmap: Labelmap
    provenance: Provenance
    base: int | None
    note: str = ""


@dataclass(frozen=True)
class AnnotatedSeries:
    """A series with something to learn from.

    Attributes:
        group: the patient; images of one group never stand on both sides of a split.
        files: where the images lay when they were annotated, in display order.
        revision: id of the latest mask revision, None where there is none, as where questions were answered only.
    """

    series_uid: str
    group: str
    kind: str
    format: str
    modality: str
    files: tuple[Path, ...]
    revision: int | None
