"""One viewport: a plane of the shown volume, masks and heat map over it, texts around it, the mouse on it."""

from html import escape

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from imaging.editing import MaskEdit
from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.canvas import annotation_text, heat_colours
from viewer.canvas.contour import draw_outlines
from viewer.canvas.crosshair import draw_focus, draw_lines
from viewer.canvas.display_size import SIZING, tell_size
from viewer.canvas.furniture import Furniture
from viewer.canvas.heat_colours import legend, limits_text
from viewer.canvas.measuring import draw_measurements
from viewer.canvas.measuring_keys import take_key, wants_key
from viewer.canvas.measuring_shapes import RECIPES
from viewer.canvas.measuring_tools import finish
from viewer.canvas.mouse import Mouse
from viewer.canvas.outlining import BY_CLICKS, OUTLINING, close, draw_outline
from viewer.canvas.outlining import take_key as take_outline_key
from viewer.canvas.outlining import takes_key as outline_takes_key
from viewer.canvas.painting import brush_radius_mm
from viewer.canvas.patch import patch_for
from viewer.canvas.picture import PlanePicture
from viewer.canvas.playback import Playback
from viewer.canvas.shutter import cover
from viewer.state.findings import Findings
from viewer.state.hand import Tool
from viewer.state.marks import CornerText
from viewer.state.pane import Pane
from viewer.state.segmentation import Segmentation
from viewer.state.session import SERIES_MIME, Session
from viewer.state.transform import ViewTransform

BRUSHES: frozenset[Tool] = frozenset(("brush", "eraser", "smart-brush"))
LENS_PX = 90.0
LENS_ZOOM = 2.5
ACTIVE = QColor(74, 158, 255)

_POINTERS: dict[Tool, Qt.CursorShape] = {
    "window": Qt.CursorShape.ArrowCursor,
    "scroll": Qt.CursorShape.SizeVerCursor,
    "pan": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.SizeVerCursor,
}


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
        self._mark: QRectF | None = None
        self._lens: QPointF | None = None
        self._band: QRectF | None = None
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
        self.segmentation.changed.connect(self._on_mask)
        self.segmentation.labels_changed.connect(self._on_labels)
        self.findings.changed.connect(self._on_findings)
        session.workbench.proposal_changed.connect(self._on_proposal)

    def sizeHint(self) -> QSize:
        return QSize(800, 800)

    def set_lens(self, point: tuple[float, float] | None) -> None:
        """Magnify what is around ``point``, or nothing."""
        self._lens = None if point is None else QPointF(*point)
        self.update()

    def set_band(self, one: tuple[float, float] | None, other: tuple[float, float] | None = None) -> None:
        """Draw a rectangle between two points, or none."""
        self._band = None if one is None or other is None else QRectF(QPointF(*one), QPointF(*other)).normalized()
        self.update()

    def _on_volume(self) -> None:
        self._mouse.cancel()
        self._picture.forget_volume()
        self.update()

    def _on_slice(self, k: int | None = None) -> None:
        if k in (None, self.pane.view.k) or self.pane.axis != 0:
            self._picture.forget_volume()
            self.update()

    def _on_other(self, pane: Pane) -> None:
        """Another viewport moved: its plane cuts this one elsewhere."""
        if pane is not self.pane and (pane is self.session.active or self.session.layout.one_volume):
            self.update()

    def _on_mask(self, edit: MaskEdit | None) -> None:
        volume = self.pane.volume
        if edit is None or volume is None:
            self._picture.forget_mask()
        else:
            self._picture.refresh_mask(volume, edit)
        self.update()

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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        self._paint(painter, self.session.marks.corner_text)
        self._paint_frame(painter)
        painter.end()

    def picture(self, text: CornerText, drawn: bool) -> QImage:
        """What is shown, in pixels of the display.

        Args:
            text: what stands around it; only ``all`` says who the patient is.
            drawn: with masks, heat map, measurements and lines.
        """
        image = QImage(self.size() * self.devicePixelRatioF(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self._paint(painter, text, drawn)
        painter.end()
        return image

    def _paint(self, painter: QPainter, text: CornerText, drawn: bool = True) -> None:
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        furniture = Furniture(painter, self.width(), self.height(), self.font())
        pane = self.pane
        volume, geometry, transform = pane.volume, pane.slice_geometry(pane.view.k), pane.transform()
        if volume is None or geometry is None or transform is None:
            furniture.empty_page(self.session.study is not None, len(self.session.panes) > 1)
            furniture.footer()
            return
        if pane.has(pane.view.k):
            self._paint_picture(painter, volume, transform, drawn)
            self._paint_lens(painter, volume, transform)
        else:
            furniture.waiting_page()
        if drawn:
            draw_lines(painter, self.session, pane)
            draw_focus(painter, self.session, pane)
        self._paint_furniture(furniture, volume, geometry, transform, text)
        if drawn:
            self._paint_measurements(painter)
            draw_outline(painter, self.session.workbench.outline, pane)
            self._paint_brush(painter, transform)

    def _paint_picture(self, painter: QPainter, volume: Volume, transform: ViewTransform, drawn: bool = True) -> None:
        patch = patch_for(transform, self.devicePixelRatioF())
        if patch is None:
            return
        target, source = QRectF(*patch.screen_rect(transform.upright)), QRectF(*patch.source_rect)
        shrinks = target.width() < source.width() or target.height() < source.height()
        smooth = self.session.marks.smooth or shrinks or transform.angle_deg != 0
        painter.save()
        painter.translate(self.width() / 2, self.height() / 2)
        painter.rotate(transform.angle_deg)
        painter.translate(-self.width() / 2, -self.height() / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        image = self._picture.image(volume, patch) if drawn else self._picture.plain(volume, patch)
        painter.drawImage(target, image, source)
        overlays = self._picture.overlays(volume, patch)
        if overlays is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
            painter.drawImage(target, overlays, source)
        if volume.shutter is not None and self.session.marks.shutter and self.pane.plane == "stored":
            cover(painter, volume.shutter, transform.upright)
        if drawn:
            draw_outlines(painter, self._picture.outlines(volume, patch), source, target)
        painter.restore()

    def _paint_lens(self, painter: QPainter, volume: Volume, transform: ViewTransform) -> None:
        if self._lens is None:
            return
        glass = QPainterPath()
        glass.addEllipse(self._lens, LENS_PX, LENS_PX)
        painter.save()
        painter.setClipPath(glass)
        painter.fillPath(glass, Qt.GlobalColor.black)
        painter.translate(self._lens)
        painter.scale(LENS_ZOOM, LENS_ZOOM)
        painter.translate(-self._lens)
        self._paint_picture(painter, volume, transform)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ACTIVE, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._lens, LENS_PX, LENS_PX)

    def _paint_furniture(
        self, furniture: Furniture, volume: Volume, geometry: Geometry, transform: ViewTransform, shown: CornerText
    ) -> None:
        heat = self._picture.shown_heat(volume)
        bottom = furniture.footer(legend(heat, self._picture.explained(heat)) if heat else "")
        right = 0.0 if heat is None else furniture.colour_bar(heat_colours.colours(heat.signed), limits_text(heat))
        right += self._colour_bar_of_greys(furniture, volume, right)
        texts = annotation_text.chosen_corners(self.pane, shown, self.session.marks)
        self._mark = furniture.corner_texts(texts, bottom, 0.0)
        if shown == "none":
            return
        if geometry.has_mm and furniture.has_scale_bar:
            bar = annotation_text.scale_bar(transform.px_per_mm, self.width() / 5)
            bottom += furniture.scale_bar(*bar, bottom) if bar else 0.0
        edges = annotation_text.edge_letters(volume, geometry, transform)
        if edges:
            furniture.edge_letters(edges, bottom, right)

    def _colour_bar_of_greys(self, furniture: Furniture, volume: Volume, right: float) -> float:
        """The colours that stand for grey levels, with the values at their ends; the width they take."""
        view, table = self.pane.view, self.pane.view.colours
        if table is None or volume.is_colour:
            return 0.0
        turned = volume.inverted != view.inverted
        window = view.window
        numbers = [f"{value:.4g}" for value in (window.high, window.centre, window.low)]
        return furniture.colour_bar(table.rgb[::-1] if turned else table.rgb, numbers, right)

    def _paint_brush(self, painter: QPainter, transform: ViewTransform) -> None:
        point, hand = self._mouse.hover, self.session.hand
        if point is None or hand.tool not in BRUSHES:
            return
        radius = brush_radius_mm(hand.radius_mm, transform.spacing_mm) * transform.px_per_mm
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        label = self.segmentation.active_label
        colour = QColor(*label.colour) if label and hand.tool != "eraser" else QColor(255, 255, 255)
        for width, shade in ((3.0, QColor(0, 0, 0, 160)), (1.3, colour)):
            painter.setPen(QPen(shade, width))
            painter.drawEllipse(QPointF(*point), radius, radius)

    def _paint_measurements(self, painter: QPainter) -> None:
        room = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        draw_measurements(painter, self.session.measurements, self.pane, self.font(), room)

    def _paint_frame(self, painter: QPainter) -> None:
        """The rectangle that is drawn now, and which viewport is worked in, where there are several."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._band is not None:
            painter.setPen(QPen(ACTIVE, 1.2))
            painter.drawRect(self._band)
        if len(self.session.shown_panes) > 1 and self.pane is self.session.active:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(ACTIVE, 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.session.activate(self.pane)
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
        self._mouse.move(event.position().toTuple(), event.modifiers())
        if self.session.hand.tool in BRUSHES:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event.button())

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
        """Keep Escape from the window's shortcuts while there is a drag to take back."""
        if event.type() in SIZING:
            self._on_monitors()
        if event.type() == QEvent.Type.ShortcutOverride and self._mouse.dragging and _is_escape(event):
            event.accept()
            return True
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (wants_key(self, event) or outline_takes_key(self, event))
        ):
            event.accept()
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def tip_at(self, point: QPoint) -> str:
        """What to say when the mouse rests at ``point``: on the mark, all that it stands for."""
        if self._mark is None or not self._mark.contains(point.toPointF()):
            return ""
        found = annotation_text.reasons(self.pane)
        return f"<qt>{'<br>'.join(escape(reason) for reason in found)}</qt>" if found else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._mouse.dragging and _is_escape(event):
            self._mouse.cancel()
        elif not take_key(self, event) and not take_outline_key(self, event):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        self._mouse.cancel()
        super().focusOutEvent(event)  # pyright: ignore[reportArgumentType]


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
