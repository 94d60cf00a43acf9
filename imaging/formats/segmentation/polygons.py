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
    loops = [_without_middles(loop) for loop in _loops(mask)]
    parts = [loop for loop in loops if _doubled_area(loop) > 0]
    holes: dict[int, list[NDArray[np.intp]]] = {n: [] for n in range(len(parts))}
    for hole in (loop for loop in loops if _doubled_area(loop) < 0):
        around = [n for n, part in enumerate(parts) if _encloses(part, hole)]
        holes[min(around, key=lambda n: _doubled_area(parts[n]))].append(hole)
    return [_joined(part, holes[n]) - 0.5 for n, part in enumerate(parts)]


def filled(polygon: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(J, I) of the pixels whose centres an outline encloses, by the even-odd rule; parts outside are cut off."""
    toggles = np.zeros((shape[0], shape[1] + 1), np.int64)
    rows, columns = _crossings(polygon, shape[0])
    np.add.at(toggles, (rows, np.clip(np.ceil(columns), 0, shape[1]).astype(np.intp)), 1)
    return np.cumsum(toggles[:, :-1], axis=1) % 2 == 1


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


def _encloses(part: NDArray[np.intp], hole: NDArray[np.intp]) -> bool:
    """Whether the pixel right of the hole's upper left corner, which is in the hole, is inside the part."""
    row, column = hole[np.lexsort((hole[:, 1], hole[:, 0]))[0]]
    rows, columns = _crossings(part.astype(np.float64) - 0.5, int(row) + 1)
    return bool(np.count_nonzero(columns[rows == row] < column) % 2)


def _joined(part: NDArray[np.intp], holes: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
    """One outline that runs to each hole, around it and back."""
    whole = part
    for hole in holes:
        apart = ((whole[:, None] - hole[None]) ** 2).sum(axis=2)
        here, there = np.unravel_index(int(apart.argmin()), apart.shape)
        around = np.roll(hole, -int(there), axis=0)
        whole = np.concatenate([whole[: here + 1], around, around[:1], whole[here:]])
    return whole.astype(np.float64)
