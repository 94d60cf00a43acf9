"""The picture turned, moved and enlarged: flips, angles, zoom to the patient's size, the lens, single pixels."""

from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import LEFT, NONE, Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """On the CT."""
    visitor.open(exhibits.ct)
    _turn(visitor)
    _enlarge(visitor)
    _to_size(visitor)


def _turn(visitor: Visitor) -> None:
    visitor.do("tool-length")
    visitor.drag(visitor.share(0.35, 0.45), visitor.share(0.60, 0.45))
    visitor.do("tool-rotate")
    visitor.drag(visitor.share(0.80, 0.50), visitor.share(0.74, 0.66))
    visitor.do("flip-horizontal")
    visitor.picture("turned freely and flipped, with letters and length")
    visitor.do("reset", "rotate-5", "rotate-minus-5", "rotate-right", "flip-vertical")
    visitor.picture("rotated by a quarter and flipped")
    visitor.do("rotate-left", "flip-vertical", "reset")
    visitor.main.measuring.delete_all()


def _enlarge(visitor: Visitor) -> None:
    visitor.do("tool-magnifier")
    middle = visitor.share(0.4, 0.4)
    QTest.mousePress(visitor.main.canvas, LEFT, NONE, middle)
    visitor.picture("magnifier lens")
    QTest.mouseRelease(visitor.main.canvas, LEFT, NONE, middle)
    visitor.do("tool-zoom", "zoom-in", "zoom-in", "zoom-in", "zoom-in", "zoom-in", "zoom-in", "tool-pan")
    visitor.drag(visitor.share(0.5, 0.5), visitor.share(0.4, 0.6))
    visitor.picture("zoomed and panned")
    visitor.do("smooth")
    visitor.picture("without interpolation: pixels as they are stored")
    visitor.do("smooth")


def _to_size(visitor: Visitor) -> None:
    visitor.do("reset", "zoom-pixel")
    visitor.picture("pixel by pixel, 1 to 1")
    visitor.do("calibrate-monitor")
    visitor.leave("monitor calibrated with a bank card", visitor.main.dialogs.monitor_calibration)
    visitor.do("zoom-real")
    visitor.picture("real size")
    visitor.do("zoom-fit")
    visitor.picture("fitted to the viewport")
    visitor.do("tool-window")
