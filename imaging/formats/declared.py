"""What a text header declares (NRRD, MetaImage), and its voxels: never more than declared, never from elsewhere."""

import bz2
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError, Truncated

Encoding = Literal["raw", "gzip", "bzip2", "ascii", "hex"]

MOST_INFLATION = 10
MOST_INFLATED_BYTES = 2 << 30
"""Packed voxels may unpack to ten times their size, or to this, whichever is more."""
_MOST_RATIO = {"raw": 1, "gzip": 1032, "bzip2": 25_000, "ascii": 8, "hex": 1}
"""Bytes that one byte can stand for at most: RFC 1951; a run of 900 kB in one block of bzip2; a digit and a space."""
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Declared:
    """Size, type, place and encoding of the voxels, as a header tells them.

    Attributes:
        sizes: per axis, the fastest first.
        space_axes: which of them are i, j and k; two for a plane.
        phase_axis: the axis of points in time or of components, if any. phase_word: what one of them is.
        colour_axis: the axis of red, green and blue, if any.
        columns: (3, n) float64: the step along each space axis, LPS millimetres; None where no place is told.
        origin_lps: centre of the first voxel, LPS millimetres.
        spacing_mm: of the space axes; empty where unknown.
        base: bytes of the header where the voxels follow it in its own file.
        offset: bytes to skip before the voxels in each file, after lines to skip; negative: they are the file's end.
        unpacked_offset: bytes to skip once they are unpacked.
    """

    path: Path
    files: tuple[Path, ...]
    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    encoding: Encoding
    space_axes: tuple[int, ...]
    base: int = 0
    offset: int = 0
    unpacked_offset: int = 0
    line_skip: int = 0
    phase_axis: int | None = None
    phase_word: str = "phase"
    colour_axis: int | None = None
    columns: NDArray[np.float64] | None = None
    origin_lps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spacing_mm: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def phases(self) -> int:
        return 1 if self.phase_axis is None else self.sizes[self.phase_axis]

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        i, j, k = (*(self.sizes[axis] for axis in self.space_axes), 1)[:3]
        return k, j, i

    @property
    def bytes_per_file(self) -> int:
        return prod(self.sizes) * self.dtype.itemsize // len(self.files)


def require_bytes(declared: Declared) -> None:
    """Refuse what the files cannot hold, before a byte of it is unpacked.

    Raises:
        ReadError: sizes that no image has, or more than packed voxels may unpack to.
        Truncated: fewer bytes than the header declares.
    """
    path, skipped = declared.path, declared.unpacked_offset * len(declared.files)
    total = prod(declared.sizes) * declared.dtype.itemsize + skipped
    if min(declared.sizes) < 1 or prod(declared.sizes) % len(declared.files):
        raise ReadError(path, f"sizes {declared.sizes} in {len(declared.files)} files: no even share for each")
    present = sum(max(0, file.stat().st_size - declared.base - max(0, declared.offset)) for file in declared.files)
    if total > _MOST_RATIO[declared.encoding] * present:
        raise Truncated(path, f"truncated: the header declares {total} bytes of voxels, {present} are present")
    if declared.encoding != "raw" and total > max(MOST_INFLATED_BYTES, MOST_INFLATION * present):
        raise ReadError(path, f"unpacks to {total >> 20} MiB from {present >> 10} KiB: refused")


def read_phase(declared: Declared, phase: int) -> NDArray[Any]:
    """(K, J, I), or (K, J, I, 3) of a colour: one phase or component, in the byte order of this machine.

    Raises:
        ReadError: damaged.
        Truncated: the voxels end before what the header declares.
    """
    parts = [_voxels(declared, file) for file in declared.files]
    flat = parts[0] if len(parts) == 1 else np.concatenate(parts)
    array = flat.reshape(declared.sizes[::-1]).T
    order = [*declared.space_axes[::-1], *(() if declared.colour_axis is None else (declared.colour_axis,))]
    taken = [slice(None) if axis in order else 0 for axis in range(array.ndim)]
    if declared.phase_axis is not None:
        taken[declared.phase_axis] = phase
    remaining = sorted(order)
    array = array[tuple(taken)].transpose([remaining.index(axis) for axis in order])
    colours = () if declared.colour_axis is None else (array.shape[-1],)
    array = array.reshape(*declared.shape_kji, *colours)[..., :3] if colours else array.reshape(declared.shape_kji)
    return np.ascontiguousarray(array, declared.dtype.newbyteorder("="))


def _voxels(declared: Declared, file: Path) -> NDArray[Any]:
    """1-D values of one file.

    Raises:
        ReadError: damaged.
        Truncated: too few.
    """
    needed, itemsize = declared.bytes_per_file, declared.dtype.itemsize
    start = _start(declared, file)
    if declared.encoding == "raw":
        if file.stat().st_size < start + needed:
            raise Truncated(file, f"truncated: {file.stat().st_size - start} of {needed} bytes of voxels are present")
        return np.memmap(file, declared.dtype, "r", start, (needed // itemsize,))
    packed = file.read_bytes()[start:]
    try:
        values = _unpacked(declared, packed, needed + declared.unpacked_offset)
    except (OSError, ValueError, EOFError, zlib.error, OverflowError) as error:
        raise ReadError(declared.path, f"damaged {declared.encoding} voxels: {str(error)[:80]}") from error
    if values.nbytes < needed:
        raise Truncated(declared.path, f"truncated: {values.nbytes} of {needed} bytes of voxels are present")
    return values[: needed // itemsize]


def _unpacked(declared: Declared, packed: bytes, needed: int) -> NDArray[Any]:
    if declared.encoding == "ascii":
        words = packed.replace(b",", b" ").split(None, needed // declared.dtype.itemsize)
        is_float = declared.dtype.kind == "f"
        count = needed // declared.dtype.itemsize
        return np.array([float(each) if is_float else int(each) for each in words[:count]], declared.dtype)
    if declared.encoding == "hex":
        plain = bytes.fromhex("".join(packed.decode("ascii").split())[: 2 * needed])
    elif declared.encoding == "gzip":
        plain = _inflated(lambda: zlib.decompressobj(47), packed, needed)
    else:
        plain = _inflated(bz2.BZ2Decompressor, packed, needed)
    plain = plain[declared.unpacked_offset :]
    return np.frombuffer(plain[: len(plain) // declared.dtype.itemsize * declared.dtype.itemsize], declared.dtype)


def _inflated(make: Callable[[], Any], packed: bytes, needed: int) -> bytearray:
    """Up to ``needed`` bytes of one or more packed members, one after the other."""
    plain, unpacker = bytearray(), make()
    while len(plain) < needed and packed:
        plain += unpacker.decompress(packed, needed - len(plain))
        if not unpacker.eof:
            break
        packed, unpacker = unpacker.unused_data, make()
    return plain


def _start(declared: Declared, file: Path) -> int:
    """The byte where the voxels of a file start: after lines to skip, then bytes to skip.

    Raises:
        ReadError: the file is shorter than that.
    """
    size = file.stat().st_size
    if declared.offset < 0:
        start = size - declared.bytes_per_file
    else:
        start = _after_lines(file, declared) + declared.offset
    if not 0 <= start < size:
        raise Truncated(file, f"truncated: its voxels should start at byte {start} of {size}")
    return start


def _after_lines(file: Path, declared: Declared) -> int:
    with file.open("rb") as stream:
        stream.seek(declared.base)
        for _ in range(declared.line_skip):
            if not stream.readline(_CHUNK_BYTES):
                break
        return stream.tell()
