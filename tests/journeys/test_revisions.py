"""Every saved state can be looked at, compared and brought back; two people at one mask lose nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imaging.labelmap import Provenance
from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle
from tests.strokes import stroke
from viewer.app import Application
from viewer.dialogs.history import MaskHistory
from viewer.panels.findings_panel import FindingsPanel
from viewer.places import author


@pytest.fixture
def main(main: Application, qtbot: QtBot, phantom_study: PhantomStudy) -> Iterator[Application]:
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.complete, timeout=60_000)
    yield main
    main.segmentation.mask.saved = True


def paint(main: Application, row: float) -> None:
    state = main.segmentation
    assert state.geometry is not None
    edit = stroke(state.array, state.geometry, 0, main.view.k, [(row, 80.0)], 6.0, state.active)
    assert edit is not None
    state.apply(edit)


def opened(qtbot: QtBot, main: Application) -> MaskHistory:
    main.window.run("history")
    qtbot.waitUntil(lambda: main.history.isVisible(), timeout=5000)
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    return main.history


def choose(qtbot: QtBot, dialog: MaskHistory, row: int) -> None:
    item = dialog.rows.topLevelItem(row)
    place = dialog.rows.visualItemRect(item).center()
    qtbot.mouseClick(dialog.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    compared(qtbot, dialog)


def compared(qtbot: QtBot, dialog: MaskHistory) -> None:
    qtbot.waitUntil(lambda: dialog.said.text() != "Comparing…", timeout=20_000)


def test_a_revision_is_compared_and_brought_back_and_that_is_undone(qtbot: QtBot, main: Application) -> None:
    paint(main, 60.0)
    first = main.segmentation.array.copy()
    assert main.annotating.save()
    paint(main, 90.0)
    second = main.segmentation.array.copy()
    assert main.annotating.save()
    dialog = opened(qtbot, main)
    assert dialog.rows.topLevelItemCount() == 2 and "on screen" in dialog.rows.topLevelItem(0).text(0)
    choose(qtbot, dialog, 0)
    assert dialog.said.text().startswith("The mask on screen is this revision.")
    choose(qtbot, dialog, 1)
    changed = int(np.count_nonzero(first != second))
    assert f"differs in {changed:,} voxels on 1 slice." in dialog.said.text()
    assert "created by" in dialog.said.text()
    qtbot.mouseClick(dialog.difference, Qt.MouseButton.LeftButton)
    settle(qtbot, main)
    shown = main.findings.prediction
    assert shown is not None and shown.mask is not None and np.count_nonzero(shown.mask.array == 2) == changed
    assert not main.segmentation.visible, "the difference is shown alone"
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert np.array_equal(main.segmentation.array, first) and main.segmentation.visible
    assert main.segmentation.labels == main.shelf.library.revision(main.revising.heads[-1].id).labelmap.labels
    assert main.findings.prediction is None
    main.segmentation.undo()
    assert np.array_equal(main.segmentation.array, second)


def test_any_two_revisions_are_compared_without_leaving_the_mask(qtbot: QtBot, main: Application) -> None:
    for row in (60.0, 90.0, 120.0):
        paint(main, row)
        assert main.annotating.save()
    now, drawn_on = main.segmentation.array.copy(), main.view.k
    main.view.set_slice(0)
    qtbot.keyClick(main.window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert main.view.k == drawn_on, "the next slice of the segment"
    dialog = opened(qtbot, main)
    choose(qtbot, dialog, 1)
    last = dialog.rows.visualItemRect(dialog.rows.topLevelItem(2)).center()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(dialog.rows.viewport(), Qt.MouseButton.LeftButton, control, last)
    compared(qtbot, dialog)
    older, newer = dialog.pair
    one, other = (main.shelf.library.revision(each).labelmap.array for each in (older, newer))
    changed = int(np.count_nonzero(one != other))
    assert older < newer and changed
    assert f"Revision {newer} differs from revision {older} in {changed:,} voxels on 1 slice." in dialog.said.text()
    assert "Dice" in dialog.said.text() and "HD95" in dialog.said.text()
    assert not any(each.isEnabled() for each in (dialog.restore, dialog.merge, dialog.approve, dialog.review))
    main.view.set_slice(drawn_on + 5)
    assert not any(each.isEnabled() for each in dialog.steps)
    qtbot.mouseClick(dialog.difference, Qt.MouseButton.LeftButton)
    settle(qtbot, main)
    shown = main.findings.prediction
    assert shown is not None and shown.mask is not None
    assert np.array_equal(shown.mask.array == 2, (one == 0) & (other != 0))
    assert main.view.k == drawn_on, "where they differ"
    main.view.set_slice(0)
    for _ in range(2):
        qtbot.mouseClick(dialog.steps[1], Qt.MouseButton.LeftButton)
        assert main.view.k == drawn_on, "the next slice where they differ, and the last"
    assert "No slice after this one" in main.notices.all[-1].text
    panel = main.window.findChild(FindingsPanel)
    assert panel.accept.isHidden() and "Mask by" not in panel.summary.text()
    assert not main.window.actions_by_id["accept"].isEnabled()
    main.annotating.accept("replace")
    assert np.array_equal(main.segmentation.array, now) and "only to be looked at" in main.notices.all[-1].text
    dialog.close()
    assert np.array_equal(main.segmentation.array, now) and main.segmentation.visible


def test_what_two_people_saved_is_kept_told_and_merged(qtbot: QtBot, main: Application) -> None:
    paint(main, 60.0)
    assert main.annotating.save() and main.session.series is not None
    base = main.segmentation.revision
    assert base is not None
    theirs = main.shelf.library.revision(base).labelmap
    other = Provenance("Bo", datetime.now(UTC))
    for edge in (5, 8):  # saved twice: what they did first comes along, too
        array = theirs.array.copy()
        array[0, :edge, :5] = 1
        made = type(theirs)(array, theirs.geometry, theirs.labels)
        base = main.shelf.library.save_mask(main.session.series, made, other, base)
    paint(main, 90.0)
    ours = main.segmentation.array.copy()
    assert main.annotating.save()
    assert any("Bo saved revision" in notice.text and "Both are kept" in notice.text for notice in main.notices.all)
    dialog = opened(qtbot, main)
    assert [dialog.rows.topLevelItem(row).text(3) for row in (1,)] == ["Bo"]
    choose(qtbot, dialog, 1)
    dialog.merge.menu().actions()[0].trigger()
    settle(qtbot, main)
    main.annotating.accept()
    merged = main.segmentation.array
    assert (merged[0, :8, :5] == 1).all() and np.array_equal(merged[main.view.k, 80:], ours[main.view.k, 80:])
    main.segmentation.undo()
    assert np.array_equal(main.segmentation.array, ours), "reversible"


def test_a_merge_of_what_was_changed_meanwhile_is_not_proposed(qtbot: QtBot, main: Application) -> None:
    paint(main, 60.0)
    assert main.annotating.save() and main.segmentation.revision is not None
    main.revising.merge(main.segmentation.revision, "STAPLE")
    paint(main, 90.0)
    settle(qtbot, main)
    assert main.findings.prediction is None and "merge it again" in main.notices.all[-1].text


def test_who_comes_back_to_a_mask_that_leaves_somebodys_work_out_is_told_and_not_once_both_are_merged(
    qtbot: QtBot, start: Callable[[], Application], phantom_study: PhantomStudy
) -> None:
    def come_back() -> Application:
        again = start()
        again.reading.open([phantom_study.ct])
        qtbot.waitUntil(lambda: not again.runner.busy() and again.session.complete, timeout=60_000)
        return again

    main = come_back()
    paint(main, 60.0)
    assert main.annotating.save() and main.session.series is not None and main.segmentation.revision is not None
    base = main.shelf.library.revision(main.segmentation.revision)
    array = base.labelmap.array.copy()
    array[0, :5, :5] = 1
    theirs = replace(base.labelmap, array=array)
    main.shelf.library.save_mask(main.session.series, theirs, Provenance("Bo", datetime.now(UTC)), base.id)
    paint(main, 90.0)
    assert main.annotating.save()
    main.window.close()

    main = come_back()
    assert not main.segmentation.array[0, :5, :5].any()
    assert any("What Bo saved as revision 2 is not in this mask" in each.text for each in main.notices.all)
    main.revising.merge(2, "three-way")
    settle(qtbot, main)
    main.annotating.accept()
    assert main.segmentation.array[0, :5, :5].all() and main.annotating.save()
    main.window.close()

    main = come_back()
    assert main.segmentation.array[0, :5, :5].all()
    assert not any("Bo" in each.text for each in main.notices.all), "nothing is left out"


def test_who_reviewed_and_who_approved_each_segment_is_kept_and_shown(qtbot: QtBot, main: Application) -> None:
    paint(main, 60.0)
    assert main.annotating.save()
    dialog = opened(qtbot, main)
    assert not dialog.review.isEnabled() and not dialog.approve.isEnabled(), "no revision is chosen"
    choose(qtbot, dialog, 0)
    qtbot.mouseClick(dialog.review, Qt.MouseButton.LeftButton)
    compared(qtbot, dialog)
    name = main.segmentation.labels[0].name
    assert f"{name}: created by {author()}" in dialog.said.text() and f"reviewed by {author()}" in dialog.said.text()
    assert "approved" not in dialog.said.text()
    dialog.approve.setFocus()
    qtbot.keyClick(dialog.approve, Qt.Key.Key_Space)
    compared(qtbot, dialog)
    (revision,) = main.revising.heads
    kept = [each.action for each in main.revising.attributions(revision.id) if each.value == 1]
    assert kept == ["created", "reviewed", "approved"] and "approved by" in dialog.said.text()


def test_an_approval_given_before_the_changes_are_noted_stays_and_what_was_said_of_another_segment_goes(
    qtbot: QtBot, main: Application
) -> None:
    paint(main, 60.0)
    assert main.annotating.save() and main.segmentation.revision is not None
    main.revising.mark(main.segmentation.revision, "approved", [1])  # faster than who made it is noted
    dialog = opened(qtbot, main)
    choose(qtbot, dialog, 0)
    said = dialog.said.text()
    assert said.index("created by") < said.index("approved by")
    dialog.close()
    main.segmenting.delete()
    main.segmenting.add("another")
    paint(main, 60.0)
    assert main.segmentation.active == 1 and main.annotating.save()
    dialog = opened(qtbot, main)
    choose(qtbot, dialog, 0)
    assert "another: created by" in dialog.said.text() and "approved" not in dialog.said.text()


def test_one_segment_is_approved_and_the_others_are_not(qtbot: QtBot, main: Application) -> None:
    paint(main, 60.0)
    main.segmenting.add("second")
    paint(main, 20.0)
    assert main.annotating.save()
    dialog = opened(qtbot, main)
    assert not dialog.which.isEnabled()
    choose(qtbot, dialog, 0)
    names = [dialog.which.itemText(row) for row in range(dialog.which.count())]
    assert names == ["All segments", *(label.name for label in main.segmentation.labels)]
    dialog.which.setFocus()
    qtbot.keyClick(dialog.which, Qt.Key.Key_End)
    qtbot.mouseClick(dialog.approve, Qt.MouseButton.LeftButton)
    assert dialog.which.currentText() == "second", "the choice stays for the next mark"
    qtbot.mouseClick(dialog.review, Qt.MouseButton.LeftButton)
    done = {(each.value, each.action) for each in main.revising.attributions(dialog.chosen)}
    last = main.segmentation.active
    assert {each for each in done if each[1] in ("approved", "reviewed")} == {(last, "approved"), (last, "reviewed")}
