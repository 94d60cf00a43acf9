"""Voxels that lie one after the other in memory: what is thin is changed without a look at the box around it."""

from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from imaging.editing.boxes import Box, size_of
from imaging.editing.edit import ANYWHERE, Editable, Inside, Mask
from imaging.mask_code import loaded

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Runs:
    """Voxels of a grid, in runs along its last axis.

    Attributes:
        shape: (K, J, I) of the grid.
        starts: (N,) ascending places of their first voxels, counted as numpy counts ``array.flat``.
        lengths: (N,) voxels; no run goes on into the next row.
    """

    shape: tuple[int, int, int]
    starts: Places
    lengths: Places

    @property
    def count(self) -> int:
        """How many voxels."""
        return int(self.lengths.sum())

    @cached_property
    def box(self) -> Box:
        """The smallest box around them."""
        k, j, i = np.unravel_index(self.starts, self.shape)
        first, end = int(i.min()), int((i + self.lengths).max())
        return slice(int(k[0]), int(k[-1]) + 1), slice(int(j.min()), int(j.max()) + 1), slice(first, end)

    def places(self) -> Places:
        """All voxels, counted as :attr:`starts`."""
        ends = np.cumsum(self.lengths)
        places = np.arange(ends[-1])
        places += np.repeat(self.starts - ends + self.lengths, self.lengths)
        return places

    def read(self, array: Mask) -> Mask:
        """(V,) what ``array`` holds, one voxel after the other."""
        code = self._code_for(array)
        if code is None:
            return np.take(array, self.places())
        found = np.empty(self.count, np.uint8)
        code.read(array, self.starts, self.lengths, found)
        return found

    def write(self, array: Mask, values: Mask) -> None:
        """Change ``array`` to ``values``, (V,) of one voxel after the other, or (1,) of all."""
        code = self._code_for(array)
        if code is None:
            np.put(array, self.places(), values)
        else:
            code.write(array, self.starts, self.lengths, values)

    def _code_for(self, array: Mask) -> ModuleType | None:
        """Machine code, where it is loaded and the voxels of ``array`` lie in order in memory."""
        return loaded() if array.shape == self.shape and array.flags.c_contiguous else None

    def only(self, kept: Inside) -> "Runs":
        """Those voxels that are ``kept``, (V,) bool of one after the other, of which at least one is."""
        ends = np.cumsum(self.lengths)
        cuts = np.zeros(kept.size + 1, bool)
        cuts[ends] = cuts[0] = True
        cuts[1:-1] |= kept[1:] != kept[:-1]
        bounds = np.flatnonzero(cuts)
        stays = kept[bounds[:-1]]
        first, lengths = bounds[:-1][stays], np.diff(bounds)[stays]
        run = np.searchsorted(ends, first, "right")
        return Runs(self.shape, self.starts[run] + first - (ends - self.lengths)[run], lengths)

    def within(self, box: Box) -> "Runs":
        """The same voxels, of the grid that only ``box`` is; it holds them."""
        shape = size_of(box)
        k, j, i = (n - span.start for n, span in zip(np.unravel_index(self.starts, self.shape), box, strict=True))
        return Runs(shape, (k * shape[1] + j) * shape[2] + i, self.lengths)


@dataclass(frozen=True, eq=False)
class RunEdit:
    """A change of the voxels of ``runs`` of a mask, from ``before`` to ``after``.

    Attributes:
        before, after: (V,) uint8 label values of one voxel after the other, or (1,) of all.
        layer: of the mask; None until it is applied, where it was made from the layer of the active label.
    """

    name: str
    runs: Runs
    before: Mask
    after: Mask
    layer: int | None = None

    @property
    def box(self) -> Box:
        """The smallest box around what changes."""
        return self.runs.box

    @property
    def nbytes(self) -> int:
        """Memory that remembering this change costs, in bytes."""
        return self.runs.starts.nbytes + self.runs.lengths.nbytes + self.before.nbytes + self.after.nbytes

    def apply_to(self, array: Mask) -> None:
        """Write ``after`` into ``array``, (K, J, I)."""
        self.runs.write(array, self.after)

    def reverted(self) -> "RunEdit":
        """The change that takes this one back."""
        return RunEdit(self.name, self.runs, self.after, self.before, self.layer)

    def voxels(self) -> Mask:
        """(K, J, I) uint8 of the box: before XOR after."""
        inner = self.runs.within(self.box)
        found = np.zeros(inner.shape, np.uint8)
        inner.write(found, self.before ^ self.after)
        return found


def add_runs(array: Mask, runs: Runs, value: int, name: str, editable: Editable = ANYWHERE) -> RunEdit | None:
    """The change that gives label ``value`` to the voxels of ``runs``; 0 erases them; None when nothing changes."""
    before = runs.read(array)
    differs = before != np.uint8(value)
    editable.keep(differs, before, runs.places)
    if not differs.any():
        return None
    if not differs.all():
        runs, before = runs.only(differs), before[differs]
    if (before == before[0]).all():
        before = before[:1].copy()
    return RunEdit(name, runs, before, np.array([value], np.uint8))
