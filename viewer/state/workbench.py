"""What correcting a mask needs beside the mask: how tools work, the outline being drawn, the change proposed."""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from imaging.editing import Editable, MaskEdit, Voxel
from imaging.labelmap import Labelmap
from imaging.volume import Volume
from viewer.state.hand import Tool
from viewer.state.pane import Pane

Pixel = tuple[float, float]
"""Row and column on the shown plane, fractional."""


Merge = Literal["both", "add", "take"]
"""What refining may do to a label: add and take away, or only one of them."""
PROPOSED = 0
"""Stands for the mask that a model or a file proposes, where a label value is meant otherwise; -n for its label n."""


@dataclass(frozen=True)
class EditOptions:
    """How editing tools work.

    Attributes:
        sphere: brushes paint a ball in the patient, not a disc on the plane.
        in_range: only voxels with values from ``low`` to ``high`` change.
        low, high: of the threshold and of painting in a range.
        tolerance: how far values may lie from those under a click, for growing and the smart brush.
        solid: fill and growing go through all slices; else they stay on the shown one.
        through: scissors cut through all planes; else only the shown one.
        outside: scissors erase what lies outside of the outline.
        size_mm: of margins, shells, smoothing and local thresholds.
        least_mm3: smaller islands are small.
        merge: what refining may do.
        other: the label taken together with the active one, or :data:`PROPOSED`, or one of the proposed labels.
    """

    sphere: bool = False
    in_range: bool = False
    low: float = 0.0
    high: float = 300.0
    tolerance: float = 100.0
    solid: bool = True
    through: bool = False
    outside: bool = False
    size_mm: float = 3.0
    least_mm3: float = 100.0
    other: int = PROPOSED
    merge: Merge = "both"


@dataclass(frozen=True)
class Outline:
    """A line being drawn on one plane: points that are set, and the way from the last to the mouse."""

    tool: Tool
    pane: Pane
    k: int
    points: tuple[Pixel, ...]
    loose: tuple[Pixel, ...] = ()


@dataclass(frozen=True)
class Place:
    """A voxel that was clicked."""

    tool: Tool
    pane: Pane
    voxel: Voxel


@dataclass(frozen=True)
class DrawnBox:
    """A rectangle that was drawn on a plane: two opposite corners."""

    pane: Pane
    k: int
    corners: tuple[Pixel, Pixel]


@dataclass(frozen=True)
class Proposal:
    """A change that waits for a yes.

    Attributes:
        shown: what it adds with its labels, and what it takes away.
        added, removed: voxels that get a label, another one included, and that lose it.
    """

    edit: MaskEdit
    shown: Labelmap
    added: int
    removed: int


class Workbench(QObject):
    """Options, sketch and proposal.

    Signals:
        options_changed, outline_changed, proposal_changed: of the attribute of that name.
        drawn: an outline is closed; carries it.
        clicked: a voxel was clicked; carries the :class:`Place`.
        boxed: a rectangle is drawn about a lesion; carries the :class:`DrawnBox`.
        refused: a brush was put down where there is nothing to paint with.

    Attributes:
        locked: label values whose voxels stay as they are.
    """

    options_changed = Signal()
    outline_changed = Signal()
    proposal_changed = Signal()
    drawn = Signal(object)
    clicked = Signal(object)
    boxed = Signal(object)
    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.options = EditOptions()
        self.outline: Outline | None = None
        self.proposal: Proposal | None = None
        self.locked: frozenset[int] = frozenset()

    def editable(self, volume: Volume) -> Editable:
        """What may change: no locked label and, where that is chosen, only a range of values."""
        if self.options.in_range:
            return Editable(self.locked, None, volume.array, self.options.low, self.options.high)
        return Editable(self.locked)

    def set_options(self, **changes: float | bool | str) -> None:
        """Change some of the options, by name."""
        options = replace(self.options, **changes)  # pyright: ignore[reportArgumentType]  names are checked by replace
        if options != self.options:
            self.options = options
            self.options_changed.emit()

    def set_locked(self, values: frozenset[int]) -> None:
        """Keep the voxels of these labels as they are, and no others."""
        if values != self.locked:
            self.locked = values
            self.options_changed.emit()

    def draw(self, outline: Outline | None) -> None:
        """Another outline is being drawn, or none."""
        self.outline = outline
        self.outline_changed.emit()

    def close_outline(self) -> None:
        """The outline is drawn: hand it over, where it encloses anything."""
        outline, self.outline = self.outline, None
        self.outline_changed.emit()
        if outline is not None and len(outline.points) >= 3:
            self.drawn.emit(outline)

    def propose(self, proposal: Proposal | None) -> None:
        """Show another change that waits for a yes, or none."""
        self.proposal = proposal
        self.proposal_changed.emit()
