"""Between two frames that a person drew: the outline goes along with the picture, from both ends at once."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, along, on_plane, part_about, whole
from imaging.editing.edit import Inside, Mask
from imaging.editing.greys import greys
from imaging.editing.interpolation import shares_of_way, signed_mm
from imaging.progress import Report, silent

Floats = NDArray[np.float32]

ROOM_PX = 24
"""So far about the outlines of both ends the pictures are looked at."""
SIDE_PX = 128
"""Larger parts are looked at coarsely: movement is smooth, and the time grows with the area."""
RADIUS_PX, WARPS = 7, 3


def fill_between(
    array: Mask,
    value: int,
    image: NDArray[Any],
    keyframes: Sequence[int],
    axis: int = 0,
    report: Report = silent,
    places_mm: Sequence[float] = (),
) -> tuple[Box, Mask] | None:
    """A box and what it holds when the frames between keyframes are filled; None where there are none between.

    From frame to frame the movement is found by optical flow (iterative Lucas and Kanade; Le Besnerais and Champagnat,
    ICIP 2005), forward from the keyframe before and backward from the one after; the distances to both outlines,
    carried along, are blended, the nearer keyframe weighing more. Keyframes stay, and so does every voxel of another
    label.

    Args:
        array: (K, J, I) labels.
        value: the label.
        image: (K, J, I) of the image, or (K, J, I, 3) in colour.
        keyframes: frames that hold the label as it is meant; others are ignored.
        axis: the index that counts the frames.
        places_mm: where each frame lies along that axis; evenly spaced when left out.

    Raises:
        Cancelled: by ``report``.
    """
    frames = np.moveaxis(array, axis, 0)
    keys = [k for k in sorted(set(keyframes)) if 0 <= k < len(frames) and (frames[k] == value).any()]
    gaps = [(a, b) for a, b in pairwise(keys) if b > a + 1]
    if not gaps:
        return None
    first, last = gaps[0][0], gaps[-1][1]
    filled = frames[first : last + 1].copy()
    places = places_mm or range(len(frames))
    count, done = sum(2 * (b - a) for a, b in gaps), 0

    def tick() -> None:
        nonlocal done
        report(done, count, "Following the picture between keyframes")
        done += 1

    for a, b in gaps:
        ends = frames[a] == value, frames[b] == value
        part = part_about(ends[0] | ends[1], ROOM_PX)
        picture = partial(_picture, image, axis, part)
        inside = _between((ends[0][part], ends[1][part]), picture, a, shares_of_way(places[a : b + 1]), tick)
        between = filled[a + 1 - first : b - first]
        between[between == value] = 0
        held = between[(slice(None), *part)]
        held[inside & (held == 0)] = value
    return along(whole(array.shape), axis, slice(first, last + 1)), np.moveaxis(filled, 0, axis)


def _picture(image: NDArray[Any], axis: int, part: tuple[slice, slice], k: int) -> Floats:
    """(R, C) float32: grey values of a part of a frame."""
    return greys(image, on_plane(part, axis, k)).squeeze(axis)


def _between(
    ends: tuple[Inside, Inside],
    picture: Callable[[int], Floats],
    a: int,
    shares: Sequence[float],
    tick: Callable[[], None],
) -> Inside:
    """(N, R, C) bool: the frames after ``a``, each at its share of the way to the other end."""
    shape, b = ends[0].shape, a + len(shares) + 1
    step = max(1, -(-max(shape) // SIDE_PX))
    low, high = (float(value) for value in np.percentile(picture(a), (1, 99)))

    def seen(k: int) -> Floats:
        return np.clip((_coarse(picture(k), step) - low) / max(high - low, 1e-6), 0, 1)

    outlines = [signed_mm(end, [1.0, 1.0]).astype(np.float32) for end in ends]
    forward = [each.astype(np.float16) for each in _carried(outlines[0], range(a, b), seen, step, tick)]
    backward = _carried(outlines[1], range(b, a, -1), seen, step, tick)
    inside = np.empty((len(shares), *shape), np.bool_)
    for number, after in zip(reversed(range(len(shares))), backward, strict=True):
        share = shares[number]
        inside[number] = (1 - share) * forward[number] + share * after < 0
    return inside


def _carried(
    outline: Floats, frames: range, seen: Callable[[int], Floats], step: int, tick: Callable[[], None]
) -> Iterator[Floats]:
    """(R, C) float32 for each frame after the first: the distances of its outline, where the picture carried them.

    Movements are added up, so that the outline is looked up once and does not blur.
    """
    from scipy import ndimage  # late: the window opens without it
    from skimage.registration import optical_flow_ilk

    here = seen(frames[0])
    grid = np.stack(np.meshgrid(*(np.arange(size, dtype=np.float32) for size in here.shape), indexing="ij"))
    places = grid.copy()
    for k in frames[1:]:
        tick()
        there = seen(k)
        flow = optical_flow_ilk(there, here, radius=RADIUS_PX, num_warp=WARPS, dtype=np.float32)
        places = np.stack([ndimage.map_coordinates(each, grid + flow, order=1, mode="nearest") for each in places])
        places += _overrun(grid + flow, here.shape)
        yield _looked_up(outline, places.astype(np.float32), step)
        here = there


def _overrun(places: Floats, shape: tuple[int, ...]) -> Floats:
    """How far places lie outside of the part that is looked at; there the last movement goes on."""
    most = np.array(shape, np.float32)[:, None, None] - 1
    return places - np.clip(places, 0, most)


def _looked_up(outline: Floats, places: Floats, step: int) -> Floats:
    """The outline's distances at coarse places, on its own grid."""
    from scipy import ndimage  # late: the window opens without it

    fine = places if step == 1 else np.stack([_fine(each, outline.shape, step) for each in places]) * step
    fine = fine if step == 1 else fine + (step - 1) / 2
    return np.asarray(ndimage.map_coordinates(outline, fine, order=1, mode="nearest"), np.float32)


def _coarse(picture: Floats, step: int) -> Floats:
    """The mean of each block of ``step`` pixels; the edge is repeated to fill the last ones."""
    if step == 1:
        return picture
    padded = np.pad(picture, [(0, -size % step) for size in picture.shape], mode="edge")
    rows, columns = (size // step for size in padded.shape)
    return padded.reshape(rows, step, columns, step).mean(axis=(1, 3))


def _fine(values: Floats, shape: tuple[int, ...], step: int) -> Floats:
    """Values at the middles of blocks, on every pixel; beyond the outermost middles they go on in a line."""
    rows, columns = ((np.arange(size) - (step - 1) / 2) / step for size in shape)
    return _along(_along(values, rows, 0), columns, 1).astype(np.float32)


def _along(values: Floats, places: NDArray[np.float64], axis: int) -> Floats:
    low = np.clip(np.floor(places).astype(int), 0, max(values.shape[axis] - 2, 0))
    share = (places - low).reshape((-1, 1) if axis == 0 else (1, -1)).astype(np.float32)
    high = np.minimum(low + 1, values.shape[axis] - 1)
    mixed = values.take(low, axis) * (1 - share) + values.take(high, axis) * share
    return mixed.astype(np.float32)
