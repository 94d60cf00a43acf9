"""What a viewport shows, drawn: the plane with masks and heat map, what is measured on it, the texts around it."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QWidget

from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.canvas import annotation_text, heat_colours
from viewer.canvas.brush_ring import BrushRing
from viewer.canvas.contour import draw_outlines
from viewer.canvas.crosshair import draw_focus, draw_lines
from viewer.canvas.furniture import Furniture, letter_px
from viewer.canvas.heat_colours import legend, limits_text
from viewer.canvas.measuring import draw_measurements
from viewer.canvas.outlining import draw_outline
from viewer.canvas.painting import brush_radius_mm
from viewer.canvas.patch import Patch, draft_patch_for, patch_for
from viewer.canvas.picture import PlanePicture
from viewer.canvas.shutter import cover
from viewer.state.hand import BRUSHES
from viewer.state.marks import CornerText
from viewer.state.pane import Pane
from viewer.state.presets import unit_per_value
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.transform import ViewTransform

LENS_PX = 90.0
LENS_ZOOM = 2.5
EDGE_PX = 4.0
"""Lines reach this far beyond what they go around."""
ACTIVE = QColor(74, 158, 255)


class SlicePainter:
    """Draws what the state says onto one view.

    Attributes:
        lens: the middle of the magnified circle, in pixels of the view; None without one.
        band: the rectangle that is drawn now.
        hover: where the pointer is, None while it is elsewhere.
        mark: where the fidelity mark was drawn last.
        cut: texts that were cut to their boxes, with those boxes.
    """

    def __init__(
        self, view: QWidget, session: Session, pane: Pane, segmentation: Segmentation, picture: PlanePicture
    ) -> None:
        self._view, self.session, self.pane, self.segmentation = view, session, pane, segmentation
        self._picture, self._ring = picture, BrushRing()
        self.lens: QPointF | None = None
        self.band: QRectF | None = None
        self.hover: tuple[float, float] | None = None
        self.mark: QRectF | None = None
        self.cut: list[tuple[QRectF, str]] = []

    def paint(self, painter: QPainter, text: CornerText, drawn: bool = True) -> None:
        """Draw the viewport.

        Args:
            text: what stands around the picture; only ``all`` says who the patient is.
            drawn: with masks, heat map, measurements and lines.
        """
        painter.fillRect(self._view.rect(), Qt.GlobalColor.black)
        furniture = Furniture(painter, self._view.width(), self._view.height(), self._view.font())
        self.cut, pane = furniture.cut, self.pane
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
            self._paint_measurements(painter, furniture)
            draw_outline(painter, self.session.workbench.outline, pane)
            self._paint_brush(painter, transform)

    def _paint_picture(self, painter: QPainter, volume: Volume, transform: ViewTransform, drawn: bool = True) -> None:
        patch = self._patch(transform)
        if patch is None:
            return
        target, source = QRectF(*patch.screen_rect(transform.upright)), QRectF(*patch.source_rect)
        shrinks = target.width() < source.width() or target.height() < source.height()
        smooth = self.session.marks.smooth or shrinks or transform.angle_deg != 0
        painter.save()
        painter.translate(self._view.width() / 2, self._view.height() / 2)
        painter.rotate(transform.angle_deg)
        painter.translate(-self._view.width() / 2, -self._view.height() / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        image = self._picture.image(volume, patch) if drawn else self._picture.plain(volume, patch)
        painter.drawImage(target, image, source)
        overlays = self._picture.overlays(volume, patch)
        if overlays is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
            painter.drawImage(target, overlays, source)
        shutter = self.pane.view.shutter or volume.shutter
        if shutter is not None and self.session.marks.shutter and self.pane.plane == "stored":
            cover(painter, shutter, transform.upright)
        if drawn:
            draw_outlines(painter, self._picture.outlines(volume, patch), source, target)
        painter.restore()

    def place_of(self, part: QRect) -> QRect:
        """Where a part of the picture lies in the view, with the outlines around it and what smoothing spreads."""
        transform = self.pane.transform()
        patch = None if transform is None or self.lens is not None else self._patch(transform)
        if transform is None or patch is None:
            return self._view.rect()
        if part.isEmpty():
            return QRect()
        target, source = QRectF(*patch.screen_rect(transform.upright)), QRectF(*patch.source_rect)
        middle = QRectF(self._view.rect()).center()
        way = QTransform.fromTranslate(middle.x(), middle.y()).rotate(transform.angle_deg)
        way = way.translate(target.x() - middle.x(), target.y() - middle.y())
        way = way.scale(target.width() / source.width(), target.height() / source.height())
        way = way.translate(-source.x(), -source.y())
        around = QRectF(part).adjusted(-2, -2, 2, 2)
        return way.mapRect(around).adjusted(-EDGE_PX, -EDGE_PX, EDGE_PX, EDGE_PX).toAlignedRect()

    def brush_place(self, hover: tuple[float, float] | None) -> QRect:
        """Where the circle of the brush is drawn with the pointer at ``hover``; empty without a brush."""
        transform = self.pane.transform()
        if hover is None or transform is None or self.session.hand.tool not in BRUSHES:
            return QRect()
        half = self._brush_radius_px(transform) + EDGE_PX
        return QRectF(hover[0] - half, hover[1] - half, 2 * half, 2 * half).toAlignedRect()

    def _brush_radius_px(self, transform: ViewTransform) -> float:
        return brush_radius_mm(self.session.hand.radius_mm, transform.spacing_mm) * transform.px_per_mm

    def _patch(self, transform: ViewTransform) -> Patch | None:
        ratio, grid = self._view.devicePixelRatioF(), self.pane.grid
        if not self.pane.motion.moving or grid is None:
            return patch_for(transform, ratio)
        return draft_patch_for(transform, ratio, self.pane.slab_planes, grid.spacing_mm[0])

    def _paint_lens(self, painter: QPainter, volume: Volume, transform: ViewTransform) -> None:
        if self.lens is None:
            return
        glass = QPainterPath()
        glass.addEllipse(self.lens, LENS_PX, LENS_PX)
        painter.save()
        painter.setClipPath(glass)
        painter.fillPath(glass, Qt.GlobalColor.black)
        painter.translate(self.lens)
        painter.scale(LENS_ZOOM, LENS_ZOOM)
        painter.translate(-self.lens)
        self._paint_picture(painter, volume, transform)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ACTIVE, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self.lens, LENS_PX, LENS_PX)

    def _paint_furniture(
        self, furniture: Furniture, volume: Volume, geometry: Geometry, transform: ViewTransform, shown: CornerText
    ) -> None:
        heat = self._picture.shown_heat(volume)
        bottom = furniture.footer(legend(heat, self._picture.explained(heat)) if heat else "")
        right = 0.0 if heat is None else furniture.colour_bar(heat_colours.colours(heat.signed), limits_text(heat))
        right += self._colour_bar_of_greys(furniture, volume, right)
        texts = annotation_text.chosen_corners(self.pane, shown, self.session.marks)
        self.mark = furniture.corner_texts(texts, bottom, 0.0)
        if shown == "none":
            return
        if geometry.has_mm and furniture.has_scale_bar:
            bar = annotation_text.scale_bar(transform.px_per_mm, self._view.width() / 5)
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
        window, unit = view.window, unit_per_value(volume)
        numbers = [f"{value * unit:.4g}" for value in (window.high, window.centre, window.low)]
        return furniture.colour_bar(table.rgb[::-1] if turned else table.rgb, numbers, right)

    def _paint_brush(self, painter: QPainter, transform: ViewTransform) -> None:
        point, hand = self.hover, self.session.hand
        if point is None or hand.tool not in BRUSHES:
            return
        label = self.segmentation.active_label
        colour = QColor(*label.colour) if label and hand.tool != "eraser" else QColor(255, 255, 255)
        self._ring.draw(painter, QPointF(*point), self._brush_radius_px(transform), colour)

    def _paint_measurements(self, painter: QPainter, furniture: Furniture) -> None:
        room = QRectF(self._view.rect()).adjusted(6, 6, -6, -6)
        font = QFont(self._view.font())
        font.setPixelSize(letter_px(self._view.width(), self._view.height()))
        draw_measurements(painter, self.session.measurements, self.pane, font, room, furniture.taken)

    def paint_frame(self, painter: QPainter) -> None:
        """The rectangle that is drawn now, and which viewport is worked in, where there are several."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.band is not None:
            painter.setPen(QPen(ACTIVE, 1.2))
            painter.drawRect(self.band)
        if len(self.session.shown_panes) > 1 and self.pane is self.session.active:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(ACTIVE, 2))
            painter.drawRect(self._view.rect().adjusted(1, 1, -1, -1))
