"""The header of a NIfTI-1 or NIfTI-2 file: sizes, number type, scaling and place (nifti1.h, nifti2.h)."""

import gzip
import struct
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.nifti_affine import affine_of

_FARTHEST_BYTE = 1 << 48
_SIZES = {348: 1, 540: 2}
_TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    128: "u1",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
    2304: "u1",
}
_SAMPLES = {128: 3, 2304: 4}
"""Numbers of a voxel by its type: RGB and RGBA."""

_UNREAD = {32: "complex", 1792: "complex", 2048: "complex", 1536: "128-bit"}
_FIELDS = {
    "dim": (("8h", 40), ("8q", 16)),
    "datatype": (("h", 70), ("h", 12)),
    "pixdim": (("8f", 76), ("8d", 104)),
    "vox_offset": (("f", 108), ("q", 168)),
    "scl": (("2f", 112), ("2d", 176)),
    "xyzt_units": (("B", 123), ("i", 500)),
    "form_code": (("2h", 252), ("2i", 344)),
    "quatern": (("6f", 256), ("6d", 352)),
    "srow": (("12f", 280), ("12d", 400)),
}
"""Type and first byte of each field, in versions 1 and 2."""

_MS_PER_UNIT = {8: 1000.0, 16: 1.0, 24: 0.001}
_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_GZIP_ERRORS = (OSError, EOFError, zlib.error)


@dataclass(frozen=True)
class NiftiHeader:
    """What the header says.

    Attributes:
        shape: sizes in the file's order, fastest first: i, j, k, time ….
        dtype: of one number, in the file's byte order.
        samples: numbers per voxel: 1, or 3 and 4 of colour.
        data_offset: first byte of the voxels.
        slope, intercept: value = slope × stored + intercept; slope 0 means none.
        affine_ras: (4, 4) index (i, j, k, 1) to RAS millimetres, or None where neither qform nor sform is set.
        spacing_ijk_mm: pixdim; 0 where the file does not say.
        warnings: what was assumed.
        is_pair: the voxels lie in an ``.img`` file of the same name.
        phase_ms: time from one phase to the next, None where the file does not count in seconds.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    samples: int
    data_offset: int
    slope: float
    intercept: float
    affine_ras: NDArray[np.float64] | None
    spacing_ijk_mm: tuple[float, float, float]
    warnings: tuple[str, ...]
    is_pair: bool = False
    phase_ms: float | None = None

    @property
    def is_rgb(self) -> bool:
        """True for colour; a fourth number is its transparency."""
        return self.samples > 1

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Voxels of one phase along k, j, i."""
        i, j, k = (*self.shape, 1, 1)[:3]
        return (k, j, i)

    @property
    def phases(self) -> int:
        """Volumes in the file: the product of all sizes from the fourth on."""
        return int(np.prod(self.shape[3:], dtype=np.int64))

    @property
    def phase_bytes(self) -> int:
        """Bytes of one volume as stored."""
        return int(np.prod(self.shape_kji, dtype=np.int64)) * self.dtype.itemsize * self.samples


def is_inside_gzip(path: Path) -> bool:
    """True when a gzip file begins with a NIfTI header."""
    try:
        with gzip.open(path, "rb") as stream:
            head = stream.read(348)
    except _GZIP_ERRORS:
        return False
    return head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] == b"n+2\0"


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """The bytes of a file, inflated where it is gzipped.

    Raises:
        ReadError: unreadable, or a damaged archive.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if packed else plain
    except _GZIP_ERRORS as error:
        raise ReadError(path, f"cannot be read: {error}") from error


def read_header(path: Path) -> NiftiHeader:
    """The header of a file; the voxels are not read.

    Raises:
        ReadError: not NIfTI, or a number type that is no single value.
    """
    with opened(path) as stream:
        head = stream.read(540)
    order = next((o for o in "<>" if struct.unpack(f"{o}i", head[:4].ljust(4, b"\0"))[0] in _SIZES), None)
    if order is None or len(head) < 348:
        raise ReadError(path, "not NIfTI: expected a header of 348 or 540 bytes")
    version = _SIZES[struct.unpack(f"{order}i", head[:4])[0]]
    try:
        return _parse(path, head, order, version)
    except struct.error as error:
        raise ReadError(path, f"the NIfTI header ends early: found {len(head)} bytes") from error
    except (OverflowError, ValueError) as error:
        raise ReadError(path, f"the NIfTI header holds numbers that make no sense: {error}") from error


def _parse(path: Path, head: bytes, order: str, version: int) -> NiftiHeader:
    def field(name: str) -> tuple[float, ...]:
        kind, start = _FIELDS[name][version - 1]
        return struct.unpack_from(order + kind, head, start)

    dim, pixdim = [int(n) for n in field("dim")], field("pixdim")
    kind, offset, unit_codes = (int(field(name)[0]) for name in ("datatype", "vox_offset", "xyzt_units"))
    _require_readable(path, dim, kind, offset)
    slope, intercept = field("scl")
    scale, step_ms = _MM_PER_UNIT.get(unit_codes & 7, 1.0), abs(pixdim[4]) * _MS_PER_UNIT.get(unit_codes & 0x38, 0.0)
    codes = tuple(int(n) for n in field("form_code"))
    rows = np.array(field("srow"), float).reshape(3, 4)
    affine, warnings = affine_of(codes, field("quatern"), rows, pixdim, dim)
    if affine is not None:
        affine[:3] *= scale
    if _SAMPLES.get(kind) == 4:
        warnings = (*warnings, "transparency is left out")
    if unit_codes & 7 == 0:
        warnings = (*warnings, "the unit of length is not stated: millimetres are assumed")
    i_mm, j_mm, k_mm = (abs(step) * scale for step in pixdim[1:4])
    is_pair = b"ni1" in head[344:348] or head[4:8] == b"ni2\0"
    return NiftiHeader(
        tuple(dim[1 : dim[0] + 1]),
        np.dtype(order + _TYPES[kind]),
        _SAMPLES.get(kind, 1),
        max(offset, 0 if is_pair else 352 if version == 1 else 544),
        slope if np.isfinite(slope) else 0.0,
        intercept if np.isfinite(intercept) else 0.0,
        affine,
        (i_mm, j_mm, k_mm),
        warnings,
        is_pair,
        step_ms if step_ms and np.isfinite(step_ms) else None,
    )


def _require_readable(path: Path, dim: Sequence[int], kind: int, offset: int) -> None:
    if not 1 <= dim[0] <= 7 or min(dim[1 : dim[0] + 1]) < 1:
        raise ReadError(path, f"sizes {dim}: expected 1 to 7 positive ones")
    if not 0 <= offset < _FARTHEST_BYTE:
        raise ReadError(path, f"voxels from byte {offset:.6g} on (vox_offset): expected a place in the file")
    if kind not in _TYPES:
        named = f"{_UNREAD[kind]} numbers (type {kind})" if kind in _UNREAD else f"numbers of type {kind}"
        raise ReadError(path, f"{named} are not read: expected integers, floats or colour")
