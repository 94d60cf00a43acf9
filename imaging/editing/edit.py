"""A change to a mask as a value, the voxels it is made of, and which of them may be changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, Voxel, common, extent, only, placed, placed_in, size_of, union, whole
from imaging.editing.greys import as_grey
from imaging.layers import filled_up

Mask = NDArray[np.uint8]
Inside = NDArray[np.bool_]


@dataclass(frozen=True)
class MaskEdit:
    """A change of the voxels in ``box`` of a (K, J, I) mask, from ``before`` to ``after``.

    Attributes:
        layer: of the mask; None until it is applied, where it was made from the layer of the active label.
    """

    name: str
    box: Box
    before: Mask
    after: Mask
    layer: int | None = None

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return self.before.nbytes + self.after.nbytes

    def apply_to(self, array: Mask) -> None:
        """Write ``after`` into ``array``."""
        array[self.box] = self.after

    def reverted(self) -> "MaskEdit":
        """The change that takes this one back."""
        return MaskEdit(self.name, self.box, self.after, self.before, self.layer)

    def voxels(self) -> Mask:
        """(K, J, I) uint8 of the box: before XOR after."""
        return self.before ^ self.after


@dataclass(frozen=True, eq=False)
class Region:
    """Voxels of a grid: those of ``box`` that are ``inside``, (K, J, I) bool of the box's shape."""

    box: Box
    inside: Inside

    @property
    def count(self) -> int:
        """How many voxels."""
        return int(np.count_nonzero(self.inside))

    def holds(self, voxel: Voxel) -> bool:
        """Whether a voxel is one of them."""
        return bool(self.within(only(voxel)).any())

    def tight(self) -> "Region | None":
        """The same voxels in their smallest box; None without any."""
        part = extent(self.inside)
        return None if part is None else Region(placed(part, self.box), self.inside[part])

    def within(self, box: Box) -> Inside:
        """(K, J, I) bool of ``box``: the voxels of the region that lie in it."""
        inside = np.zeros(size_of(box), np.bool_)
        shared = common(self.box, box)
        if shared is not None:
            inside[placed_in(shared, box)] = self.inside[placed_in(shared, self.box)]
        return inside


@dataclass(frozen=True, eq=False)
class Editable:
    """Which voxels an edit may change.

    Attributes:
        locked: label values whose voxels stay as they are; none is added to them.
        only: label values that may be overwritten; None for all.
        values: (K, J, I) values of the image, or (K, J, I, 3) in colour, where ``low`` and ``high`` bound the grey.
        low, high: voxels with values outside stay as they are, both ends included.
    """

    locked: frozenset[int] = frozenset()
    only: frozenset[int] | None = None
    values: NDArray[Any] | None = None
    low: float = -np.inf
    high: float = np.inf

    def keep(self, inside: Inside, before: Mask, where: Box | Callable[[], NDArray[np.intp]]) -> None:
        """Leave of ``inside``, bool, the voxels that may change, where the mask now holds ``before``.

        Args:
            inside, before: (K, J, I) of a box, or (V,) of one voxel after the other.
            where: the box, or what gives the voxels' places as numpy counts ``array.flat``.
        """
        if self.only is not None:
            table = np.isin(np.arange(256), list(self.only))
            for part, values in zip(np.atleast_2d(inside), np.atleast_2d(before), strict=True):
                part &= table.take(values)
        for label in self.locked:
            inside &= before != np.uint8(label)
        if self.values is not None:
            voxels = where if isinstance(where, tuple) else np.unravel_index(where(), self.values.shape[:3])
            inside &= in_range(as_grey(self.values, voxels), self.low, self.high)


ANYWHERE = Editable()
"""Every voxel may change."""


def replace(array: Mask, new: Mask, name: str) -> MaskEdit | None:
    """The smallest change that turns ``array`` into ``new``; None when they are equal.

    Raises:
        ValueError: the shapes differ.
    """
    if array.shape != new.shape:
        raise ValueError(f"mask of shape {new.shape}: expected {array.shape}")
    return changed(array, whole(array.shape), new, name)


def replace_layers(layers: Sequence[Mask], new: Sequence[Mask], name: str) -> tuple[MaskEdit, ...]:
    """The smallest changes that turn the layers of a mask into others; layers that one side lacks are empty there.

    Raises:
        ValueError: the shapes differ.
    """
    count = max(len(layers), len(new))
    pairs = zip(filled_up(layers, count), filled_up(new, count), strict=True)
    found = ((n, replace(before, after, name)) for n, (before, after) in enumerate(pairs))
    return tuple(on_layer(edit, n) for n, edit in found if edit is not None)


def on_layer(edit: MaskEdit, layer: int) -> MaskEdit:
    """The change as one of this layer."""
    return MaskEdit(edit.name, edit.box, edit.before, edit.after, layer)


def changed(array: Mask, box: Box, new: Mask, name: str, editable: Editable = ANYWHERE) -> MaskEdit | None:
    """The smallest change that puts ``new`` into ``box`` as far as ``editable`` allows; None when nothing changes."""
    differs = array[box] != new
    for label in editable.locked:
        differs &= new != np.uint8(label)
    return _edit(array, Region(box, differs), new, name, editable)


def add(array: Mask, region: Region, value: int, name: str, editable: Editable = ANYWHERE) -> MaskEdit | None:
    """The change that gives label ``value`` to the voxels of ``region``; 0 erases them."""
    differs = array[region.box] != np.uint8(value)
    differs &= region.inside
    return _edit(array, Region(region.box, differs), np.uint8(value), name, editable)


def _edit(array: Mask, where: Region, new: Mask | np.uint8, name: str, editable: Editable) -> MaskEdit | None:
    """The change that puts ``new``, one value or those of the box, ``where`` it differs and ``editable`` allows it."""
    before, differs = array[where.box], where.inside
    editable.keep(differs, before, where.box)
    part = extent(differs)
    if part is None:
        return None
    kept = before[part].copy()
    after = kept ^ (new[part] if isinstance(new, np.ndarray) else new)
    after *= differs[part]  # numpy takes four times as long to choose between two arrays
    after ^= kept
    return MaskEdit(name, placed(part, where.box), kept, after)


def become(array: Mask, region: Region, value: int, name: str, editable: Editable = ANYWHERE) -> MaskEdit | None:
    """The change after which label ``value`` holds the voxels of ``region`` and no others."""
    now = extent(array == value)
    box = region.box if now is None else union(now, region.box)
    new = array[box].copy()
    new[new == value] = 0
    new[placed_in(region.box, box)][region.inside] = value
    return changed(array, box, new, name, editable)


def region_of(array: Mask, values: Sequence[int]) -> Region | None:
    """The voxels with any of these label values; None without any."""
    inside = array == values[0] if len(values) == 1 else np.isin(array, values)
    return Region(whole(array.shape), inside).tight()


def in_range(values: NDArray[Any], low: float, high: float) -> Inside:
    """Bool: which values lie in the range, both ends included; plane by plane, which spares the memory."""
    if np.issubdtype(values.dtype, np.integer):
        info = np.iinfo(values.dtype)
        low, high = max(np.ceil(low), info.min), min(np.floor(high), info.max)
        if low > high:
            return np.zeros(values.shape, bool)
        low, high = values.dtype.type(low), values.dtype.type(high)
    inside = np.empty(values.shape, bool)
    for part, out in zip(np.atleast_2d(values), np.atleast_2d(inside), strict=True):
        np.greater_equal(part, low, out=out)
        out &= part <= high
    return inside
