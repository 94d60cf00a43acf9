"""The cardiothoracic ratio proposed from masks of heart and lungs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import triples
from imaging.labelmap import Label, Labelmap
from imaging.measurement.lines import CardiothoracicRatio
from imaging.measurement.ruler import Ground, Points
from imaging.volume import Volume

HEART, LUNGS = ("heart", "cardiac"), ("lung",)
"""What a label's name contains that stands for the one or the other."""


def can_propose(labels: Sequence[Label]) -> bool:
    """True when the labels name a heart and at least one lung."""
    return bool(_values(labels, HEART) and _values(labels, LUNGS))


def proposed_ratio(labelmap: Labelmap, volume: Volume) -> CardiothoracicRatio | None:
    """The ratio on the slice where the heart is widest; None where no slice shows both.

    The heart reaches from its outermost column to the other; the chest is the widest row of the lungs. Both are taken
    to the outer edge of the pixels.
    """
    heart, lungs = (_inside(labelmap, names) for names in (HEART, LUNGS))
    slices = [int(k) for k in np.flatnonzero(heart.any(axis=(1, 2)) & lungs.any(axis=(1, 2)))]
    if not slices:
        return None
    k = max(slices, key=lambda k: int(np.ptp(np.flatnonzero(heart[k].any(axis=0)))))
    return CardiothoracicRatio(_placed(volume, k, (*_across(heart[k]), *_widest_row(lungs[k]))))


def _inside(labelmap: Labelmap, names: tuple[str, ...]) -> NDArray[np.bool_]:
    parts = [labelmap.inside(value) for value in _values(labelmap.labels, names)]
    return np.logical_or.reduce(parts) if parts else np.zeros(labelmap.array.shape, np.bool_)


def _values(labels: Sequence[Label], names: tuple[str, ...]) -> list[int]:
    return [label.value for label in labels if any(name in label.name.lower() for name in names)]


def _across(mask: NDArray[np.bool_]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The whole width of a mask, at the row in the middle between its outermost points."""
    columns = np.flatnonzero(mask.any(axis=0))
    first, last = int(columns[0]), int(columns[-1])
    row = float(np.mean([np.flatnonzero(mask[:, column]).mean() for column in (first, last)]))
    return (row, first - 0.5), (row, last + 0.5)


def _widest_row(mask: NDArray[np.bool_]) -> tuple[tuple[float, float], tuple[float, float]]:
    first, last = mask.argmax(axis=1), mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    row = int(np.argmax(np.where(mask.any(axis=1), last - first, -1)))
    return (float(row), float(first[row]) - 0.5), (float(row), float(last[row]) + 0.5)


def _placed(volume: Volume, k: int, pixels: tuple[tuple[float, float], ...]) -> Points:
    if Ground(volume).frame == "kji":
        return tuple((float(k), row, column) for row, column in pixels)
    places = volume.slice_geometry(k).point_lps([(0.0, row, column) for row, column in pixels])
    return triples(places)
