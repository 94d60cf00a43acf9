"""How the rows of the study list are drawn: two lines, a sign for the reading state, a picture for a series."""

from collections.abc import Callable
from math import ceil
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QPixmapCache, QPolygon
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from imaging.library.catalogued import CataloguedStudy, ReadingState
from imaging.study import Series
from viewer.assets import ACCENT, MUTED, SELECTED, TEXT, WARNING
from viewer.panels.study_model import PatientRow
from viewer.state.studies import Studies

PICTURE_PX = 46
_ON_SELECTED = "#c9d1da"
_GAP = 6
_READ = "#6fcf97"


class StudyDelegate(QStyledItemDelegate):
    """Draws patients, studies and series.

    Args:
        want: asked for the picture of each series that is seen and has none yet.
    """

    def __init__(self, studies: Studies, want: Callable[[Series], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._studies, self._want = studies, want

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for every row, which lets Qt lay out ten thousand at once."""
        del index
        lines = 2 * QFontMetrics(option.font).height() + 12  # pyright: ignore[reportAttributeAccessIssue]  not in the stubs
        return QSize(100, max(lines, PICTURE_PX + 4))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        rectangle: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]  not in the stubs
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]  not in the stubs
        value = index.data(Qt.ItemDataRole.UserRole)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(rectangle, QColor(SELECTED))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(ACCENT), 1))
            painter.drawRect(rectangle.adjusted(0, 0, -1, -1))
        self._sign(painter, value, rectangle)
        _text(painter, option.font, index.data(), value, _beside_sign(value, rectangle), selected)  # pyright: ignore[reportAttributeAccessIssue]  not in the stubs
        painter.restore()

    def _sign(self, painter: QPainter, value: object, rectangle: QRect) -> None:
        if isinstance(value, Series):
            self._picture(painter, value, QRect(rectangle.left(), rectangle.top() + 2, PICTURE_PX, PICTURE_PX))
        elif isinstance(value, CataloguedStudy):
            draw_state(painter, value.state, QPoint(rectangle.left() + 8, rectangle.center().y()))

    def _picture(self, painter: QPainter, series: Series, place: QRect) -> None:
        painter.fillRect(place, QColor("#000000"))
        self._want(series)
        path = self._studies.pictures.get(series.uid)
        picture = None if path is None else pixmap(path)
        if picture is not None:
            fitted = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(QPoint(0, 0), fitted)
            target.moveCenter(place.center())
            painter.drawPixmap(target, picture)


def pixmap(path: Path) -> QPixmap | None:
    """The picture in a file, kept in memory; None when it cannot be read."""
    found = QPixmap()
    if QPixmapCache.find(str(path), found):
        return found
    if not found.load(str(path)):
        return None
    QPixmapCache.insert(str(path), found)
    return found


def draw_state(painter: QPainter, state: ReadingState, centre: QPoint) -> None:
    """A sign for the reading state, told by its form as well as by its colour: full, half, tick, flag."""
    x, y = centre.x(), centre.y()
    painter.setPen(QPen(QColor(ACCENT), 1.5))
    circle = QRect(x - 4, y - 4, 9, 9)
    if state is ReadingState.UNREAD:
        painter.setBrush(QColor(ACCENT))
        painter.drawEllipse(circle)
    elif state is ReadingState.STARTED:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        painter.setBrush(QColor(ACCENT))
        painter.drawPie(circle, 90 * 16, 180 * 16)
    elif state is ReadingState.READ:
        painter.setPen(QPen(QColor(_READ), 2))
        painter.drawPolyline(QPolygon([QPoint(x - 4, y), QPoint(x - 1, y + 4), QPoint(x + 5, y - 4)]))
    else:
        painter.setPen(QPen(QColor(WARNING), 1.5))
        painter.drawLine(x - 3, y - 5, x - 3, y + 6)
        painter.setBrush(QColor(WARNING))
        painter.drawPolygon(QPolygon([QPoint(x - 3, y - 5), QPoint(x + 5, y - 2), QPoint(x - 3, y + 1)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _beside_sign(value: object, rectangle: QRect) -> QRect:
    left = PICTURE_PX + _GAP if isinstance(value, Series) else 22 if isinstance(value, CataloguedStudy) else 4
    return rectangle.adjusted(left, 4, -_GAP, -4)


def _text(painter: QPainter, font: QFont, text: str, value: object, place: QRect, selected: bool) -> None:
    """Two lines, the first one bold for a patient; what does not fit ends in dots."""
    first, _, second = text.partition("\n")
    bold = QFont(font)
    bold.setBold(isinstance(value, PatientRow))
    height = ceil(QFontMetrics(bold).height())
    upper = QRect(place.left(), place.center().y() - height, place.width(), height)
    missing = isinstance(value, CataloguedStudy) and value.missing
    quiet = WARNING if missing else _ON_SELECTED if selected else MUTED
    for line, kind, colour, where in (
        (first, bold, TEXT, upper),
        (second, font, quiet, upper.translated(0, height + 1)),
    ):
        painter.setFont(kind)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(kind).elidedText(line, Qt.TextElideMode.ElideRight, where.width())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
