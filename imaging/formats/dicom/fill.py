"""The one array of a stack, filled frame by frame."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.arrival import Planes
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.modality import ModalityTransform

MakePlanes = Callable[[tuple[int, ...], np.dtype[Any]], Planes]
"""Memory for planes of a shape and type."""


class OwnPlanes:
    """Planes of one array in this process, filled in place."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array

    @contextmanager
    def filling(self, ks: Sequence[int]) -> Generator[list[NDArray[Any]]]:
        """The planes ``ks`` themselves."""
        yield [self.array[k] for k in ks]


class TooNarrow(Exception):
    """A value does not fit the type of the array: fill another one, of ``dtype``."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        super().__init__(f"needs {dtype}")
        self.dtype = dtype


class FilledArray:
    """One array for all frames, filled frame by frame in any order, by any number of threads.

    Args:
        dtype: the type to use; the narrowest that is likely to do when left out.

    Attributes:
        planes: of ``array``, to be filled.
        array: (K, J, I) int16, uint8, uint16, int32, int64 or floating; or (K, J, I, 3) unsigned.
    """

    def __init__(
        self,
        stack: Stack,
        transforms: Sequence[ModalityTransform],
        make: MakePlanes,
        dtype: np.dtype[Any] | None = None,
    ) -> None:
        self._transforms = transforms
        shape = stack.geometry.shape_kji
        layouts = [frame.layout for frame in stack.frames]
        if layouts[0].is_colour:
            self.planes = make((*shape, 3), layouts[0].colour_dtype)
        else:
            self.planes = make(shape, dtype or self._first_choice(stack))
        self.array = self.planes.array

    def _first_choice(self, stack: Stack) -> np.dtype[Any]:
        layout = stack.frames[0].layout
        if layout.number != "integer":
            return np.dtype(layout.number)
        if not all(transform.keeps_integers for transform in self._transforms):
            return np.dtype(np.float32)
        if any(not transform.is_identity for transform in self._transforms):
            return np.dtype(np.int16)
        return np.dtype(f"{'i' if layout.is_signed else 'u'}{layout.word_bytes}")

    def put(self, k: int, stored: NDArray[Any], out: NDArray[Any]) -> None:
        """Frame ``k`` from its stored values into ``out``, the memory of its plane.

        Raises:
            TooNarrow: a value does not fit.
        """
        if self.array.ndim == 4:
            out[...] = stored
            return
        values = self._plain_shift(k, stored)
        if values is None:
            values = stored if self._transforms[k].is_identity else self._transforms[k].apply(stored)
            self._check(values)
        out[...] = values

    def _plain_shift(self, k: int, stored: NDArray[Any]) -> NDArray[Any] | None:
        """Sixteen-bit values moved by the intercept without a wider copy, where they surely fit; else None."""
        transform = self._transforms[k]
        if self.array.dtype != np.int16 or transform.table is not None or transform.slope != 1:
            return None
        low, high = int(stored.min()) + transform.intercept, int(stored.max()) + transform.intercept
        if not (low >= -32768 and high <= 32767 and stored.dtype.itemsize <= 2):
            return None
        return stored.astype(np.int16) + np.int16(transform.intercept) if abs(transform.intercept) < 32768 else None

    def _check(self, values: NDArray[Any]) -> None:
        """Refuse values that the array's type cannot hold."""
        if not np.issubdtype(self.array.dtype, np.integer) or values.size == 0:
            return
        low, high = int(values.min()), int(values.max())
        held = np.iinfo(self.array.dtype)
        if not (held.min <= low and high <= held.max):
            raise TooNarrow(np.dtype(np.int32 if low >= -(1 << 31) and high < 1 << 31 else np.int64))
