"""What several tests of the window begin with."""

from typing import TYPE_CHECKING

import pytest

from imaging.phantom import PhantomStudy

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from viewer.app import Application


@pytest.fixture
def shown(qtbot: "QtBot", main: "Application", phantom_study: PhantomStudy) -> "Application":
    """The program with a CT on screen, and the keyboard."""
    main.window.activateWindow()
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    return main
