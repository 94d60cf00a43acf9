"""NRRD files of label values: fields, layers and place (NRRD format definition, version 5)."""

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError, Truncated

_MOST_HEADER_BYTES = 1 << 20
_MOST_VOXELS = 1 << 31
_TYPES = {
    "unsigned char": "u1", "uchar": "u1", "uint8": "u1", "uint8_t": "u1", "signed char": "i1", "int8": "i1",
    "short": "i2", "int16": "i2", "short int": "i2", "signed short": "i2", "unsigned short": "u2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "unsigned int": "u4", "uint32": "u4",
}  # fmt: skip
_LPS_SIGNS = {
    "left-posterior-superior": (1, 1, 1), "lps": (1, 1, 1), "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip


@dataclass(frozen=True)
class NrrdFile:
    """A file of label values.

    Attributes:
        fields: of the header, with key-value pairs.
        layers: (L, K, J, I) whole numbers.
        affine: (4, 4) index (k, j, i, 1) to LPS millimetres; None where the file has no place.
    """

    fields: dict[str, str]
    layers: NDArray[np.generic]
    affine: NDArray[np.float64] | None


def read_nrrd(path: Path) -> NrrdFile:
    """Everything in a file whose voxels are in the file itself.

    Raises:
        ReadError: damaged, kept elsewhere, or no whole numbers.
        Truncated: fewer voxels than the header declares.
    """
    fields, data = _parsed(path)
    return NrrdFile(fields, _layers(path, fields, data), _affine(path, fields))


def _parsed(path: Path) -> tuple[dict[str, str], bytes]:
    """Fields and key-value pairs of the header, and what follows it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    end = re.search(rb"\r?\n\r?\n", content[:_MOST_HEADER_BYTES])
    if not content.startswith(b"NRRD") or end is None:
        raise ReadError(path, "no NRRD file, or one whose header does not end")
    fields: dict[str, str] = {}
    for line in content[: end.start()].decode("utf-8", "replace").splitlines()[1:]:
        key, sign, value = line.partition(":=") if ":=" in line else line.partition(":")
        if sign and not line.startswith("#"):
            fields[key.strip()] = value.strip()
    if any("".join(key.lower().split()) == "datafile" for key in fields):
        raise ReadError(path, "its voxels are kept in another file: expected them in the file itself")
    return fields, content[end.end() :]


def _layers(path: Path, fields: dict[str, str], data: bytes) -> NDArray[np.generic]:
    """(L, K, J, I) of the stored type."""
    try:
        sizes = [int(each) for each in fields.get("sizes", "").split()]
        dtype = np.dtype(_TYPES[fields.get("type", "").lower()])
    except (ValueError, KeyError) as error:
        raise ReadError(path, f"no mask: expected whole numbers and their sizes, found {error}") from error
    if len(sizes) not in (3, 4) or min(sizes) < 1 or np.prod(sizes, dtype=float) > _MOST_VOXELS:
        raise ReadError(path, f"found sizes {sizes}: expected three of a mask, or four with its layers first")
    count = int(np.prod(sizes)) * dtype.itemsize
    encoding = fields.get("encoding", "").lower()
    if encoding in ("gzip", "gz"):
        try:
            data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, count)
        except zlib.error as error:
            raise ReadError(path, f"damaged: {error}") from error
    elif encoding != "raw":
        raise ReadError(path, f"encoding {encoding or 'not stated'}: expected gzip or raw")
    if len(data) < count:
        raise Truncated(path, f"truncated: found {len(data)} bytes of voxels, expected {count}")
    big = fields.get("endian", "little").lower() == "big"
    values = np.frombuffer(data, dtype.newbyteorder(">" if big else "<"), int(np.prod(sizes)))
    return np.moveaxis(values.reshape((*sizes[::-1], 1) if len(sizes) == 3 else sizes[::-1]), -1, 0)


def _affine(path: Path, fields: dict[str, str]) -> NDArray[np.float64] | None:
    """Index (k, j, i, 1) to LPS millimetres; None where the file has no place."""
    directions = re.findall(r"\(([^)]*)\)", fields.get("space directions", ""))
    origin = re.findall(r"\(([^)]*)\)", fields.get("space origin", ""))
    if len(directions) != 3 or len(origin) != 1:
        return None
    signs = _LPS_SIGNS.get(fields.get("space", "").lower().replace('"', ""))
    if signs is None:
        raise ReadError(path, f"space {fields.get('space') or 'not stated'}: expected left-posterior-superior")
    try:
        columns = [[float(each) for each in text.split(",")] for text in (*reversed(directions), *origin)]
        affine = np.eye(4)
        affine[:3] = np.array(columns).T * np.array(signs)[:, None]
        if not np.isfinite(affine).all():
            raise ValueError(f"{fields['space directions']}, origin {fields['space origin']}: expected finite numbers")
    except ValueError as error:
        raise ReadError(path, f"damaged space directions: {error}") from error
    return affine
