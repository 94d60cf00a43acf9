"""How one viewport looks at a volume: slice, window, zoom, pan, tool."""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from imaging.intensity import Voi, default_voi, equivalent_window
from imaging.volume import VoiTable, Volume, Window

Tool = Literal["window", "scroll", "pan", "zoom", "brush", "eraser"]

MIN_ZOOM, MAX_ZOOM = 0.05, 64.0
MIN_RADIUS_MM, MAX_RADIUS_MM = 0.5, 100.0


@dataclass(frozen=True)
class Cursor:
    """The voxel under the mouse: index in k, j, i order."""

    index_kji: tuple[int, int, int]


class View(QObject):
    """One viewport's own state.

    Signals:
        changed: slice, window, zoom, pan or inversion; the picture must be drawn again.
        tool_changed: the tool of the left button, or its size.
        cursor_changed: the voxel under the mouse.
        playing_changed: a clip starts or stops.

    Attributes:
        zoom: screen pixels per fitted pixel; 1.0 fits the image into the viewport.
        pan_px: (x, y) shift on the screen, in screen pixels.
        window: grey window; where a table of the file is shown, the linear window that comes closest.
        table: table of the file that is shown in place of the window.
    """

    changed = Signal()
    tool_changed = Signal()
    cursor_changed = Signal()
    playing_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.k = 0
        self.window = Window(127.5, 255.0)
        self.table: VoiTable | None = None
        self.inverted = False
        self.zoom = 1.0
        self.pan_px = (0.0, 0.0)
        self.tool: Tool = "window"
        self.radius_mm = 5.0
        self.playing = False
        self.cursor: Cursor | None = None
        self.corner_text = True
        self.overlays = True
        self._home: Voi = self.window

    @property
    def voi(self) -> Voi:
        """What makes values grey now: the table, else the window."""
        return self.window if self.table is None else self.table

    def reset_to(self, volume: Volume | None, only_k: int | None = None) -> None:
        """Fit a new volume: middle slice (first frame of a clip), its default window.

        Args:
            only_k: the one slice whose pixels are there already; the window is chosen by it.
        """
        self.set_playing(False)
        self.set_cursor(None)
        self.frames = 0 if volume is None else volume.geometry.shape_kji[0]
        self.k = 0 if volume is None or volume.kind == "clip" else self.frames // 2
        if volume is not None:
            self._home = default_voi(volume, only_k)
        self.reset()

    def follow_to(self, volume: Volume) -> None:
        """Take another phase of what is shown: slice, window, zoom and pan stay."""
        self.frames = volume.geometry.shape_kji[0]
        self.k = min(self.k, self.frames - 1)
        self._home = default_voi(volume, self.k)
        self.changed.emit()

    def reset(self) -> None:
        """Default window, no inversion, fitted."""
        self.inverted = False
        self.zoom, self.pan_px = 1.0, (0.0, 0.0)
        self.set_voi(self._home)

    def set_slice(self, k: int) -> None:
        """Go to slice ``k``, held within the stack."""
        k = max(0, min(k, self.frames - 1))
        if k != self.k and self.frames:
            self.k = k
            self.changed.emit()

    def scroll(self, count: int) -> None:
        """Move ``count`` slices on (back when negative)."""
        self.set_slice(self.k + count)

    def set_window(self, window: Window) -> None:
        """Show ``window``; its width is kept above zero."""
        self.window, self.table = replace(window, width=max(window.width, 1e-6)), None
        self.changed.emit()

    def set_voi(self, voi: Voi) -> None:
        """Show through a window or through a table of the file."""
        if isinstance(voi, Window):
            self.set_window(voi)
        else:
            self.window, self.table = equivalent_window(voi), voi
            self.changed.emit()

    def set_inverted(self, inverted: bool) -> None:
        """Swap black and white on the screen."""
        self.inverted = inverted
        self.changed.emit()

    def set_zoom(self, zoom: float, pan_px: tuple[float, float] | None = None) -> None:
        """Zoom, and shift in the same step so that a point can stay where it is."""
        self.zoom = max(MIN_ZOOM, min(zoom, MAX_ZOOM))
        if pan_px is not None:
            self.pan_px = pan_px
        self.changed.emit()

    def set_pan(self, pan_px: tuple[float, float]) -> None:
        """Shift the picture, in screen pixels."""
        self.pan_px = pan_px
        self.changed.emit()

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        self.tool = tool
        self.tool_changed.emit()

    def set_radius_mm(self, radius_mm: float) -> None:
        """Brush radius, held within its range."""
        self.radius_mm = max(MIN_RADIUS_MM, min(radius_mm, MAX_RADIUS_MM))
        self.tool_changed.emit()

    def set_playing(self, playing: bool) -> None:
        """Start or stop a clip."""
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit()

    def set_cursor(self, cursor: Cursor | None) -> None:
        """The voxel under the mouse, or None outside the image."""
        if cursor != self.cursor:
            self.cursor = cursor
            self.cursor_changed.emit()

    def set_corner_text(self, shown: bool) -> None:
        """Show or hide the text in the corners."""
        self.corner_text = shown
        self.changed.emit()

    def set_overlays(self, shown: bool) -> None:
        """Show or hide the overlays of the file."""
        self.overlays = shown
        self.changed.emit()
