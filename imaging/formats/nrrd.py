"""NRRD headers (NRRD format definition, versions 1 to 5): what they declare, in LPS millimetres."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.declared import Declared, Encoding
from imaging.formats.text_header import TextHeader, beside, header_lines, numbered
from imaging.geometry import triple

_FIELDS_OF_TWO_WORDS = (
    *("data file", "line skip", "byte skip", "axis mins", "axis maxs", "old min", "old max", "block size"),
    *("sample units", "space dimension", "space units", "space origin", "space directions", "measurement frame"),
)
_CANONICAL = {"".join(name.split()): name for name in _FIELDS_OF_TWO_WORDS}
_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_DTYPES = {name: np.dtype(code) for code, names in _TYPES.items() for name in names}
_ENCODINGS: dict[str, Encoding] = {
    "raw": "raw",
    "txt": "ascii",
    "text": "ascii",
    "ascii": "ascii",
    "hex": "hex",
    "gz": "gzip",
    "gzip": "gzip",
    "bz2": "bzip2",
    "bzip2": "bzip2",
}
_TO_LPS = {
    **dict.fromkeys(("right anterior superior", "ras"), (-1.0, -1.0, 1.0)),
    **dict.fromkeys(("left anterior superior", "las"), (1.0, -1.0, 1.0)),
    **dict.fromkeys(("left posterior superior", "lps"), (1.0, 1.0, 1.0)),
}
_LENGTHS_MM = {
    1e-6: ("nm",),
    1e-3: ("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers"),
    1.0: ("mm", "millimeter", "millimeters", "", "???", "none"),
    10.0: ("cm", "centimeter", "centimeters"),
    1000.0: ("m", "meter", "meters"),
}
_MM_PER_UNIT = {name: mm for mm, names in _LENGTHS_MM.items() for name in names} | dict.fromkeys(("s", "ms"), 1.0)
"""Where none is told millimetres are assumed; a space may have time as its fourth axis."""

_SPACE_KINDS = ("domain", "space")
_COLOUR_KINDS = ("rgb color", "3 color", "rgba color", "4 color")
_PHASE_WORDS = {"time": "phase", "list": "entry", "domain": "phase", "space": "phase", "???": "phase", "none": "phase"}


def read_fields(path: Path) -> TextHeader:
    """The fields of an NRRD file, and the files with its voxels.

    Raises:
        ReadError: no end of the header, a field told twice, or voxels said to lie outside the header's folder.
    """
    fields: dict[str, str] = {}
    lines = header_lines(path)
    end = lines[-1][1]
    for n, (line, after) in enumerate(lines[1:], 2):
        name, separator, value = line.partition(":")
        name = _CANONICAL.get("".join(name.lower().split()), name.strip().lower())
        if not line:
            end = after
            break
        if not separator or line.startswith("#") or value.startswith("="):
            continue
        if name in fields:
            raise ReadError(path, f"the header names {name!r} twice: refused")
        fields[name] = value.strip()
        if name == "data file" and value.split()[:1] == ["LIST"]:
            return TextHeader(path, fields, 0, beside(path, [each.strip() for each, _ in lines[n:] if each]))
    else:
        _require_end(path, end, fields)
    named = fields.get("data file")
    return TextHeader(path, fields, 0 if named else end, beside(path, _names(path, named)) if named else ())


def read_declared(path: Path) -> Declared:
    """What an NRRD file declares.

    Raises:
        ReadError: outside the format, or what this program does not show; the reason says which.
    """
    header = read_fields(path)
    dtype = _dtype(header)
    sizes = header.integers("sizes")
    if header.integer("dimension", 0) != len(sizes) or not 2 <= len(sizes) <= 5:
        raise ReadError(
            path, f"dimension {header.fields.get('dimension')} with sizes {sizes}: expected 2 to 5, agreeing"
        )
    encoding = _ENCODINGS.get(header.fields.get("encoding", "").lower())
    if encoding is None:
        raise ReadError(path, f"encoding {header.fields.get('encoding')!r}: expected raw, gzip, bzip2, ascii or hex")
    vectors = _vectors(header, len(sizes))
    skipped = header.integer("byte skip", 0)
    is_packed = encoding in ("gzip", "bzip2") and skipped >= 0
    space, colour, phase = _axes(header, sizes, dtype, vectors)
    columns, origin = _place(header, vectors, space)
    return Declared(
        path,
        header.data_files or (path,),
        sizes,
        dtype,
        encoding,
        space,
        base=header.end,
        offset=0 if is_packed else skipped,
        unpacked_offset=skipped if is_packed else 0,
        line_skip=header.integer("line skip", 0),
        phase_axis=phase,
        phase_word=_PHASE_WORDS.get(_kinds(header, len(sizes))[phase] if phase is not None else "", "component"),
        colour_axis=colour,
        columns=columns,
        origin_lps=origin,
        spacing_mm=_spacing(header, vectors, space),
        warnings=("transparency is left out",) if colour is not None and sizes[colour] == 4 else (),
    )


def _require_end(path: Path, end: int, fields: dict[str, str]) -> None:
    """A header may end with its file only where the voxels are in another one."""
    if end < path.stat().st_size or "data file" not in fields:
        raise ReadError(path, f"damaged NRRD header: no empty line ends it within {end} bytes")


def _names(path: Path, named: str) -> list[str]:
    """The files of a ``data file`` field: one name, or a pattern with first, last, step and dimension."""
    words = named.split()
    return numbered(path, words[0], words[1:4]) if "%" in words[0] and len(words) >= 3 else [named]


def _dtype(header: TextHeader) -> np.dtype[np.generic]:
    named = " ".join(header.words("type"))
    dtype = _DTYPES.get(named)
    if dtype is None:
        raise ReadError(header.path, f"damaged NRRD header: type {named[:80]!r}, expected a number type")
    endian = header.fields.get("endian", "").lower()
    packed_text = header.fields.get("encoding", "").lower() in ("txt", "text", "ascii")
    if dtype.itemsize > 1 and not packed_text and endian not in ("little", "big"):
        raise ReadError(header.path, f"endian {endian!r}: expected little or big for numbers of several bytes")
    return dtype.newbyteorder(">" if endian == "big" else "<")


def _kinds(header: TextHeader, count: int) -> list[str]:
    kinds = [each.lower().replace("-", " ") for each in header.words("kinds")]
    return kinds if len(kinds) == count else ["???"] * count


def _vectors(header: TextHeader, count: int) -> list[NDArray[np.float64] | None]:
    """The step along each axis in the file's space, millimetres; None where an axis has none.

    Raises:
        ReadError: not one vector per axis, one that is partly no number, or lengths of an unknown unit.
    """
    told = header.fields.get("space directions")
    if told is None:
        return [None] * count
    vectors = [_vector(header.path, each) for each in _parted(told)]
    if len(vectors) != count:
        raise ReadError(header.path, f"{len(vectors)} space directions for {count} axes: expected one for each")
    return [None if vector is None else _in_mm(header, vector) for vector in vectors]


def _in_mm(header: TextHeader, vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """A vector of the file's space in millimetres, each part by its own unit."""
    scales = _mm_per_unit(header, "space units")
    if scales and len(scales) != len(vector):
        raise ReadError(header.path, f"{len(scales)} space units for vectors of {len(vector)}: expected one for each")
    return vector * scales if scales else vector


def _mm_per_unit(header: TextHeader, field: str) -> list[float]:
    """Millimetres for each entry of ``space units`` or ``units``; empty where nothing is told.

    Raises:
        ReadError: a unit that is not known.
    """
    names = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', header.fields.get(field, ""))]
    unknown = [name for name in names if name.strip() not in _MM_PER_UNIT]
    if unknown:
        raise ReadError(header.path, f"lengths in {unknown[0][:40]}: expected nm, um, mm, cm or m")
    return [_MM_PER_UNIT[name.strip()] for name in names]


def _parted(text: str) -> list[str]:
    """Vectors in brackets, which may hold spaces, and words between them."""
    parts: list[str] = []
    for piece in text.replace("(", " (").split(")"):
        before, bracket, inside = piece.partition("(")
        parts += before.split()
        parts += [inside] if bracket else []
    return parts


def _vector(path: Path, text: str) -> NDArray[np.float64] | None:
    if text.strip() == "none":
        return None
    try:
        vector = np.array([float(each) for each in text.split(",")])
    except ValueError as error:
        raise ReadError(path, f"vector ({text[:80]}): expected numbers") from error
    if np.isnan(vector).all():
        return None
    if not np.isfinite(vector).all():
        raise ReadError(path, f"vector ({text[:80]}): partly no number")
    return vector


def _axes(
    header: TextHeader, sizes: tuple[int, ...], dtype: np.dtype[np.generic], vectors: list[NDArray[np.float64] | None]
) -> tuple[tuple[int, ...], int | None, int | None]:
    """The axes of space, of colour, and of phases or components.

    Raises:
        ReadError: no plane, or more than one axis beside space and colour.
    """
    kinds = _kinds(header, len(sizes))
    if any(vector is not None for vector in vectors):
        space = [n for n, vector in enumerate(vectors) if vector is not None and np.any(vector[:3])]
    else:
        space = [n for n, kind in enumerate(kinds) if kind in (*_SPACE_KINDS, "???", "none")]
    space = space[:3]
    others = [n for n, size in enumerate(sizes) if n not in space and size > 1]
    colours = [n for n in others if kinds[n] in _COLOUR_KINDS and sizes[n] in (3, 4) and dtype == np.uint8]
    phases = [n for n in others if n not in colours[:1]]
    if len(space) < 2 or len(phases) > 1:
        raise ReadError(header.path, f"axes of {'×'.join(map(str, sizes))} ({', '.join(kinds)}): no volume in them")
    return tuple(space), (*colours, None)[0], (*phases, None)[0]


def _place(
    header: TextHeader, vectors: list[NDArray[np.float64] | None], space: tuple[int, ...]
) -> tuple[NDArray[np.float64] | None, tuple[float, float, float]]:
    """Steps and origin in LPS where the space is one of the patient's, else None.

    Raises:
        ReadError: lengths of an unknown unit.
    """
    name = header.fields.get("space", "").lower().replace("-", " ")
    signs = _TO_LPS.get(name.removesuffix(" time") if name.endswith(" time") else name)
    columns = [vectors[axis] for axis in space]
    if signs is None or any(each is None or len(each) < 3 for each in columns):
        return None, (0.0, 0.0, 0.0)
    told = (
        _vector(header.path, header.fields.get("space origin", "").strip("() "))
        if "space origin" in header.fields
        else None
    )
    if told is None or len(told) < 3:
        return None, (0.0, 0.0, 0.0)
    origin = triple(_in_mm(header, told)[:3] * signs)
    return np.stack([each[:3] * signs for each in columns if each is not None], axis=1), origin


def _spacing(
    header: TextHeader, vectors: list[NDArray[np.float64] | None], space: tuple[int, ...]
) -> tuple[float, ...]:
    lengths = tuple(float(np.linalg.norm(each[:3])) for axis in space if (each := vectors[axis]) is not None)
    spacings = header.words("spacings")
    if not lengths and len(spacings) > max(space):
        scales = _mm_per_unit(header, "units") or [1.0] * len(spacings)
        lengths = tuple(header.numbers("spacings")[axis] * scales[axis] for axis in space if axis < len(scales))
    return lengths if all(np.isfinite(each) and each > 0 for each in lengths) else ()
