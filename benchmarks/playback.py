"""A colour clip of 300 frames, 800 x 600, played by the real viewport at its own frame times."""

import time
from statistics import fmean

import numpy as np
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from benchmarks.timing import Row
from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.app import application
from viewer.canvas.slice_view import SliceView
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

FRAMES, ROWS, COLUMNS = 300, 600, 800
FRAME_MS = 1000 / 30
REFERENCE = "frame time"


def playback(rounds: int) -> list[Row]:
    """How late frames are painted, and what time passes for each frame shown, beside the clip's own frame time."""
    application()
    lateness: list[float] = []
    shown: list[float] = []
    dropped = 0
    for _ in range(max(1, rounds // 5)):
        painted, lost = _play(_clip())
        start, frames = painted[0][0] - painted[0][1] * FRAME_MS, [k for _, k in painted]
        lateness += [at - start - k * FRAME_MS for at, k in painted]
        shown.append((painted[-1][0] - painted[0][0]) / (frames[-1] - frames[0]))
        dropped += lost
    note = f"{dropped} frames dropped"
    return [
        Row("time per frame of the clip", fmean(shown), REFERENCE, FRAME_MS, note),
        Row("lateness of a painted frame (mean)", fmean(lateness), REFERENCE, FRAME_MS),
        Row("lateness of a painted frame (p95)", float(np.percentile(lateness, 95)), REFERENCE, FRAME_MS),
    ]


class _Watched(SliceView):
    """A viewport that notes when it painted which frame."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.active, Segmentation(), Findings())
        self.painted: list[tuple[float, int]] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.pane.view.playing:
            self.painted.append((1000 * time.perf_counter(), self.pane.view.k))


def _play(clip: Volume) -> tuple[list[tuple[float, int]], int]:
    """When which frame was painted, milliseconds, and how many were dropped, in one round."""
    session = Session()
    view = _Watched(session)
    view.resize(COLUMNS, ROWS)
    session.show(None, clip)
    view.show()
    QApplication.processEvents()
    session.view.set_playing(True)
    while session.view.k < FRAMES - 1:
        QApplication.processEvents()
    session.view.set_playing(False)
    view.close()
    view.deleteLater()
    return view.painted, session.view.dropped


def _clip() -> Volume:
    values = np.random.default_rng(0).integers(0, 255, (FRAMES, ROWS, COLUMNS, 3), np.uint8)
    times = tuple(FRAME_MS * k for k in range(FRAMES))
    return Volume(values, Geometry((FRAMES, ROWS, COLUMNS)), "clip", frame_times_ms=times)
