"""The program with its windows: how it starts, what it loads when, how it ends."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from imaging.progress import Report
from viewer import assets, runtime
from viewer.dialogs.leaving import LeavingQuestion
from viewer.places import Places
from viewer.workplace import Workplace

WARM_UP_MS = 400
SWITCH_S = 0.001
"""The longest that a thread keeps the interpreter from the window. A frame asks for it some ten times, so that with
Python's 5 ms a frame beside a computing thread takes 30 ms, with this one 3."""


class Application(Workplace):
    """The workplace of one person, from its first window to its last."""

    def __init__(self, where: Places | None = None) -> None:
        super().__init__(where)
        self.window.closing.connect(self._closing)
        self.inferring.refresh()

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, open ``paths``; the list of studies and the model process come once it is painted."""
        self.window.painted_first.connect(lambda: self._load_library(paths))
        self.window.show()
        self.side_windows.restore()

    def _load_library(self, paths: Sequence[Path]) -> None:
        """Load the database code in a thread; what the window asks of it comes after, so that it never waits for it.

        Files are listed meanwhile: the thread that lists them asks the library itself before anything is shown.
        """

        def load(_: Report) -> None:
            with runtime.uncollected():
                self.shelf.open()

        def begin(_: object) -> None:
            """Also without a library: each question says why there is none."""
            self.cataloguing.begin()
            self.indexing.resume()
            self.queueing.refresh()
            QTimer.singleShot(WARM_UP_MS, self, self._warm_up)

        if paths:
            self.reading.open(paths)
        self.background.start("library", "", load, begin, begin)

    def _warm_up(self) -> None:
        """Load what the first mask and the first prediction need, before anybody waits for it."""
        if self.background.ended_for_good:
            return  # the window was closed within the first moment

        def load(_: Report) -> None:
            with runtime.uncollected():
                importlib.import_module("pyqtgraph")

        self.background.start("drawing", "", load, _ignore, _ignore)
        self.inferring.warm_up()

    def _closing(self) -> None:
        self.window.allow_close = self.queueing.leave()
        if self.window.allow_close:
            self._end()
        else:
            LeavingQuestion(self.annotating.held, self.notices.all[-1].text, self._leave, self.window).open()

    def _leave(self) -> None:
        """Close with changes that are not in the library."""
        self.window.closing.disconnect(self._closing)
        self.window.close()
        self._end()

    def _end(self) -> None:
        self.side_windows.keep()
        self.remembering.keep()
        self.shut_down()


def _ignore(_: object) -> None:
    """A library that cannot be loaded says so when it is needed."""


def application() -> QApplication:
    """The one QApplication, themed.

    Raises:
        SystemExit: versions that are known to crash or to be unsafe; says which.
    """
    problem = runtime.installed_problem()
    if problem:
        raise SystemExit(problem)
    existing = QApplication.instance()
    made = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("Wetread")
    assets.apply_theme(made)
    sys.setswitchinterval(SWITCH_S)
    return made


def run(paths: Sequence[Path] = (), phantom: bool = False) -> int:
    """Open the window on ``paths`` (or on the built-in study) and stay until it closes; the exit status."""
    qt = application()
    main = Application()
    main.start(paths)
    if phantom:
        main.reading.open_phantom(main.places.cache / "phantom")
    return qt.exec()
