"""Segments in the real window: list, terms, lock, solo, numbers, going to them; every change is a step that is kept."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from imaging.labelmap import Code, Label
from imaging.volume import Volume
from tests.journeys.small_ct import CT, started_on_ct
from viewer.app import Application
from viewer.panels.annotation_panel import AnnotationPanel
from viewer.panels.segment_table import LOCKED, NAME, SHOWN
from viewer.panels.segments_box import SegmentsBox
from viewer.state.hand import Tool

NONE, LEFT, CTRL_ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def start(start: Callable[[], Application], tmp_path: Path) -> Callable[[], Application]:
    return partial(started_on_ct, start, tmp_path)


def box(main: Application) -> SegmentsBox:
    found = main.window.findChild(SegmentsBox)
    assert isinstance(found, SegmentsBox)
    return found


def press(parent: QWidget, text: str) -> None:
    (found,) = (each for each in parent.findChildren(QPushButton) if each.text() == text)
    QTest.mouseClick(found, LEFT, NONE)


def cell(main: Application, row: int, column: int) -> QPoint:
    table = box(main).table
    item = table.topLevelItem(row)
    assert item is not None
    rect = table.visualItemRect(item)
    return QPoint(table.columnViewportPosition(column) + 11, rect.center().y())


def paint(main: Application, row: float, column: float, tool: Tool = "brush") -> None:
    main.session.hand.set_tool(tool)
    transform = main.session.active.transform()
    assert transform is not None
    QTest.mouseClick(main.canvas, LEFT, NONE, QPoint(*(round(v) for v in transform.to_screen(row, column))))


def names(main: Application) -> list[str]:
    return [label.name for label in main.segmentation.labels]


def test_a_term_is_searched_and_added_with_its_code(main: Application, qtbot: QtBot) -> None:
    terms = box(main).terms
    terms.lists.setCurrentText("Chest CT")
    qtbot.keyClicks(terms.search, "effusion pleural")
    press(terms, "Add segment")
    added = main.segmentation.active_label
    assert added is not None
    assert (added.name, added.code) == ("Pleural effusion", Code("60046008", "SCT", "Pleural effusion"))
    main.segmentation.undo()
    assert names(main) == ["lesion"]


def test_a_list_of_ones_own_stands_first_and_a_mistake_in_it_is_told(
    qtbot: QtBot, start: Callable[[], Application]
) -> None:
    main = start()
    file = main.places.settings / "terminology.toml"
    main.window.close()
    file.parent.mkdir(parents=True, exist_ok=True)
    code = '{value = "RID35976", scheme = "RADLEX", meaning = "halo sign"}'
    term = f'[[term]]\nname = "Halo sign"\ncolour = [1, 2, 3]\ncode = {code}\n'
    file.write_text(f'version = 1\ntitle = "Ward 5"\n{term}')
    main = start()
    terms = box(main).terms
    assert terms.lists.itemText(0) == "Ward 5"
    terms.lists.setCurrentIndex(0)
    qtbot.keyClicks(terms.search, "halo")
    press(terms, "Add segment")
    added = main.segmentation.active_label
    assert added is not None and added.code is not None
    assert (added.name, added.colour, added.code.value) == ("Halo sign", (1, 2, 3), "RID35976")
    main.segmentation.mask.saved = True
    main.window.close()
    file.write_text(f'version = 1\ntitle = "Ward 5"\n{term.replace("[1, 2, 3]", "[1, 2]")}')
    main = start()
    assert any("terminology.toml" in each.text and "Only the built-in" in each.text for each in main.notices.all)
    assert box(main).terms.lists.itemText(0) == "Chest CT"


def test_a_locked_segment_is_not_painted_over(main: Application) -> None:
    paint(main, 30, 40)
    before = np.count_nonzero(main.segmentation.array == 1)
    assert before > 0
    QTest.mouseClick(box(main).table.viewport(), LEFT, NONE, cell(main, 0, LOCKED))
    assert main.segmentation.labels[0].locked
    main.segmenting.add("other")
    paint(main, 30, 42)
    assert np.count_nonzero(main.segmentation.array == 1) == before
    assert np.count_nonzero(main.segmentation.array == 2) > 0


def test_a_brush_that_cannot_paint_says_why(main: Application) -> None:
    press(box(main), "Delete")
    paint(main, 30, 40)
    assert "Add a label first" in main.notices.all[-1].text
    main.segmentation.undo()
    main.segmenting.toggle_lock()
    for tool in ("brush", "smart-brush"):
        paint(main, 30, 40, tool)
        assert "lesion is locked; unlock it" in main.notices.all[-1].text, tool
    assert not main.segmentation.array.any()


def test_what_is_painted_is_seen_and_one_undo_hides_it_again(main: Application) -> None:
    main.segmenting.add("second")
    main.segmenting.toggle_solo()
    main.segmenting.step(1)
    main.segmenting.set_visible(1, False)
    paint(main, 30, 40)
    assert main.segmentation.array.any() and main.segmentation.labels[0].visible
    assert main.segmentation.drawn_labels[0].visible, "though another one stood alone"
    main.segmentation.undo()
    assert not main.segmentation.array.any() and not main.segmentation.labels[0].visible


def test_a_hidden_segment_is_not_drawn_and_comes_back_with_undo(main: Application) -> None:
    paint(main, 30, 40)
    shown = main.canvas.grab().toImage()
    QTest.mouseClick(box(main).table.viewport(), LEFT, NONE, cell(main, 0, SHOWN))
    assert not main.segmentation.labels[0].visible
    assert main.canvas.grab().toImage() != shown
    main.segmentation.undo()
    assert main.segmentation.labels[0].visible


def test_numbers_follow_the_edits(main: Application, qtbot: QtBot) -> None:
    paint(main, 30, 40)
    voxels = int(np.count_nonzero(main.segmentation.array))
    qtbot.waitUntil(lambda: box(main).numbers.text().startswith(f"{voxels} voxels"), timeout=3000)
    assert f"{voxels * 0.002:.3g} ml" in box(main).numbers.text()
    assert "HU" in box(main).numbers.text()
    main.segmentation.undo()
    qtbot.waitUntil(lambda: box(main).numbers.text() == "No voxels yet.", timeout=3000)


def test_a_double_click_goes_to_the_largest_slice(main: Application) -> None:
    main.view.set_slice(9)
    paint(main, 30, 40)
    main.view.set_slice(2)
    QTest.mouseClick(box(main).table.viewport(), LEFT, NONE, cell(main, 0, NAME))
    QTest.mouseDClick(box(main).table.viewport(), LEFT, NONE, cell(main, 0, NAME))
    assert main.view.k == 9
    assert main.session.focus is not None


def test_keys_step_through_segments_and_show_one_alone(main: Application) -> None:
    main.segmenting.add("second")
    main.segmenting.add("third")
    QTest.keyClick(main.canvas, Qt.Key.Key_Down, CTRL_ALT)
    assert main.segmentation.active == 1
    QTest.keyClick(main.canvas, Qt.Key.Key_Up, CTRL_ALT)
    assert main.segmentation.active == 3
    QTest.keyClick(main.canvas, Qt.Key.Key_S, CTRL_ALT)
    assert [label.visible for label in main.segmentation.drawn_labels] == [False, False, True]
    QTest.keyClick(main.canvas, Qt.Key.Key_S, CTRL_ALT)
    assert all(label.visible for label in main.segmentation.drawn_labels)


def test_every_segment_has_an_identity_that_a_new_one_of_its_value_does_not_take_over(main: Application) -> None:
    main.segmenting.add("second")
    paint(main, 30, 40)
    second = main.segmentation.labels[1]
    main.segmenting.rename(2, "renamed")
    assert main.segmentation.labels[1].uid == second.uid != ""
    press(box(main), "Delete")
    main.segmenting.add("third")
    third = main.segmentation.labels[1]
    assert (third.value, third.uid != second.uid) == (2, True)
    main.segmentation.undo()
    main.segmentation.undo()
    assert main.segmentation.labels[1].uid == second.uid, "undo brings the segment back, not another one"


def test_order_name_and_deletion_are_steps(main: Application) -> None:
    main.segmenting.add("second")
    paint(main, 30, 40)
    press(box(main), "Up")
    main.segmenting.rename(2, "first")
    assert names(main) == ["first", "lesion"]
    press(box(main), "Delete")
    assert names(main) == ["lesion"]
    assert not main.segmentation.array.any()
    main.segmentation.undo()
    assert names(main) == ["first", "lesion"]
    assert (main.segmentation.array == 2).any()
    main.segmentation.undo()
    main.segmentation.undo()
    assert names(main) == ["lesion", "second"]


def test_what_is_said_of_segments_is_kept(start: Callable[[], Application]) -> None:
    first = start()
    term = next(each for each in first.segmenting.terminologies if each.title == "Chest CT").found("nodule")[0]
    first.segmenting.use_term(term)
    first.segmenting.set_opacity(1, 0.5)
    first.segmenting.set_locked(1, True)
    expected = replace(term.label(1), opacity=0.5, locked=True)
    assert first.segmentation.labels == (expected,)
    first.window.close()
    assert start().segmentation.labels == (expected,)


def test_the_panel_stands_in_a_small_window(main: Application, tmp_path: Path) -> None:
    main.segmenting.add("Ground-glass opacity")
    main.segmentation.set_label(Label(2, "Ground-glass opacity", (86, 180, 233), locked=True), "x")
    panel = main.window.findChild(AnnotationPanel)
    assert isinstance(panel, AnnotationPanel)
    table = box(main).table
    assert table.columnWidth(NAME) > 60
    assert main.window.grab().save(str(tmp_path / "segments.png"))


def test_a_click_finds_the_lesion_which_is_kept_or_put_away(main: Application, qtbot: QtBot) -> None:
    k, j, i = np.meshgrid(*(np.arange(size) for size in CT.shape_kji), indexing="ij")
    nodule = ((k - 6) * 2) ** 2 + (j - 30) ** 2 + (i - 40) ** 2 <= 49
    array = np.where(nodule, 40, -850).astype(np.int16)
    assert main.session.series is not None
    main.session.show(main.session.series, Volume(array, CT, "volume", "HU", "CT", "1.2.3"))
    main.view.set_slice(6)
    main.session.hand.set_tool("find-lesion")
    transform = main.session.active.transform()
    assert transform is not None
    place = QPoint(*(round(v) for v in transform.to_screen(30, 40)))
    QTest.mouseClick(main.canvas, LEFT, NONE, place)
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=5000)
    assert not main.segmentation.array.any()
    QTest.keyClick(main.canvas, Qt.Key.Key_Escape)
    assert main.session.workbench.proposal is None
    QTest.mouseClick(main.canvas, LEFT, NONE, place)
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=5000)
    QTest.keyClick(main.canvas, Qt.Key.Key_Return)
    found = main.segmentation.array == 1
    assert 2 * np.count_nonzero(found & nodule) / (found.sum() + nodule.sum()) > 0.95
    main.segmentation.undo()
    assert not main.segmentation.array.any()


def test_nothing_can_be_done_to_segments_of_nothing(main: Application, qtbot: QtBot) -> None:
    """A segment of no image would be an unsaved change that nothing can save."""
    for pane in main.session.panes:
        pane.show(None)
    assert main.segmentation.geometry is None
    panel = box(main)
    texts = ("Rename", "Colour…", "Delete", "Up", "Down", "Alone", "Add", "Add segment", "Use for this one")
    buttons = {each.text(): each for each in panel.findChildren(QPushButton)}
    assert not any(buttons[text].isEnabled() for text in texts) and not panel.name.isEnabled()
    QTest.keyClick(panel.terms.search, Qt.Key.Key_Return)
    assert main.segmentation.labels == () and main.annotating.keep()
    assert main.notices.all[-1].text == "Open an image first; its segments belong to it."


@pytest.mark.parametrize("how", ["delete-segment", "undo", "lock-segment"])
def test_a_proposal_for_a_segment_that_is_gone_or_locked_meanwhile_is_put_away(
    main: Application, qtbot: QtBot, how: str
) -> None:
    main.segmenting.add("second")
    main.window.run("edit-threshold")
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=5000)
    main.window.run(how)
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=5000)
    QTest.keyClick(main.canvas, Qt.Key.Key_Return)
    assert not main.segmentation.array.any() and main.session.workbench.proposal is None
    assert "Threshold was put away: second is" in main.notices.all[-1].text


def test_a_proposal_takes_nothing_from_a_segment_that_is_locked_meanwhile(main: Application, qtbot: QtBot) -> None:
    paint(main, 30, 40)
    before = main.segmentation.array.copy()
    main.segmenting.add("second")
    paint(main, 30, 40, "grow-region")
    qtbot.waitUntil(lambda: main.session.workbench.proposal is not None, timeout=5000)
    main.segmenting.set_locked(1, True)
    QTest.keyClick(main.canvas, Qt.Key.Key_Return)
    assert np.array_equal(main.segmentation.array, before)
    assert "lesion is locked or hidden now" in main.notices.all[-1].text
