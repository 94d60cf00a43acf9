"""Who made what out of what: heads, conflicts and attributions, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library import rows
from imaging.library.revisions import Revisions
from imaging.library.schema import MaskRow
from imaging.library.store import Library
from imaging.study import Series

GRID = Geometry((2, 3, 4))
CT = Series("1.2", "volume", "dicom", (Path("/a.dcm"),), GRID.shape_kji, GRID)
LABELS = (Label(1, "one"), Label(2, "two"))
ADA = Provenance("Ada", datetime(2026, 1, 2, tzinfo=UTC))
BO = Provenance("Bo", datetime(2025, 1, 2, tzinfo=UTC), "lesions", "1.0")


def mask(**values: int) -> Labelmap:
    array = np.zeros(GRID.shape_kji, np.uint8)
    for place, value in values.items():
        array.flat[int(place[1:])] = value
    return Labelmap(array, GRID, LABELS)


@pytest.fixture
def revisions(library: Library) -> Revisions:
    return Revisions(library)


def test_heads_come_newest_first_though_a_clock_was_set_back(library: Library, revisions: Revisions) -> None:
    first = library.save_mask(CT, mask(v0=1), ADA, note="mine")
    second = library.save_mask(CT, mask(v0=2), BO, first)
    assert [(head.id, head.base, head.provenance, head.note) for head in revisions.of("1.2")] == [
        (second, first, BO, ""),
        (first, None, ADA, "mine"),
    ]
    assert revisions.of("1.2")[0].labels == LABELS and revisions.of("9") == ()


def test_a_conflict_names_what_the_other_saved(library: Library, revisions: Revisions) -> None:
    base = library.save_mask(CT, mask(v0=1), ADA)
    theirs = library.save_mask(CT, mask(v0=1, v1=1), BO, base)
    ours = library.save_mask(CT, mask(v0=1, v2=1), ADA, base)
    found = revisions.conflict(ours, "1.2")
    assert found is not None and (found.id, found.provenance.author) == (theirs, "Bo")
    assert revisions.conflict(theirs, "1.2") is None and revisions.conflict(base, "1.2") is None
    assert len(revisions.of("1.2")) == 3, "both are kept"


def test_who_saves_in_the_same_moment_is_told_as_well(library: Library, revisions: Revisions) -> None:
    """While one revision is being saved another one waits: it finds what it did not descend from."""
    base, ours = library.save_mask(CT, mask(v0=1), ADA), []
    meanwhile = Thread(target=lambda: ours.append(library.save_mask(CT, mask(v2=1), ADA, base)))
    with library.transaction("") as session:
        rows.keep_series(session, CT)
        row = MaskRow(series_uid="1.2", base=base, **rows.origin_columns(BO), **rows.mask_columns(mask(v1=1)))
        session.add(row)
        session.flush()
        theirs = row.id
        meanwhile.start()
        meanwhile.join(0.5)
        assert not ours
    meanwhile.join()
    found = revisions.conflict(ours[0], "1.2")
    assert found is not None and found.id == theirs


def test_what_two_lines_have_in_common_is_where_they_parted(library: Library, revisions: Revisions) -> None:
    begun = library.save_mask(CT, mask(v0=1), ADA)
    theirs = library.save_mask(CT, mask(v0=1, v1=1), BO, begun)
    theirs_again = library.save_mask(CT, mask(v1=1), BO, theirs)
    ours = library.save_mask(CT, mask(v2=1), ADA, begun)
    assert revisions.common(theirs_again, ours) == revisions.common(ours, theirs_again) == begun
    assert revisions.common(theirs, theirs_again) == theirs and revisions.common(ours, ours) == ours
    assert revisions.common(ours, library.save_mask(CT, mask(v0=1), BO)) is None


def test_a_segment_that_only_lies_in_another_layer_was_not_modified(library: Library, revisions: Revisions) -> None:
    first = library.save_mask(CT, mask(v0=1, v1=2), BO)
    flat = mask(v0=1, v1=2)
    low, high = np.where(flat.array == 1, flat.array, 0), np.where(flat.array == 2, flat.array, 0)
    low[flat.array == 2] = 1
    labels = tuple(replace(label, layer=label.value - 1) for label in LABELS)
    second = library.save_mask(CT, Labelmap(low, flat.geometry, labels, further=(high,)), ADA, first)
    revisions.note_changes(second)
    assert [(each.value, each.action) for each in revisions.attributions(second)] == [(1, "modified")]


def test_another_segment_of_the_same_value_was_created_and_a_renamed_one_was_not(
    library: Library, revisions: Revisions
) -> None:
    """By its uid; what was approved before is not said of the other one."""
    found = mask(v0=1, v1=2)
    first = library.save_mask(CT, found, BO)
    revisions.note_changes(first)
    revisions.mark(first, 2, "approved", BO)
    changed = (replace(LABELS[0], name="renamed"), replace(LABELS[1], uid="other"))
    second = library.save_mask(CT, replace(found, labels=changed), ADA, first)
    revisions.note_changes(second)
    done = [(each.revision, each.value, each.action) for each in revisions.attributions(second)]
    assert done[-2:] == [(first, 2, "approved"), (second, 2, "created")]
    assert [label.uid for label in library.revision(second).labelmap.labels][:2] == ["", "other"], "it is kept"


def test_each_segment_says_who_created_changed_and_approved_it(library: Library, revisions: Revisions) -> None:
    first = library.save_mask(CT, mask(v0=1, v1=1), BO)
    revisions.note_changes(first)
    second = library.save_mask(CT, mask(v0=1, v5=2), ADA, first)
    revisions.note_changes(second)
    revisions.mark(second, 2, "approved", ADA)
    found = [(each.revision, each.value, each.action, each.provenance) for each in revisions.attributions(second)]
    assert found == [
        (first, 1, "created", BO),
        (second, 1, "modified", ADA),
        (second, 2, "created", ADA),
        (second, 2, "approved", ADA),
    ]
    other = library.save_mask(CT, mask(v0=1), ADA)
    assert revisions.attributions(other) == (), "another line"
