"""Whether the window answers while a CT loads and while a model runs: the longest silence of its event loop."""

import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.loading import write_series
from benchmarks.timing import Row
from imaging import phantom
from viewer.app import Application, application
from viewer.places import Places
from viewer.waiting import wait_until

TICK_MS = 2
IDLE_S = 3.0
SCROLL_MS = 30
SLICES = 600


class Gaps:
    """Remembers the longest time between two ticks of the event loop."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Forget what was and listen."""
        self.longest_s, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """The longest gap in seconds."""
        self._tick()
        self._timer.stop()
        return self.longest_s

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now


def responsiveness(rounds: int) -> list[Row]:
    """The longest gap while a CT of 600 slices loads, and while the lesion model reads the built-in CT, beside that of
    an idle window; without the model where none is there.
    """
    del rounds
    qt = application()
    with tempfile.TemporaryDirectory() as folder:
        main = Application(Places(Path(folder), Path(folder)))
        try:
            rows = _measure(qt, main, phantom.write_study(Path(folder) / "phantom").ct)
            return [_load(qt, main, Path(folder) / "ct"), *rows]
        finally:
            main.shut_down()
            main.window.deleteLater()


def _measure(qt: QApplication, main: Application, ct: Path) -> list[Row]:
    main.start([ct])
    wait_until(lambda: _is_ready(main), "the built-in CT and the warm-up")
    if main.models.chosen is None:
        return []
    gaps = Gaps()
    idle = _listen(qt, gaps, time.perf_counter() + IDLE_S)
    begin = time.perf_counter()
    main.inferring.predict()
    busy = _listen(qt, gaps, None, main)
    seconds = time.perf_counter() - begin
    what = "longest gap of the event loop while a model runs"
    return [Row(what, 1000 * busy, "idle window", 1000 * idle, f"prediction took {seconds:.1f} s; limit 50 ms")]


def _is_ready(main: Application) -> bool:
    """A series is shown, and all is done that begins by itself."""
    quiet = not (main.runner.busy() or main.background.busy())
    return quiet and main.session.volume is not None and "pyqtgraph" in sys.modules


def _load(qt: QApplication, main: Application, folder: Path) -> Row:
    """Open a folder and scroll through what is there, until all of it is."""
    folder.mkdir()
    write_series(folder, SLICES)
    gaps = Gaps()
    idle = _listen(qt, gaps, time.perf_counter() + IDLE_S)
    turn = QTimer(interval=SCROLL_MS)
    turn.timeout.connect(lambda: main.view.scroll(7 if main.view.k < SLICES - 8 else 8 - SLICES))
    begin = time.perf_counter()
    main.reading.open([folder])
    turn.start()
    busy = _listen(qt, gaps, None, main)
    turn.stop()
    what = f"longest gap of the event loop while {SLICES} slices load and are scrolled"
    note = f"{time.perf_counter() - begin:.1f} s, {main.session.view.frames} slices; limit 100 ms"
    return Row(what, 1000 * busy, "idle window", 1000 * idle, note)


def _listen(qt: QApplication, gaps: Gaps, until: float | None, main: Application | None = None) -> float:
    """The longest gap until a time, or until the window has nothing to do; the loop runs as it does for a person."""
    poll = QTimer(interval=5)
    poll.timeout.connect(lambda: _over(until, main) and qt.exit())
    gaps.start()
    poll.start()
    qt.exec()
    return gaps.stop()


def _over(until: float | None, main: Application | None) -> bool:
    if until is not None:
        return time.perf_counter() > until
    return main is None or not main.runner.busy()
