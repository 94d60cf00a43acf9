"""Uncompressed grey frames straight into their place in memory: one read, then arithmetic in place."""

import os
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.errors import Truncated
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.modality import ModalityTransform

_NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_INT16 = np.iinfo(np.int16)


def is_plain(frame: Frame, transform: ModalityTransform, dtype: np.dtype[Any]) -> bool:
    """True for 16-bit little-endian grey whose values, shifted by the intercept, surely fit an int16 array.

    Surely: whatever bits the pixels hold. Everything else goes the long way.
    """
    layout, header = frame.layout, frame.header
    low, high = _range(layout.bits_stored, layout.is_signed)
    return (
        dtype == np.int16
        and header.transfer_syntax in _NATIVE
        and header.pixels.in_file
        and not header.pixels.is_fragmented
        and (layout.samples, layout.bits_allocated, layout.number) == (1, 16, "integer")
        and not layout.is_colour
        and layout.high_bit == layout.bits_stored - 1
        and transform.table is None
        and transform.slope == 1
        and transform.intercept.is_integer()
        and low + transform.intercept >= _INT16.min
        and high + transform.intercept <= _INT16.max
    )


def read_into(stream: BinaryIO, frame: Frame, transform: ModalityTransform, out: NDArray[np.int16]) -> None:
    """Fill ``out``, (rows, columns) contiguous int16, with the values of a frame that :func:`is_plain`.

    Raises:
        Truncated: the file ends within the frame.
    """
    size = out.nbytes
    found = os.preadv(stream.fileno(), [out.data], frame.header.pixels.offset + frame.index * size)
    if found < size:
        raise Truncated(frame.header.path, f"frame {frame.index + 1}: found {found} bytes, expected {size}")
    layout = frame.layout
    unused = 16 - layout.bits_stored
    if unused and layout.is_signed:
        np.left_shift(out, unused, out=out)
        np.right_shift(out, unused, out=out)
    elif unused:
        np.bitwise_and(out, np.int16((1 << layout.bits_stored) - 1), out=out)
    if transform.intercept:
        np.add(out, np.int16(transform.intercept), out=out)


def _range(bits: int, signed: bool) -> tuple[int, int]:
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
