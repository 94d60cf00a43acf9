"""Hanging protocols with their stages, layouts, one viewport over all, and a window for another monitor."""

from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import LEFT, NONE, Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """By protocol, by hand, and on several monitors."""
    _hang(visitor, exhibits)
    _lay_out(visitor, exhibits)
    _another_monitor(visitor)


def _hang(visitor: Visitor, exhibits: Exhibits) -> None:
    main = visitor.main
    main.reading.open([exhibits.film, exhibits.before])
    visitor.settle("both films")
    visitor.picture("hanging protocol: film and prior")
    visitor.do("next-protocol")
    visitor.picture("another hanging protocol for the same films")
    main.reading.open([exhibits.views])
    visitor.settle("both views")
    visitor.do("next-stage")
    visitor.picture("hanging protocol: frontal and lateral, with the prior")
    main.reading.open([exhibits.clip, exhibits.doppler])
    visitor.settle("both clips")
    visitor.picture("hanging protocol: ultrasound in a grid")
    main.reading.open([exhibits.contrast, exhibits.ct])
    visitor.settle("both CT")
    visitor.do("next-stage")
    visitor.picture("hanging protocol: CT follow-up, lung and mediastinum, with the prior")
    main.reading.open([exhibits.ct])
    visitor.settle("the CT")
    visitor.do("next-stage")
    visitor.picture("hanging protocol: chest CT, second stage")
    visitor.do("next-stage")
    visitor.picture("hanging protocol: third stage, three planes")
    visitor.do("previous-stage")


def _lay_out(visitor: Visitor, exhibits: Exhibits) -> None:
    main = visitor.main
    visitor.open(exhibits.study, exhibits.later)
    visitor.show("CT")
    visitor.do("layout-2x2")
    visitor.picture("four viewports, each with its own series")
    visitor.do("layout-3x4")
    visitor.picture("twelve viewports")
    QTest.mouseDClick(main.canvas, LEFT, NONE, visitor.share(0.5, 0.5))
    visitor.settle("one viewport")
    visitor.picture("one viewport over all, by a double click")
    visitor.do("maximise", "layout-1x1")


def _another_monitor(visitor: Visitor) -> None:
    main = visitor.main
    series = main.session.series
    visitor.do("new-window")
    assert series is not None
    main.reading.load(series)
    visitor.settle("the series in the second window")
    window = main.side_windows.windows[-1]
    visitor.picture("window of viewports for another monitor", window)
    window.close()
    visitor.come_back()
