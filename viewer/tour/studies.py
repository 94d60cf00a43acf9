"""Finding studies: index, list, search, filter, priors, reading state; and what opens though something is broken."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from viewer.panels.study_filter import RECENT
from viewer.state.session import SERIES_MIME
from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import LEFT, NONE, Visitor
from viewer.waiting import wait_until

SERIES = 5
"""As many thumbnails at least are seen at once."""


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """From the empty window to a series that is dragged to a viewport."""
    visitor.picture("empty window")
    visitor.settle("the library")
    visitor.main.indexing.index([exhibits.later])
    visitor.settle("the index")
    visitor.picture("studies of an indexed folder, none of them opened")
    visitor.open(exhibits.before)
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.picture("study opened: its series with thumbnails")
    _search(visitor)
    _judge(visitor)
    _drag(visitor)


def _search(visitor: Visitor) -> None:
    browser = visitor.main.sides.browser
    visitor.do("find-study")
    browser.tree.expandAll()
    visitor.settle("thumbnails")
    wait_until(lambda: len(visitor.main.studies.pictures) >= SERIES, "thumbnails")
    visitor.picture("study browser: patient, studies and series with thumbnails")
    visitor.do("find-study")
    QTest.keyClicks(browser.filter.words, "pet")
    wait_until(lambda: visitor.main.studies.search.words == "pet", "the search")
    visitor.settle("what the search finds")
    visitor.picture("studies found by a word")
    browser.filter.words.clear()
    wait_until(lambda: not visitor.main.studies.search.words, "the search")
    _filter(visitor)


def _filter(visitor: Visitor) -> None:
    choices = visitor.main.sides.browser.filter.list
    choices.setCurrentIndex(choices.findData(RECENT))
    visitor.settle("the recent studies")
    visitor.picture("studies filtered: recently opened")
    choices.setCurrentIndex(0)
    visitor.settle("all studies")


def _judge(visitor: Visitor) -> None:
    visitor.do("priors")
    visitor.picture("priors of the patient by date")
    visitor.do("state-read", "state-flagged")
    visitor.picture("reading state: flagged")
    visitor.do("state-started", "next-study", "previous-study", "layout-1x1")
    visitor.main.sides.left.setCurrentIndex(0)


def _drag(visitor: Visitor) -> None:
    main = visitor.main
    visitor.do("layout-1x2", "next-viewport")
    assert main.session.study is not None
    dragged, data = next(each for each in main.session.study.series if each.modality == "US"), QMimeData()
    data.setData(SERIES_MIME, dragged.uid.encode())
    action = Qt.DropAction.CopyAction
    QApplication.sendEvent(main.canvas, QDragEnterEvent(QPoint(90, 90), action, data, LEFT, NONE))
    QApplication.sendEvent(main.canvas, QDropEvent(QPointF(90, 90), action, data, LEFT, NONE))
    visitor.settle("the dropped series")
    visitor.picture("series dragged to a viewport")
    visitor.do("layout-1x1")


def meet_trouble(visitor: Visitor, exhibits: Exhibits) -> None:
    """A file that cannot be read is named; everything else opens."""
    visitor.open(exhibits.broken, exhibits.study)
    visitor.picture("a file that is no image is named, the rest opens")
    visitor.do("messages")
    visitor.leave("messages, kept with their time", visitor.main.dialogs.messages)
