"""What cannot be worked while nothing is there is grey, and says why."""

from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from tests.journeys.hands import settle
from viewer.app import Application
from viewer.panels.queue_panel import QueuePanel


def boxes(panel: QueuePanel) -> list[tuple[bool, str]]:
    return [(box.isEnabled(), box.toolTip()) for box in (panel.queue, panel.words, panel.state, panel.assignee)]


def test_without_a_queue_there_is_nothing_to_filter(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    panel = main.sides.queue
    (reason,) = {why for enabled, why in boxes(panel) if not enabled}
    assert len(boxes(panel)) == 4 and reason.startswith("No work queue yet")
    main.enlisting.make_of_folder(phantom_study.study, "chests", 1, "")
    settle(qtbot, main)
    qtbot.waitUntil(lambda: main.worklist.queue is not None, timeout=20_000)
    assert boxes(panel) == [(True, "")] * 4


def test_label_sets_wait_for_an_image(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    panel = main.sides.questions
    main.sides.right.setCurrentWidget(panel)
    assert not panel.sets.isEnabled() and panel.sets.toolTip() == "Open an image to answer questions about it."
    main.reading.open([phantom_study.ct])
    settle(qtbot, main)
    qtbot.waitUntil(panel.sets.isEnabled, timeout=20_000)
    assert panel.sets.toolTip() == "" or "version" in panel.sets.toolTip()
