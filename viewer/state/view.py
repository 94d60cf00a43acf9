"""How one viewport looks at a volume: slice, window, zoom, pan, turn, slab."""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from imaging.colour_tables import ColourTable
from imaging.intensity import Voi, default_voi, equivalent_window
from imaging.volume import Shutter, VoiTable, Volume, Window
from viewer.state.fusion import Fusion
from viewer.state.orientation import AS_STORED, Orientation

MIN_ZOOM, MAX_ZOOM = 0.05, 64.0
Projection = Literal["max", "min", "mean"]


@dataclass(frozen=True)
class Cursor:
    """The voxel under the mouse: index in k, j, i order."""

    index_kji: tuple[int, int, int]


class View(QObject):
    """One viewport's own state.

    Signals:
        changed: anything the picture depends on; it must be drawn again.
        cursor_changed: the voxel under the mouse.
        playing_changed: a clip starts or stops.

    Attributes:
        k: number of the plane; ``frames`` of them are there to step through.
        zoom: screen pixels per fitted pixel; 1.0 fits the image into the viewport.
        pan_px: (x, y) shift on the screen, in screen pixels.
        window: grey window; where a table of the file is shown, the linear window that comes closest.
        table: table of the file that is shown in place of the window.
        shutter: of a presentation state, in place of the file's.
        unshown: what a presentation state asks for and is not shown, in words.
        turn: how the picture is turned beyond its usual orientation.
        angle_deg: free rotation on the screen, clockwise, after ``turn``.
        slab_mm: thickness that ``projection`` looks through; 0 is a single plane.
        colours: stand for the grey levels; None shows them as grey.
        fusion: what lies over the volume.
        speed: of playing, 1 is the clip's own.
        sweep: play to and fro.
        dropped: frames that were due but never shown since playing began.
    """

    changed = Signal()
    cursor_changed = Signal()
    playing_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.k = 0
        self.window = Window(127.5, 255.0)
        self.table: VoiTable | None = None
        self.shutter: Shutter | None = None
        self.unshown: tuple[str, ...] = ()
        self.inverted = False
        self.zoom = 1.0
        self.pan_px = (0.0, 0.0)
        self.turn = AS_STORED
        self.angle_deg = 0.0
        self.slab_mm = 0.0
        self.projection: Projection = "max"
        self.playing = False
        self.cursor: Cursor | None = None
        self.colours: ColourTable | None = None
        self.fusion: Fusion | None = None
        self.speed = 1.0
        self.sweep = False
        self.dropped = 0
        self._home: Voi = self.window
        self._slice_windows: tuple[Window, ...] = ()

    @property
    def voi(self) -> Voi:
        """What makes values grey now: the table, else the window."""
        return self.window if self.table is None else self.table

    def reset_to(self, volume: Volume | None, only_k: int | None = None, frames: int | None = None) -> None:
        """Fit a new volume: middle slice (first frame of a clip), its default window, its own speed.

        Args:
            only_k: the one slice whose pixels are there already; the window is chosen by it.
            frames: planes to step through, where they are not the slices as acquired.
        """
        self.set_playing(False)
        self.set_cursor(None)
        self.frames = 0 if volume is None else frames or volume.geometry.shape_kji[0]
        self.k = 0 if volume is None or volume.kind == "clip" else self.frames // 2
        self.slab_mm = 0.0
        self.fusion = None
        self.speed, self.sweep = 1.0, False
        if volume is not None:
            self._home, self._slice_windows = default_voi(volume, only_k), volume.slice_windows
        self.reset()

    def follow_to(self, volume: Volume) -> None:
        """Take another phase of what is shown: slice, window, zoom and pan stay."""
        follows = self._follows_slices
        self._home = default_voi(volume, min(self.k, volume.geometry.shape_kji[0] - 1))
        self._slice_windows = volume.slice_windows
        self._follow(follows)
        self.changed.emit()

    def step_through(self, frames: int, k: int, slice_windows: tuple[Window, ...] = ()) -> None:
        """Another set of planes; window, zoom and turn stay.

        Args:
            slice_windows: the window of each plane, where files propose another from slice to slice.
        """
        self.set_playing(False)
        follows = self._follows_slices
        self.frames, self.k, self._slice_windows = frames, max(0, min(k, frames - 1)), slice_windows
        self._follow(follows)
        self.changed.emit()

    def reset(self) -> None:
        """Default window, in grey, no inversion, fitted, not turned, the file's own shutter."""
        self.shutter, self.unshown = None, ()
        self.inverted, self.colours = False, None
        self.turn, self.angle_deg = AS_STORED, 0.0
        self.zoom, self.pan_px = 1.0, (0.0, 0.0)
        self.set_voi(self._own_voi)

    def set_slice(self, k: int) -> None:
        """Go to slice ``k``, held within the stack."""
        k = max(0, min(k, self.frames - 1))
        if k != self.k and self.frames:
            follows = self._follows_slices
            self.k = k
            self._follow(follows)
            self.changed.emit()

    def scroll(self, count: int) -> None:
        """Move ``count`` slices on (back when negative); who steps by hand wants a clip to stand still."""
        self.set_playing(False)
        self.set_slice(self.k + count)

    def set_window(self, window: Window) -> None:
        """Show ``window``; its width is kept above zero."""
        self.window, self.table = replace(window, width=max(window.width, 1e-6)), None
        self.changed.emit()

    def set_shutter(self, shutter: Shutter | None, unshown: tuple[str, ...] = ()) -> None:
        """Cover what a presentation state asks to cover, with None what the file does; and say what it asks in vain."""
        self.shutter, self.unshown = shutter, unshown
        self.changed.emit()

    def set_voi(self, voi: Voi) -> None:
        """Show through a window or through a table of the file."""
        if isinstance(voi, Window):
            self.set_window(voi)
        else:
            self.window, self.table = equivalent_window(voi), voi
            self.changed.emit()

    @property
    def as_proposed(self) -> bool:
        """True while the window or table is the one that the file proposes."""
        return self.voi == self._own_voi

    @property
    def _own_voi(self) -> Voi:
        """What the file proposes for the plane that is shown."""
        return self._slice_windows[self.k] if self.k < len(self._slice_windows) else self._home

    @property
    def _follows_slices(self) -> bool:
        """True while the window is the one that the file proposes for this very slice."""
        return bool(self._slice_windows) and self.as_proposed

    def _follow(self, follows: bool) -> None:
        if follows and isinstance(self._own_voi, Window):
            self.window, self.table = self._own_voi, None

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

    def turn_by(self, turn: Orientation) -> None:
        """Turn or mirror the picture as it is seen now."""
        self.turn = self.turn.then(turn)
        self.changed.emit()

    def set_angle_deg(self, angle_deg: float) -> None:
        """Rotate the picture freely on the screen, clockwise."""
        self.angle_deg = (angle_deg + 180.0) % 360.0 - 180.0
        self.changed.emit()

    def set_slab(self, slab_mm: float, projection: Projection | None = None) -> None:
        """Look through ``slab_mm`` around each plane; 0 shows the plane alone."""
        self.slab_mm = max(0.0, slab_mm)
        self.projection = projection or self.projection
        self.changed.emit()

    def set_colours(self, colours: ColourTable | None) -> None:
        """Show grey levels in colours, or as grey."""
        self.colours = colours
        self.changed.emit()

    def look_like(self, other: "View") -> None:
        """Take window, inversion, colours and what lies over it from another view of the same volume."""
        self.set_voi(other.voi)
        self.set_inverted(other.inverted)
        self.set_colours(other.colours)
        self.set_fusion(other.fusion)

    def set_fusion(self, fusion: Fusion | None) -> None:
        """Lay another volume over, show it otherwise, or take it away."""
        self.fusion = fusion
        self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Play at another speed, held between a tenth and ten times."""
        self.speed = max(0.1, min(speed, 10.0))
        self.playing_changed.emit()

    def set_sweep(self, sweep: bool) -> None:
        """Play to and fro, or from the beginning each time."""
        self.sweep = sweep
        self.playing_changed.emit()

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
