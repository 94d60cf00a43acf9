"""Values to grey levels: the VOI transformation of DICOM PS3.3 C.11.2.1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.volume import VoiTable, Volume, Window, percentile_window

Voi = Window | VoiTable
"""What makes values grey: a window with its function, or a table (DICOM PS3.3 C.11.2)."""

_TABLE_PAYS_FROM = 1 << 16
"""Fewer values than a 16-bit table has entries are cheaper to compute one by one."""


def proposals(volume: Volume, k: int | None = None) -> tuple[Voi, ...]:
    """The windows and tables that the file proposes, its first window first.

    Args:
        volume: what is to be shown.
        k: the slice whose own window comes first, where each has one.
    """
    first = () if k is None or not volume.slice_windows else (volume.slice_windows[k],)
    return (*(first or volume.windows[:1]), *volume.windows[1:], *volume.voi_tables)


def default_voi(volume: Volume, k: int | None = None) -> Voi:
    """The file's first window, else its first table, else :meth:`Volume.default_window`.

    Args:
        volume: what is to be shown.
        k: look at this slice only, while the others are still loading, or where each has a window of its own.
    """
    if k is not None and volume.slice_windows:
        return volume.slice_windows[k]
    return (proposals(volume) or (volume.default_window(k),))[0]


def equivalent_window(table: VoiTable) -> Window:
    """The linear window through the middle half of a table's grey levels, to go on from by hand."""
    middle = np.flatnonzero((table.grey >= 64) & (table.grey < 192))
    first, last = (int(middle[0]), int(middle[-1])) if middle.size else (0, len(table.grey) - 1)
    share = 2 if middle.size else 1
    return Window(table.first + (first + last) / 2, max(share * (last - first), 1.0), table.name)


def to_grey(
    plane: NDArray[Any], voi: Voi, inverted: bool = False, padding: tuple[float, float] | None = None
) -> NDArray[np.uint8]:
    """Grey levels of a plane, in its shape: uint8, 0 is black and 255 is white.

    Values of 8 and 16 bits go through a table, so that any window costs the same.

    Args:
        plane: values after the modality LUT, any shape.
        voi: what goes from black to white, and how.
        inverted: MONOCHROME1, or a person's wish: low values are bright.
        padding: lowest and highest value that mean "outside the image"; drawn black, inverted or not.
    """
    small = np.issubdtype(plane.dtype, np.integer) and plane.dtype.itemsize <= 2
    if not small or plane.size <= _TABLE_PAYS_FROM:
        return _levels(plane, voi, inverted, padding)
    bits = np.dtype(f"u{plane.dtype.itemsize}")
    table = _levels(np.arange(1 << 8 * bits.itemsize, dtype=bits).view(plane.dtype), voi, inverted, padding)
    return np.take(table, plane.view(bits))


def _levels(values: NDArray[Any], voi: Voi, inverted: bool, padding: tuple[float, float] | None) -> NDArray[np.uint8]:
    grey = _looked_up(values, voi) if isinstance(voi, VoiTable) else _windowed(values, voi)
    if inverted:
        np.subtract(255, grey, out=grey)
    if padding is not None:
        grey[(values >= padding[0]) & (values <= padding[1])] = 0
    return grey


def _looked_up(values: NDArray[Any], table: VoiTable) -> NDArray[np.uint8]:
    """Grey by the table, whose ends go on to both sides (PS3.3 C.11.2.1.1); fractions go to the nearest entry."""
    index = np.clip(values.astype(np.float64) - table.first, 0, len(table.grey) - 1)
    return table.grey[np.rint(np.nan_to_num(index)).astype(np.intp)]


def _windowed(values: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    if window.function == "SIGMOID":
        shown = _sigmoid(values, window)
    elif window.function == "LINEAR_EXACT" or window.width < 1:
        shown = _linear_exact(values, window)
    else:
        shown = _linear(values, window)
    return np.nan_to_num(255 * np.clip(shown, 0, 1) + 0.5).astype(np.uint8)


def _linear(values: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """0 to 1 within the window by the LINEAR function of PS3.3 C.11.2.1.2.1, which counts whole values."""
    above = values - (window.centre - 0.5)
    if window.width == 1:
        return np.asarray(above > 0, float)
    return above / (window.width - 1) + 0.5


def _linear_exact(values: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """0 to 1 within the window by LINEAR_EXACT of PS3.3 C.11.2.1.3.2: for fractions, and for widths below one."""
    return (values.astype(np.float64) - window.centre) / max(window.width, np.finfo(float).tiny) + 0.5


def _sigmoid(values: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """0 to 1 by the SIGMOID function of PS3.3 C.11.2.1.3.1, which has no ends."""
    steepness = -4 / max(window.width, np.finfo(float).tiny)
    return 1 / (1 + np.exp(np.clip((values.astype(np.float64) - window.centre) * steepness, -700, 700)))


def window_of(
    values: NDArray[Any],
    padding: tuple[float, float] | None = None,
    name: str = "",
    percent: tuple[float, float] = (0.5, 99.5),
) -> Window:
    """The window between two percentiles of ``values``; padding and what is not finite is left out."""
    inside = values[np.isfinite(values)]
    if padding is not None:
        inside = inside[(inside < padding[0]) | (inside > padding[1])]
    return percentile_window(inside, name, percent)
