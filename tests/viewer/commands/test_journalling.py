"""Steps go to the journal in order; what cannot be written is said once, kept, and written later."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.history import Step
from imaging.labelmap import Label
from imaging.legend import Legend
from imaging.library import journal as module
from imaging.library.journal_entries import Beginning
from imaging.library.journal_line import replay
from imaging.mask_delta import MaskDelta
from viewer.commands.journalling import Journalling
from viewer.state.mask import Mask
from viewer.state.notices import Notices
from viewer.state.segmentation import Segmentation

GRID = Geometry((8, 400, 400))
LEGEND = Legend((Label(1, "lesion"),))


class Desk:
    def __init__(self, folder: Path) -> None:
        self.segmentation, self.notices = Segmentation(), Notices()
        self.journalling = Journalling(self.segmentation, self.notices, folder, lambda: "library")
        self.mask = Mask(GRID, [np.zeros(GRID.shape_kji, np.uint8)], LEGEND, journal=self.journalling.open("1.2"))
        if self.mask.journal is not None:
            self.mask.journal.begin(Beginning("library", "1.2", GRID, LEGEND))
        self.segmentation.resume(self.mask)

    def fill(self, size: int, value: int) -> None:
        box = (slice(0, 8), slice(0, size), slice(0, size))
        before = self.segmentation.array[box].copy()
        self.segmentation.apply(MaskEdit(f"Fill {value}", box, before, np.full_like(before, value)))

    def written(self) -> np.ndarray:
        assert self.mask.journal is not None
        return replay(self.mask.journal.read()).mask((np.zeros(GRID.shape_kji, np.uint8),))[0]


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "journals")
    yield made
    made.journalling.shut_down()


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_small_step_is_written_when_the_stroke_ends(desk: Desk) -> None:
    desk.fill(3, 1)
    assert desk.journalling.waiting == 0
    assert np.array_equal(desk.written(), desk.segmentation.array)


def test_large_and_small_steps_stay_in_order(qtbot: QtBot, desk: Desk) -> None:
    desk.fill(400, 1)
    assert desk.journalling.waiting == 1 and isinstance(desk.mask.history.done[0].edits[0], MaskEdit)
    desk.fill(5, 2)
    desk.segmentation.undo()
    desk.segmentation.redo()
    qtbot.waitUntil(lambda: desk.journalling.waiting == 0, timeout=10_000)
    assert np.array_equal(desk.written(), desk.segmentation.array)
    step = desk.mask.history.done[0]
    assert isinstance(step, Step) and isinstance(step.edits[0], MaskDelta), "packed in the undo line too"
    assert sum(step.nbytes for step in desk.mask.history.done) < 10_000
    desk.segmentation.undo()
    desk.segmentation.undo()
    assert not desk.segmentation.array.any()


def test_a_full_disk_is_said_once_and_made_good(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.fill(3, 1)
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "pwrite", full)
        desk.fill(4, 2)
        desk.fill(5, 3)
        (notice,) = desk.notices.all
        assert notice.level == "error" and "No space left" in notice.text and "only in this window" in notice.text
        assert desk.segmentation.array[0, 4, 4] == 3, "what was drawn is there"
        desk.segmentation.undo()
    desk.journalling.retry()
    qtbot.waitUntil(lambda: desk.journalling.waiting == 0, timeout=10_000)
    assert np.array_equal(desk.written(), desk.segmentation.array)
    assert "kept in the journal again" in desk.notices.all[-1].text and len(desk.notices.all) == 2


def test_a_folder_that_cannot_be_written_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    desk = Desk(tmp_path / "file")
    assert "the journal cannot be opened" in desk.notices.all[0].text
    desk.fill(3, 1)
    desk.segmentation.undo()
    desk.journalling.shut_down()


def test_letting_go_and_coming_back(desk: Desk) -> None:
    desk.fill(400, 1)
    desk.journalling.close(desk.mask)
    again = desk.journalling.open("1.2")
    assert again is not None and len(replay(again.entries).done) == 1, "closing waits for what was to be written"


def test_a_series_that_another_window_edits_is_named(desk: Desk, tmp_path: Path) -> None:
    """By its description, not by the name of a file that nobody knows."""
    assert desk.journalling.open("1.2", name="CT thorax") is None
    (notice,) = [each for each in desk.notices.all if "another window" in each.text]
    assert notice.text.startswith("CT thorax: this series is being edited") and ".journal" not in notice.text
