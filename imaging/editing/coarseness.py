"""Looking at a part of an image coarsely, and bringing what was found back onto its grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple

Floats = NDArray[np.float32]
Step = tuple[int, int, int]
SMOOTHED = 0.4
"""Before voxels are left out, smoothed with a sigma of so many steps."""


@dataclass(frozen=True)
class Coarseness:
    """A grid on which only every so-many-th voxel is looked at.

    Attributes:
        shape: of the fine grid.
        step: fine voxels per coarse one, per axis; 1 where nothing is left out.
        spacing_mm: of the coarse grid.
    """

    shape: tuple[int, ...]
    step: Step
    spacing_mm: Triple

    @staticmethod
    def of(shape: tuple[int, ...], spacing_mm: Triple, most_voxels: int) -> "Coarseness":
        """The finest grid of at most so many voxels; the axis with the finest spacing becomes coarser first."""
        step = [1, 1, 1]
        while np.prod([-(-size // by) for size, by in zip(shape, step, strict=True)]) > most_voxels:
            axes = zip(spacing_mm, step, shape, strict=True)
            coarse = [spacing * by if size > by else np.inf for spacing, by, size in axes]
            step[int(np.argmin(coarse))] += 1
        k, j, i = (spacing * by for spacing, by in zip(spacing_mm, step, strict=True))
        return Coarseness(shape, (step[0], step[1], step[2]), (k, j, i))

    def reduced(self, values: Floats) -> Floats:
        """Every ``step``-th voxel, smoothed before where some are left out."""
        for axis, by in enumerate(self.step):
            values = values if by == 1 else _picked(values, axis, by)
        return np.ascontiguousarray(values, np.float32)

    def strongest(self, signs: NDArray[np.int8]) -> NDArray[np.int8]:
        """(K, J, I) int8: of each block of ``step`` voxels, the sign that is not 0; 0 where both occur, or none."""
        if max(self.step) == 1:
            return signs
        room = [(0, -size % by) for size, by in zip(signs.shape, self.step, strict=True)]
        padded = np.pad(signs, room)
        (k, a), (j, b), (i, c) = ((size // by, by) for size, by in zip(padded.shape, self.step, strict=True))
        blocks = padded.reshape(k, a, j, b, i, c)
        return (blocks.max(axis=(1, 3, 5)).clip(0) + blocks.min(axis=(1, 3, 5)).clip(None, 0)).astype(np.int8)

    def enlarged(self, values: Floats) -> Floats:
        """Coarse values on the fine grid, linear in between, that of the last one beyond it."""
        for axis in (2, 1, 0):  # the one of whole planes last, where there is most to do
            if self.step[axis] > 1:
                values = _between(values, axis, self.step[axis], self.shape[axis])
        return np.ascontiguousarray(values, np.float32)


def _picked(values: Floats, axis: int, by: int) -> Floats:
    """Every ``by``-th along an axis, smoothed along it; what is left out is never worked out.

    As ``scipy.ndimage.gaussian_filter1d`` with a sigma of 0.4 steps: up to four sigmas, mirrored beyond the ends.
    """
    from scipy.signal import upfirdn  # late: the window opens without it

    sigma, away = SMOOTHED * by, np.arange(-2 * by, 2 * by + 1)
    weights = np.where(np.abs(away) <= int(4 * sigma + 0.5), np.exp(-0.5 * (away / sigma) ** 2), 0)
    picked = upfirdn((weights / weights.sum()).astype(np.float32), values, down=by, axis=axis, mode="symmetric")
    kept = [slice(None)] * 3
    kept[axis] = slice(2, 2 - (-values.shape[axis] // by))  # the first two come before the first voxel
    return picked[tuple(kept)]


def _between(values: Floats, axis: int, by: int, size: int) -> Floats:
    lines = np.moveaxis(values, axis, 0)
    fine: Floats = np.empty((size, *lines.shape[1:]), np.float32)
    for n in range(size):
        low, part = divmod(n, by)
        high = min(low + 1, len(lines) - 1)
        np.multiply(lines[low], np.float32(1 - part / by), out=fine[n])
        fine[n] += lines[high] * np.float32(part / by)
    return np.moveaxis(fine, 0, axis)
