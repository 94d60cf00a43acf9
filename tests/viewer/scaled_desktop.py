"""Run by test_high_dpi under a scaled desktop: what is under the mouse, and what a pixel is."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from viewer.app import Application, application
from viewer.places import Places
from viewer.waiting import wait_until


def move(canvas: QWidget, to: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    where = QPointF(canvas.mapToGlobal(to.toPoint()))
    QApplication.sendEvent(
        canvas, QMouseEvent(QEvent.Type.MouseMove, to, where, none, none, Qt.KeyboardModifier.NoModifier)
    )


def main(ct: Path, folder: Path, ratio: float) -> None:
    application()
    made = Application(Places(folder / "data", folder / "cache"))
    made.window.resize(1280, 800)
    made.window.show()
    made.reading.open([ct])
    wait_until(lambda: not made.runner.busy() and made.session.volume is not None, "the series")
    canvas, pane = made.canvas, made.session.active
    assert canvas.devicePixelRatioF() == pane.device_ratio == ratio
    made.window.run("zoom-pixel")
    wait_until(lambda: True, "painting")
    transform = pane.transform()
    assert transform is not None
    assert abs(min(transform.scale) * ratio - 1) < 1e-6, "one stored pixel for each pixel of the display"
    made.window.run("zoom-fit")
    transform = pane.transform()
    assert transform is not None
    for row, column in ((128, 128), (40, 200), (201, 63)):
        x, y = transform.to_screen(row, column)
        move(canvas, QPointF(x, y))
        found = made.session.view.cursor
        assert found is not None and found.index_kji == (pane.view.k, row, column), found
    volume = made.session.volume
    assert volume is not None
    made.session.hand.set_radius_mm(12.0)
    made.session.hand.set_tool("brush")
    x, y = transform.to_screen(128, 128)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    painted = made.segmentation.labelmap().array[made.session.view.k].any(axis=0).sum()
    assert abs(painted * volume.geometry.spacing_mm[2] - 24.0) <= 2 * volume.geometry.spacing_mm[2]
    image = made.window.grab()
    assert image.width() == round(1280 * ratio), "as sharp as the display"
    image.save(str(folder / "window.png"))
    made.window.close()
    sys.stdout.write("the same\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
