"""Islands: voxels of a label that hang together by their faces."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Voxel, plane_through, voxel_in
from imaging.editing.edit import Inside, Mask, Region, region_of
from imaging.geometry import Geometry


def islands(inside: Inside) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(K, J, I) island numbers from 1, 0 outside, and the voxels of each; number 0 counts none."""
    _image, numbers = _numbered(inside)
    return numbers.copy(), _sizes(numbers, inside)


def largest(inside: Inside) -> Inside:
    """The voxels of the largest island; the first of equals."""
    _image, numbers = _numbered(inside)
    sizes = _sizes(numbers, inside)
    return inside if len(sizes) < 3 else numbers == np.uint32(np.argmax(sizes))


def connected(inside: Inside, voxel: Voxel) -> Inside:
    """(K, J, I) bool: what hangs together with a voxel, nothing where that is outside; what is not reached is quick."""
    import SimpleITK  # late: the window opens without it

    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(inside).view(np.uint8))
    seed = [int(n) for n in reversed(voxel)]  # it takes no numbers of numpy's
    return SimpleITK.GetArrayFromImage(SimpleITK.ConnectedThreshold(image, [seed], 1, 1)).view(np.bool_)


def _numbered(inside: Inside) -> tuple[object, NDArray[np.uint32]]:
    """An image of island numbers, and a view of its memory: it is gone when nothing holds the image."""
    import SimpleITK  # late: the window opens without it

    image = SimpleITK.ConnectedComponent(SimpleITK.GetImageFromArray(np.ascontiguousarray(inside).view(np.uint8)))
    return image, SimpleITK.GetArrayViewFromImage(image)


def _sizes(numbers: NDArray[np.uint32], inside: Inside) -> NDArray[np.int64]:
    return np.bincount(numbers[inside], minlength=1).astype(np.int64)


def keep_largest(array: Mask, value: int, flat: bool = False) -> Region | None:
    """The largest island of a label; None when the label is empty.

    Args:
        flat: of each slice by itself, which keeps its own.
    """
    region = region_of(array, (value,))
    if region is None:
        return None
    return Region(region.box, np.concatenate([largest(part) for part in _parts(region.inside, flat)]))


def without_small(array: Mask, value: int, least_voxels: int, flat: bool = False) -> Region | None:
    """A label without islands of fewer voxels than ``least_voxels``; None when the label is empty.

    Args:
        flat: of each slice by itself.
    """
    region = region_of(array, (value,))
    if region is None:
        return None
    found = [islands(part) for part in _parts(region.inside, flat)]
    return Region(region.box, np.concatenate([(sizes >= max(least_voxels, 1))[numbers] for numbers, sizes in found]))


def voxels_of(volume_mm3: float, geometry: Geometry) -> int:
    """The least number of voxels whose volume is not below ``volume_mm3``; of pixels where there are no millimetres."""
    return int(np.ceil(volume_mm3 / float(np.prod(geometry.spacing_mm)) - 1e-9))


def island_at(array: Mask, voxel: Voxel) -> Region | None:
    """The island under a voxel, of the label it has; None on background."""
    value = int(array[voxel])
    region = region_of(array, (value,)) if value else None
    if region is None:
        return None
    return Region(region.box, connected(region.inside, voxel_in(voxel, region.box)))


def split(array: Mask, value: int, others: tuple[int, ...], flat: bool = False) -> Mask | None:
    """A mask in which the islands of a label, largest first, have the label and then ``others``; None when empty.

    Islands beyond the labels given keep the label.

    Args:
        flat: of each slice by itself; those of every slice begin with the label.
    """
    region = region_of(array, (value,))
    if region is None:
        return None
    new = array.copy()
    for part, inside in zip(_parts(new[region.box], flat), _parts(region.inside, flat), strict=True):
        numbers, sizes = islands(inside)
        part[inside] = _values(sizes, value, others)[numbers[inside]]
    return new


def _values(sizes: NDArray[np.int64], value: int, others: tuple[int, ...]) -> NDArray[np.uint8]:
    """The label of each island: the largest has ``value``, the next ones ``others``, those beyond ``value``."""
    table = np.full(len(sizes), value, np.uint8)
    order = [int(number) for number in np.argsort(-sizes, kind="stable") if sizes[number]]
    for number, other in zip(order[1:], others, strict=False):
        table[number] = other
    return table


def flood(array: Mask, voxel: Voxel, axis: int | None) -> Region:
    """The voxels around one that have its label and hang together: a hole, the background or a segment.

    Args:
        axis: stay in the plane across this axis of the array; None for all directions.
    """
    box = plane_through(voxel, axis, array.shape)
    part = Region(box, connected(array[box] == array[voxel], voxel_in(voxel, box))).tight()
    assert part is not None, "the voxel itself is alike"
    return part


def holes(array: Mask, value: int, flat: bool = False) -> Region | None:
    """A label with its holes: voxels of any other value from which no way by faces leads out of its box.

    Args:
        flat: of each slice by itself; no way leads to the next.
    """
    region = region_of(array, (value,))
    if region is None:
        return None
    return Region(region.box, np.concatenate([_filled(part, not flat) for part in _parts(region.inside, flat)]))


def _parts(voxels: NDArray[Any], flat: bool) -> NDArray[Any]:
    """(N, K, J, I) view: each slice by itself where they are ``flat``, else all of them as one."""
    return voxels[:, None] if flat else voxels[None]


def _filled(inside: Inside, deep: bool) -> Inside:
    """(K, J, I) bool with what is closed in; ``deep`` where ways lead out across the slices, too."""
    outside = np.pad(~inside, [(int(deep), int(deep)), (1, 1), (1, 1)], constant_values=True)
    numbers, _ = islands(outside)
    closed = numbers != numbers[0, 0, 0]
    return closed[1:-1, 1:-1, 1:-1] if deep else closed[:, 1:-1, 1:-1]
