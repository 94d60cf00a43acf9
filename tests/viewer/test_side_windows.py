"""Windows of viewports beside the main one: keys, mouse, drag and drop, places, and a monitor that goes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy, write_prior_xray
from viewer.app import Application
from viewer.side_windows import SideWindow
from viewer.state.session import SERIES_MIME

TWO_MONITORS = """{"synchronousWindowSystemEvents": true, "windowFrameMargins": true, "screens": [
 {"name": "one", "x": 0, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1},
 {"name": "two", "x": 1280, "y": 0, "width": 1000, "height": 1400, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
]}"""


def second(qtbot: QtBot, main: Application) -> SideWindow:
    """A second window, opened by its key."""
    QTest.keyClick(main.window, Qt.Key.Key_F8)
    window = main.side_windows.windows[-1]
    qtbot.waitUntil(window.isActiveWindow)
    return window


def drop(main: Application, uid: str) -> None:
    data = QMimeData()
    data.setData(SERIES_MIME, QByteArray(uid.encode()))
    middle = QPointF(main.canvas.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    main.canvas.dropEvent(QDropEvent(middle, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


def test_all_keys_work_in_the_second_window_on_a_series_dragged_there(qtbot: QtBot, shown: Application) -> None:
    main, session = shown, shown.session
    first, window = session.active, second(qtbot, shown)
    assert session.active is window.sheet.active and session.volume is None
    assert main.canvas.window() is window
    assert first.series is not None
    drop(main, first.series.uid)
    qtbot.waitUntil(lambda: session.active.volume is not None, timeout=20_000)
    assert session.active.opened is first.opened, "one series is in memory once"
    assert QApplication.focusWidget() is main.canvas
    k = main.view.k
    QTest.keyClick(main.canvas, Qt.Key.Key_Down)
    assert main.view.k == first.view.k == k + 1, "both windows show the same place"
    QTest.keyClick(main.canvas, Qt.Key.Key_2)
    assert main.view.window.name == "lung" and first.view.window.name != "lung"
    QTest.keyClick(main.canvas, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert len(window.sheet.panes) == 3 and len(session.sheets[0].panes) == 1


def test_a_click_works_in_the_other_window_and_f6_goes_round_both(qtbot: QtBot, shown: Application) -> None:
    first, window = shown.session.active, second(qtbot, shown)
    QTest.mouseClick(shown.viewports.view_of(first), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert shown.session.active is first
    QTest.keyClick(shown.window, Qt.Key.Key_F6)
    assert shown.session.active is window.sheet.active
    qtbot.waitUntil(window.isActiveWindow)


def test_closing_it_drops_its_viewports_and_the_next_one_stands_where_it_stood(
    qtbot: QtBot, shown: Application
) -> None:
    first, window = shown.session.active, second(qtbot, shown)
    window.setGeometry(30, 40, 500, 400)
    QTest.keyClick(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert shown.session.panes == (first,) and shown.session.active is first and first.volume is not None
    assert shown.canvas is shown.viewports.view_of(first) and not window.isVisible()
    qtbot.waitUntil(shown.window.isActiveWindow)
    assert second(qtbot, shown).geometry() == QRect(30, 40, 500, 400)


def test_windows_come_back_where_they_stood(qtbot: QtBot, start: Callable[[], Application]) -> None:
    main = start()
    window = second(qtbot, main)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    window.setGeometry(30, 40, 500, 400)
    main.window.close()
    again = start()
    again.side_windows.restore()
    (back,) = again.side_windows.windows
    assert back.geometry() == QRect(30, 40, 500, 400) and back.sheet.layout.name == "1x2"
    assert not again.session.in_side_window, "the main window is worked in first"


def test_a_protocol_puts_the_film_before_into_the_second_window(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy, tmp_path: Path
) -> None:
    window = second(qtbot, main)
    main.reading.open([write_prior_xray(tmp_path / "before"), phantom_study.xray])
    qtbot.waitUntil(lambda: not main.runner.busy() and window.sheet.active.volume is not None, timeout=20_000)
    first = main.session.sheets[0]
    assert [sheet.layout.name for sheet in main.session.sheets] == ["1x1", "1x1"]
    dates = [sheet.active.series.study_date for sheet in main.session.sheets if sheet.active.series]
    assert dates == ["20260101", "20250101"]
    assert main.session.active is first.active, "the film of today is worked on"


def test_files_dropped_on_it_open_as_in_the_main_one(
    qtbot: QtBot, main: Application, phantom_study: PhantomStudy
) -> None:
    window = second(qtbot, main)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(phantom_study.xray))])
    at, left, none = main.canvas.rect().center(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    assert main.canvas.window() is window
    entering = QDragEnterEvent(at, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(main.canvas, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(main.canvas, QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, left, none))
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.study is not None, timeout=20_000)
    qtbot.waitUntil(lambda: any(pane.volume is not None for pane in main.session.panes), timeout=20_000)


def test_a_second_monitor_unplugged(tmp_path: Path, phantom_study: PhantomStudy) -> None:
    """In a process of its own: how many monitors there are is settled when Qt starts."""
    screens = tmp_path / "screens.json"
    screens.write_text(TWO_MONITORS)
    script = Path(__file__).with_name("two_monitors.py")
    environment = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}"}
    done = subprocess.run(
        [sys.executable, str(script), str(phantom_study.ct), str(tmp_path / "room")],
        env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "kept"
