"""Plays a clip at its own frame times; late frames are dropped, so that the clip keeps real time."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

from imaging.volume import Volume
from viewer.state.pane import Pane

FALLBACK_FRAME_MS = 100.0
"""Frame time of stacks that state none."""


@dataclass(frozen=True)
class Schedule:
    """Which frame is due when, in one round of a clip.

    Attributes:
        frames: numbers of the frames in the order they are shown; to and fro, all but the ends come twice.
        starts_ms: when each begins. length_ms: of the round.
    """

    frames: tuple[int, ...]
    starts_ms: tuple[float, ...]
    length_ms: float

    def due(self, clip_ms: float) -> int:
        """How many frames have begun since the first, rounds included, at ``clip_ms``."""
        rounds, within = divmod(clip_ms, self.length_ms)
        return int(rounds) * len(self.frames) + bisect_right(self.starts_ms, within + 1e-6) - 1

    def next_start_ms(self, clip_ms: float) -> float:
        """How long until the next frame begins."""
        within = clip_ms % self.length_ms
        at = bisect_right(self.starts_ms, within + 1e-6)
        return (self.starts_ms[at] if at < len(self.starts_ms) else self.length_ms) - within


def schedule(volume: Volume, count: int, sweep: bool = False) -> Schedule:
    """The schedule of ``count`` frames by the clip's own times; the last frame lasts as long as the one before."""
    times = volume.frame_times_ms
    if len(times) != count or any(b <= a for a, b in pairwise(times)):
        times = tuple(k * FALLBACK_FRAME_MS for k in range(count))
    lasts = [b - a for a, b in pairwise(times)] or [FALLBACK_FRAME_MS]
    lasts = [*lasts, lasts[-1]][:count]
    frames = (*range(count), *(range(count - 2, 0, -1) if sweep else ()))
    ends = list(accumulate(lasts[k] for k in frames))
    return Schedule(frames, (0.0, *ends[:-1]), ends[-1])


class Playback(QObject):
    """Moves ``view.k`` by the clock while ``view.playing``, and counts in ``view.dropped`` what it could not show."""

    def __init__(self, pane: Pane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._pane = pane.view, pane
        self._schedule = Schedule((0,), (0.0,), FALLBACK_FRAME_MS)
        self._offset_ms = 0.0
        self._shown = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        pane.view.playing_changed.connect(self._start_or_stop)

    def _start_or_stop(self) -> None:
        """Begin at the shown frame, also when speed or direction change."""
        self._timer.stop()
        volume = self._pane.volume
        if not self._view.playing or volume is None:
            return
        self._schedule = schedule(volume, self._view.frames, self._view.sweep)
        self._offset_ms = self._schedule.starts_ms[self._view.k]
        self._shown, self._view.dropped = self._view.k, 0
        self._clock.start()
        self._wait(self._offset_ms)

    def _tick(self) -> None:
        self.show_at(self._offset_ms + self._clock.nsecsElapsed() / 1e6 * self._view.speed)

    def show_at(self, clip_ms: float) -> None:
        """Show the frame due at ``clip_ms`` since the clip's first start, rounds included."""
        due = self._schedule.due(clip_ms)
        self._view.dropped += max(0, due - self._shown - 1)
        self._shown = max(due, self._shown)
        self._view.set_slice(self._schedule.frames[due % len(self._schedule.frames)])
        self._wait(clip_ms)

    def _wait(self, clip_ms: float) -> None:
        self._timer.start(max(1, round(self._schedule.next_start_ms(clip_ms) / self._view.speed)))
