"""Several series at once: one over the other, scrolled, windowed and moved together."""

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """Fusion of CT and PET, then two CT beside one another."""
    visitor.open(exhibits.ct, exhibits.pet)
    visitor.show("CT")
    _fuse(visitor)
    _link(visitor, exhibits)


def _fuse(visitor: Visitor) -> None:
    visitor.tab("View")
    visitor.go_to((76.0, 58.0, -46.0))
    visitor.do("next-fusion")
    visitor.picture("fusion: PET over CT")
    visitor.do("fusion-stronger", "fusion-stronger", "fusion-stronger")
    visitor.do("next-fusion-colours")
    visitor.picture("fusion: stronger, in other colours")
    visitor.do("fusion-fainter", "next-fusion")
    visitor.tab("Findings")


def _link(visitor: Visitor, exhibits: Exhibits) -> None:
    visitor.open(exhibits.ct, exhibits.contrast)
    visitor.show("CT")
    visitor.do("layout-1x2")
    if visitor.main.links.follow != "position":
        visitor.do("link-position")
    visitor.do("back-10")
    visitor.picture("scrolled together by place in the patient")
    visitor.do("link-position", "next-slice", "next-slice", "next-slice", "link-offset", "forward-10")
    visitor.picture("scrolled together from where they stand")
    visitor.do("link-offset", "link-zoom", "link-window", "zoom-in", "zoom-in", "pan-left", "preset-2")
    visitor.picture("zoomed, moved and windowed together")
    visitor.do("link-zoom", "link-window", "link-position", "layout-1x1", "reset")
