"""From the mouse to the painted window, in every plane and with brushes of every size, and undo of what was painted.

A CT of 400 x 512 x 512 is painted on with real mouse events; beside it a blit of a ready picture.
"""

from collections.abc import Callable
from itertools import cycle

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.display import REFERENCE, SIDE, Blit, Stage
from benchmarks.timing import Row, Seconds, compare_p95, timed
from imaging.geometry import Calibration, Geometry
from imaging.history import History
from imaging.mask_code import load
from imaging.mask_delta import packed
from imaging.reslicing import warm_up
from imaging.volume import Volume
from viewer.app import application
from viewer.canvas.slice_view import SliceView
from viewer.state.layout import MPR

SHAPE = (400, 512, 512)
SPACING_MM = (0.8, 0.7, 0.7)
RADII_MM = (5.0, 60.0)
PLANES = ("axial", "coronal", "sagittal", "oblique")
LIMIT = "limit 6.2 x: 8 ms where the blit takes 1.3"
"""Of a stroke to painted, of undo and redo: on a slower or noisy machine the blit takes longer, too."""
_LEFT, _NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def strokes(rounds: int) -> list[Row]:
    """One mouse move of a drag in each plane, with discs and balls; in three linked planes; undo and redo."""
    qt = application()
    blit = Blit()
    blit.show()
    qt.processEvents()
    warm_up()
    load()  # as the window does once somebody holds a brush
    stage = Stage(_scan())
    reference, rows = timed(blit.repaint), list[Row]()
    for plane in PLANES:
        _turn(stage, plane)
        for sphere in (False, True) if plane != "oblique" else (True,):
            rows += _drags(stage, f"{plane} plane", sphere, reference, rounds)
    stage.session.set_layout(MPR)
    QApplication.processEvents()
    rows += _drags(stage, "three linked planes", True, reference, rounds)
    for widget in (stage.viewports, blit):
        widget.deleteLater()
    return rows


def _scan() -> Volume:
    values = np.random.default_rng(0).integers(-1000, 400, SHAPE[1:], np.int16)
    geometry = Geometry(SHAPE, SPACING_MM, calibration=Calibration.PATIENT)
    return Volume(np.tile(values, (SHAPE[0], 1, 1)), geometry, "volume", "HU", "CT")


def _turn(stage: Stage, plane: str) -> None:
    pane = stage.session.active
    if plane == "oblique":
        volume = pane.volume
        assert volume is not None
        x, y, z = volume.geometry.corners_lps.mean(axis=0).tolist()
        pane.turn_plane((x, y, z), (0.3, 0.5, 1.0), (0.1, -1.0, 0.0))
        pane.motion.end()
    else:
        pane.set_plane(plane if plane == "coronal" or plane == "sagittal" else "axial")
    QApplication.processEvents()


def _drags(stage: Stage, where: str, sphere: bool, reference: Seconds, rounds: int) -> list[Row]:
    """A drag with each brush; undo and redo of the last one, and of a dab with it."""
    session, rows, shape = stage.session, list[Row](), "ball" if sphere else "disc"
    session.workbench.set_options(sphere=sphere)
    session.hand.set_tool("brush")
    for radius_mm in RADII_MM:
        session.hand.set_radius_mm(radius_mm)
        step, end = _drag(stage.viewports.active)
        what = f"stroke in the {where}, {shape} of {radius_mm:.0f} mm radius"
        rows.append(compare_p95(what, stage.painted(step), REFERENCE, reference, 10 * rounds, LIMIT))
        end()
    rows.append(_undone(stage, f"  undo, redo of this drag, round and round in the {where}", reference, rounds))
    _clear(stage)
    _, end = _drag(stage.viewports.active)
    end()
    rows.append(_undone(stage, f"  undo, redo of one dab of it in the {where}", reference, rounds))
    _clear(stage)
    return rows


def _clear(stage: Stage) -> None:
    segmentation = stage.segmentation
    segmentation.mask.layers[0][:] = 0
    segmentation.mask.history = History()
    segmentation.resume(segmentation.mask)


def _undone(stage: Stage, what: str, reference: Seconds, rounds: int) -> Row:
    """The last step taken back and made again, packed as the journal's thread does once it is drawn."""
    history = stage.segmentation.history
    for step in history.done:
        history.exchange(step, packed(step))
    voxels, both = np.count_nonzero(stage.segmentation.array), cycle((stage.segmentation.undo, stage.segmentation.redo))
    note = f"{LIMIT}; {voxels / 1e6:.1f} million voxels"
    return compare_p95(what, stage.painted(lambda: next(both)()), REFERENCE, reference, 10 * rounds, note)


def _drag(view: SliceView) -> tuple[Callable[[], None], Callable[[], None]]:
    """One mouse move of a drag, round and round the middle of a viewport; and the release."""
    middle, reach = view.rect().center(), min(view.width(), view.height(), SIDE) * 0.25
    places = cycle(
        middle + QPoint(round(reach * np.cos(turn)), round(reach * np.sin(turn)))
        for turn in np.linspace(0, 2 * np.pi, 97)
    )
    QTest.mousePress(view, _LEFT, _NO_KEY, next(places))
    return lambda: QTest.mouseMove(view, next(places)), lambda: QTest.mouseRelease(view, _LEFT, _NO_KEY, next(places))
