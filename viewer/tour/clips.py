"""Clips: at their own speed, faster, to and fro, frame by frame; colour as it is stored."""

from PySide6.QtTest import QTest

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor
from viewer.waiting import wait_until

WATCH_MS = 400


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """The ultrasound clip, then Doppler in colour."""
    visitor.open(exhibits.study)
    visitor.show("US")
    visitor.tab("View")
    visitor.do("play")
    wait_until(lambda: visitor.main.view.k > 3, "the clip to play")
    visitor.picture("clip in a loop at its own speed")
    visitor.do("play-to-and-fro", "play-faster")
    QTest.qWait(WATCH_MS)
    visitor.picture("clip to and fro at twice its speed")
    visitor.do("play", "play-slower", "play-to-and-fro", "next-slice")
    visitor.picture("clip stopped, one frame on")
    visitor.tab("Findings")
    visitor.open(exhibits.doppler)
    visitor.picture("Doppler, its colours as they are stored")
