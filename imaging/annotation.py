"""Annotations as the library returns them: a mask or an answer of one series, with who, when and which model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.classification import Answer, Key
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


@dataclass(frozen=True)
class AnswerRevision:
    """One kept state of an answer.

    Attributes:
        series_uid: of the series that was looked at.
        withdrawn: it was taken back; the answer's provenance says by whom and when.
    """

    id: int
    series_uid: str
    answer: Answer
    withdrawn: bool


def newest(history: Sequence[AnswerRevision], reader: str | None = None) -> tuple[AnswerRevision, ...]:
    """Of each answer the last state, unless it is withdrawn, in the order in which they were first given.

    Args:
        reader: whose states count; left out, everybody's.
    """
    own = (each for each in history if reader in (None, each.answer.provenance.author))
    latest: dict[Key, AnswerRevision] = {each.answer.key: each for each in own}
    return tuple(each for each in latest.values() if not each.withdrawn)
