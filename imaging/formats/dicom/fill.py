"""The one array of a stack, filled frame by frame."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.arrival import Planes
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.modality import ModalityTransform
from imaging.stored_planes import TooNarrow


class OwnPlanes:
    """Planes of one array in this process, filled in place."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array

    @contextmanager
    def filling(self, ks: Sequence[int]) -> Generator[list[NDArray[Any]]]:
        """The planes ``ks`` themselves."""
        yield [self.array[k] for k in ks]


def array_layout(stack: Stack, transforms: Sequence[ModalityTransform]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape of the array of all frames, and the narrowest type that is likely to do.

    (K, J, I) int16, uint8, uint16, or whatever integers or floating numbers are stored; or (K, J, I, 3) unsigned.
    """
    shape, layout = stack.geometry.shape_kji, stack.frames[0].layout
    if layout.is_colour:
        return (*shape, 3), layout.colour_dtype
    if layout.number != "integer":
        return shape, np.dtype(layout.number)
    if not all(transform.keeps_integers for transform in transforms):
        return shape, np.dtype(np.float32)
    if any(not transform.is_identity for transform in transforms):
        return shape, np.dtype(np.int16)
    return shape, np.dtype(f"{'i' if layout.is_signed else 'u'}{layout.word_bytes}")


class FilledArray:
    """One array for all frames, filled frame by frame in any order, by any number of threads.

    Attributes:
        planes: of ``array``, to be filled.
        array: as :func:`array_layout` says, or wider.
    """

    def __init__(self, planes: Planes, transforms: Sequence[ModalityTransform]) -> None:
        self.planes, self.array, self._transforms = planes, planes.array, transforms

    def put(self, k: int, stored: NDArray[Any], out: NDArray[Any]) -> None:
        """Frame ``k`` from its stored values into ``out``, the memory of its plane.

        Raises:
            TooNarrow: a value does not fit.
        """
        if self.array.ndim == 4:
            out[...] = stored
        elif not self._shifted(k, stored, out):
            values = stored if self._transforms[k].is_identity else self._transforms[k].apply(stored)
            self._check(values)
            out[...] = values

    def _shifted(self, k: int, stored: NDArray[Any], out: NDArray[Any]) -> bool:
        """True where values of 16 bits at most were moved by the intercept in one step, as they surely fit."""
        transform = self._transforms[k]
        if out.dtype != np.int16 or transform.table is not None or transform.slope != 1 or stored.dtype.kind == "f":
            return False
        intercept = int(transform.intercept)
        if stored.dtype.itemsize > 2 or abs(intercept) >= 32768 or not _fits(stored, intercept):
            return False
        # Wraps around where it must: 16 bits of the sum are right, whatever the sign they are read with.
        words = stored.view(np.int16) if stored.dtype.itemsize == 2 else stored
        np.add(words, np.int16(intercept), out=out)
        return True

    def _check(self, values: NDArray[Any]) -> None:
        """Refuse values that the array's type cannot hold."""
        if not np.issubdtype(self.array.dtype, np.integer) or values.size == 0:
            return
        low, high = int(values.min()), int(values.max())
        held = np.iinfo(self.array.dtype)
        if not (held.min <= low and high <= held.max):
            raise TooNarrow(np.dtype(np.int32 if low >= -(1 << 31) and high < 1 << 31 else np.int64))


def _fits(stored: NDArray[Any], intercept: int) -> bool:
    """True where all values plus the intercept fit 16 bits; values are looked at only where their type leaves doubt."""
    ends = np.iinfo(stored.dtype)
    low = ends.min if ends.min + intercept >= -32768 else int(stored.min())
    high = ends.max if ends.max + intercept <= 32767 else int(stored.max())
    return low + intercept >= -32768 and high + intercept <= 32767
