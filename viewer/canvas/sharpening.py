"""A plane that was drawn coarser while it moved is sampled in full once it rests, a part at a time between events."""

from collections.abc import Callable, Generator
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from viewer.state.pane import Pane

Values = NDArray[Any]


class Sharpening(QObject):
    """Samples the resting plane of one pane and hands it over; begun anew whenever the plane moves."""

    def __init__(self, pane: Pane, take: Callable[[Values], None], parent: QObject) -> None:
        super().__init__(parent)
        self._pane, self._take = pane, take
        self._parts: Generator[None, None, Values] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        pane.motion.began.connect(self._stop)
        pane.motion.rested.connect(self._timer.start)
        pane.completed.connect(self._begin_anew)

    def finish(self) -> None:
        """Sample what is left at once, for a picture that is kept."""
        while self._pane.motion.moving:
            self._go_on()

    def _stop(self) -> None:
        self._timer.stop()
        self._parts = None

    def _begin_anew(self) -> None:
        """Rows that were sampled already lack the pixels that came since."""
        self._parts = None

    def _go_on(self) -> None:
        if not self._pane.motion.moving:
            self._stop()
            return
        self._parts = self._parts or self._pane.values_in_parts()
        try:
            next(self._parts)
        except StopIteration as end:
            self._stop()
            self._pane.motion.end()
            self._take(end.value)
