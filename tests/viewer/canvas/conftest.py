"""A real viewport on small volumes, and its pixels as numbers."""

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from imaging.labelmap import Label
from imaging.study import Series
from imaging.volume import Volume
from viewer.canvas.slice_view import SliceView
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.view import View

LABELS = (Label(1, "ground glass", (255, 0, 0)), Label(2, "consolidation", (0, 0, 255)))


def pixels(image: QImage) -> np.ndarray:
    """(R, C, 4) uint8 red, green, blue, alpha as stored."""
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return words[:, : image.width(), [2, 1, 0, 3]].copy()


@dataclass
class Stage:
    """A viewport with its state."""

    session: Session
    view: View
    segmentation: Segmentation
    findings: Findings
    canvas: SliceView

    def show(self, volume: Volume, series: Series | None = None) -> None:
        self.session.show(series, volume)
        self.segmentation.load(volume.geometry, None, LABELS)

    def grab(self) -> np.ndarray:
        return pixels(self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))[..., :3]

    def press(self, x: int, y: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        QTest.mousePress(self.canvas, button, Qt.KeyboardModifier.NoModifier, QPoint(x, y))

    def move(self, x: int, y: int) -> None:
        QTest.mouseMove(self.canvas, QPoint(x, y))

    def release(self, x: int, y: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        QTest.mouseRelease(self.canvas, button, Qt.KeyboardModifier.NoModifier, QPoint(x, y))

    def drag(self, *points: tuple[int, int], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self.press(*points[0], button)
        for point in points[1:]:
            self.move(*point)
        self.release(*points[-1], button)

    def wheel(
        self, delta: int, at: tuple[int, int] = (50, 50), modifiers=Qt.KeyboardModifier.NoModifier, across: bool = False
    ) -> None:
        angle = QPoint(delta, 0) if across else QPoint(0, delta)
        position = QPointF(*at)
        event = QWheelEvent(
            position,
            self.canvas.mapToGlobal(position),
            QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)


@pytest.fixture
def stage(qtbot):
    """A viewport of 100 x 100 screen pixels without texts, showing nothing yet."""
    session, segmentation, findings = Session(), Segmentation(), Findings()
    session.marks.corner_text = "none"
    canvas = SliceView(session, session.active, segmentation, findings)
    canvas.setMinimumSize(1, 1)
    canvas.resize(100, 100)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.setFocus()
    return Stage(session, session.view, segmentation, findings, canvas)
