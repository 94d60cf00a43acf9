"""Changes of a mask made small: one compressed XOR leads from before to after and from after to before."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

import numpy as np
from imagecodecs import ZstdError, zstd_decode, zstd_encode
from numpy.typing import NDArray

from imaging.editing import Box, MaskEdit, RunEdit
from imaging.editing.boxes import extent, placed, placed_in, size_of, union
from imaging.history import Step

LEVEL = 1
_GROWTH = 4
"""Boxes far from each other stay apart: the box around both may be this many times as large as they are."""
LARGE_VOXELS = 1 << 20
"""Larger boxes are packed in tiles, off the main thread: a million voxels take a millisecond."""
TILE_SLICES, TILE_VOXELS = 16, 1 << 19
"""Of whole rows, and small enough to stay in the processor's cache while unpacked; what did not change is left out."""


@dataclass(frozen=True)
class MaskDelta:
    """The voxels in which two states of a mask's ``box`` differ.

    Attributes:
        packed: (K, J, I) uint8 before XOR after, compressed with Zstandard (RFC 8878).
        layer: of the mask.
    """

    name: str
    box: Box
    packed: bytes
    layer: int = 0

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return len(self.packed) + 200

    def reverted(self) -> "MaskDelta":
        """Itself: XOR takes itself back."""
        return self

    def voxels(self) -> NDArray[np.uint8]:
        """(K, J, I) uint8 before XOR after.

        Raises:
            ValueError: the bytes do not fit the box.
        """
        shape = size_of(self.box)
        try:
            data = zstd_decode(self.packed, out=int(np.prod(shape)))
        except ZstdError as error:
            raise ValueError(f"expected {shape} voxels: {error}") from error
        return np.frombuffer(data, np.uint8).reshape(shape)

    def edit(self, array: NDArray[np.uint8]) -> MaskEdit:
        """The change of ``array``, this layer in one of the two states, to the other one."""
        before = array[self.box].copy()
        return MaskEdit(self.name, self.box, before, before ^ self.voxels(), self.layer)

    def apply_to(self, array: NDArray[np.uint8]) -> None:
        """Lead ``array``, this layer of a mask, from one state to the other."""
        part = array[self.box]
        np.bitwise_xor(part, self.voxels(), out=part)


VoxelEdit = MaskEdit | RunEdit | MaskDelta
"""A change of a mask's voxels, in one of its forms."""


def pack(edits: Sequence[VoxelEdit]) -> tuple[MaskDelta, ...]:
    """Few deltas that do together what ``edits`` do one after the other.

    Raises:
        ValueError: see :meth:`MaskDelta.voxels`.
    """
    return _by_layer(edits, lambda edit: (edit.name, edit.box, edit.voxels()))


def merge(deltas: Iterable[MaskDelta]) -> tuple[MaskDelta, ...]:
    """Few deltas that do together what all of them do, in any order.

    Raises:
        ValueError: see :meth:`MaskDelta.voxels`.
    """
    return _by_layer(tuple(deltas), lambda each: ("", each.box, each.voxels()))


_Part = tuple[str, Box, NDArray[np.uint8]]
_Change = TypeVar("_Change", bound=VoxelEdit)


def _by_layer(changes: Sequence[_Change], part: Callable[[_Change], _Part]) -> tuple[MaskDelta, ...]:
    """Layers do not touch one another: the changes of each are put together by themselves."""
    found: list[MaskDelta] = []
    for layer in sorted({each.layer or 0 for each in changes}):
        mine = (part(each) for each in changes if (each.layer or 0) == layer)
        found += (replace(delta, layer=layer) for delta in _together(mine))
    return tuple(found)


def _together(parts: Iterable[_Part]) -> tuple[MaskDelta, ...]:
    """One delta for each run of parts of one layer that lie near one another."""
    found: list[MaskDelta] = []
    run: list[_Part] = []
    around, held = None, 0
    for part in parts:
        wider = part[1] if around is None else union(around, part[1])
        if run and np.prod(size_of(wider)) > _GROWTH * (held + part[2].size):
            found += _packed(run, around or part[1])
            run, held, wider = [], 0, part[1]
        run.append(part)
        around, held = wider, held + part[2].size
    return (*found, *_packed(run, around)) if around is not None else ()


def _packed(run: Sequence[_Part], around: Box) -> Iterator[MaskDelta]:
    """What a run of parts changes: a delta, or of a large box one for each tile in which something changes."""
    name, box, total = run[0]
    if len(run) > 1:
        total = np.zeros(size_of(around), np.uint8)
        for _, box, change in run:
            part = total[placed_in(box, around)]
            np.bitwise_xor(part, change, out=part)
    if total.size <= LARGE_VOXELS:
        yield MaskDelta(name, around, _compressed(total))
        return
    for tile in _tiles(around):
        part = total[placed_in(tile, around)]
        changed = extent(part != 0)
        if changed is not None:
            yield MaskDelta(name, placed(changed, tile), _compressed(part[changed]))


def _tiles(box: Box) -> Iterator[Box]:
    """Boxes that cover this one side by side."""
    k, j, i = box
    rows = max(1, TILE_VOXELS // (TILE_SLICES * (i.stop - i.start)))
    for low, top in product(range(k.start, k.stop, TILE_SLICES), range(j.start, j.stop, rows)):
        yield slice(low, min(low + TILE_SLICES, k.stop)), slice(top, min(top + rows, j.stop)), i


def _compressed(voxels: NDArray[np.uint8]) -> bytes:
    return bytes(zstd_encode(voxels.tobytes(), LEVEL))


def packed(step: Step) -> Step:
    """A step that does the same with few small deltas in the place of its mask edits, which come first."""
    edits = [edit for edit in step.edits if isinstance(edit, VoxelEdit)]
    others = tuple(edit for edit in step.edits if not isinstance(edit, VoxelEdit))
    return Step(step.name, (*pack(edits), *others))
