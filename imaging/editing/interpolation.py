"""Slices between drawn ones, from the distance to the outlines (Raya and Udupa, IEEE TMI 1990), middles aligned."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import grown
from imaging.editing.edit import Inside, Mask, Region, region_of
from imaging.geometry import Geometry
from imaging.progress import Report, silent


def interpolate(
    array: Mask,
    value: int,
    geometry: Geometry,
    axis: int = 0,
    report: Report = silent,
    places_mm: Sequence[float] = (),
) -> Region | None:
    """A label with the slices between those that hold it filled; None when there is nothing to fill.

    The signed distances of two neighbouring drawn slices, laid over one another by their middles, are blended; what
    is drawn stays. Millimetres within the slices count, also where pixels are not square.

    Args:
        axis: 0, 1 or 2: the index that counts the slices.
        places_mm: where each slice lies along that axis; evenly spaced when left out.

    Raises:
        Cancelled: by ``report``.
    """
    region = region_of(array, (value,))
    if region is None:
        return None
    room = [0 if a == axis else 2 for a in range(3)]
    box = grown(region.box, room, array.shape)
    inside = region.within(box)
    planes = np.moveaxis(inside, axis, 0)
    drawn = [int(k) for k in np.flatnonzero(planes.any(axis=(1, 2)))]
    gaps = [(a, b) for a, b in pairwise(drawn) if b > a + 1]
    places = (places_mm or range(array.shape[axis]))[box[axis]]
    spacing = [step for a, step in enumerate(geometry.spacing_mm) if a != axis]
    for done, (first, last) in enumerate(gaps):
        report(done, len(gaps), "Filling slices")
        shares = shares_of_way(places[first : last + 1])
        planes[first + 1 : last] = _between(planes[first], planes[last], shares, spacing)
    return Region(box, inside) if gaps else None


def shares_of_way(places: Sequence[float]) -> list[float]:
    """How much of the way from the first place to the last lies before each place between them."""
    start, *between, end = places
    return [(place - start) / (end - start) for place in between]


def _between(one: Inside, other: Inside, shares: Sequence[float], spacing: list[float]) -> Inside:
    """(N, R, C) bool: the slices between two, each at its share of the way."""
    from scipy import ndimage  # late: the window opens without it

    distances = [signed_mm(part, spacing) for part in (one, other)]
    middles = [np.array(ndimage.center_of_mass(part)) for part in (one, other)]
    filled = np.empty((len(shares), *one.shape), bool)
    for number, share in enumerate(shares):
        middle = (1 - share) * middles[0] + share * middles[1]
        first, last = (
            ndimage.shift(far, middle - own, order=1, mode="nearest")
            for far, own in zip(distances, middles, strict=True)
        )
        filled[number] = (1 - share) * first + share * last < 0
    return filled


def signed_mm(inside: Inside, spacing: list[float]) -> NDArray[np.float64]:
    """(R, C) mm: to the outline, which runs half way between centres; negative inside."""
    half = min(spacing) / 2
    padded = np.pad(inside, 1)
    out, deep = _distance_mm(~padded, spacing)[1:-1, 1:-1], _distance_mm(padded, spacing)[1:-1, 1:-1]
    return np.where(inside, half - deep, out - half)


def _distance_mm(inside: Inside, spacing: list[float]) -> NDArray[np.float64]:
    from scipy import ndimage  # late: the window opens without it

    return cast("NDArray[np.float64]", ndimage.distance_transform_edt(inside, sampling=spacing))
