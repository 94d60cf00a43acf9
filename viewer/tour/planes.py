"""Planes of one volume: axial, coronal, sagittal, oblique, as slabs, with the lines where they cut one another."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from viewer.panels.view_panel import ViewPanel
from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """Three planes, then one at a time, then phases."""
    visitor.open(exhibits.ct)
    _three(visitor)
    _slabs(visitor)
    _phases(visitor, exhibits)


def _three(visitor: Visitor) -> None:
    visitor.do("layout-mpr")
    visitor.picture("three planes (MPR) with crosshair and reference lines")
    visitor.do("reference-lines", "crosshair")
    visitor.picture("without lines and crosshair")
    visitor.do("reference-lines", "crosshair", "tool-crosshair")
    visitor.drag(visitor.share(0.75, 0.5), visitor.share(0.68, 0.68))
    visitor.picture("oblique planes by turning the crosshair")
    visitor.do("tool-window", "layout-mpr-columns")
    visitor.picture("three planes side by side")
    visitor.do("layout-1x1")


def _slabs(visitor: Visitor) -> None:
    visitor.tab("View")
    visitor.do("plane-sagittal", "preset-2")
    visitor.picture("sagittal plane")
    visitor.do("plane-coronal", "slab-max")
    visitor.picture("coronal slab: brightest (MIP)")
    visitor.do("slab-thicker", "slab-thicker", "slab-min")
    visitor.picture("thicker slab: darkest (MinIP)")
    visitor.do("slab-mean")
    visitor.picture("slab: mean")
    visitor.do("next-slab", "plane-axial", "plane-stored")


def _phases(visitor: Visitor, exhibits: Exhibits) -> None:
    visitor.open(exhibits.contrast)
    visitor.go_to((0.0, 0.0, -30.0))
    visitor.picture("phases: before contrast")
    visitor.do("next-phase")
    visitor.picture("phases: arterial, the same slice by a key")
    visitor.tab("View")
    panel = visitor.main.window.findChild(ViewPanel)
    assert isinstance(panel, ViewPanel)
    QTest.keyClick(panel.phase, Qt.Key.Key_Right)
    visitor.settle("the next phase")
    visitor.picture("phases: venous, by the time slider")
    visitor.do("previous-phase")
    visitor.tab("Findings")
