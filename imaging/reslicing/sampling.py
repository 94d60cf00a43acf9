"""The kernels, loaded when first needed and run by several threads, each on rows of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from os import cpu_count
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Projection = Literal["max", "min", "mean"]
Span = tuple[int, int]
"""Rows or columns of a plane: the first, and the one after the last."""

_SMALL = 1 << 14
_SMALL_NEAREST = 1 << 19
"""Picking a voxel costs little beside blending eight: threads are worth their start only for so many more."""
_MOST_THREADS = 8
_PARTS = 4
"""Parts for each thread: one whose core is busy with other work leaves the rest to the others."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where a plane lies in an array.

    Attributes:
        origin: (3,) index k, j, i of pixel (0, 0).
        steps: (3, 3) steps of that index from plane to plane, row to row and column to column.
    """

    origin: NDArray[np.float64]
    steps: NDArray[np.float64]


def sample_linear(
    array: NDArray[Any],
    place: Place,
    side: int,
    how: Projection,
    outside: float,
    out: NDArray[Any],
    rows: tuple[int, int] | None = None,
) -> None:
    """Write to ``out`` (R, C), or to some ``rows`` of it, what lies in ``side`` planes before and behind ``place``,
    linearly interpolated.
    """
    kernels, whole = _kernels(), array.dtype.kind in "iu"
    _in_threads(
        out,
        lambda rows: kernels.linear(
            array, place.origin, place.steps, (-side, side + 1), kernels.CODES[how], outside, whole, out, rows
        ),
        rows,
    )


def sample_nearest(
    array: NDArray[Any], place: Place, outside: float, out: NDArray[Any], part: tuple[Span, Span] | None = None
) -> None:
    """Write to ``out`` (R, C), or to ``part`` of its rows and columns, the voxels that the pixels' centres lie in."""
    kernels = _kernels()
    all_rows, columns = part or ((0, out.shape[0]), (0, out.shape[1]))
    _in_threads(
        out[:, columns[0] : columns[1]],
        lambda rows: kernels.nearest(array, place.origin, place.steps, outside, out, rows, columns),
        all_rows,
        _SMALL_NEAREST,
    )


def project(planes: NDArray[Any], how: Projection) -> NDArray[Any]:
    """(R, C, ...) of whole planes (P, R, C, ...), of their type: the largest, smallest or mean values.

    NaN has no share: it stays only where there is nothing else.
    """
    if planes.ndim == 3 and planes.strides[0] == planes.itemsize:
        return _project_along_rows(planes, how)
    if planes.dtype.kind not in "iu":
        return _project_numbers(planes, how)
    if how == "max":
        return planes.max(axis=0)
    if how == "min":
        return planes.min(axis=0)
    return np.floor(planes.mean(axis=0, dtype=np.float64) + 0.5).astype(planes.dtype)


def _project_numbers(planes: NDArray[Any], how: Projection) -> NDArray[Any]:
    if how == "max":
        return np.fmax.reduce(planes, axis=0)
    if how == "min":
        return np.fmin.reduce(planes, axis=0)
    total, count = np.nansum(planes, axis=0, dtype=np.float64), np.count_nonzero(~np.isnan(planes), axis=0)
    return np.where(count, total / np.maximum(count, 1), np.nan).astype(planes.dtype)


def _project_along_rows(planes: NDArray[Any], how: Projection) -> NDArray[Any]:
    """Neighbours in memory lie across the planes: one thread reads them together."""
    kernels = _kernels()
    project = kernels.along_rows if planes.dtype.kind in "iu" else kernels.numbers_along_rows
    out = np.empty(planes.shape[1:], planes.dtype)
    lines = planes.transpose(1, 2, 0)
    _in_threads(out, lambda rows: project(lines, kernels.CODES[how], out, rows))
    return out


def _in_threads(
    out: NDArray[Any],
    write: Callable[[tuple[int, int]], None],
    rows: tuple[int, int] | None = None,
    small: int = _SMALL,
) -> None:
    """Have the rows of ``out``, from first to end, written by as many threads as there are cores, a few at a time.

    Args:
        small: fewer pixels are written by one thread.
    """
    first, end = rows or (0, out.shape[0])
    threads = min(cpu_count() or 1, _MOST_THREADS)
    if threads == 1 or (end - first) * out.shape[1] < small:
        write((first, end))
        return
    ends = np.linspace(first, end, min(end - first, _PARTS * threads) + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads, "wetread-planes") as pool:
        list(pool.map(write, pairwise(ends)))


def keeps_code() -> bool:
    """Whether an earlier run left machine code on the disk, or there is no folder to leave it in."""
    code = _kernels().linear
    folder = code.stats.cache_path
    return folder is None or any(Path(folder).glob(f"{code.py_func.__module__.split('.')[-1]}.linear-*.nbi"))


@cache
def _kernels() -> ModuleType:
    from imaging.reslicing import kernels  # numba takes longer to load than a window to open

    return kernels
