"""Editing that is killed at random moments loses nothing, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from benchmarks import kills
from benchmarks.killed import GRID, LEGEND, UID, Editor
from benchmarks.postgresql import postgresql, programs
from imaging.history import Step
from imaging.library.journal import Journal
from imaging.library.recovery import journal_path, recover
from imaging.library.store import Library
from imaging.mask_delta import packed


def test_a_step_that_is_missing_is_noticed(tmp_path: Path) -> None:
    url = str(tmp_path / "library.sqlite")
    before = kills.reopened(tmp_path, url)
    library = Library(url)
    journal = Journal(journal_path(tmp_path / "journals", library.name, UID))
    editor = Editor(recover(library, journal, UID, GRID, LEGEND), journal, seed=3)
    editor.segmentation.recorded.connect(
        lambda _, entry: journal.append(packed(entry) if isinstance(entry, Step) else entry)
    )
    for _ in range(12):
        editor.act()
    journal.close()
    library.close()
    after = kills.reopened(tmp_path, url)
    assert kills.there(before, after, 3, 12)
    assert kills.there(before, after, 3, 11), "the one that was under way may be there"
    assert not kills.there(before, after, 3, 14)
    assert not kills.there(before, after, 3, 9)


@pytest.mark.slow
def test_nothing_is_lost_on_sqlite(tmp_path: Path) -> None:
    tally = kills.kills(tmp_path, str(tmp_path / "library.sqlite"), 5, 1)
    assert (tally.lost, tally.corrupt) == (0, 0) and tally.steps


@pytest.mark.slow
def test_nothing_is_lost_on_postgresql(tmp_path: Path) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with postgresql() as url:
        tally = kills.kills(tmp_path, url, 5, 1)
    assert (tally.lost, tally.corrupt) == (0, 0) and tally.steps
