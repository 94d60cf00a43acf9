"""Whoever takes the tour: presses keys, drags, waits, and takes numbered pictures."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from imaging.geometry import Triple
from viewer.app import Application
from viewer.errors import ViewerError
from viewer.shot import save
from viewer.waiting import wait_until

Say = Callable[[str], None]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
STEPS = 6
"""Places the mouse is at between two ends of a drag."""


class Visitor:
    """Does with the real window what a person does.

    Attributes:
        pictures: those taken, in order.
        captions: what each picture shows.
        done: ids of the actions that were done, by key or menu.
    """

    def __init__(self, main: Application, out: Path, say: Say) -> None:
        self.main, self._out, self._say = main, out, say
        self.pictures: list[Path] = []
        self.captions: list[str] = []
        self.done: set[str] = set()

    def open(self, *paths: Path) -> None:
        """Open files and folders, in one viewport, with the window tool in hand."""
        self.main.reading.open(paths)
        self.settle(f"{paths[0].name} to open")
        self.do("layout-1x1", "tool-window")

    def show(self, modality: str) -> None:
        """Show the first series of a modality."""
        study = self.main.session.study
        assert study is not None
        self.main.reading.load(next(series for series in study.series if series.modality == modality))
        self.settle(f"the {modality} series")

    def go_to(self, point_lps: Triple) -> None:
        """Go to the plane through a point of the patient."""
        self.main.session.active.go_to(point_lps)

    def tab(self, title: str) -> None:
        """Bring a tab at the right to the front."""
        tabs = self.main.sides.right
        tabs.setCurrentIndex(next(n for n in range(tabs.count()) if tabs.tabText(n) == title))

    def settle(self, what: str, timeout_s: float = 120) -> None:
        """Wait until nothing is done in the background.

        Raises:
            ViewerError: it took longer; names ``what``.
        """
        main = self.main

        def quiet() -> bool:
            return not (main.runner.busy() or main.background.busy() or main.studies.indexing)

        QApplication.processEvents()
        wait_until(quiet, what, timeout_s)

    def do(self, *actions: str) -> None:
        """Press the key of each action; one without a key is chosen in its menu.

        Raises:
            ViewerError: an action cannot be done here, or its key does not do it.
        """
        for name in actions:
            self._do(name)
            self.done.add(name)

    def _do(self, name: str) -> None:
        main, heard = self.main, list[bool]()
        main.window.refresh()
        action = main.window.actions_by_id[name]
        if not action.isEnabled():
            raise ViewerError(f"{action.text()} ({name}) cannot be done here")
        keys = main.session.bindings.keys.get(name, ())
        listening = action.triggered.connect(lambda: heard.append(True))
        if keys:
            main.canvas.setFocus()
            QTest.keySequence(main.canvas, keys[0])
        else:
            action.trigger()
        action.triggered.disconnect(listening)
        if not heard:
            raise ViewerError(f"{action.text()} ({name}) is not done by {keys[0]}")
        self.settle(name)

    def share(self, x: float, y: float) -> QPoint:
        """A place of the active viewport as shares of its width and height."""
        return QPoint(round(self.main.canvas.width() * x), round(self.main.canvas.height() * y))

    def pixel(self, row: float, column: float) -> QPoint:
        """Where a pixel of the shown plane lies in the active viewport."""
        transform = self.main.session.active.transform()
        assert transform is not None
        x, y = transform.to_screen(row, column)
        return QPoint(round(x), round(y))

    def patient(self, x: float, y: float, z: float) -> QPoint:
        """Where a point of the patient, LPS millimetres, lies in the active viewport."""
        pane = self.main.session.active
        geometry = pane.slice_geometry(pane.view.k)
        assert geometry is not None
        _, row, column = geometry.index_kji((x, y, z))
        return self.pixel(float(row), float(column))

    def drag(self, *places: QPoint) -> None:
        """Press the left button at the first place, go to all others, let go at the last."""
        canvas = self.main.canvas
        QTest.mousePress(canvas, LEFT, NONE, places[0])
        for one, other in pairwise(places):
            for step in range(1, STEPS + 1):
                QTest.mouseMove(canvas, one + (other - one) * step / STEPS)
        QTest.mouseRelease(canvas, LEFT, NONE, places[-1])

    def click(self, *places: QPoint) -> None:
        """Click at each place."""
        for place in places:
            QTest.mouseMove(self.main.canvas, place)
            QTest.mouseClick(self.main.canvas, LEFT, NONE, place)

    def confirm(self) -> None:
        """Press Enter in the active viewport."""
        QTest.keyClick(self.main.canvas, Qt.Key.Key_Return)

    def write(self, text: str) -> None:
        """Type into the field that has the keyboard, and press Enter."""
        field = QApplication.focusWidget()
        assert field is not None
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QApplication.processEvents()

    def leave(self, caption: str, dialog: QDialog) -> None:
        """Take a picture of a dialog and close it."""
        self.picture(caption, dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        self.come_back()

    def come_back(self) -> None:
        """Have the keyboard in the window again: without a display nobody gives it back."""
        self.main.window.activateWindow()
        wait_until(self.main.window.isActiveWindow, "the window to have the focus")

    def picture(self, caption: str, of: QWidget | None = None) -> None:
        """Take a picture of the window, or of another one, once nothing moves.

        Raises:
            SaveError: it could not be written.
        """
        wait_until(lambda: not any(pane.motion.moving for pane in self.main.session.panes), "planes to rest")
        name = "".join(letter if letter.isalnum() or letter in " -" else "" for letter in caption)
        path = self._out / f"{len(self.pictures) + 1:03d}-{'-'.join(name.lower().split())}.png"
        save(of or self.main.window, path)
        self.pictures.append(path)
        self.captions.append(caption)
        self._say(f"{len(self.pictures):03d}  {caption}")
