"""Who made which revision of a mask out of which, and what was done to each of its segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from imaging.editing import replace_layers
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library import blobs, rows
from imaging.library.queued import BlindReading
from imaging.library.schema import AttributionRow, MaskRow
from imaging.library.store import Library

Action = Literal["created", "modified", "reviewed", "approved"]


@dataclass(frozen=True)
class RevisionHead:
    """A revision without its voxels.

    Attributes:
        base: the revision it was made from, None for a first one.
    """

    id: int
    base: int | None
    provenance: Provenance
    note: str
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Attribution:
    """Who or what did something to the segment with this value."""

    revision: int
    value: int
    action: Action
    provenance: Provenance


class Revisions:
    """The revisions in a library. Every method may raise LibraryError: the database's own words."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of(self, series_uid: str, blind: BlindReading | None = None) -> tuple[RevisionHead, ...]:
        """The revisions of a series, or those of a blind reading, newest first."""
        columns = (
            MaskRow.id, MaskRow.base, MaskRow.author, MaskRow.time, MaskRow.model, MaskRow.model_version, MaskRow.note,
            MaskRow.labels,
        )  # fmt: skip
        line = MaskRow.reading.is_(None) if blind is None else MaskRow.reading == blind.id
        wanted = select(*columns).where(MaskRow.series_uid == series_uid, line).order_by(MaskRow.id.desc())
        with self._library.transaction("revisions could not be read") as session:
            return tuple(
                RevisionHead(
                    row.id,
                    row.base,
                    Provenance(row.author, row.time.replace(tzinfo=UTC), row.model, row.model_version),
                    row.note,
                    blobs.unpack_labels(row.labels),
                )
                for row in session.execute(wanted)
            )

    def conflict(self, identity: int, series_uid: str) -> RevisionHead | None:
        """The revision that somebody saved while ``identity`` was made from an older one; None without a conflict.

        Both are kept; the one to go on from is a person's choice, or a merge of both.
        """
        heads = {head.id: head for head in self.of(series_uid)}
        before = max((each for each in heads if each < identity), default=None)
        if before is None or identity not in heads or heads[identity].base == before:
            return None
        return heads[before]

    def mark(self, identity: int, value: int, action: Action, provenance: Provenance) -> None:
        """Note that somebody did something to a segment of a revision, for example approved it."""
        with self._library.transaction("the mark could not be kept") as session:
            session.add(_row(identity, value, action, provenance))

    def note_changes(self, identity: int) -> None:
        """Note which segments the author of a revision created or modified, by its voxels and those of its base."""
        found = self._library.revision(identity)
        base = None if found.base is None else self._library.revision(found.base).labelmap
        with self._library.transaction("attributions could not be kept") as session:
            session.add_all(
                _row(identity, value, action, found.provenance) for value, action in _changes(base, found.labelmap)
            )

    def attributions(self, identity: int) -> tuple[Attribution, ...]:
        """What was done to the segments of a revision and of those it descends from, in order.

        What was done to a value before it was last created was done to another segment.
        """
        wanted = select(AttributionRow).order_by(AttributionRow.id)
        with self._library.transaction("attributions could not be read") as session:
            line = _line(session, identity)
            return tuple(_attribution(row) for row in session.scalars(wanted.where(AttributionRow.revision.in_(line))))

    def common(self, one: int, other: int) -> int | None:
        """The newest revision that both are or descend from; None where they were begun apart."""
        with self._library.transaction("revisions could not be read") as session:
            line = _line(session, one)
            return next((each for each in _line(session, other) if each in line), None)


def _line(session: Session, identity: int) -> list[int]:
    """A revision and those that it descends from, the newest first."""
    line: list[int] = []
    base: int | None = identity
    while base is not None and base not in line:
        line.append(base)
        base = session.scalar(select(MaskRow.base).where(MaskRow.id == base))
    return line


def _changes(base: Labelmap | None, mask: Labelmap) -> Iterator[tuple[int, Action]]:
    before = base if base is not None and base.array.shape == mask.array.shape else None
    was = (np.zeros_like(mask.array),) if before is None else before.layers
    known = set() if before is None else {value for value, voxels in before.counts().items() if voxels}
    others = set() if before is None else _exchanged(before, mask)
    touched = set(others)
    for edit in replace_layers(was, mask.layers, ""):
        differs = edit.before != edit.after
        touched |= set(np.unique(edit.before[differs]).tolist()) | set(np.unique(edit.after[differs]).tolist())
    for value in sorted(touched - {0}):
        if before is None or value not in known or value in others:
            yield value, "created"
        elif not np.array_equal(before.inside(value), mask.inside(value)):  # it may only lie in another layer now
            yield value, "modified"


def _exchanged(before: Labelmap, mask: Labelmap) -> set[int]:
    """The values that stand for another segment than before."""
    uids = {label.value: label.uid for label in before.labels}
    return {label.value for label in mask.labels if uids.get(label.value, label.uid) != label.uid}


def _row(identity: int, value: int, action: Action, provenance: Provenance) -> AttributionRow:
    return AttributionRow(revision=identity, value=value, action=action, **rows.origin_columns(provenance))


def _attribution(row: AttributionRow) -> Attribution:
    time: datetime = row.time.replace(tzinfo=UTC)
    action: Action = row.action  # pyright: ignore[reportAssignmentType]  written by this module only
    return Attribution(row.revision, row.value, action, Provenance(row.author, time, row.model, row.model_version))
