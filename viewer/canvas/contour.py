"""The outline of a mask along pixel edges, as lines that Qt draws one screen pixel wide at any zoom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from imaging.labelmap import Colour

_DASH_PX = 8


@dataclass(frozen=True)
class Outline:
    """A contour in picture pixels, its colour, and whether it is only proposed."""

    path: QPainterPath
    colour: Colour
    proposed: bool


def outline(inside: NDArray[Any]) -> QPainterPath:
    """The edges between pixels inside and outside; pixel (r, c) covers x in c..c+1 and y in r..r+1."""
    from pyqtgraph import arrayToQPath  # half the window's start; needed with the first mask

    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if rows.size == 0:
        return QPainterPath()
    top, left = int(rows[0]), int(columns[0])
    part = inside[top : rows[-1] + 1, left : columns[-1] + 1]
    box = np.zeros((part.shape[0] + 2, part.shape[1] + 2), bool)
    box[1:-1, 1:-1] = part
    across, along = box[1:] ^ box[:-1], box[:, 1:] ^ box[:, :-1]
    y, x = _places(across[:, 1:] ^ across[:, :-1])  # in each line starts and stops take turns
    down_y, down_x = _places(along[1:] ^ along[:-1])
    column_by_column = np.argsort(down_x, kind="stable")
    xs = np.concatenate((x, down_x[column_by_column])) + float(left)
    ys = np.concatenate((y, down_y[column_by_column])) + float(top)
    return arrayToQPath(xs, ys, connect="pairs")


def _places(marked: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of all that is marked, row by row."""
    row, column = np.divmod(np.flatnonzero(marked), marked.shape[1])
    return row, column


def draw_outlines(painter: QPainter, outlines: Iterable[Outline], source: QRectF, target: QRectF) -> None:
    """Draw contours over a picture whose part ``source`` fills ``target``; a proposal's line is broken."""
    scale_x, scale_y = target.width() / source.width(), target.height() / source.height()
    onto = QTransform(scale_x, 0, 0, scale_y, target.x() - source.x() * scale_x, target.y() - source.y() * scale_y)
    painter.save()
    painter.setTransform(onto, True)
    for shown in outlines:
        colour = QColor(*shown.colour).lighter(150 if shown.proposed else 120)
        brush = _broken(colour, painter.transform()) if shown.proposed else QBrush(colour)
        pen = QPen(brush, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(shown.path)
    painter.restore()


def _broken(colour: QColor, transform: QTransform) -> QBrush:
    """A brush in fixed screen stripes: a dash pattern would begin anew at every pixel's edge."""
    stripes = QImage(_DASH_PX, _DASH_PX, QImage.Format.Format_ARGB32)
    gap = QColor(0, 0, 0, 140)
    for y in range(_DASH_PX):
        for x in range(_DASH_PX):
            stripes.setPixelColor(x, y, colour if (x + y) % _DASH_PX < _DASH_PX * 5 // 8 else gap)
    brush = QBrush(stripes)
    inverse, _ = transform.inverted()
    brush.setTransform(inverse)
    return brush
