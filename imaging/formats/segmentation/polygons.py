"""Outlines of masks along the edges of pixels, and masks from outlines: exact both ways.

Coordinates are (row, column) in pixels; centres of pixels are whole numbers, edges lie half a pixel beside them. An
outline of a mask encloses just its pixels, so its area is theirs. A hole is joined to its outline by a channel of no
width (the keyhole technique, PS3.3 C.8.8.6.3).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Corner = tuple[int, int]
"""Row and column of a corner between pixels: corner (0, 0) is that before pixel (0, 0)."""


def outlines(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """(N, 2) of each part of a mask (joined over edges, not corners), holes joined to their part."""
    from scipy import ndimage  # late: the window opens without it

    pieces = np.zeros(mask.shape, np.int32)
    ndimage.label(mask, output=pieces)
    parts: dict[int, NDArray[np.intp]] = {}
    holes: dict[int, list[NDArray[np.intp]]] = {}
    for loop in (_without_middles(each) for each in _loops(mask)):
        row, column = loop[np.lexsort((loop[:, 1], loop[:, 0]))[0]]  # below it lies the part, or above it, of a hole
        if _doubled_area(loop) > 0:
            parts[int(pieces[row, column])] = loop
        else:
            holes.setdefault(int(pieces[row - 1, column]), []).append(loop)
    return [_joined(part, holes.get(piece, ())) - 0.5 for piece, part in parts.items()]


def filled(polygon: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(J, I) of the pixels whose centres an outline encloses, by the even-odd rule; parts outside are cut off."""
    inside = np.zeros(shape, np.bool_)
    top, left = (int(each) for each in np.clip(np.floor(polygon.min(axis=0)), 0, shape))
    bottom, right = (int(each) for each in np.clip(np.ceil(polygon.max(axis=0)) + 1, (top, left), shape))
    toggles = np.zeros((bottom - top, right - left + 1), np.int64)
    rows, columns = _crossings(polygon - (top, left), bottom - top)
    np.add.at(toggles, (rows, np.clip(np.ceil(columns), 0, right - left).astype(np.intp)), 1)
    inside[top:bottom, left:right] = np.cumsum(toggles[:, :-1], axis=1) % 2 == 1
    return inside


def _crossings(polygon: NDArray[np.float64], height: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Where edges cross the middle lines of rows: the row and the column of each crossing."""
    ends = np.roll(polygon, -1, axis=0)
    upper = np.where((polygon[:, :1] <= ends[:, :1]), polygon, ends)
    lower = np.where((polygon[:, :1] <= ends[:, :1]), ends, polygon)
    first = np.clip(np.ceil(upper[:, 0]), 0, height).astype(np.intp)
    last = np.clip(np.ceil(lower[:, 0]), 0, height).astype(np.intp)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(polygon)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    share = (rows - upper[edge, 0]) / (lower[edge, 0] - upper[edge, 0])
    return rows, upper[edge, 1] + share * (lower[edge, 1] - upper[edge, 1])


def _loops(mask: NDArray[np.bool_]) -> list[list[Corner]]:
    """Closed walks along pixel edges with the mask on the right, so that outer ones turn clockwise on the screen."""
    following = _edges(mask)
    loops: list[list[Corner]] = []
    while following:
        start = next(iter(following))
        at, heading = start, (0, 0)
        loop: list[Corner] = []
        while True:
            loop.append(at)
            onward = following[at]
            # Where two pixels touch at a corner only, turning right stays at the same pixel.
            step = onward.pop(_rightmost(onward, heading))
            if not onward:
                del following[at]
            at, heading = (at[0] + step[0], at[1] + step[1]), step
            if at == start:
                break
        loops.append(loop)
    return loops


def _edges(mask: NDArray[np.bool_]) -> dict[Corner, list[Corner]]:
    """Steps along edges of the mask by the corner they begin at."""
    padded = np.pad(mask, 1).astype(np.int8)
    down, across = np.diff(padded, axis=0)[:, 1:-1], np.diff(padded, axis=1)[1:-1]
    following: dict[Corner, list[Corner]] = {}
    for found, shift, step in (
        (down > 0, (0, 0), (0, 1)),
        (down < 0, (0, 1), (0, -1)),
        (across > 0, (1, 0), (-1, 0)),
        (across < 0, (0, 0), (1, 0)),
    ):
        for row, column in np.argwhere(found).tolist():
            following.setdefault((row + shift[0], column + shift[1]), []).append(step)
    return following


def _rightmost(steps: Sequence[Corner], heading: Corner) -> int:
    right = (heading[1], -heading[0])
    return steps.index(right) if len(steps) > 1 and right in steps else 0


def _without_middles(loop: Sequence[Corner]) -> NDArray[np.intp]:
    """(N, 2) corners at which the walk turns."""
    corners = np.array(loop, np.intp)
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    return corners[(np.sign(before) != np.sign(after)).any(axis=1)]


def _doubled_area(loop: NDArray[np.intp]) -> int:
    """Twice the area in pixels, positive for clockwise on the screen."""
    onward = np.roll(loop, -1, axis=0)
    return int((onward[:, 0] * loop[:, 1] - loop[:, 0] * onward[:, 1]).sum())


def _joined(part: NDArray[np.intp], holes: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
    """One outline that runs to each hole, around it and back; from the corner that is nearest to the hole's first."""
    whole = part
    for hole in holes:
        here = int(((whole - hole[0]) ** 2).sum(axis=1).argmin())
        whole = np.concatenate([whole[: here + 1], hole, hole[:1], whole[here:]])
    return whole.astype(np.float64)
