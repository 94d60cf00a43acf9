"""Where the lungs lie in an axial CT slice, well enough to crop to them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LungBox = tuple[int, int, int, int]
"""First row, end row, first column, end column."""

AIR_BELOW_HU = -400.0
SMALLEST_LUNG_SHARE = 0.03
"""Less air than this share of the body is bowel or windpipe, not lung."""
MARGIN_MM = 12.0
"""The training pictures end about this far outside the pleura."""
SMOOTHING_MM = 4.0


def lung_box(plane_hu: NDArray[Any], row_mm: float, column_mm: float) -> LungBox:
    """The box around the lungs with a margin; around the body where there is no lung; everything where neither is.

    Args:
        plane_hu: (rows, columns), HU.
        row_mm, column_mm: distance between rows and between columns.
    """
    tissue = _opened(plane_hu > AIR_BELOW_HU, row_mm, column_mm)
    inside = _enclosed(tissue)
    air = _opened(inside & ~tissue, row_mm, column_mm)
    wanted = air if air.sum() > SMALLEST_LUNG_SHARE * max(inside.sum(), 1) else tissue
    if not wanted.any():
        return 0, plane_hu.shape[0], 0, plane_hu.shape[1]
    first_row, end_row = _extent(np.asarray(wanted.any(1)), MARGIN_MM / row_mm)
    first_column, end_column = _extent(np.asarray(wanted.any(0)), MARGIN_MM / column_mm)
    return first_row, end_row, first_column, end_column


def _enclosed(tissue: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True where tissue lies somewhere on all four sides."""
    sides = [tissue, tissue[::-1], tissue.T, tissue.T[::-1]]
    down, up, right, left = (np.logical_or.accumulate(side) for side in sides)
    return down & up[::-1] & right.T & left[::-1].T


def _opened(mask: NDArray[np.bool_], row_mm: float, column_mm: float) -> NDArray[np.bool_]:
    """The mask without what is thinner than the smoothing length: table, blanket, vessels, noise."""
    half = [round(SMOOTHING_MM / mm / 2) for mm in (row_mm, column_mm)]
    return _spread(~_spread(~mask, half), half)


def _spread(mask: NDArray[np.bool_], half: list[int]) -> NDArray[np.bool_]:
    """True within ``half`` rows and columns of what is true."""
    down = _spread_down(mask, half[0])
    return _spread_down(down.T, half[1]).T


def _spread_down(mask: NDArray[np.bool_], half: int) -> NDArray[np.bool_]:
    rows = np.pad(mask, ((half, half), (0, 0)))
    found = mask.copy()
    for first in range(2 * half + 1):
        found |= rows[first : first + len(mask)]
    return found


def _extent(line: NDArray[np.bool_], margin: float) -> tuple[int, int]:
    found = np.flatnonzero(line)
    return max(0, round(found[0] - margin)), min(len(line), round(found[-1] + 1 + margin))
