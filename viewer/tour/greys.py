"""Grey values and colours: windows by mouse, key and region, presets, what the file proposes, colour tables."""

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor

LESION_LPS = (-92.0, 40.0, 12.0)


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """On the CT, then on a film that proposes its own tables."""
    visitor.open(exhibits.study)
    visitor.show("CT")
    visitor.picture("CT, soft tissue window")
    _by_hand(visitor)
    _by_preset(visitor)
    _in_colours(visitor)
    _as_the_file_proposes(visitor, exhibits)


def _by_hand(visitor: Visitor) -> None:
    visitor.do("preset-2")
    visitor.go_to(LESION_LPS)
    visitor.picture("lung window by its number key")
    visitor.drag(visitor.share(0.35, 0.50), visitor.share(0.30, 0.53))
    visitor.picture("window by dragging")
    visitor.do("tool-window-region")
    visitor.drag(visitor.patient(-125, 5, 12), visitor.patient(-60, 75, 12))
    visitor.picture("window from a region")
    visitor.do("window-ends")
    visitor.picture("window as lowest and highest value")
    visitor.do("window-ends", "auto-window", "tool-window")
    visitor.picture("automatic window")
    visitor.do("full-window", "invert")
    visitor.picture("full range, inverted")
    visitor.do("invert", "reset")


def _by_preset(visitor: Visitor) -> None:
    visitor.do("preset-3", "preset-1", "presets")
    visitor.leave("window presets, to be edited", visitor.main.dialogs.presets)
    visitor.do("keep-window")
    visitor.leave("the shown window as a preset", visitor.main.dialogs.presets)


def _in_colours(visitor: Visitor) -> None:
    visitor.do("preset-2", "next-colours")
    visitor.picture("in colours, with the values of their bar")
    visitor.do("colours-pet")
    visitor.picture("in other colours, by their own key")
    visitor.do("colours-grey")


def _as_the_file_proposes(visitor: Visitor, exhibits: Exhibits) -> None:
    visitor.open(exhibits.bedside)
    visitor.picture("sigmoid window, shutter and overlay of the file; a lossy compression is marked")
    visitor.do("file-window", "file-window")
    visitor.picture("VOI LUT of the file")
    visitor.do("file-window")
    visitor.picture("another VOI LUT of the file")
    visitor.do("overlays", "shutter")
    visitor.picture("without overlay and shutter")
    visitor.do("overlays", "shutter")
    visitor.open(exhibits.contrast)
    visitor.do("preset-2")
    visitor.picture("pixel padding stays black and out of the numbers")
