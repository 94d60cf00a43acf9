"""A small histogram of the pixels inside a figure."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from viewer import assets


class Histogram(QWidget):
    """Bars of counts over values, with the least and the greatest value below."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._ends = ("", "")
        self.setVisible(False)
        self.setAccessibleName("Histogram")

    def show_counts(self, counts: NDArray[np.int64], edges: NDArray[np.float64], unit: str) -> None:
        """Draw (N,) counts between (N + 1,) edges; nothing where there are none."""
        self._counts = counts
        self._ends = (f"{edges[0]:.4g} {unit}".strip(), f"{edges[-1]:.4g} {unit}".strip()) if counts.size else ("", "")
        self.setVisible(bool(counts.size))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 110)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(assets.BACKGROUND))
        line = painter.fontMetrics().lineSpacing()
        tall, wide = self.height() - line - 6, self.width() / max(len(self._counts), 1)
        for n, share in enumerate(self._counts / max(int(self._counts.max(initial=0)), 1)):
            bar = QRectF(n * wide, tall - share * (tall - 4), max(wide - 1, 1), share * (tall - 4))
            painter.fillRect(bar, QColor(assets.ACCENT))
        painter.setPen(QColor(assets.TEXT))
        below = QRectF(4, tall + 2, self.width() - 8, line + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._ends[1])
        painter.end()
