"""What is loading for a viewport ends with it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application, application
from viewer.places import Places


def test_loading_ends_with_its_viewport(qtbot: QtBot, tmp_path: Path, phantom_study: PhantomStudy) -> None:
    application()
    main = Application(Places(tmp_path / "data", tmp_path / "cache"))
    qtbot.addWidget(main.window)
    main.window.show()
    main.reading.open([phantom_study.study])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=20_000)
    main.window.run("layout-1x3")
    loading = [f"load {id(pane)}" for pane in main.session.panes if main.runner.busy(f"load {id(pane)}")]
    assert len(loading) == 2
    main.window.run("layout-1x1")
    assert not any(main.runner.busy(key) for key in loading)
    assert main.session.volume is not None
    main.window.close()
