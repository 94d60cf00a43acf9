"""Lookup tables of DICOM sequences as arrays: Modality LUT (PS3.3 C.11.1.1) and VOI LUT (C.11.2.1.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.formats.dicom.attributes import numbers, value

MOST_BITS = 16
_MOST_ENTRIES = 1 << 16


@dataclass(frozen=True)
class LookupTable:
    """Outputs for whole inputs from ``first`` on; lower inputs take the first output, higher ones the last.

    Attributes:
        outputs: (N,) int64, never empty.
        bits: bits of an output, 1 to 16, enough for the largest one.
        complete: False where fewer entries are there than the descriptor declares.
    """

    first: int
    outputs: NDArray[np.int64]
    bits: int
    complete: bool


def lookup_table(lut: Dataset, little_endian: bool, signed: bool) -> LookupTable | None:
    """The table of one sequence item; None where its descriptor or its data cannot be used.

    Args:
        lut: holds LUT Descriptor (0028,3002) and LUT Data (0028,3006).
        little_endian: byte order of the file.
        signed: the inputs may be negative, which decides how a first input of 16 bits is meant.
    """
    described = [int(each) for each in numbers(lut, "LUTDescriptor")]
    if len(described) != 3:
        return None
    count = described[0] & 0xFFFF or _MOST_ENTRIES  # 0 stands for 65536, PS3.3 C.11.1.1.1
    outputs = _outputs(value(lut, "LUTData"), count, described[2], little_endian)
    if not outputs.size:
        return None
    return LookupTable(first_input(described[1], signed), outputs, _bits(described[2], outputs), outputs.size == count)


def first_input(stated: int, signed: bool) -> int:
    """The first input of a table with its sign, whichever of US and SS the file was written or read with."""
    return stated - (1 << 16) if signed and stated >= 1 << 15 else stated


def _bits(stated: int, outputs: NDArray[np.int64]) -> int:
    needed = max(1, int(outputs.max()).bit_length())
    return max(stated, needed) if 0 < stated <= MOST_BITS else needed


def _outputs(data: object, count: int, bits: int, little_endian: bool) -> NDArray[np.int64]:
    """At most ``count`` entries; 8-bit ones may lie two in a word, the first in the low byte (PS3.5 8.1.1)."""
    words = _words(data, little_endian)
    if bits <= 8 and words.size < count <= 2 * words.size + 1:
        packed = words.astype("<u2").view(np.uint8)
        last = list(data[-1:]) if isinstance(data, bytes) and len(data) % 2 else []
        return np.append(packed, last)[:count].astype(np.int64)
    return words[:count].astype(np.int64)


def _words(data: object, little_endian: bool) -> NDArray[Any]:
    """LUT Data as unsigned 16-bit words: bytes of OW, or the numbers of US and SS."""
    if isinstance(data, bytes):
        return np.frombuffer(data, f"{'<' if little_endian else '>'}u2", len(data) // 2)
    holder = Dataset()
    holder.LUTData = data
    return np.array([int(each) & 0xFFFF for each in numbers(holder, "LUTData")], np.uint16)
