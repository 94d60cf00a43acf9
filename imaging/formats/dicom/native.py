"""Uncompressed grey frames that need no more than one read: which they are, and where in their files they lie."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.formats.dicom.grid import Frame, Stack
from imaging.formats.dicom.modality import ModalityTransform
from imaging.stored_planes import MOST_INTERCEPT, NOWHERE, StoredPlanes

_NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def stored_planes(stack: Stack, transforms: Sequence[ModalityTransform], dtype: np.dtype[Any]) -> StoredPlanes:
    """Where the frames of a stack lie whose bytes are the values in ``dtype``; the others are nowhere."""
    places = [_place(*each, dtype) for each in zip(stack.frames, transforms, strict=True)]
    offsets, bits, signs, intercepts = zip(*places, strict=True)
    return StoredPlanes([frame.header.path for frame in stack.frames], offsets, bits, signs, intercepts)


def _place(frame: Frame, transform: ModalityTransform, dtype: np.dtype[Any]) -> tuple[int, int, int, int]:
    """Offset, bits, sign and intercept of a frame."""
    if not _is_plain(frame, transform, dtype):
        return NOWHERE, 1, 0, 0
    layout = frame.layout
    offset = frame.header.pixels.offset + frame.index * layout.frame_bits // 8
    return offset, layout.bits_stored, int(layout.is_signed), int(transform.intercept)


def _is_plain(frame: Frame, transform: ModalityTransform, dtype: np.dtype[Any]) -> bool:
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
    if transform.is_identity and dtype == f"<{'i' if layout.is_signed else 'u'}{layout.bits_allocated // 8}":
        return True
    return (
        dtype == np.int16
        and layout.bits_allocated == 16
        and transform.table is None
        and transform.slope == 1
        and transform.intercept.is_integer()
        and abs(transform.intercept) <= MOST_INTERCEPT
    )
