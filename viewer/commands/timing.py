"""The time that a person works on a case: input counts, pauses do not."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QObject

from viewer.state.active_time import ActiveTime

_INPUT = frozenset(
    (QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel,
     QEvent.Type.TabletMove, QEvent.Type.TouchUpdate, QEvent.Type.ApplicationActivate)
)  # fmt: skip


class CaseTime(QObject):
    """Watches the input of the whole program while a case is read; nothing at other times.

    Args:
        clock: seconds, ever growing.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._time: ActiveTime | None = None

    @property
    def seconds(self) -> float:
        """Worked on the case until now; 0 while none is read."""
        return 0.0 if self._time is None else self._time.seconds(self._clock())

    def start(self) -> None:
        """Begin with a case."""
        self.stop()
        self._time = ActiveTime(self._clock())
        _program().installEventFilter(self)

    def stop(self) -> float:
        """The seconds worked since :meth:`start`; nothing is counted from now on."""
        seconds, self._time = self.seconds, None
        _program().removeEventFilter(self)
        return seconds

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note input, and that another program came in front."""
        if self._time is not None:
            if event.type() in _INPUT:
                self._time.touch(self._clock())
            elif event.type() == QEvent.Type.ApplicationDeactivate:
                self._time.pause(self._clock())
        return super().eventFilter(watched, event)


def _program() -> QCoreApplication:
    program = QCoreApplication.instance()
    if program is None:
        raise RuntimeError("no Qt application")
    return program
