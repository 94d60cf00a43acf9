"""What every test gets: its own home, no settings from outside, and no warning that passes unseen."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from imaging.phantom import PhantomStudy, write_study

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from viewer.app import Application

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see inference/__init__.py

# No test asserts a time, so none is failed by a busy machine.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).parents[1]


class _Kept(logging.Handler):
    """Records of level WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that logs a warning without ``@pytest.mark.expects_log("text")``, or does not log what that names."""
    kept, root = _Kept(), logging.getLogger()
    root.addHandler(kept)
    try:
        result = yield
    finally:
        root.removeHandler(kept)
    expected = [text for marker in item.iter_markers("expects_log") for text in marker.args]
    messages = [record.getMessage() for record in kept.records]
    surprising = [message for message in messages if not any(text in message for text in expected)]
    missing = [text for text in expected if not any(text in message for message in messages)]
    if surprising:
        pytest.fail("logged at WARNING or above: " + "; ".join(surprising))
    if missing:
        pytest.fail("expected in the log, not found: " + "; ".join(missing))
    return result


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home folder; nothing is read from or written to the real one."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("CONFIG", ".config"),
        ("DATA", ".local/share"),
        ("CACHE", ".cache"),
        ("STATE", ".local/state"),
    ):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / folder))
    for name in [name for name in os.environ if name.startswith("WETREAD_")]:
        monkeypatch.delenv(name)
    _isolate_qt_settings(home)
    return home


def _isolate_qt_settings(home: Path) -> None:
    """Point QSettings at the home: Qt reads XDG_CONFIG_HOME only once."""
    if "PySide6.QtCore" not in sys.modules:
        return
    from PySide6.QtCore import QSettings

    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(home / ".config"))


@pytest.fixture
def start(qtbot: "QtBot", tmp_path: Path) -> "Generator[Callable[[], Application]]":
    """Starts the program, each time on the same data, as who comes back does; what is open at the end is closed."""
    from viewer.app import Application, application
    from viewer.places import Places

    application()
    started: list[Application] = []

    def one() -> Application:
        made = Application(Places(tmp_path / "data", tmp_path / "cache"))
        started.append(made)
        qtbot.addWidget(made.window)
        made.window.resize(1280, 800)
        with qtbot.waitExposed(made.window):
            made.window.show()
        return made

    yield one
    for made in started:
        made.window.close()
        made.shut_down()


@pytest.fixture
def main(start: "Callable[[], Application]") -> "Application":
    """The program with nothing open."""
    return start()


@pytest.fixture(scope="session")
def phantom_study(tmp_path_factory: pytest.TempPathFactory) -> PhantomStudy:
    """The built-in study on disk, written once. Not to be changed."""
    return write_study(tmp_path_factory.mktemp("phantom"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real images beside the checkout; the test is skipped where they are not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Generator[None]:
    """Fail a test that leaves a window on the screen or a thread at work."""
    threads, windows = set(threading.enumerate()), _open_windows()
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in threads and not thread.daemon]
    assert left == [], "threads still at work"
    assert _open_windows() - windows == set(), "windows still open"


def _open_windows() -> set[object]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None:
        return set()
    return {widget for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()}
