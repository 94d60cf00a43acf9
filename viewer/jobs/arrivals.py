"""A volume on its way to the screen: news from the loading thread, handed over on the main thread."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from imaging.volume import Volume


class Arrivals(QObject):
    """An :class:`imaging.arrival.Arrival` for one load. Once stopped, nothing more is handed over.

    Args:
        first: the slice to begin with.
        begun, arrived: called on the main thread.

    Attributes:
        looked_at: the slice on screen, set by the main thread.
    """

    _begun = Signal(object)
    _arrived = Signal(int)

    def __init__(self, first: int, begun: Callable[[Volume], None], arrived: Callable[[int], None]) -> None:
        super().__init__()
        self.looked_at = first
        self._tell_begun, self._tell_arrived, self._stopped = begun, arrived, False
        self._begun.connect(self._on_begun, Qt.ConnectionType.QueuedConnection)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Zeroed memory of this shape and type."""
        return np.zeros(shape, dtype)

    def begun(self, volume: Volume) -> None:
        """Hand the volume over; its slices follow."""
        self._begun.emit(volume)

    def wanted(self) -> int:
        """The slice on screen."""
        return self.looked_at

    def arrived(self, k: int) -> None:
        """Say that slice ``k`` can be drawn."""
        self._arrived.emit(k)

    def stop(self) -> None:
        """Hand nothing more over, also not what is on its way."""
        self._stopped = True

    def _on_begun(self, volume: Volume) -> None:
        if not self._stopped:
            self._tell_begun(volume)

    def _on_arrived(self, k: int) -> None:
        if not self._stopped:
            self._tell_arrived(k)
