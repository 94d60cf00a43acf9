"""The bottom line: value and place under the cursor, what is being done and how far, the disclaimer."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar

from imaging.geometry import letters
from imaging.measurement.coordinates import coordinates
from imaging.volume import Volume
from viewer.assets import DISCLAIMER, NOTICE_COLOURS
from viewer.jobs.runner import Runner
from viewer.panels.layout import plain, plain_tip
from viewer.state.notices import Notice, Notices
from viewer.state.session import Session

NOTICE_MS = 12_000


class _Message(QLabel):
    """One line that never widens the window: what does not fit is left out visibly.

    Signals:
        clicked: the person wants to read all of it.
    """

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.whole = ""

    def tell(self, text: str) -> None:
        self.whole = " ".join(text.split())
        self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.clicked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, self.width()))


class StatusBar(QStatusBar):
    """Cursor read-out, progress with Cancel, messages."""

    def __init__(self, session: Session, runner: Runner, notices: Notices) -> None:
        super().__init__()
        self._session, self._runner = session, runner
        self._titles: dict[str, str] = {}
        self._study: Path | None = None
        self.message, self.cursor_text = _Message(), plain()
        self.progress, self.cancel = QProgressBar(), QPushButton("Cancel")
        self._timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._lay_out()
        self._timer.timeout.connect(lambda: self.message.tell(""))
        self.cancel.clicked.connect(self._cancel)
        session.study_changed.connect(self._forget)
        session.cursor_changed.connect(self._show_cursor)
        session.pane_changed.connect(self._show_cursor)
        runner.started.connect(self._started)
        runner.progressed.connect(self._progressed)
        runner.ended.connect(self._ended)
        notices.added.connect(self._tell)
        for notice in notices.all:  # what went wrong before the window stood
            self._tell(notice)
        self._show_progress()

    def _lay_out(self) -> None:
        disclaimer = QLabel(DISCLAIMER)
        disclaimer.setProperty("role", "warning")
        self.cursor_text.setMinimumWidth(330)
        self.progress.setFixedWidth(260)
        self.addWidget(self.cursor_text)
        self.addWidget(self.message, 1)
        for widget in (self.progress, self.cancel, disclaimer):
            self.addPermanentWidget(widget)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 12, 0)

    def _forget(self) -> None:
        """What was told of one study is not said of the next."""
        study = self._session.study
        if study is not None and study.path != self._study:
            self._study = study.path
            self.message.tell("")

    def _show_cursor(self) -> None:
        pane = self._session.hovered
        volume, cursor = pane.volume, pane.view.cursor
        if volume is None or cursor is None:
            self.cursor_text.clear()
            return
        self.cursor_text.setText(_read_out(volume, cursor.index_kji))

    def _started(self, key: str, title: str) -> None:
        if not title:
            return
        self._titles[key] = title
        self.progress.setRange(0, 0)
        self.progress.setFormat(title)
        self._show_progress()

    def _progressed(self, key: str, done: int, total: int, text: str) -> None:
        if key in self._titles:
            self.progress.setRange(0, total)
            self.progress.setValue(done)
            self.progress.setFormat(f"{text or self._titles[key]}  %p%" if total else text)
            self.progress.setToolTip(plain_tip(f"{self._titles[key]}: {text}"))

    def _ended(self, key: str) -> None:
        self._titles.pop(key, None)
        self._show_progress()

    def _show_progress(self) -> None:
        self.progress.setVisible(bool(self._titles))
        self.cancel.setVisible(bool(self._titles))

    def _cancel(self) -> None:
        for key in list(self._titles):
            self._runner.cancel(key)

    def _tell(self, notice: Notice) -> None:
        self.message.tell(notice.text)
        self.message.setToolTip(plain_tip(notice.text))
        self.message.setStyleSheet(f"color: {NOTICE_COLOURS[notice.level]}")
        if notice.level == "error":
            self._timer.stop()
        else:
            self._timer.start()


def _read_out(volume: Volume, index_kji: tuple[int, int, int]) -> str:
    """Value and place of a voxel: in the array, in the patient, in the coordinates of an ultrasound region."""
    k, j, i = index_kji
    value, geometry = volume.array[k, j, i], volume.slice_geometry(k)
    shown = "RGB " + " ".join(str(int(v)) for v in value) if volume.is_colour else f"{value:g} {volume.unit}".strip()
    parts = [shown]
    if volume.facts.suv_factor and not volume.is_colour:
        parts.append(f"{value * volume.facts.suv_factor:.2f} SUVbw")
    parts.append(f"slice {k + 1}, row {j}, column {i}")
    if geometry.has_position:
        parts.append(_place(geometry.point_lps((0, j, i))))
    parts += (f"{each.name.lower()} {each.text}" for each in coordinates(volume, index_kji))
    return "   ".join(parts)


def _place(point_lps: NDArray[np.float64]) -> str:
    """Patient position in the letters of its side, e.g. ``L 12.0  P 3.5  H 40.2 mm``."""
    parts: list[str] = []
    for axis, value in enumerate(point_lps):
        direction = [0.0, 0.0, 0.0]
        direction[axis] = 1.0 if value >= 0 else -1.0
        parts.append(f"{letters(direction)} {abs(float(value)):.1f}")
    return "  ".join(parts) + " mm"
