"""Every measuring tool, with the calibration its number rests on: in the patient, on films, in ultrasound regions."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import LEFT, NONE, Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """CT, PET, films, ultrasound."""
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.tab("Measures")
    _lengths(visitor)
    _regions(visitor)
    _angles(visitor)
    _films(visitor, exhibits)
    _uptake(visitor, exhibits)
    _ultrasound(visitor, exhibits)
    visitor.tab("Findings")


def _lengths(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.do("preset-2")
    visitor.go_to((98.0, 22.0, 18.0))
    visitor.do("tool-length")
    visitor.drag(at(14.6, 41.5, 18), at(38.6, 41.5, 18))
    visitor.do("tool-bidirectional")
    visitor.drag(at(97, -4, 18), at(99, 48, 18))
    visitor.drag(at(79, 22, 18), at(117, 21, 18))
    visitor.do("tool-arrow")
    visitor.drag(at(-60, 80, 18), at(-80, 60, 18))
    visitor.do("tool-note")
    visitor.click(at(-120, -20, 18))
    visitor.write("ground glass")
    visitor.picture("length, two diameters, arrow and text")
    visitor.do("undo", "redo", "last-slice", "measurements-visible", "measurements-visible")
    _jump(visitor)
    visitor.do("delete-measurements")


def _jump(visitor: Visitor) -> None:
    """From another slice to the measurement that is clicked in the list."""
    rows = visitor.main.sides.measures.rows
    first = rows.topLevelItem(0)
    assert first is not None
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(first).center())
    visitor.picture("the list of measurements jumps to one")


def _regions(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.do("tool-probe")
    visitor.click(at(26, 42, 18))
    visitor.do("tool-rectangle")
    visitor.drag(at(82, 2, 18), at(114, 42, 18))
    visitor.do("tool-ellipse")
    visitor.drag(at(-115, 18, 18), at(-72, 60, 18))
    visitor.picture("probe, rectangle and ellipse with its histogram")
    visitor.do("delete-measurements", "tool-polygon")
    visitor.click(at(-112, 25, 18), at(-80, 18, 18), at(-70, 45, 18), at(-95, 66, 18))
    visitor.confirm()
    visitor.do("tool-freehand")
    visitor.drag(at(80, 10, 18), at(100, -5, 18), at(116, 20, 18), at(100, 50, 18), at(80, 10, 18))
    visitor.picture("polygon and freehand region")
    visitor.do("delete-measurements")


def _angles(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.do("plane-coronal", "preset-1")
    visitor.go_to((0.0, 62.0, 0.0))
    visitor.do("tool-cobb")
    visitor.drag(at(-28, 62, 58), at(28, 62, 64))
    visitor.drag(at(-28, 62, -36), at(28, 62, -48))
    visitor.do("tool-angle")
    visitor.click(at(-90, 62, 40), at(-60, 62, 10), at(-100, 62, -20))
    visitor.picture("Cobb angle and angle")
    visitor.do("delete-measurements", "plane-stored")


def _films(visitor: Visitor, exhibits: Exhibits) -> None:
    pixel = visitor.pixel
    visitor.show("DX")
    visitor.do("tool-cardiothoracic")
    visitor.drag(pixel(380, 262), pixel(380, 552))
    visitor.drag(pixel(400, 92), pixel(400, 655))
    visitor.picture("cardiothoracic ratio at the detector")
    visitor.do("tool-known-length")
    visitor.drag(pixel(100, 100), pixel(100, 310))
    visitor.write("90")
    visitor.picture("calibrated by a known length")
    visitor.do("delete-measurements")
    _propose_ratio(visitor)
    visitor.open(exhibits.bedside)
    visitor.do("tool-cardiothoracic")
    visitor.drag(pixel(380, 262), pixel(380, 552))
    visitor.drag(pixel(400, 92), pixel(400, 655))
    visitor.picture("cardiothoracic ratio on a bedside film: warned of AP")
    visitor.do("delete-measurements")


def _propose_ratio(visitor: Visitor) -> None:
    """From a heart and lungs that were drawn as segments."""
    main, pixel = visitor.main, visitor.pixel
    for name, places in (
        (
            "heart",
            (pixel(250, 330), pixel(300, 262), pixel(420, 300), pixel(430, 500), pixel(380, 552), pixel(290, 450)),
        ),
        ("lungs", (pixel(60, 300), pixel(200, 130), pixel(400, 92), pixel(400, 655), pixel(200, 630), pixel(60, 460))),
    ):
        main.segmenting.add(name)
        visitor.do("tool-fill-polygon")
        visitor.click(*places)
        visitor.confirm()
        visitor.do("overlap-segment")
    visitor.do("propose-ratio")
    visitor.picture("cardiothoracic ratio proposed from masks")
    visitor.do("delete-measurements", "undo")


def _uptake(visitor: Visitor, exhibits: Exhibits) -> None:
    at = visitor.patient
    visitor.open(exhibits.pet)
    visitor.go_to((76.0, 58.0, -46.0))
    visitor.do("tool-ellipse")
    visitor.drag(at(44, 34, -46), at(108, 82, -46))
    visitor.picture("region on PET in SUVbw")
    visitor.do("delete-measurements")


def _ultrasound(visitor: Visitor, exhibits: Exhibits) -> None:
    pixel = visitor.pixel
    visitor.open(exhibits.doppler)
    visitor.do("tool-length")
    visitor.drag(pixel(93, 240), pixel(120, 240))
    visitor.drag(pixel(236, 103), pixel(236, 193))
    visitor.drag(pixel(330, 283), pixel(236, 283))
    visitor.picture("ultrasound regions: millimetres, seconds and speed")
    visitor.do("delete-measurements", "tool-probe", "pointer-by-keys")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(visitor.main.canvas, key)
    visitor.picture("probe set by keys alone: speed and time from the reference pixel")
    visitor.do("pointer-by-keys", "delete-measurements", "tool-window")
