"""What is written about a picture: corner texts, the mark of a reduced picture, its header, key images."""

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWhatsThis

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor
from viewer.waiting import wait_until


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """On the CT, and on the film where something is marked."""
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.do("corner-text")
    visitor.picture("corner texts: few")
    visitor.do("corner-text")
    visitor.picture("corner texts: none")
    visitor.do("corner-text", "corners")
    visitor.leave("corner texts chosen for each modality", visitor.main.dialogs.corners)
    _mark(visitor, exhibits)
    _read_header(visitor)
    _keep(visitor, exhibits)


def _mark(visitor: Visitor, exhibits: Exhibits) -> None:
    visitor.do("layout-3x4")
    visitor.picture("fidelity mark: the picture is reduced")
    visitor.do("layout-1x1")
    visitor.open(exhibits.bedside)
    visitor.do("fidelity")
    told = next(each for each in QApplication.topLevelWidgets() if each.inherits("QWhatsThat"))
    visitor.picture("fidelity mark: all that was done to the pixels", told)
    QWhatsThis.hideText()
    visitor.come_back()
    visitor.do("panels")
    visitor.picture("the picture alone, without panels")
    visitor.do("panels")
    visitor.open(exhibits.study)


def _read_header(visitor: Visitor) -> None:
    main = visitor.main
    visitor.show("CT")
    visitor.do("metadata")
    wait_until(lambda: bool(main.header.elements), "the header")
    QTest.keyClicks(main.dialogs.metadata.search, "window")
    visitor.leave("metadata, searched", main.dialogs.metadata)


def _keep(visitor: Visitor, exhibits: Exhibits) -> None:
    main = visitor.main
    main.view.set_slice(main.view.frames // 3)
    visitor.do("key-image", "plane-coronal", "key-image", "plane-stored", "key-images")
    main.marking.note(main.key_images.all[0].key_image.uid, "compare with the next one")
    visitor.leave("key images", main.dialogs.key_images)
    main.selecting.write(exhibits.out / "key-images.dcm")
    visitor.settle("the export")
    visitor.picture("key images exported as a DICOM object")
