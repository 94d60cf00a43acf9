"""One viewport: slice ``view.k`` of the shown volume, masks and heat map over it, texts around it, the mouse on it."""

from html import escape

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from imaging.editing import MaskEdit
from imaging.volume import Volume
from viewer.canvas import annotation_text
from viewer.canvas.contour import draw_outlines
from viewer.canvas.furniture import Furniture
from viewer.canvas.heat_colours import legend
from viewer.canvas.mouse import Mouse
from viewer.canvas.patch import patch_for
from viewer.canvas.picture import PlanePicture
from viewer.canvas.playback import Playback
from viewer.canvas.tools import brush_radius_mm
from viewer.canvas.transform import ViewTransform, plane_transform
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.view import Tool, View

BRUSHES: frozenset[Tool] = frozenset(("brush", "eraser"))

_POINTERS: dict[Tool, Qt.CursorShape] = {
    "window": Qt.CursorShape.ArrowCursor,
    "scroll": Qt.CursorShape.SizeVerCursor,
    "pan": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.SizeVerCursor,
    "brush": Qt.CursorShape.CrossCursor,
    "eraser": Qt.CursorShape.CrossCursor,
}


class SliceView(QWidget):
    """Shows what the state says and turns mouse events into requests to it; computes no model.

    Attributes:
        smooth: interpolate when pixels are enlarged; shrinking is always smooth.
    """

    def __init__(
        self,
        session: Session,
        view: View,
        segmentation: Segmentation,
        findings: Findings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.view, self.segmentation, self.findings = session, view, segmentation, findings
        self.smooth = True
        self.playback = Playback(session, view, self)
        self._picture = PlanePicture(view, segmentation, findings)
        self._mouse = Mouse(self)
        self._mark: QRectF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 90)
        self._connect()

    def _connect(self) -> None:
        self.session.volume_changed.connect(self._on_volume)
        self.session.study_changed.connect(self.update)
        self.session.slice_arrived.connect(self._on_slice)
        self.session.completed.connect(self._on_slice)
        self.view.changed.connect(self.update)
        self.view.tool_changed.connect(self._on_tool)
        self.segmentation.changed.connect(self._on_mask)
        self.segmentation.labels_changed.connect(self._on_labels)
        self.findings.changed.connect(self._on_findings)

    def sizeHint(self) -> QSize:
        return QSize(800, 800)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate enlarged pixels, or show them as squares."""
        self.smooth = smooth
        self.update()

    def transform(self) -> ViewTransform | None:
        """The transform of the shown slice, None when nothing is shown."""
        volume, view = self.session.volume, self.view
        if volume is None or view.k >= volume.geometry.shape_kji[0]:
            return None
        geometry = volume.slice_geometry(view.k)
        return plane_transform(geometry, (self.width(), self.height()), view.zoom, view.pan_px)

    def _on_volume(self) -> None:
        self._mouse.cancel()
        self._picture.forget_volume()
        self.update()

    def _on_slice(self, k: int | None = None) -> None:
        if k in (None, self.view.k):
            self._picture.forget_volume()
            self.update()

    def _on_mask(self, edit: MaskEdit | None) -> None:
        volume = self.session.volume
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

    def _on_tool(self) -> None:
        self.setCursor(_POINTERS[self.view.tool])
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        furniture = Furniture(painter, self.width(), self.height(), self.font())
        volume, transform = self.session.volume, self.transform()
        if volume is None or transform is None:
            furniture.empty_page(self.session.study is not None)
            furniture.footer()
        else:
            if self.session.has(self.view.k):
                self._paint_picture(painter, volume, transform)
            else:
                furniture.waiting_page()
            self._paint_furniture(furniture, volume, transform)
            self._paint_brush(painter, transform)
        painter.end()

    def _paint_picture(self, painter: QPainter, volume: Volume, transform: ViewTransform) -> None:
        patch = patch_for(transform, self.devicePixelRatioF())
        if patch is None:
            return
        target, source = QRectF(*patch.screen_rect(transform)), QRectF(*patch.source_rect)
        shrinks = target.width() < source.width() or target.height() < source.height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth or shrinks)
        painter.drawImage(target, self._picture.image(volume, patch), source)
        overlays = self._picture.overlays(volume, patch)
        if overlays is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
            painter.drawImage(target, overlays, source)
        draw_outlines(painter, self._picture.outlines(volume, patch), source, target)

    def _paint_furniture(self, furniture: Furniture, volume: Volume, transform: ViewTransform) -> None:
        heat = self._picture.shown_heat(volume)
        bottom = furniture.footer(legend(heat, self._picture.explained(heat)) if heat else "")
        right = furniture.colour_bar(heat) if heat is not None else 0.0
        series = self.session.series
        if not self.view.corner_text:
            texts = annotation_text.only_mark(volume, series)
            self._mark = furniture.corner_texts(texts, bottom, 0.0)
            return
        texts = annotation_text.corners(volume, series, self.view)
        self._mark = furniture.corner_texts(texts, bottom, 0.0)
        if volume.geometry.has_mm:
            bar = annotation_text.scale_bar(transform.px_per_mm, self.width() / 5)
            bottom += furniture.scale_bar(*bar, bottom) if bar else 0.0
        edges = annotation_text.edge_letters(volume, self.view.k, transform)
        if edges:
            furniture.edge_letters(edges, bottom, right)

    def _paint_brush(self, painter: QPainter, transform: ViewTransform) -> None:
        point = self._mouse.hover
        if point is None or self.view.tool not in BRUSHES:
            return
        radius = brush_radius_mm(self.view.radius_mm, transform.spacing_mm) * transform.px_per_mm
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        label = self.segmentation.active_label
        colour = QColor(*label.colour) if label and self.view.tool == "brush" else QColor(255, 255, 255)
        for width, shade in ((3.0, QColor(0, 0, 0, 160)), (1.3, colour)):
            painter.setPen(QPen(shade, width))
            painter.drawEllipse(QPointF(*point), radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.press(event.button(), event.position().toTuple())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event.position().toTuple())
        if self.view.tool in BRUSHES:
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

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window's shortcuts while there is a drag to take back."""
        if event.type() == QEvent.Type.ShortcutOverride and self._mouse.dragging and _is_escape(event):
            event.accept()
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    def tip_at(self, point: QPoint) -> str:
        """What to say when the mouse rests at ``point``: on the mark, all that it stands for."""
        volume = self.session.volume
        if volume is None or self._mark is None or not self._mark.contains(point.toPointF()):
            return ""
        found = annotation_text.reasons(volume, self.session.series)
        return f"<qt>{'<br>'.join(escape(reason) for reason in found)}</qt>"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._mouse.dragging and _is_escape(event):
            self._mouse.cancel()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        self._mouse.cancel()
        super().focusOutEvent(event)  # pyright: ignore[reportArgumentType]


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
