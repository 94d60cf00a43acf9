"""Plays a clip at its own frame times; late frames are dropped, so that the clip keeps real time."""

from bisect import bisect_right
from itertools import pairwise

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

from imaging.volume import Volume
from viewer.state.pane import Pane

FALLBACK_FRAME_MS = 100.0
"""Frame time of stacks that state none."""


def frame_starts_ms(volume: Volume, count: int) -> tuple[tuple[float, ...], float]:
    """Start of each of ``count`` frames and the length of the clip, in ms; the last lasts as long as the one before."""
    times = volume.frame_times_ms
    if len(times) != count or any(b <= a for a, b in pairwise(times)):
        times = tuple(k * FALLBACK_FRAME_MS for k in range(count))
    last = times[-1] - times[-2] if count > 1 else FALLBACK_FRAME_MS
    return times, times[-1] + last


class Playback(QObject):
    """Moves ``view.k`` by the clock while ``view.playing``; loops.

    Attributes:
        dropped: frames that were due but never shown since playing began.
    """

    def __init__(self, pane: Pane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dropped = 0
        self._pane, self._view = pane, pane.view
        self._starts: tuple[float, ...] = (0.0,)
        self._length_ms = FALLBACK_FRAME_MS
        self._offset_ms = 0.0
        self._shown = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        pane.view.playing_changed.connect(self._start_or_stop)

    def _start_or_stop(self) -> None:
        self._timer.stop()
        volume = self._pane.volume
        if not self._view.playing or volume is None:
            return
        self._starts, self._length_ms = frame_starts_ms(volume, self._view.frames)
        self._offset_ms = self._starts[self._view.k]
        self._shown, self.dropped = self._view.k, 0
        self._clock.start()
        self._wait(self._offset_ms)

    def _tick(self) -> None:
        self.show_at(self._offset_ms + self._clock.nsecsElapsed() / 1e6)

    def show_at(self, clip_ms: float) -> None:
        """Show the frame due at ``clip_ms`` since the clip's first start, loops included."""
        count = len(self._starts)
        loop, within = divmod(clip_ms, self._length_ms)
        k = bisect_right(self._starts, within + 1e-6) - 1
        due = int(loop) * count + k
        self.dropped += max(0, due - self._shown - 1)
        self._shown = max(due, self._shown)
        self._view.set_slice(k)
        self._wait(clip_ms)

    def _wait(self, clip_ms: float) -> None:
        within = clip_ms % self._length_ms
        k = bisect_right(self._starts, within + 1e-6)
        due = self._starts[k] if k < len(self._starts) else self._length_ms
        self._timer.start(max(1, round(due - within)))
