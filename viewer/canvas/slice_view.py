"""One viewport: shows a plane of the volume, and hears the mouse and the keys on it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from viewer.canvas.display_size import SIZING, tell_size
from viewer.canvas.fidelity_mark import FidelityMark
from viewer.canvas.keys import Keys
from viewer.canvas.measuring_shapes import RECIPES
from viewer.canvas.measuring_tools import finish
from viewer.canvas.mouse import Mouse
from viewer.canvas.outlining import BY_CLICKS, OUTLINING, close, forget
from viewer.canvas.picture import PlanePicture
from viewer.canvas.playback import Playback
from viewer.canvas.pointing_keys import draw_pointer, place
from viewer.canvas.sharpening import Sharpening, Values
from viewer.canvas.slice_painter import SlicePainter
from viewer.state.findings import Findings
from viewer.state.hand import BRUSHES, Tool
from viewer.state.marks import CornerText
from viewer.state.mask_steps import Touched
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import SERIES_MIME, Session

_POINTERS: dict[Tool, Qt.CursorShape] = {
    "window": Qt.CursorShape.ArrowCursor,
    "scroll": Qt.CursorShape.SizeVerCursor,
    "pan": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.SizeVerCursor,
}

_IDLE_AT_A_CLICK: frozenset[Tool] = frozenset(("window", "fusion-window", "scroll", "pan", "zoom", "rotate"))
"""Tools that do something only when they are dragged, so that a click may open the mark."""


class SliceView(QWidget):
    """Shows what the state says and turns mouse events into requests to it; computes no model."""

    def __init__(
        self,
        session: Session,
        pane: Pane,
        segmentation: Segmentation,
        findings: Findings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.pane, self.segmentation, self.findings = session, pane, segmentation, findings
        self.playback = Playback(pane, self)
        self._picture = PlanePicture(session, pane, segmentation, findings)
        self._mouse = Mouse(self)
        self._keys = Keys(self, self._mouse)
        self._painter = SlicePainter(self, session, pane, segmentation, self._picture)
        self.fidelity_mark = FidelityMark(self, pane, self._painter)
        self._sharpening = Sharpening(pane, self._on_sharp, self)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(60, 60)
        self._connect()
        self._on_tool()

    def _connect(self) -> None:
        session, pane = self.session, self.pane
        pane.volume_changed.connect(self._on_volume)
        pane.grid_changed.connect(self._on_volume)
        pane.slice_arrived.connect(self._on_slice)
        pane.completed.connect(self._on_slice)
        pane.view.changed.connect(self.update)
        for signal in (
            session.study_changed,
            session.marks.changed,
            session.focus_changed,
            session.panes_changed,
            session.measurements.changed,
            session.measurements.looks_changed,
            session.workbench.outline_changed,
        ):
            signal.connect(self.update)
        session.monitors.changed.connect(self._on_monitors)
        session.pane_changed.connect(self._on_other)
        session.active_changed.connect(self._on_labels)
        session.hand.changed.connect(self._on_tool)
        session.hand.by_keys_changed.connect(self._on_by_keys)
        self.segmentation.changed.connect(self._on_mask)
        self.segmentation.labels_changed.connect(self._on_labels)
        self.findings.changed.connect(self._on_findings)
        session.workbench.proposal_changed.connect(self._on_proposal)

    def sizeHint(self) -> QSize:
        return QSize(800, 800)

    def set_lens(self, point: tuple[float, float] | None) -> None:
        """Magnify what is around ``point``, or nothing."""
        self._painter.lens = None if point is None else QPointF(*point)
        self.update()

    def set_band(self, one: tuple[float, float] | None, other: tuple[float, float] | None = None) -> None:
        """Draw a rectangle between two points, or none."""
        self._painter.band = (
            None if one is None or other is None else QRectF(QPointF(*one), QPointF(*other)).normalized()
        )
        self.update()

    def _on_volume(self) -> None:
        self._mouse.cancel()
        forget(self)
        self._picture.forget_volume()
        self.update()

    def _on_slice(self, k: int | None = None) -> None:
        if k in (None, self.pane.view.k) or self.pane.axis != 0 or self.pane.view.slab_mm > 0:
            self._picture.forget_volume()
            self.update()

    def _on_sharp(self, values: Values) -> None:
        self._picture.take_values(values)
        self.update()

    def _on_other(self, pane: Pane) -> None:
        """Another viewport moved: its plane cuts this one elsewhere."""
        if pane is not self.pane and (
            pane is self.session.active or self.session.sheet_of(self.pane).layout.one_volume
        ):
            self.update()

    def _on_mask(self, touched: Touched | None) -> None:
        volume = self.pane.volume
        if touched is None or volume is None:
            self._picture.forget_mask()
            self.update()
            return
        part = self._picture.refresh_mask(volume, touched)
        self.update(self.rect() if part is None else self._painter.place_of(part))

    def _on_labels(self) -> None:
        self._picture.forget_mask()
        self.update()

    def _on_findings(self) -> None:
        self._picture.forget_findings()
        self.update()

    def _on_proposal(self) -> None:
        self._picture.forget_change()
        self.update()

    def _on_monitors(self) -> None:
        tell_size(self, self.pane, self.session.monitors)
        self.update()

    def _on_tool(self) -> None:
        self.setCursor(_POINTERS.get(self.session.hand.tool, Qt.CursorShape.CrossCursor))
        self.update()

    def _on_by_keys(self) -> None:
        if self.session.hand.by_keys and self.pane is self.session.active:
            self.setFocus()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        self._painter.hover = self._mouse.hover
        self._painter.paint(painter, self.session.marks.corner_text)
        self._painter.paint_frame(painter)
        if self.session.hand.by_keys and self.pane is self.session.active:
            draw_pointer(painter, place(self, self._mouse))
        painter.end()

    def picture(self, text: CornerText, drawn: bool) -> QImage:
        """What is shown, in pixels of the display.

        Args:
            text: what stands around it; only ``all`` says who the patient is.
            drawn: with masks, heat map, measurements and lines.
        """
        self._sharpening.finish()
        image = QImage(self.size() * self.devicePixelRatioF(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self._painter.hover = self._mouse.hover
        self._painter.paint(painter, text, drawn)
        painter.end()
        return image

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.session.activate(self.pane)
        if self.session.bindings.opens_menu(event.button(), event.modifiers()):
            self.session.menu_asked.emit(event.globalPosition().toPoint())
            return
        self._mouse.press(event.button(), event.modifiers(), event.position().toTuple())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        tool, sketch = self.session.hand.tool, self.session.measurements.sketch
        if event.button() == Qt.MouseButton.LeftButton and sketch is not None and sketch.ended_by_hand:
            finish(self)
        elif event.button() == Qt.MouseButton.LeftButton and tool in BY_CLICKS:
            close(self)
        elif event.button() != Qt.MouseButton.LeftButton or tool in BRUSHES or tool in RECIPES or tool in OUTLINING:
            self.mousePressEvent(event)
        else:
            self._mouse.cancel()
            self.session.activate(self.pane)
            self.session.set_maximised(not self.session.maximised)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.update(self._painter.brush_place(self._mouse.hover))
        self._mouse.move(event.position().toTuple(), event.modifiers())
        self.update(self._painter.brush_place(self._mouse.hover))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        idle, point = self.session.hand.tool in _IDLE_AT_A_CLICK, event.position()
        clicked = self._mouse.is_click(event.button(), point.toTuple())
        self._mouse.release(event.button())
        if clicked and event.button() == Qt.MouseButton.RightButton:
            self.session.menu_asked.emit(event.globalPosition().toPoint())
        elif clicked and idle and event.button() == Qt.MouseButton.LeftButton:
            self.fidelity_mark.tell_at(point.toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu by its key; by the mouse it comes where no drag is bound to the button, or after a click."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.session.menu_asked.emit(self.mapToGlobal(self.rect().center()))

    def leaveEvent(self, event: QEvent) -> None:
        self._mouse.leave()
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event.angleDelta(), event.modifiers(), event.position().toTuple())
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a series of the list; files go to the window."""
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show the dropped series here."""
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()
            self.session.activate(self.pane)
            self.session.series_dropped.emit(bytes(event.mimeData().data(SERIES_MIME).data()).decode())

    def event(self, event: QEvent) -> bool:
        """Keep the viewport's own keys from the window's shortcuts."""
        if event.type() in SIZING:
            self._on_monitors()
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._keys.wants(event):
            event.accept()
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.fidelity_mark.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._keys.press(event):
            self.update()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._keys.release(event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        self._mouse.cancel()
        super().focusOutEvent(event)  # pyright: ignore[reportArgumentType]
