"""What is drawn over and around the pictures, in every viewport alike."""

from typing import Literal

from PySide6.QtCore import QObject, Signal

from viewer.state.corners import CornerSet

CornerText = Literal["all", "few", "none"]
_NEXT: dict[CornerText, CornerText] = {"all": "few", "few": "none", "none": "all"}


class Marks(QObject):
    """Which marks are shown.

    Signals:
        changed: any of them.

    Attributes:
        corner_text: ``few`` leaves out who the patient is and what was done: place and window stay.
        corner_sets: which lines those are, per modality.
        overlays: planes of group 60xx.
        shutter: cover what the file asks to cover.
        reference_lines: where the active viewport's plane cuts the others.
        crosshair: the point that all planes go through.
        window_ends: the window is told by its lowest and highest value, else by width and level.
        smooth: interpolate when pixels are enlarged; shrinking is always smooth.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.corner_text: CornerText = "all"
        self.corner_sets: tuple[CornerSet, ...] = ()
        self.overlays = True
        self.shutter = True
        self.reference_lines = True
        self.crosshair = False
        self.window_ends = False
        self.smooth = True

    def step_corner_text(self) -> None:
        """Show less text in the corners; after none, all again."""
        self.set_corner_text(_NEXT[self.corner_text])

    def set_corner_text(self, shown: CornerText) -> None:
        """Show all, less or no text in the corners."""
        self.corner_text = shown
        self.changed.emit()

    def set_corner_sets(self, sets: tuple[CornerSet, ...]) -> None:
        """Show other lines in the corners."""
        self.corner_sets = sets
        self.changed.emit()

    def set_window_ends(self, ends: bool) -> None:
        """Tell the window by its lowest and highest value, or by width and level."""
        self.window_ends = ends
        self.changed.emit()

    def set_overlays(self, shown: bool) -> None:
        """Show or hide the overlays of the file."""
        self.overlays = shown
        self.changed.emit()

    def set_shutter(self, shown: bool) -> None:
        """Cover what the file asks to cover, or show all."""
        self.shutter = shown
        self.changed.emit()

    def set_reference_lines(self, shown: bool) -> None:
        """Show or hide where the active plane cuts the others."""
        self.reference_lines = shown
        self.changed.emit()

    def set_crosshair(self, shown: bool) -> None:
        """Show or hide the point that all planes go through."""
        self.crosshair = shown
        self.changed.emit()

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate enlarged pixels, or show them as squares."""
        self.smooth = smooth
        self.changed.emit()
