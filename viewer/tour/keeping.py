"""What becomes of a mask: its segments, its revisions, and the files it leaves in and comes back from."""

from PySide6.QtWidgets import QMenu

from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import SegmentState
from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor
from viewer.waiting import wait_until


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """The true lesions of the CT, imported, organised, saved twice, exported."""
    main = visitor.main
    visitor.open(exhibits.ct)
    visitor.do("preset-2")
    visitor.go_to((76.0, 58.0, -46.0))
    main.exchanging.import_mask(exhibits.truth)
    visitor.settle("the mask")
    visitor.picture("mask imported from a file, proposed")
    visitor.do("accept")
    _organise(visitor)
    _keep(visitor)
    _leave(visitor, exhibits)
    visitor.tab("Findings")


def _organise(visitor: Visitor) -> None:
    main = visitor.main
    visitor.tab("Segments")
    visitor.do("next-segment", "go-to-segment")
    main.segmenting.set_state(main.segmentation.active, SegmentState.FLAGGED)
    wait_until(lambda: main.segment_measures.found is not None, "the numbers of the segment")
    visitor.picture("segments with term, state and numbers")
    visitor.do("lock-segment", "solo-segment")
    visitor.picture("one segment locked and shown alone")
    visitor.do("solo-segment", "lock-segment", "overlap-segment")
    visitor.picture("a segment that may overlap the others")
    visitor.do("undo", "previous-segment", "mask-visible")
    visitor.picture("mask hidden")
    visitor.do("mask-visible")


def _keep(visitor: Visitor) -> None:
    main, at = visitor.main, visitor.patient
    visitor.do("save", "tool-brush")
    visitor.drag(at(70, 20, -46), at(100, 20, -46))
    visitor.do("save", "history")
    first = main.history.rows.topLevelItem(1)
    assert first is not None
    main.history.rows.setCurrentItem(first)
    visitor.settle("the comparison")
    visitor.picture("history: a revision compared with what is on screen", main.history)
    main.history.difference.click()
    visitor.settle("the difference")
    visitor.come_back()
    visitor.picture("where two revisions differ")
    main.history.restore.click()
    main.history.reject()
    visitor.come_back()
    visitor.picture("an earlier revision restored")
    visitor.do("undo")


def _leave(visitor: Visitor, exhibits: Exhibits) -> None:
    main = visitor.main
    for menu in main.window.findChildren(QMenu):
        if menu.title() == "Export":
            visitor.picture("what can be exported", menu)
    main.exchanging.export_mask(exhibits.out / "mask.dcm", MaskFormat.SEG)
    visitor.settle("the export")
    visitor.picture("mask exported as DICOM SEG")
