"""Looking at a part of an image coarsely, and bringing what was found back onto its grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Triple

Floats = NDArray[np.float32]
Step = tuple[int, int, int]


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
        from scipy import ndimage  # late: the window opens without it

        if max(self.step) == 1:
            return values
        smooth = ndimage.gaussian_filter(values, [0.4 * by if by > 1 else 0 for by in self.step])
        picked = tuple(slice(None, None, by) for by in self.step)
        return np.ascontiguousarray(smooth[picked], np.float32)

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
        """Coarse values on the fine grid, linear in between."""
        from scipy import ndimage  # late: the window opens without it

        if max(self.step) == 1:
            return values
        shrink = [1 / by for by in self.step]
        fine = ndimage.affine_transform(values, shrink, output_shape=self.shape, order=1, mode="nearest")
        return np.asarray(fine, np.float32)
