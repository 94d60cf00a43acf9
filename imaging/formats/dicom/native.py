"""Uncompressed grey frames straight into their place in memory: one read, then arithmetic in place."""

import os
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.errors import Truncated
from imaging.formats.dicom.fill import TooNarrow
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.modality import ModalityTransform

_NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def is_plain(frame: Frame, transform: ModalityTransform, dtype: np.dtype[Any]) -> bool:
    """True for little-endian grey whose bytes are the values in ``dtype``, but for a whole intercept in 16 bits.

    Everything else goes the long way.
    """
    layout, header = frame.layout, frame.header
    if header.transfer_syntax not in _NATIVE or not header.pixels.in_file or header.pixels.is_fragmented:
        return False
    if layout.is_colour or layout.samples != 1 or layout.number != "integer":
        return False
    if layout.bits_allocated not in (8, 16) or layout.high_bit != layout.bits_stored - 1:
        return False
    if transform.is_identity and dtype == _stored(frame):
        return True
    return (
        dtype == np.int16
        and layout.bits_allocated == 16
        and transform.table is None
        and transform.slope == 1
        and transform.intercept.is_integer()
        and abs(transform.intercept) <= 1 << 16
    )


def read_into(stream: BinaryIO, frame: Frame, transform: ModalityTransform, out: NDArray[Any]) -> None:
    """Fill ``out``, (rows, columns) contiguous, with the values of a frame that :func:`is_plain`.

    Raises:
        Truncated: the file ends within the frame.
        TooNarrow: a value after the intercept does not fit; ``out`` then holds nonsense.
    """
    size = out.nbytes
    found = os.preadv(stream.fileno(), [out.data], frame.header.pixels.offset + frame.index * size)
    if found < size:
        raise Truncated(frame.header.path, f"frame {frame.index + 1}: found {found} bytes, expected {size}")
    stored = out.view(_stored(frame))
    _settle(stored, frame.layout.bits_stored)
    intercept = int(transform.intercept)
    if stored.dtype != out.dtype or intercept:
        _check(stored, frame, intercept, out.dtype)
    if intercept:
        # Wraps around where it must: 16 bits of the sum are right, whatever the sign they are read with.
        np.add(stored, np.array(intercept & 0xFFFF, np.uint16).astype(stored.dtype), out=stored)


def _settle(stored: NDArray[Any], bits: int) -> None:
    """Clear the bits above the stored ones, or let them repeat the sign."""
    unused = 8 * stored.itemsize - bits
    if not unused:
        return
    if stored.dtype.kind == "i":
        np.left_shift(stored, unused, out=stored)
        np.right_shift(stored, unused, out=stored)
    else:
        np.bitwise_and(stored, stored.dtype.type((1 << bits) - 1), out=stored)


def _check(stored: NDArray[Any], frame: Frame, intercept: int, dtype: np.dtype[Any]) -> None:
    """Refuse values that do not fit ``dtype``. They are looked at only where the stored bits could hold such."""
    held, (low, high) = np.iinfo(dtype), _range(frame)
    if held.min <= low + intercept and high + intercept <= held.max:
        return
    if int(stored.min()) + intercept < held.min or int(stored.max()) + intercept > held.max:
        raise TooNarrow(np.dtype(np.int32))


def _stored(frame: Frame) -> np.dtype[Any]:
    layout = frame.layout
    return np.dtype(f"<{'i' if layout.is_signed else 'u'}{layout.bits_allocated // 8}")


def _range(frame: Frame) -> tuple[int, int]:
    """Lowest and highest number that the stored bits can hold."""
    bits = frame.layout.bits_stored
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if frame.layout.is_signed else (0, (1 << bits) - 1)
