"""Marks, links and layout come back as they were left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from viewer.app import Application
from viewer.commands.remembering import Remembering
from viewer.settings import Settings
from viewer.state.habits import Habits
from viewer.state.layout import LAYOUTS
from viewer.state.links import Links
from viewer.state.notices import Notices
from viewer.state.session import Session


def test_keys_of_yesterday_hold_today(qtbot: QtBot, start: Callable[[], Application]) -> None:
    main = start()
    QTest.keyClick(main.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    main.window.run("link-window")
    main.window.run("link-position")
    main.session.marks.step_corner_text()
    main.session.marks.set_smooth(False)
    kept = main.remembering.habits
    assert kept == Habits(corner_text="few", smooth=False, follow="off", link_window=True, layout="2x2")
    main.session.marks.set_shutter(False)
    main.window.close()
    again = start()
    assert again.remembering.habits == kept and len(again.session.panes) == 4
    assert again.session.marks.shutter, "what a file covers is covered anew"


@pytest.mark.parametrize(
    ("text", "line"), [('version = 1\nlayout = "9x9"\n', 2), ('version = 1\n\ncorner_text = "some"\n', 3)]
)
def test_a_mistake_is_named_with_its_line_and_the_usual_is_used(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "habits.toml").write_text(text)
    notices = Notices()
    made = Remembering(Session(), Links(), Settings(tmp_path), notices)
    assert made.habits == Habits() and f"habits.toml, line {line}" in notices.all[0].text


def test_planes_of_a_volume_are_not_kept_as_a_layout(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session()
    made = Remembering(session, Links(), Settings(tmp_path), Notices())
    session.set_layout(LAYOUTS["mpr"])
    assert made.habits.layout == "1x1"
