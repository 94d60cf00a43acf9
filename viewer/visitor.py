"""Whoever takes the tour: presses keys, drags, waits, and takes numbered pictures."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from viewer.app import Application
from viewer.shot import save
from viewer.waiting import wait_until

Say = Callable[[str], None]


class Visitor:
    """Does with the real window what a person does.

    Attributes:
        pictures: those taken, in order.
    """

    def __init__(self, main: Application, out: Path, say: Say) -> None:
        self.main, self._out, self._say = main, out, say
        self.pictures: list[Path] = []

    def tab(self, title: str) -> None:
        """Bring a tab at the right to the front."""
        tabs = self.main.sides.right
        tabs.setCurrentIndex(next(n for n in range(tabs.count()) if tabs.tabText(n) == title))

    def show(self, modality: str) -> None:
        """Show the first series of a modality."""
        study = self.main.session.study
        assert study is not None
        self.main.reading.load(next(series for series in study.series if series.modality == modality))
        self.settle(f"the {modality} series")

    def go_to_largest(self) -> None:
        """Go to the slice with most of the proposed mask."""
        prediction = self.main.findings.prediction
        if prediction is not None and prediction.mask is not None:
            self.main.view.set_slice(int(prediction.mask.array.any(axis=2).sum(axis=1).argmax()))

    def settle(self, what: str, timeout_s: float = 120) -> None:
        """Wait until nothing is done in the background.

        Raises:
            ViewerError: it took longer; names ``what``.
        """
        wait_until(lambda: not self.main.runner.busy(), what, timeout_s)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        QTest.keyClick(self.main.window, key, modifier)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the left button; places are shares of the viewport's width and height."""
        canvas = self.main.canvas
        places = [
            QPoint(
                round(canvas.width() * (start[0] + (end[0] - start[0]) * step / 8)),
                round(canvas.height() * (start[1] + (end[1] - start[1]) * step / 8)),
            )
            for step in range(9)
        ]
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, places[-1])

    def leave(self, caption: str, dialog: QDialog) -> None:
        """Take a picture of a dialog and close it."""
        self.picture(caption, dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        self.main.window.activateWindow()  # without a display nobody gives the focus back
        wait_until(self.main.window.isActiveWindow, "the window to have the focus")

    def picture(self, caption: str, of: QWidget | None = None) -> None:
        """Take a picture of the window, or of another one, once nothing moves.

        Raises:
            SaveError: it could not be written.
        """
        wait_until(lambda: not any(pane.motion.moving for pane in self.main.session.panes), "planes to rest")
        name = f"{len(self.pictures) + 1:02d}-{caption.replace(',', '').replace(' ', '-').lower()}.png"
        path = self._out / name
        save(of or self.main.window, path)
        self.pictures.append(path)
        self._say(f"{len(self.pictures):02d}  {caption}")
