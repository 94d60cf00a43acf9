"""Taking a label over to the next slice or frame, along the movement between the two pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import on_plane, part_about
from imaging.editing.edit import Inside, Mask, Region
from imaging.editing.greys import grey_plane
from imaging.volume import Volume

SAME_PLACE_MM = 0.01
PARALLEL = 0.999
ROOM_PX = 24
"""How far beyond the label the pictures are compared."""


def obstacle(volume: Volume, axis: int = 0) -> str:
    """Why nothing can be followed from plane to plane across ``axis``; empty where it can."""
    if volume.geometry.shape_kji[axis] < 2:
        return "there is only one picture"
    if volume.kind == "clip":
        return "" if axis == 0 else "a clip is followed from frame to frame only"
    if volume.kind == "volume":
        return ""
    if not volume.slice_geometries:
        return "these are separate pictures, and nothing goes on from one to the next"
    normals = np.array([each.axes_lps[0] for each in volume.slice_geometries])
    if (np.abs(normals @ normals[0]) < PARALLEL).any():
        return "these slices are not parallel, and nothing goes on from one to the next"
    if (np.abs(np.diff(slice_places_mm(volume))) < SAME_PLACE_MM).any():
        return "several of these slices lie at one position, as phases or b values do, and nothing moves between them"
    return ""


def slice_places_mm(volume: Volume) -> tuple[float, ...]:
    """Where slices that make no regular grid lie along the normal of the first; empty where they make one."""
    slices = volume.slice_geometries
    return tuple(float(np.dot(each.origin_lps, slices[0].axes_lps[0])) for each in slices)


def empty_ahead(values: NDArray[Any], index: int, step: int, axis: int = 0) -> bool:
    """True where the next plane holds one value only, as in a gap of a regularised series."""
    planes = np.moveaxis(values, axis, 0)
    return 0 <= index + step < len(planes) and bool((planes[index + step] == planes[index + step].flat[0]).all())


def propagate(array: Mask, value: int, values: NDArray[Any], index: int, step: int, axis: int = 0) -> Region | None:
    """What a label of plane ``index`` becomes on plane ``index + step``; None without either.

    The pictures of both planes are laid over one another by optical flow (iterative Lucas and Kanade; Le Besnerais and
    Champagnat, ICIP 2005), and the outline goes along.

    Args:
        array: (K, J, I) labels.
        values: (K, J, I) of the image, or (K, J, I, 3) in colour.
        axis: the index that counts the planes.
    """
    labels, pictures = np.moveaxis(array, axis, 0), np.moveaxis(values, axis, 0)
    following = index + step
    if not (0 <= index < len(labels) and 0 <= following < len(labels)):
        return None
    inside = labels[index] == value
    if not inside.any():
        return None
    rows, columns = part_about(inside, ROOM_PX)
    here, there = (grey_plane(pictures[k][rows, columns]) for k in (index, following))
    moved = _moved(inside[rows, columns], here, there)
    return Region(on_plane((rows, columns), axis, following), np.expand_dims(moved, axis)).tight()


def _moved(inside: Inside, here: NDArray[Any], there: NDArray[Any]) -> Inside:
    from scipy import ndimage  # late: the window opens without it
    from skimage.registration import optical_flow_ilk

    low, high = (float(v) for v in np.percentile(here.astype(np.float32), (1, 99)))
    scale = max(high - low, 1e-6)
    first, second = (np.clip((picture.astype(np.float32) - low) / scale, 0, 1) for picture in (here, there))
    flow = optical_flow_ilk(second, first, radius=9, prefilter=True)
    places = np.stack(np.meshgrid(*(np.arange(n) for n in inside.shape), indexing="ij")) + flow
    share = np.asarray(ndimage.map_coordinates(inside.astype(np.float32), places, order=1, mode="constant"))
    return share >= 0.5
