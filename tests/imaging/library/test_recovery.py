"""What a series comes back with: journal before library, nobody's work before nobody else's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from imaging.classification import Answer, AnswerEdit, Level, Target
from imaging.editing import MaskEdit
from imaging.errors import SaveError
from imaging.geometry import Calibration, Geometry
from imaging.history import Step
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.legend import Legend
from imaging.library import journal as journals
from imaging.library import rows
from imaging.library.journal import Journal
from imaging.library.journal_entries import Saved
from imaging.library.recovery import BROUGHT_BACK, CONFLICT, LOST, OTHER_GRID, Recovered, recover, recover_alone
from imaging.library.schema import Base, DraftRow, MaskRow
from imaging.library.store import Library
from imaging.mask_delta import packed
from imaging.study import Series

GRID = Geometry((2, 4, 5), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
OTHER = Geometry((2, 4, 5), (3.0, 1.0, 1.0), calibration=Calibration.PATIENT)
CT = Series("1.2", "volume", "dicom", (Path("/a.dcm"),), GRID.shape_kji, GRID)
FRESH = Legend((Label(1, "lesion"),))
LATE = Provenance("Ada", datetime(2026, 1, 2, tzinfo=UTC))
EARLY = Provenance("Bo", datetime(1999, 1, 2, tzinfo=UTC))


class Desk:
    """A library with a journal that is opened again and again, as after a crash."""

    def __init__(self, library: Library, path: Path) -> None:
        self.library, self.path = library, path
        self.journal = Journal(path)

    def again(self, grid: Geometry = GRID) -> Recovered:
        self.journal.close()
        self.journal = Journal(self.path)
        return recover(self.library, self.journal, "1.2", grid, FRESH)

    def draw(self, array: np.ndarray, row: int) -> np.ndarray:
        box = (slice(0, 1), slice(row, row + 1), slice(0, 5))
        edit = MaskEdit("Brush", box, array[box].copy(), np.ones((1, 1, 5), np.uint8))
        self.journal.append(packed(Step("Brush", (edit,))))
        after = array.copy()
        edit.apply_to(after)
        return after

    def save(self, array: np.ndarray, origin: Provenance, base: int | None = None, grid: Geometry = GRID) -> int:
        return self.library.save_mask(CT, Labelmap(array.copy(), grid, FRESH.labels), origin, base)

    def save_noted(self, array: np.ndarray, origin: Provenance, base: int | None = None) -> int:
        """The new revision, which the journal knows of."""
        identity = self.save(array, origin, base)
        self.journal.append(Saved(identity))
        return identity


@pytest.fixture
def desk(library: Library, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(library, tmp_path / "a.journal")
    yield made
    made.journal.close()


def test_nothing_was_there(desk: Desk) -> None:
    found = desk.again()
    assert not found.layers[0].any() and (found.legend, found.revision, found.saved) == (FRESH, None, True)
    assert found.news == ()


def test_unsaved_steps_come_back_with_their_line(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and not found.saved and len(found.done) == 1
    assert found.news == (BROUGHT_BACK,)


def test_a_save_that_was_not_noted_is_found_out(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    identity = desk.save(array, EARLY)
    found = desk.again()
    assert (found.saved, found.revision, found.news, len(found.done)) == (True, identity, (), 1)
    assert desk.again().saved


def test_a_clock_set_back_does_not_hide_what_was_done_last(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    array = desk.draw(array, 2)
    second = desk.save_noted(array, EARLY, first)
    assert np.array_equal(desk.again().layers[0], array) and desk.again().revision == second
    after = desk.draw(array, 3)
    assert np.array_equal(desk.again().layers[0], after)


def test_somebody_else_went_on_from_what_was_saved(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    second = desk.save(np.ones(GRID.shape_kji, np.uint8), EARLY, first)
    found = desk.again()
    assert found.layers[0].all() and (found.revision, found.saved, found.done, found.news) == (second, True, (), ())
    desk.draw(found.layers[0], 1)
    assert desk.again().revision == second


def test_unsaved_steps_and_somebody_elses_revision_are_both_kept(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    theirs = desk.save(np.ones(GRID.shape_kji, np.uint8), EARLY)
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and not found.saved and found.revision is None
    assert found.news == (BROUGHT_BACK, CONFLICT)
    assert desk.library.revision(theirs).labelmap.array.all()


def test_a_mask_of_another_grid_is_not_shown_and_not_thrown_away(desk: Desk) -> None:
    desk.draw(desk.again().layers[0], 1)
    found = desk.again(OTHER)
    assert not found.layers[0].any() and OTHER_GRID in found.news[0] and "set aside as a.1.aside" in found.news[0]
    assert desk.path.with_suffix(".1.aside").exists()
    identity = desk.save(np.ones(GRID.shape_kji, np.uint8), LATE)
    found = desk.again(OTHER)
    assert not found.layers[0].any() and (found.revision, found.news) == (identity, (OTHER_GRID,))
    assert np.array_equal(desk.draw(found.layers[0], 2), desk.again(OTHER).layers[0])


def test_a_draft_of_an_earlier_version_comes_back_and_is_gone_on_with(desk: Desk) -> None:
    array = np.zeros(GRID.shape_kji, np.uint8)
    array[1, 2] = 1
    with desk.library.transaction("") as session:
        mask = Labelmap(array.copy(), GRID, (Label(1, "old"),))
        session.add(DraftRow(series_uid="1.2", **rows.origin_columns(LATE), **rows.mask_columns(mask)))
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and not found.saved and found.news == (BROUGHT_BACK,)
    after = desk.draw(found.layers[0], 0)
    found = desk.again()
    assert np.array_equal(found.layers[0], after) and found.legend.labels == (Label(1, "old"),)


def test_a_damaged_journal_gives_what_is_whole_and_keeps_a_copy(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    end = desk.journal.byte_size
    desk.draw(array, 2)
    data = bytearray(desk.path.read_bytes())
    data[end + 20] ^= 255
    desk.path.write_bytes(data)
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and "was damaged" in found.news[-1]
    assert desk.path.with_suffix(".1.aside").read_bytes() == data


ANSWERED = Step("Answer", (AnswerEdit(None, Answer(Target(Level.SERIES, "s", "1.2"), "set", 1, "quality", (), LATE)),))


def empty(library: Library) -> None:
    """Another library in the same place, as after its file was lost."""
    with library.transaction("") as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "schema":
                session.execute(table.delete())


def test_an_answer_leaves_the_mask_saved(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    desk.save_noted(array, LATE)
    desk.journal.append(ANSWERED)
    found = desk.again()
    assert (found.saved, found.news, len(found.done)) == (True, (), 2)


def test_an_answer_that_only_the_journal_may_have_outlives_somebody_elses_revision(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    desk.journal.append(ANSWERED, ANSWERED, "undo")
    second = desk.save(np.ones(GRID.shape_kji, np.uint8), EARLY, first)
    for _ in range(2):
        found = desk.again()
        assert found.layers[0].all() and (found.revision, found.saved, found.news) == (second, True, ())
        assert [each.edits for each in (*found.done, *found.undone)] == [ANSWERED.edits] * 2
        assert len(found.done) == 1


def test_a_revision_that_the_library_lost_comes_back_unsaved(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    empty(desk.library)
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and (found.saved, found.revision) == (False, None)
    assert found.news == (LOST.format(first),)
    assert desk.again().news == (BROUGHT_BACK,), "it is told once"
    again = desk.save(found.layers[0], LATE, found.revision)
    assert (desk.again().saved, desk.again().revision) == (True, again)


def test_an_older_copy_of_the_library_does_not_undo_what_the_journal_has(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    array = desk.draw(array, 2)
    second = desk.save_noted(array, LATE, first)
    with desk.library.transaction("") as session:
        session.delete(session.get(MaskRow, second))
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and (found.saved, found.revision) == (False, first)
    assert found.news == (LOST.format(second),)


def test_steps_on_a_revision_that_the_library_lost_are_set_aside(desk: Desk) -> None:
    first = desk.save(np.ones(GRID.shape_kji, np.uint8), LATE)
    desk.draw(desk.again().layers[0], 1)
    empty(desk.library)
    found = desk.again()
    assert not found.layers[0].any() and found.revision is None
    assert f"revision {first} of this mask" in found.news[0] and "set aside as a.1.aside" in found.news[0]


def test_somebody_elses_revision_of_another_grid_is_a_conflict(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    larger = Geometry((3, 4, 5), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)
    desk.save(np.ones(larger.shape_kji, np.uint8), EARLY, grid=larger)
    found = desk.again()
    assert np.array_equal(found.layers[0], array) and found.news == (BROUGHT_BACK, CONFLICT)


def damage_the_last_step(desk: Desk, start: int) -> bytes:
    data = bytearray(desk.path.read_bytes())
    data[start + 20] ^= 255
    desk.path.write_bytes(data)
    return bytes(data)


def test_a_damaged_journal_is_copied_before_anything_takes_its_place(desk: Desk) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    first = desk.save_noted(array, LATE)
    end = desk.journal.byte_size
    desk.draw(array, 2)
    data = damage_the_last_step(desk, end)
    desk.save(np.ones(GRID.shape_kji, np.uint8), EARLY, first)
    found = desk.again()
    assert found.layers[0].all() and "was damaged" in found.news[-1]
    assert desk.path.with_suffix(".1.aside").read_bytes() == data


def test_a_journal_damaged_at_its_beginning_is_copied_with_and_without_the_library(desk: Desk) -> None:
    desk.draw(desk.again().layers[0], 1)
    data = damage_the_last_step(desk, len(journals.SIGNATURE) + 1)
    assert "was damaged" in desk.again().news[0]
    desk.journal.close()
    desk.path.write_bytes(data)
    desk.journal = Journal(desk.path)
    found = recover_alone(desk.library.name, desk.journal, "1.2", GRID, FRESH)
    assert found is not None and "was damaged" in found.news[0]
    assert desk.path.with_suffix(".2.aside").read_bytes() == desk.path.with_suffix(".1.aside").read_bytes() == data


def test_a_full_disk_does_not_hide_what_the_journal_has(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    array = desk.draw(desk.again().layers[0], 1)
    identity = desk.save(array, LATE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journals, "_write_all", full)
        patch.setattr("imaging.library.recovery.tidy", lambda *_: (_ for _ in ()).throw(SaveError(desk.path, "full")))
        found = desk.again()
    assert np.array_equal(found.layers[0], array) and (found.saved, found.revision) == (True, identity)
