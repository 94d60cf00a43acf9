"""How a person looks at cases: zoom and place, and the window of each kind of image, kept from one to the next."""

from dataclasses import dataclass, field

from imaging.volume import Volume, Window
from viewer.state.pane import Pane

Kind = tuple[str, str, str]


@dataclass
class CaseLook:
    """What was chosen last.

    Attributes:
        windows: by modality, kind of image and unit; a window that a file proposed is not kept, since the next file
            proposes its own.
    """

    zoom: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)
    inverted: bool = False
    windows: dict[Kind, Window] = field(default_factory=dict)

    def note(self, pane: Pane) -> None:
        """Remember how the viewport looks at what it shows."""
        view, volume = pane.view, pane.volume
        if volume is None:
            return
        self.zoom, self.pan_px, self.inverted = view.zoom, view.pan_px, view.inverted
        if view.as_proposed:
            self.windows.pop(_kind(volume), None)
        elif view.table is None:
            self.windows[_kind(volume)] = view.window

    def apply(self, pane: Pane) -> None:
        """Look at what the viewport shows now in the same way."""
        view, volume = pane.view, pane.volume
        if volume is None:
            return
        window = self.windows.get(_kind(volume))
        if window is not None:
            view.set_window(window)
        if self.inverted != view.inverted:
            view.set_inverted(self.inverted)
        view.set_zoom(self.zoom, self.pan_px)


def _kind(volume: Volume) -> Kind:
    return volume.modality, volume.kind, volume.unit
