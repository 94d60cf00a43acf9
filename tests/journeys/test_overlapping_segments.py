"""Two segments painted one over the other: both keep their voxels, in the window, in the undo line, after a restart."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imaging.comparison import Comparison
from tests.journeys.hands import at, drag, settle
from tests.journeys.small_ct import started_on_ct
from viewer.app import Application
from viewer.panels.segment_table import OVERLAPS, SegmentTable
from viewer.state.hand import Tool

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def start(start: Callable[[], Application], tmp_path: Path) -> Callable[[], Application]:
    return partial(started_on_ct, start, tmp_path)


def stroke(main: Application, row: float, columns: tuple[float, float]) -> None:
    """A stroke of the brush along a row, with the mouse."""
    main.session.hand.set_tool("brush")
    drag(main, *((row, column) for column in columns))


def tick(main: Application, row: int) -> None:
    table = main.window.findChild(SegmentTable)
    assert isinstance(table, SegmentTable)
    item = table.topLevelItem(row)
    assert item is not None
    spot = QPoint(table.columnViewportPosition(OVERLAPS) + 11, table.visualItemRect(item).center().y())
    QTest.mouseClick(table.viewport(), LEFT, NONE, spot)


def areas(main: Application) -> tuple[np.ndarray, np.ndarray]:
    return main.segmentation.inside(1), main.segmentation.inside(2)


@pytest.fixture
def painted(main: Application) -> Application:
    """The lesion, and over its right half another segment that may overlap."""
    stroke(main, 30, (20, 45))
    main.segmenting.add("vessel")
    tick(main, 1)
    assert main.segmentation.active_label is not None and main.segmentation.active_label.layer == 1
    stroke(main, 30, (35, 60))
    return main


def test_both_keep_their_voxels_and_undo_parts_them(painted: Application) -> None:
    lesion, vessel = areas(painted)
    k = painted.session.active.stored_k
    assert lesion[k, 30, 20:46].all() and vessel[k, 30, 35:61].all()
    assert (lesion & vessel)[k, 30, 35:46].all(), "what both were painted over belongs to both"
    painted.segmentation.undo()
    assert np.array_equal(painted.segmentation.inside(1), lesion) and not painted.segmentation.inside(2).any()
    painted.segmentation.redo()
    assert np.array_equal(painted.segmentation.inside(2), vessel)


def test_the_overlap_is_seen(painted: Application) -> None:
    """Three colours in a row of the picture: of the one, of both, of the other."""

    def colour(column: float) -> tuple[int, int, int]:
        seen = painted.canvas.grab().toImage().pixelColor(at(painted, 30, column))
        return seen.red(), seen.green(), seen.blue()

    seen = [np.array(colour(column)) for column in (23.0, 40.0, 53.0)]
    painted.segmentation.set_visible(False)
    plain = [np.array(colour(column)) for column in (23.0, 40.0, 53.0)]
    tints = [np.abs(there - without).max() for there, without in zip(seen, plain, strict=True)]
    assert min(tints) > 20, "all are drawn"
    lesion, both, vessel = ((there.astype(int) - without) for there, without in zip(seen, plain, strict=True))
    assert np.abs(both - lesion).max() > 15 and np.abs(both - vessel).max() > 15


def test_a_restart_brings_both_back_with_the_undo_line(painted: Application, start: Callable[[], Application]) -> None:
    before = [area.copy() for area in areas(painted)]
    painted.window.close()
    again = start()
    assert all(np.array_equal(one, other) for one, other in zip(areas(again), before, strict=True))
    again.segmentation.undo()
    assert not again.segmentation.inside(2).any() and np.array_equal(again.segmentation.inside(1), before[0])


def test_ending_the_overlap_says_who_has_the_voxels(painted: Application) -> None:
    lesion, vessel = (area.copy() for area in areas(painted))
    shared = int((lesion & vessel).sum())
    tick(painted, 1)
    now = areas(painted)
    assert np.array_equal(now[1], vessel) and np.array_equal(now[0], lesion & ~vessel), "the one that moved has them"
    assert any(f"{shared} voxels that vessel shared" in notice.text for notice in painted.notices.all)
    painted.segmentation.undo()
    assert all(np.array_equal(one, other) for one, other in zip(areas(painted), (lesion, vessel), strict=True))


def test_a_locked_segment_keeps_what_it_shares(painted: Application) -> None:
    lesion, vessel = (area.copy() for area in areas(painted))
    painted.segmenting.set_locked(1, True)
    QTest.keyClick(painted.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    now = areas(painted)
    assert np.array_equal(now[0], lesion) and np.array_equal(now[1], vessel & ~lesion)
    assert any("stay with locked" in notice.text for notice in painted.notices.all)


def test_a_lock_protects_in_its_own_layer_only(painted: Application) -> None:
    lesion, vessel = (area.copy() for area in areas(painted))
    painted.segmenting.set_locked(1, True)
    stroke(painted, 30, (22, 35))
    now = areas(painted)
    assert np.array_equal(now[0], lesion) and np.count_nonzero(now[1] & lesion) > np.count_nonzero(vessel & lesion)


def clicked(qtbot: QtBot, main: Application, tool: Tool, pixel: tuple[float, float]) -> None:
    """A click with a tool, kept."""
    main.session.hand.set_tool(tool)
    QTest.mouseClick(main.canvas, LEFT, NONE, at(main, *pixel))
    settle(qtbot, main)
    assert main.session.workbench.proposal is not None
    QTest.keyClick(main.canvas, Qt.Key.Key_Return)


ON_LESION, ON_BOTH = (30.0, 23.0), (30.0, 40.0)


def test_filling_looks_at_what_is_seen_in_whichever_layer(qtbot: QtBot, painted: Application) -> None:
    """The lesion, in a layer below that of the active vessel, bounds what is filled; so does the rim of the vessel."""
    lesion, vessel = (area.copy() for area in areas(painted))
    clicked(qtbot, painted, "fill", ON_LESION)
    now = areas(painted)
    assert np.array_equal(now[0], lesion) and np.array_equal(now[1], lesion | vessel)


@pytest.mark.parametrize(("tool", "stays"), [("remove-island", False), ("keep-island", True)])
def test_an_island_is_that_of_the_segment_that_was_clicked(
    qtbot: QtBot, painted: Application, tool: Tool, stays: bool
) -> None:
    """The vessel is active; the island lies in the lesion's layer."""
    painted.segmentation.set_active(1)
    stroke(painted, 50, (20, 25))
    painted.segmentation.set_active(2)
    lesion, vessel = (area.copy() for area in areas(painted))
    k = painted.session.active.stored_k
    clicked(qtbot, painted, tool, ON_LESION)
    now = areas(painted)
    assert np.array_equal(now[1], vessel)
    assert now[0][k, 30, 23] == stays and now[0][k, 50, 23] != stays
    painted.segmentation.undo()
    assert np.array_equal(painted.segmentation.inside(1), lesion)


@pytest.mark.parametrize("active", [1, 2])
def test_where_both_lie_the_active_segment_is_meant(qtbot: QtBot, painted: Application, active: int) -> None:
    painted.segmentation.set_active(active)
    clicked(qtbot, painted, "remove-island", ON_BOTH)
    assert [area.any() for area in areas(painted)] == [active == 2, active == 1]


def test_what_is_hidden_is_not_clicked(qtbot: QtBot, painted: Application) -> None:
    painted.segmenting.set_visible(1, False)
    painted.session.hand.set_tool("remove-island")
    QTest.mouseClick(painted.canvas, LEFT, NONE, at(painted, *ON_LESION))
    settle(qtbot, painted)
    assert painted.session.workbench.proposal is None
    assert "No segment that may be changed" in painted.notices.all[-1].text


def test_delete_clears_the_slice_of_both_and_undo_brings_both_back(painted: Application) -> None:
    before = [area.copy() for area in areas(painted)]
    QTest.keyClick(painted.canvas, Qt.Key.Key_Delete)
    assert not any(area.any() for area in areas(painted))
    painted.segmentation.undo()
    assert all(np.array_equal(one, other) for one, other in zip(areas(painted), before, strict=True))


def compared(qtbot: QtBot, main: Application, revision: int) -> Comparison:
    found: list[Comparison] = []
    main.revising.compare(revision, 0, found.append, lambda: None)
    settle(qtbot, main)
    return found[0]


def test_a_revision_with_both_is_restored(qtbot: QtBot, painted: Application) -> None:
    before = [area.copy() for area in areas(painted)]
    assert painted.annotating.save()
    saved = painted.segmentation.revision
    assert saved is not None
    painted.segmenting.delete()
    QTest.keyClick(painted.canvas, Qt.Key.Key_Delete)
    assert compared(qtbot, painted, saved).changed_voxels == np.count_nonzero(before[0] | before[1])
    painted.revising.restore(saved)
    assert all(np.array_equal(one, other) for one, other in zip(areas(painted), before, strict=True))
    assert compared(qtbot, painted, saved).changed_voxels == 0
    painted.segmentation.undo()
    assert [label.name for label in painted.segmentation.labels] == ["lesion"] and not areas(painted)[0].any()


def test_one_segment_is_cut_out_of_another_across_layers(painted: Application, qtbot: QtBot) -> None:
    lesion, vessel = (area.copy() for area in areas(painted))
    painted.segmentation.set_active(1)
    painted.session.workbench.set_options(other=2)
    painted.window.actions_by_id["edit-subtract"].trigger()
    qtbot.waitUntil(lambda: painted.session.workbench.proposal is not None, timeout=10_000)
    painted.segmentation.set_active(2)
    painted.editing.confirm()
    now = areas(painted)
    assert np.array_equal(now[0], lesion & ~vessel) and np.array_equal(now[1], vessel), (
        "the proposal is for the layer that it was made from, whichever label is active when it is confirmed"
    )


def test_a_proposal_for_the_layer_that_a_label_left_is_put_away(main: Application, qtbot: QtBot) -> None:
    """The label is empty: no voxel changes when it moves, but what was proposed would land in the old layer."""
    main.window.actions_by_id["edit-threshold"].trigger()
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=10_000)
    tick(main, 0)
    assert main.session.workbench.proposal is None
    main.editing.confirm()
    assert not any(layer.any() for layer in main.segmentation.layers)


def test_the_menu_says_what_undo_takes_back(painted: Application) -> None:
    undo = painted.window.actions_by_id["undo"]
    assert undo.text() == "Undo: Brush"
    undo.trigger()
    assert undo.text() == "Undo: Let segment overlap"
    assert painted.window.actions_by_id["redo"].text() == "Redo: Brush"
