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
    tissue = _opened(np.ascontiguousarray(plane_hu > AIR_BELOW_HU), row_mm, column_mm)
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
    return _between(tissue) & _between(tissue.T).T


def _between(tissue: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows, columns) bool: from the first to the last true place of each row."""
    places, columns = np.arange(tissue.shape[1], dtype=np.int32), tissue.shape[1]
    first = np.where(tissue.any(1), tissue.argmax(1), columns).astype(np.int32)
    last = (columns - 1 - tissue[:, ::-1].argmax(1)).astype(np.int32)
    return np.asarray((places >= first[:, None]) & (places <= last[:, None]))


def _opened(mask: NDArray[np.bool_], row_mm: float, column_mm: float) -> NDArray[np.bool_]:
    """The mask without what is thinner than the smoothing length: table, blanket, vessels, noise."""
    half = [round(SMOOTHING_MM / mm / 2) for mm in (row_mm, column_mm)]
    return _spread(~_spread(~mask, half), half)


def _spread(mask: NDArray[np.bool_], half: list[int]) -> NDArray[np.bool_]:
    """True within ``half`` rows and columns of what is true; scipy's filters take thirty times as long."""
    down = _met(np.pad(mask, ((half[0], half[0]), (0, 0))), 2 * half[0] + 1)
    return _met(np.pad(down, ((0, 0), (half[1], half[1]))).T, 2 * half[1] + 1).T


def _met(lines: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """True where any of ``count`` lines is, this one and those that follow: twice as many with every step."""
    size = 1
    while size < count:
        step = min(size, count - size)
        lines = lines[:-step] | lines[step:]
        size += step
    return lines


def _extent(line: NDArray[np.bool_], margin: float) -> tuple[int, int]:
    found = np.flatnonzero(line)
    return max(0, round(found[0] - margin)), min(len(line), round(found[-1] + 1 + margin))
