"""Masks are compared and merged while the person goes on: what comes late neither hits anything else nor is lost."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.comparison import Comparison, compare
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Labelmap, Provenance
from imaging.study import Patient, Series
from imaging.volume import Volume
from tests.journeys.hands import LEFT, NONE, at, drag, settle, told
from tests.journeys.small_ct import show_ct
from viewer.app import Application
from viewer.commands import comparing
from viewer.panels.status import StatusBar

CHANGED = "The mask was changed while it was merged: merge it again."


@pytest.fixture
def saved_once(main: Application, qtbot: QtBot, tmp_path: Path) -> Iterator[Application]:
    """A stroke that was saved, another one that was not, and the history open."""
    show_ct(main, tmp_path)
    main.window.run("tool-brush")
    drag(main, (15.0, 20), (15.0, 30))
    main.window.run("save")
    drag(main, (30.0, 20), (30.0, 30))
    settle(qtbot, main)
    main.window.run("history")
    QApplication.processEvents()
    yield main
    main.history.close()
    main.segmentation.mask.saved = True


def choose_newest(main: Application) -> None:
    rows, item = main.history.rows, main.history.rows.topLevelItem(0)
    assert item is not None
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(item).center())


def compare_newest(qtbot: QtBot, main: Application) -> None:
    choose_newest(main)
    settle(qtbot, main)


def merge(main: Application) -> None:
    main.history.merge.menu().actions()[0].trigger()


def begin_merge(qtbot: QtBot, main: Application) -> None:
    """Of what is compared already."""
    compare_newest(qtbot, main)
    merge(main)


def show_other_series(main: Application, folder: Path) -> None:
    """One of more slices."""
    grid = Geometry((40, 60, 80), (2.0, 1.0, 1.0), (-20.0, -30.0, -40.0), calibration=Calibration.PATIENT)
    file = folder / "b.dcm"
    file.touch()
    series = Series("9.9.9", "volume", "dicom", (file,), grid.shape_kji, grid, "CT", "Other", patient=Patient("P1"))
    main.session.show(series, Volume(np.zeros(grid.shape_kji, np.int16), grid, "volume", "HU", "CT", "9.9.9"))


def test_a_difference_that_comes_after_the_history_was_closed_is_not_shown(
    qtbot: QtBot, saved_once: Application
) -> None:
    main = saved_once
    compare_newest(qtbot, main)
    QTest.mouseClick(main.history.difference, LEFT)
    QTest.keyClick(main.history, Qt.Key.Key_Escape)
    settle(qtbot, main)
    assert not main.history.isVisible()
    assert main.segmentation.visible and main.findings.prediction is None


def test_a_difference_that_comes_after_another_series_was_chosen_is_not_shown_on_it(
    qtbot: QtBot, saved_once: Application, tmp_path: Path
) -> None:
    main = saved_once
    compare_newest(qtbot, main)
    QTest.mouseClick(main.history.difference, LEFT)
    show_other_series(main, tmp_path)
    settle(qtbot, main)
    assert main.segmentation.visible and main.findings.prediction is None
    assert main.history.said.text() == "Nothing was saved yet."


def test_the_comparison_is_said_also_when_the_difference_is_asked_for_meanwhile(
    qtbot: QtBot, saved_once: Application
) -> None:
    main = saved_once
    choose_newest(main)
    QTest.mouseClick(main.history.difference, LEFT)
    settle(qtbot, main)
    assert "The mask on screen differs" in main.history.said.text()
    assert not main.segmentation.visible and main.findings.prediction is not None


def test_a_comparison_that_is_cancelled_is_said_to_be_missing(qtbot: QtBot, saved_once: Application) -> None:
    main = saved_once
    choose_newest(main)
    assert main.history.said.text() == "Comparing…"
    status = main.window.statusBar()
    assert isinstance(status, StatusBar)
    QTest.mouseClick(status.cancel, LEFT)
    settle(qtbot, main)
    assert main.history.said.text() == "They were not compared; choose again."


def test_a_merge_is_told_of_that_leaves_out_what_was_painted_meanwhile(qtbot: QtBot, saved_once: Application) -> None:
    """The list is open, so that the stroke has the chosen revision compared anew."""
    main = saved_once
    begin_merge(qtbot, main)
    drag(main, (45.0, 20), (45.0, 30))
    settle(qtbot, main)
    assert main.findings.prediction is None and CHANGED in told(main)
    assert "The mask on screen differs" in main.history.said.text()


def test_a_step_taken_back_and_another_one_made_is_a_changed_mask(qtbot: QtBot, saved_once: Application) -> None:
    main = saved_once
    begin_merge(qtbot, main)
    main.window.run("undo")
    drag(main, (45.0, 20), (45.0, 30))
    settle(qtbot, main)
    assert main.findings.prediction is None and CHANGED in told(main)


def test_a_merge_is_told_of_that_comes_in_the_middle_of_a_stroke(qtbot: QtBot, saved_once: Application) -> None:
    main = saved_once
    begin_merge(qtbot, main)
    QTest.mousePress(main.canvas, LEFT, NONE, at(main, 45, 20))
    settle(qtbot, main)
    QTest.mouseRelease(main.canvas, LEFT, NONE, at(main, 45, 20))
    assert main.segmentation.array[:, 45, 20].any()
    assert main.findings.prediction is None and CHANGED in told(main)


def test_a_merge_is_told_of_that_comes_after_another_series_was_chosen(
    qtbot: QtBot, saved_once: Application, tmp_path: Path
) -> None:
    main = saved_once
    begin_merge(qtbot, main)
    show_other_series(main, tmp_path)
    settle(qtbot, main)
    assert main.findings.prediction is None and CHANGED in told(main)


def test_while_masks_are_compared_strokes_begin_no_further_comparison(
    qtbot: QtBot, saved_once: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the last of four strokes is compared once the first comparison comes to its end."""
    main, held, compared = saved_once, threading.Event(), list[int]()

    def slow(one: Labelmap, other: Labelmap, known: object) -> Comparison:
        compared.append(int(other.array.any(axis=(0, 2)).sum()))
        assert held.wait(20.0)
        return compare(one, other, known)  # pyright: ignore[reportArgumentType]  as it was given

    monkeypatch.setattr(comparing, "compare", slow)
    choose_newest(main)
    qtbot.waitUntil(lambda: len(compared) == 1, timeout=10_000)
    before = compared[0]
    for row in (5.0, 40.0, 48.0, 55.0):
        drag(main, (row, 20), (row, 30))
    held.set()
    settle(qtbot, main)
    now = int(main.segmentation.array.any(axis=(0, 2)).sum())
    assert now > before and compared == [before, now]


def test_a_stroke_has_the_chosen_revision_compared_once(
    qtbot: QtBot, saved_once: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, asked = saved_once, list[str]()
    compare_newest(qtbot, main)
    main.runner.started.connect(lambda _key, title: asked.append(title))
    drag(main, (45.0, 20), (45.0, 30))
    settle(qtbot, main)
    assert asked.count("Comparing masks") == 1 and main.history.chosen == 1


def test_a_revision_of_another_grid_is_neither_compared_nor_merged_nor_restored_and_why_is_told(
    qtbot: QtBot, saved_once: Application
) -> None:
    """The library holds one of more slices, as of a series that was cut since."""
    main = saved_once
    mask, series = main.segmentation.array.copy(), main.session.series
    assert series is not None
    grid = Geometry((13, 60, 80), (2.0, 1.0, 1.0), (-20.0, -30.0, -40.0), calibration=Calibration.PATIENT)
    strange = Labelmap(np.zeros(grid.shape_kji, np.uint8), grid, main.segmentation.labels)
    kept = main.shelf.library.save_mask(series, strange, Provenance("Bo", datetime.now(UTC)), None)
    main.history.open_anew()
    compare_newest(qtbot, main)
    assert main.history.chosen == kept and main.history.said.text() == "They were not compared; choose again."
    merge(main)
    settle(qtbot, main)
    QTest.mouseClick(main.history.restore, LEFT)
    why = f"revision {kept} was made on another grid than these images."
    for what in ("Comparing masks did not work", "Merging masks did not work", "It cannot be restored"):
        assert f"{what}: {why}" in told(main)
    assert np.array_equal(main.segmentation.array, mask)
