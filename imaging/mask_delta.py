"""Changes of a mask made small: the runs of voxels that differ, which lead from before to after and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from imagecodecs import ZstdError, zstd_decode, zstd_encode
from numpy.typing import NDArray

from imaging.editing import Box, MaskEdit, RunEdit
from imaging.editing.boxes import placed_in, size_of, union
from imaging.history import Step
from imaging.mask_code import load

LEVEL = 1
_GROWTH = 4
"""Boxes far from each other stay apart: the box around both may be this many times as large as they are."""
LARGE_VOXELS = 1 << 20
"""Larger boxes are packed off the main thread and changed by machine code: a million voxels take a millisecond."""
PIECE_VOXELS = 1 << 22
"""Larger boxes are packed in pieces of whole slices, which bounds the memory that it takes."""
_GAP_BYTES = 4


@dataclass(frozen=True)
class MaskDelta:
    """The voxels in which two states of a mask's ``box`` differ.

    Attributes:
        packed: where before XOR after changes, counted row by row of the box, and by what it does: (N,) uint32 gaps
            from one such voxel to the next and (N,) uint8, byte by byte of all, compressed with Zstandard (RFC 8878).
        layer: of the mask.
    """

    name: str
    box: Box
    packed: bytes
    layer: int = 0

    @staticmethod
    def of(name: str, box: Box, differences: NDArray[np.uint8], layer: int = 0) -> "MaskDelta":
        """The delta of ``differences``, (K, J, I) before XOR after."""
        flat = differences.reshape(-1)
        changes = flat.copy()
        changes[1:] ^= flat[:-1]
        places = np.flatnonzero(changes != 0)  # of bool, ten times as quick
        gaps = np.diff(places, prepend=0).astype("<u4").view(np.uint8).reshape(-1, _GAP_BYTES)
        columns = np.vstack((gaps.T, changes[places]))
        return MaskDelta(name, box, bytes(zstd_encode(columns.tobytes(), LEVEL)), layer)

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
        found, columns = np.zeros(size_of(self.box), np.uint8), self._columns()
        gaps = np.ascontiguousarray(columns[:_GAP_BYTES].T).view("<u4")
        places = np.cumsum(gaps, dtype=np.intp)
        if places.size and places[-1] >= found.size:
            raise self._misfit("a change beyond them")
        found.flat[places] = columns[_GAP_BYTES]
        np.bitwise_xor.accumulate(found.reshape(-1), out=found.reshape(-1))
        return found

    def apply_to(self, array: NDArray[np.uint8]) -> None:
        """Lead ``array``, this layer of a mask, from one state to the other.

        Raises:
            ValueError: the bytes do not fit the box, or the box does not fit the array.
        """
        part, shape, start = array[self.box], size_of(self.box), tuple(span.start for span in self.box)
        if part.shape != shape or min(start) < 0:
            raise ValueError(f"expected {shape} voxels: the box goes beyond a mask of {array.shape}")
        if part.size <= LARGE_VOXELS or not array.flags.c_contiguous:
            np.bitwise_xor(part, self.voxels(), out=part)
            return
        if not load().change(array, start, shape, self._columns()):
            raise self._misfit("a change beyond them")

    def _columns(self) -> NDArray[np.uint8]:
        """(5, N): four bytes of each gap, and the changes."""
        try:
            return np.frombuffer(zstd_decode(self.packed), np.uint8).reshape(_GAP_BYTES + 1, -1)
        except (ZstdError, ValueError) as error:
            raise self._misfit(str(error)) from error

    def _misfit(self, reason: str) -> ValueError:
        return ValueError(f"expected {size_of(self.box)} voxels: {reason}")


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
    """What a run of parts changes: a delta, or of a large box one for each piece in which something changes."""
    name, box, total = run[0]
    if len(run) > 1:
        total = np.zeros(size_of(around), np.uint8)
        for _, box, change in run:
            part = total[placed_in(box, around)]
            np.bitwise_xor(part, change, out=part)
    for piece in _pieces(around):
        changed = total[placed_in(piece, around)]
        if changed.any():
            yield MaskDelta.of(name, piece, changed)


def _pieces(box: Box) -> Iterator[Box]:
    """Boxes of whole slices that cover this one."""
    k, j, i = box
    slices = max(1, PIECE_VOXELS // ((j.stop - j.start) * (i.stop - i.start)))
    for low in range(k.start, k.stop, slices):
        yield slice(low, min(low + slices, k.stop)), j, i


def packed(step: Step) -> Step:
    """A step that does the same with few small deltas in the place of its mask edits, which come first."""
    if step.loose:
        load()  # here, off the main thread: undo is not to wait for it
    edits = [edit for edit in step.edits if isinstance(edit, VoxelEdit)]
    others = tuple(edit for edit in step.edits if not isinstance(edit, VoxelEdit))
    return Step(step.name, (*pack(edits), *others))
