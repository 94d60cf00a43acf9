"""Smoothing of one label or of all together; radii and widths in millimetres."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import grown
from imaging.editing.edit import Inside, Mask, Region, region_of
from imaging.editing.margins import inward, outward, padded
from imaging.geometry import Geometry
from imaging.progress import Report, silent

Smoothing = Literal["median", "opening", "closing", "gaussian"]


def smooth(array: Mask, value: int, geometry: Geometry, how: Smoothing, radius_mm: float) -> Region | None:
    """A label made smoother; None when it is empty.

    ``opening`` takes away what a ball does not fit into, ``closing`` fills what a ball outside does not reach,
    ``median`` gives each voxel what most of the voxels within the radius are, ``gaussian`` what weighs more under a
    bell with the radius as standard deviation.
    """
    region = padded(array, value, geometry, 3 * radius_mm)
    if region is None:
        return None
    inside = region.inside
    match how:
        case "opening":
            inside = outward(inward(inside, geometry, radius_mm), geometry, radius_mm)
        case "closing":
            inside = _closed(inside, geometry, radius_mm)
        case "median":
            inside = _share_within(inside, geometry, radius_mm) > 0.5
        case "gaussian":
            inside = _blurred(inside, geometry, radius_mm) > 0.5
    return Region(region.box, inside)


def smooth_jointly(array: Mask, geometry: Geometry, sigma_mm: float, report: Report = silent) -> Mask | None:
    """A mask in which every voxel has the label that weighs most around it, background too; None when it is empty.

    Labels that touch stay in touch: no gaps open between them and none overlaps, unlike smoothing one by one.

    Raises:
        Cancelled: by ``report``.
    """
    values = [int(value) for value in np.flatnonzero(np.bincount(array.ravel(), minlength=256)) if value]
    if not values:
        return None
    new, boxed = array.copy(), region_of(array, values)
    assert boxed is not None, "there are labels"
    box = grown(boxed.box, (1, 1, 1), array.shape)  # beyond it lies background
    part = array[box]
    most = _blurred(part == 0, geometry, sigma_mm)
    chosen = np.zeros(part.shape, np.uint8)
    for done, value in enumerate(values):
        report(done, len(values), "Smoothing")
        weight = _blurred(part == value, geometry, sigma_mm)
        wins = weight > most
        chosen[wins] = value
        most[wins] = weight[wins]
    new[box] = chosen
    return new


def _closed(inside: Inside, geometry: Geometry, radius_mm: float) -> Inside:
    """Grown and worn back, with room beyond the edge of the volume to grow into."""
    room = [int(radius_mm / step) + 2 for step in geometry.spacing_mm]
    large = inward(outward(np.pad(inside, [(n, n) for n in room]), geometry, radius_mm), geometry, radius_mm)
    own = tuple(slice(n, n + size) for n, size in zip(room, inside.shape, strict=True))
    return inside | large[own]


def _blurred(inside: Inside, geometry: Geometry, sigma_mm: float) -> NDArray[np.float32]:
    from scipy import ndimage  # late: the window opens without it

    sigma = [sigma_mm / step for step in geometry.spacing_mm]
    return np.asarray(ndimage.gaussian_filter(inside.astype(np.float32), sigma, mode="nearest"), np.float32)


def _share_within(inside: Inside, geometry: Geometry, radius_mm: float) -> NDArray[np.float32]:
    """(K, J, I) float32: which share of the voxels within the radius is inside."""
    from scipy import signal  # late: the window opens without it

    reach = [int(radius_mm / step + 1e-9) for step in geometry.spacing_mm]
    z, y, x = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    dz, dy, dx = geometry.spacing_mm
    ball = ((z * dz) ** 2 + (y * dy) ** 2 + (x * dx) ** 2 <= radius_mm**2 + 1e-9).astype(np.float32)
    edges = [(n, n) for n in reach]
    share = signal.fftconvolve(np.pad(inside.astype(np.float32), edges, mode="edge"), ball / ball.sum(), mode="valid")
    return np.asarray(share, np.float32).round(4)
