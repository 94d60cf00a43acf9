"""A series with its pixels, whole or still arriving; viewports on the same series share one."""

from PySide6.QtCore import QObject, Signal

from imaging.study import Series
from imaging.volume import Volume


class OpenSeries(QObject):
    """A volume and how much of it is there.

    Args:
        only_k: the one slice that has its pixels; None when all have.

    Signals:
        slice_arrived: the pixels of slice k are there.
        completed: all of them are.
    """

    slice_arrived = Signal(int)
    completed = Signal()

    def __init__(self, series: Series | None, volume: Volume, only_k: int | None = None) -> None:
        super().__init__()
        self.series, self.volume = series, volume
        self._missing: set[int] = set()
        if only_k is not None:
            self._missing = set(range(volume.geometry.shape_kji[0])) - {only_k}

    @property
    def complete(self) -> bool:
        """False while pixels are still loading."""
        return not self._missing

    def has(self, k: int) -> bool:
        """True when the pixels of slice ``k`` are there."""
        return k not in self._missing

    def nearest_there(self, k: int) -> int:
        """The slice nearest to ``k`` that has its pixels."""
        there = (n for n in range(self.volume.geometry.shape_kji[0]) if self.has(n))
        return min(there, key=lambda n: abs(n - k), default=k)

    def arrive(self, k: int) -> None:
        """Note that the pixels of slice ``k`` are there."""
        if k in self._missing:
            self._missing.discard(k)
            self.slice_arrived.emit(k)

    def finish(self, volume: Volume) -> None:
        """Note that all pixels are there, and what was learned of them on the way."""
        self.volume = volume
        self._missing.clear()
        self.completed.emit()
