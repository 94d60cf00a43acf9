"""Frames of the real viewport, from the request to the painted picture, beside one blit of a ready picture."""

from collections.abc import Callable
from itertools import cycle

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.timing import Row, Seconds, compare_p95, timed
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label
from imaging.reslicing import warm_up
from imaging.volume import Volume, Window
from inference.prediction import HeatMap
from viewer.app import application
from viewer.canvas.viewports import Viewports
from viewer.state.findings import Findings
from viewer.state.layout import MPR
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session

SIDE = 1024
REFERENCE = "blit of a ready 512 x 512 picture"


class Blit(QWidget):
    """The least a viewer must do: one ready picture, scaled into the widget."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(SIDE, SIDE)
        self._picture = QImage(512, 512, QImage.Format.Format_RGB32)
        self._picture.fill(Qt.GlobalColor.gray)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._picture)
        painter.end()


class Stage:
    """Viewports with their state, one at first, showing noise as a CT of 40 slices, or a large radiograph."""

    def __init__(self, volume: Volume) -> None:
        self.session, self.segmentation, self.findings = Session(), Segmentation(), Findings()
        self.view, self.hand = self.session.view, self.session.hand
        self.viewports = Viewports(self.session, self.segmentation, self.findings)
        self.canvas = self.viewports.active
        self.viewports.resize(SIDE, SIDE)
        self.segmentation.load(volume.geometry, None, (Label(1, "lesion"),))
        self.session.show(None, volume)
        self.viewports.show()
        QApplication.processEvents()

    def painted(self, change: Callable[[], object]) -> Seconds:
        """Do ``change`` and paint at once."""

        def job() -> None:
            change()
            QApplication.processEvents()  # paints each viewport that changed, once

        return timed(job)


def display(rounds: int) -> list[Row]:
    """Scroll, window, paint a stroke; plain, with mask and heat map over the slice, and in three linked planes."""
    qt = application()
    blit = Blit()
    blit.show()
    qt.processEvents()
    reference = timed(blit.repaint)
    warm_up()
    rows = [*_ct_rows(reference, rounds), *_mpr_rows(reference, rounds)]
    film = Stage(_noise((1, 3000, 2500), np.uint16))
    widths = cycle(range(1000, 4000, 37))
    change = film.painted(lambda: film.view.set_window(Window(2000, next(widths))))
    rows.append(compare_p95("window a 3000 x 2500 radiograph", change, REFERENCE, reference, 10 * rounds))
    for widget in (film.viewports, blit):
        widget.deleteLater()
    return rows


def _ct_rows(reference: Seconds, rounds: int) -> list[Row]:
    stage = Stage(_noise((40, 512, 512), np.int16))
    widths, slices = cycle(range(200, 2000, 37)), cycle(range(40))
    window = stage.painted(lambda: stage.view.set_window(Window(40, next(widths))))
    scroll = stage.painted(lambda: stage.view.set_slice(next(slices)))
    rows = [
        compare_p95("window a 512 x 512 slice", window, REFERENCE, reference, 10 * rounds),
        compare_p95("scroll 512 x 512 slices", scroll, REFERENCE, reference, 10 * rounds),
        compare_p95("one step of a brush stroke", stage.painted(_brush(stage)), REFERENCE, reference, 10 * rounds),
    ]
    _fill(stage)
    rows.append(compare_p95("window with mask and heat map", window, REFERENCE, reference, 10 * rounds))
    rows.append(compare_p95("scroll with mask and heat map", scroll, REFERENCE, reference, 10 * rounds))
    stage.viewports.deleteLater()
    return rows


def _mpr_rows(reference: Seconds, rounds: int) -> list[Row]:
    """Three linked planes that follow a point: of the array, then turned, then thick."""
    volume = _noise((600, 512, 512), np.int16)
    stage = Stage(volume)
    stage.session.set_layout(MPR)
    QApplication.processEvents()
    places = cycle(volume.geometry.point_lps(np.linspace((250, 200, 200), (350, 300, 300), 37)).tolist())
    follow = stage.painted(lambda: stage.session.set_focus(next(places), stage.session.active))
    rows = [compare_p95("three linked planes follow a point", follow, REFERENCE, reference, 10 * rounds)]
    stage.session.panes[0].turn_plane(next(places), (0.3, 0.5, 1.0), (0.1, -1.0, 0.0))
    rows.append(compare_p95("  one of them oblique", follow, REFERENCE, reference, 10 * rounds))
    stage.session.panes[0].view.set_slab(19.0, "max")
    rows.append(compare_p95("  and 19 mm thick", follow, REFERENCE, reference, 10 * rounds))
    stage.viewports.deleteLater()
    return rows


def _brush(stage: Stage) -> Callable[[], None]:
    """One mouse move of a drag with the brush, round and round the slice."""
    stage.hand.set_tool("brush")
    stage.hand.set_radius_mm(8.0)
    places = cycle(
        QPoint(round(SIDE / 2 + 300 * np.cos(turn)), round(SIDE / 2 + 300 * np.sin(turn)))
        for turn in np.linspace(0, 2 * np.pi, 97)
    )
    QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, next(places))
    return lambda: QTest.mouseMove(stage.canvas, next(places))


def _fill(stage: Stage) -> None:
    """End the stroke, and lay a heat map over every slice."""
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(512, 512))
    values = np.random.default_rng(1).normal(size=(40, 512, 512)).astype(np.float32)
    stage.findings.show_heat(HeatMap(values, 2.0, True, "noise", "", "lesion", "none"))


def _noise(shape: tuple[int, int, int], dtype: type[np.integer]) -> Volume:
    values = np.random.default_rng(0).integers(0, 4000, shape).astype(dtype)
    ct = dtype is np.int16
    geometry = Geometry(shape, (1.0, 0.7, 0.7), calibration=Calibration.PATIENT if ct else Calibration.PIXEL_SPACING)
    return Volume(values, geometry, "volume" if ct else "image", "HU" if ct else "", "CT" if ct else "DX")
