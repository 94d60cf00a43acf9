"""Which button drags which tool, and what the wheel does."""

from math import hypot

from PySide6.QtCore import QPoint, Qt

from viewer.canvas.dragging import Drag, DragTool, Point, Viewport, focus_at
from viewer.canvas.measuring_hits import hit_at
from viewer.canvas.measuring_tools import change, follow
from viewer.canvas.outlining import OUTLINING, lead
from viewer.canvas.tools import LEFT, zoom_about
from viewer.state.hand import BRUSHES, Tool
from viewer.state.view import Cursor

SLAB_STEP_MM = 1.0
CLICK_PX = 2.0

_LOOKING: frozenset[Tool] = frozenset(
    ("window", "pan", "zoom", "rotate", "magnifier", "window-region", "fusion-window")
)
"""Tools that may be used while a clip plays."""
_EDITING = BRUSHES.union(OUTLINING)
"""Tools that change masks also where a measurement lies."""
NOTCH = 120
"""One step of an ordinary wheel in eighths of a degree; finer wheels send parts of it."""


class Mouse:
    """The mouse over one viewport: at most one drag at a time.

    Attributes:
        hover: screen point under the mouse, None outside.
    """

    def __init__(self, viewport: Viewport) -> None:
        self.hover: Point | None = None
        self._viewport = viewport
        self._drag: Drag | None = None
        self._button = Qt.MouseButton.NoButton
        self._angle = 0
        self._pressed: Point = (0.0, 0.0)

    @property
    def dragging(self) -> bool:
        """True while a button holds a tool."""
        return self._drag is not None

    def press(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, point: Point) -> None:
        """Begin the drag that is bound to ``button``, unless another is under way or nothing is shown.

        What is drawn belongs to one frame: a clip stands still for it.
        """
        held, name = self._held_measurement(button, modifiers, point), self._tool_of(button, modifiers)
        tool = held or (None if name is None else LEFT[name])
        if self._drag is not None or tool is None or self._viewport.pane.transform() is None:
            return
        if held or name not in _LOOKING:
            self._viewport.pane.view.set_playing(False)
        self._button, self._drag, self._pressed = button, tool(self._viewport, point), point
        next(self._drag)

    def is_click(self, button: Qt.MouseButton, point: Point) -> bool:
        """True while this button holds a tool that it has not moved: the hand trembles by a pixel or two."""
        moved = hypot(point[0] - self._pressed[0], point[1] - self._pressed[1])
        return self.dragging and button == self._button and moved <= CLICK_PX

    def move(self, point: Point, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Go on with the drag, and say which voxel lies under the mouse; with Shift, all planes follow it."""
        self.hover = point
        if self._drag is not None:
            self._drag.send(point)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            focus_at(self._viewport, point)
        else:
            follow(self._viewport, point)
            lead(self._viewport, point)
        self._tell_cursor()

    def release(self, button: Qt.MouseButton) -> None:
        """End the drag that ``button`` began."""
        if self._drag is None or button != self._button:
            return
        drag, self._drag = self._drag, None
        try:
            drag.send(None)
        except StopIteration:
            return

    def cancel(self) -> None:
        """Take the half drag back."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.close()

    def leave(self) -> None:
        """The mouse is no longer over the viewport."""
        self.hover = None
        self._viewport.pane.view.set_cursor(None)

    def wheel(self, angle: QPoint, modifiers: Qt.KeyboardModifier, point: Point) -> None:
        """Scroll slices, zoom about the mouse, change the brush or the slab: as the keys held are bound."""
        delta = angle.y() or angle.x()
        hand, view, transform = self._viewport.session.hand, self._viewport.pane.view, self._viewport.pane.transform()
        if transform is None:
            return
        match self._viewport.session.bindings.wheel_use(modifiers):
            case "zoom":
                zoom_about(view, transform, point, view.zoom * 1.2 ** (delta / NOTCH))
            case "brush-size":
                hand.set_radius_mm(hand.radius_mm * 1.2 ** (delta / NOTCH))
            case "slab":
                view.set_slab(view.slab_mm + SLAB_STEP_MM * delta / NOTCH)
            case "scroll":
                view.scroll(-self._whole_notches(delta))
            case "none":
                pass
        self._tell_cursor()

    def _whole_notches(self, delta: int) -> int:
        if self._angle * delta < 0:
            self._angle = 0
        self._angle += delta
        notches = int(self._angle / NOTCH)
        self._angle -= notches * NOTCH
        return notches

    def _held_measurement(
        self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, point: Point
    ) -> DragTool | None:
        """Moves the measurement under the mouse, whatever the left button holds but a brush; selects none elsewhere."""
        session = self._viewport.session
        held, state = session.hand.tool, session.measurements
        if state.sketch or held in _EDITING or not session.bindings.drags_hand(button, modifiers):
            return None
        hit = hit_at(self._viewport, point)
        if hit is None:
            state.select("")
            return None
        return lambda viewport, start: change(viewport, hit, start)

    def _tool_of(self, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Tool | None:
        session = self._viewport.session
        if session.bindings.drags_hand(button, modifiers):
            return session.hand.tool
        return session.bindings.drag_tool(button, modifiers)

    def _tell_cursor(self) -> None:
        pane = self._viewport.pane
        transform = pane.transform()
        pixel = None if transform is None or self.hover is None else transform.pixel_at(*self.hover)
        voxel = None if pixel is None else pane.planes.voxel_at(pane.view.k, *pixel)
        pane.view.set_cursor(None if voxel is None else Cursor(voxel))
