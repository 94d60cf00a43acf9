"""A window that is closed within its first moment leaves nothing running."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from viewer.app import WARM_UP_MS, Application


def test_the_model_process_is_not_started_for_a_window_that_is_gone(
    qtbot: QtBot, start: Callable[[], Application]
) -> None:
    main = start()
    started: list[str] = []
    main.runner.started.connect(lambda key, _title: started.append(key))
    main.start()
    qtbot.waitUntil(lambda: not main.background.busy("library"), timeout=20_000)
    main.window.close()
    qtbot.wait(2 * WARM_UP_MS)
    assert "warm-up" not in started and not main.runner.busy()
