"""What is loading for a viewport ends with it."""

from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application


def test_loading_ends_with_its_viewport(qtbot: QtBot, main: Application, phantom_study: PhantomStudy) -> None:
    main.reading.open([phantom_study.study])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.window.run("layout-1x3")
    loading = [f"load {id(pane)}" for pane in main.session.panes if main.runner.busy(f"load {id(pane)}")]
    assert len(loading) == 2
    main.window.run("layout-1x1")
    assert not any(main.runner.busy(key) for key in loading)
    assert main.session.volume is not None
