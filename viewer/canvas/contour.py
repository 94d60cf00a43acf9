"""The outline of a mask along pixel edges, as lines that Qt draws one screen pixel wide at any zoom."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath


def outline(inside: NDArray[Any]) -> QPainterPath:
    """The edges between pixels inside and outside; pixel (r, c) covers x in c..c+1 and y in r..r+1."""
    rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
    if rows.size == 0:
        return QPainterPath()
    top, left = int(rows[0]), int(columns[0])
    box = np.pad(inside[top : rows[-1] + 1, left : columns[-1] + 1].astype(bool), 1)
    across = _runs(box[1:, :] != box[:-1, :])
    along = _runs((box[:, 1:] != box[:, :-1]).T)
    y, x0, x1 = across
    x, y0, y1 = along
    starts = np.concatenate([np.stack([x0 - 1, y], 1), np.stack([x, y0 - 1], 1)])
    ends = np.concatenate([np.stack([x1 - 1, y], 1), np.stack([x, y1 - 1], 1)])
    points = np.stack([starts, ends], 1).reshape(-1, 2).astype(float) + np.array((left, top))
    return pg.arrayToQPath(points[:, 0], points[:, 1], connect="pairs")


def _runs(edges: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Line, start and stop of each unbroken run along the second axis."""
    change = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    line, start = np.nonzero(change == 1)
    return line, start, np.nonzero(change == -1)[1]
