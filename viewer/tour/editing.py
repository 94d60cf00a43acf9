"""Correcting a mask: tools that draw, operations that are first shown, one line of undo."""

from collections.abc import Sequence

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor

LESION_LPS = (-92.0, 40.0, 12.0)
OPERATIONS = (
    ("edit-threshold", "threshold"),
    ("edit-otsu", "Otsu threshold"),
    ("edit-local", "local threshold"),
    ("edit-seeds", "grown from seeds"),
    ("edit-watershed", "watershed"),
    ("edit-grow", "margin"),
    ("edit-hollow", "hollow"),
    ("edit-median", "smoothed"),
    ("edit-split", "islands split into labels"),
    ("edit-union", "joined with another label"),
)
"""What is done to a label as a whole, and what its proposal is called."""

FOLLOWING = (("edit-follow-next", "followed to the next slice"),)
BETWEEN = (
    ("edit-interpolate", "filled between slices"),
    ("fill-keyframes", "filled between keyframes"),
)
"""What fills slices that were left out."""


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """On a lesion of the CT."""
    visitor.open(exhibits.ct)
    visitor.do("preset-2")
    visitor.go_to(LESION_LPS)
    visitor.tab("Edit")
    _draw(visitor)
    _outline(visitor)
    _click(visitor)
    _go_on(visitor)
    _operate(visitor)
    visitor.tab("Findings")


def _draw(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.do("tool-brush", "bigger-brush", "bigger-brush")
    visitor.drag(at(-105, 22, 12), at(-85, 30, 12), at(-104, 40, 12), at(-84, 52, 12))
    visitor.picture("brush")
    visitor.do("tool-eraser", "smaller-brush", "smaller-brush")
    visitor.drag(at(-95, 20, 12), at(-95, 60, 12))
    visitor.picture("eraser")
    visitor.do("undo", "undo", "edit-sphere", "edit-in-range", "tool-brush")
    visitor.main.session.workbench.set_options(low=-700.0, high=-300.0, tolerance=120.0)
    visitor.drag(at(-92, 20, 12), at(-92, 60, 12))
    visitor.picture("ball brush, only values in a range")
    visitor.do("undo", "edit-sphere", "edit-in-range", "tool-smart-brush")
    visitor.drag(at(-92, 30, 12), at(-80, 60, 12))
    visitor.picture("smart brush keeps to similar tissue")
    visitor.do("undo")


def _outline(visitor: Visitor) -> None:
    at = visitor.patient
    visitor.do("tool-fill-polygon")
    visitor.click(at(-112, 25, 12), at(-90, 15, 12), at(-72, 40, 12), at(-92, 64, 12))
    visitor.confirm()
    visitor.do("tool-scissors")
    visitor.drag(at(-98, 10, 12), at(-86, 10, 12), at(-86, 70, 12), at(-98, 70, 12), at(-98, 10, 12))
    visitor.picture("polygon cut by scissors")
    visitor.do("undo", "undo", "tool-livewire")
    visitor.click(at(-110, 25, 12), at(-84, 16, 12), at(-70, 42, 12))
    visitor.picture("livewire along an edge")
    visitor.confirm()
    visitor.do("undo", "tool-fill-freehand")
    visitor.drag(at(-112, 25, 12), at(-90, 15, 12), at(-72, 40, 12), at(-92, 64, 12), at(-112, 25, 12))
    visitor.picture("freehand")


def _click(visitor: Visitor) -> None:
    visitor.do("undo", "tool-grow-region")
    visitor.click(visitor.patient(-92, 40, 12))
    visitor.settle("the grown region")
    visitor.picture("region grown from a click, proposed")
    visitor.do("edit-confirm", "tool-brush")
    visitor.drag(visitor.patient(-60, -30, 12), visitor.patient(-50, -10, 12))
    visitor.do("tool-keep-island")
    visitor.click(visitor.patient(-92, 40, 12))
    visitor.settle("the island")
    visitor.picture("one island kept, the other proposed to go")
    visitor.do("edit-discard")


def _go_on(visitor: Visitor) -> None:
    """From slice to slice, along the aorta."""
    visitor.main.segmenting.add("aorta")
    visitor.do("tool-brush")
    for z in (30.0, 12.0):
        visitor.go_to((26.0, 42.0, z))
        visitor.drag(visitor.patient(22, 40, z), visitor.patient(30, 44, z))
        if z > LESION_LPS[2]:
            _propose(visitor, FOLLOWING)
    visitor.do("keyframe-after")
    visitor.picture("keyframes of a label")
    visitor.do("previous-slice", "previous-slice")
    _propose(visitor, BETWEEN)


def _propose(visitor: Visitor, operations: Sequence[tuple[str, str]]) -> None:
    for operation, name in operations:
        visitor.do(operation)
        visitor.picture(f"proposed: {name}")
        visitor.do("edit-discard")


def _operate(visitor: Visitor) -> None:
    """Each proposal is put away again; the last one is kept, and taken back."""
    main = visitor.main
    main.session.workbench.set_options(other=main.segmentation.active, size_mm=5.0)
    main.segmentation.set_active(main.segmentation.labels[0].value)
    visitor.go_to(LESION_LPS)
    _propose(visitor, OPERATIONS)
    visitor.do("edit-grow", "edit-confirm", "undo", "redo", "undo")
    visitor.picture("undone, on one line with everything else")
