"""Planes of grey words that lie in files as they will be shown: one read each and arithmetic in place, no decoding."""

import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError, Truncated

NOWHERE = -1
"""The offset of a plane that does not lie in its file as it is."""

MOST_INTERCEPT = 1 << 16

_OPEN = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Without waiting: what is no file may never open."""


_WORDS = {(sign, size): np.dtype(f"<{'ui'[sign]}{size}") for sign in (0, 1) for size in (1, 2)}
"""Types by sign and bytes."""


class TooNarrow(Exception):
    """A value does not fit the type of the array: fill another one, of ``dtype``."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        super().__init__(f"needs {dtype}")
        self.dtype = dtype


@dataclass(frozen=True)
class StoredPlanes:
    """Where the planes of a volume lie: little-endian words of 8 or 16 bits, as many as the volume's own have.

    Attributes:
        files: the file of each plane.
        offsets: of its first byte there, or :data:`NOWHERE`.
        bits: of a word that count, from the lowest.
        signs: 1 where the highest of them is the sign, else 0.
        intercepts: added to each value; in words of 16 bits only.

    Raises:
        ValueError: columns of different lengths, or numbers that cannot be.
    """

    files: Sequence[Path]
    offsets: Sequence[int]
    bits: Sequence[int]
    signs: Sequence[int]
    intercepts: Sequence[int]

    def __post_init__(self) -> None:
        columns = self.offsets, self.bits, self.signs, self.intercepts
        if any(len(column) != len(self.files) for column in columns):
            raise ValueError(f"columns of {[len(column) for column in columns]} for {len(self.files)} planes")
        is_sound = (
            all(NOWHERE <= offset < 1 << 62 for offset in self.offsets)
            and all(1 <= bits <= 16 for bits in self.bits)
            and all(sign in (0, 1) for sign in self.signs)
            and all(abs(intercept) <= MOST_INTERCEPT for intercept in self.intercepts)
        )
        if not is_sound:
            raise ValueError("offsets, bits, signs or intercepts that cannot be")

    @property
    def are_all(self) -> bool:
        """True where every plane lies in its file."""
        return NOWHERE not in self.offsets

    def holds(self, k: int) -> bool:
        """True where plane ``k`` does."""
        return self.offsets[k] != NOWHERE

    def read_into(self, k: int, out: NDArray[Any]) -> None:
        """Fill ``out``, (rows, columns) contiguous, with the values of plane ``k``.

        Raises:
            ReadError: the file is gone or no file.
            Truncated: it ends within the plane.
            TooNarrow: a value after the intercept does not fit; ``out`` then holds nonsense.
        """
        _read(self.files[k], self.offsets[k], out)
        stored = out.reshape(-1).view(_WORDS[self.signs[k], out.itemsize])
        bits, intercept = self.bits[k], self.intercepts[k]
        _settle(stored, bits)
        if intercept or stored.dtype != out.dtype:
            _check(stored, bits, intercept, out.dtype)
        if intercept:
            # Wraps around where it must: 16 bits of the sum are right, whatever the sign they are read with.
            words = stored.view(_WORDS[0, 2])
            np.add(words, np.uint16(intercept & 0xFFFF), out=words)


def _read(path: Path, offset: int, out: NDArray[Any]) -> None:
    try:
        descriptor = os.open(path, _OPEN)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ReadError(path, "no ordinary file")
            found = _read_at(descriptor, offset, out)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    if found < out.nbytes:
        raise Truncated(path, f"ends within its pixels: found {found} bytes, expected {out.nbytes}")


def _read_at(descriptor: int, offset: int, out: NDArray[Any]) -> int:
    """How many bytes were there."""
    if sys.platform != "win32":
        return os.preadv(descriptor, [out.data], offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    data = os.read(descriptor, out.nbytes)
    out.data.cast("B")[: len(data)] = data
    return len(data)


def _settle(stored: NDArray[Any], bits: int) -> None:
    """Clear the bits above the stored ones, or let them repeat the sign."""
    unused = 8 * stored.itemsize - bits
    if unused <= 0:
        return
    if stored.dtype.kind == "i":
        np.left_shift(stored, unused, out=stored)
        np.right_shift(stored, unused, out=stored)
    elif np.maximum.reduce(stored, initial=0) >> bits:  # looking costs half of clearing
        np.bitwise_and(stored, stored.dtype.type((1 << bits) - 1), out=stored)


def _check(stored: NDArray[Any], bits: int, intercept: int, dtype: np.dtype[Any]) -> None:
    """Refuse values that do not fit ``dtype``. They are looked at only where the stored bits could hold such."""
    held = np.iinfo(dtype)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if stored.dtype.kind == "i" else (0, (1 << bits) - 1)
    if held.min <= low + intercept and high + intercept <= held.max:
        return
    if int(stored.min()) + intercept < held.min or int(stored.max()) + intercept > held.max:
        raise TooNarrow(np.dtype(np.int32))
