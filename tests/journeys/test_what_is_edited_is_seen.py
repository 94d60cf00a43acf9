"""What tools change is seen, and what is proposed stays what was asked for last."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.journeys.hands import drag, key, settle
from tests.journeys.small_ct import show_ct
from viewer.app import Application


@pytest.fixture
def reader(main: Application, tmp_path: Path) -> Iterator[Application]:
    show_ct(main, tmp_path)
    yield main
    main.segmentation.mask.saved = True


def hide(main: Application) -> None:
    """The mask, and the active label."""
    label = main.segmentation.active_label
    assert label is not None
    main.segmentation.set_visible(False)
    main.segmenting.set_visible(label.value, False)


def seen(main: Application) -> bool:
    label = main.segmentation.active_label
    return main.segmentation.visible and label is not None and label.visible


def test_what_an_outline_fills_is_seen_and_undo_hides_it_again(reader: Application) -> None:
    hide(reader)
    steps = len(reader.segmentation.history.done)
    reader.window.run("tool-fill-freehand")
    drag(reader, (15.0, 20), (15.0, 40), (30.0, 40), (30.0, 20))
    assert np.count_nonzero(reader.segmentation.array) > 200 and seen(reader)
    assert len(reader.segmentation.history.done) == steps + 1
    reader.segmentation.undo()
    assert not reader.segmentation.array.any() and not seen(reader)


def test_an_outline_that_changes_nothing_shows_nothing(reader: Application) -> None:
    hide(reader)
    steps = len(reader.segmentation.history.done)
    reader.window.run("tool-scissors")
    drag(reader, (15.0, 20), (15.0, 40), (30.0, 40), (30.0, 20))
    assert not seen(reader) and len(reader.segmentation.history.done) == steps


def test_an_eraser_that_finds_nothing_says_what_it_did(reader: Application) -> None:
    hide(reader)
    reader.window.run("tool-eraser")
    drag(reader, (15.0, 20), (15.0, 30))
    assert seen(reader) and reader.window.actions_by_id["undo"].text() == "Undo: Show segment"


@pytest.fixture
def keyed(qtbot: QtBot, reader: Application) -> Application:
    """Drawn on two frames, with a threshold proposed."""
    reader.window.run("tool-brush")
    for k in (4, 6):
        reader.view.set_slice(k)
        drag(reader, (15.0, 20), (15.0, 30))
    reader.window.run("edit-threshold")
    settle(qtbot, reader)
    return reader


def proposed(main: Application) -> str:
    proposal = main.session.workbench.proposal
    return "" if proposal is None else proposal.edit.name


def test_what_fills_between_keyframes_is_not_replaced_by_what_was_proposed_before(
    qtbot: QtBot, keyed: Application
) -> None:
    assert proposed(keyed) == "Threshold"
    keyed.window.run("fill-keyframes")
    settle(qtbot, keyed)
    assert proposed(keyed) == "Fill between keyframes"
    options = keyed.session.workbench.options
    keyed.session.workbench.set_options(tolerance=options.tolerance + 3)
    settle(qtbot, keyed)
    assert proposed(keyed) == "Fill between keyframes"


def test_filling_between_keyframes_stays_on_the_slice_also_after_a_segment_was_followed(
    qtbot: QtBot, keyed: Application
) -> None:
    key(keyed, Qt.Key.Key_Escape)
    keyed.window.run("edit-follow-next")
    settle(qtbot, keyed)
    assert proposed(keyed)
    keyed.view.set_slice(4)
    keyed.window.run("fill-keyframes")
    settle(qtbot, keyed)
    assert proposed(keyed) == "Fill between keyframes" and keyed.view.k == 4
