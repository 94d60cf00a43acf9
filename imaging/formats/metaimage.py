"""MetaImage headers (MetaIO): what they declare; LPS millimetres, as ITK and MetaIO mean them."""

from pathlib import Path

import numpy as np

from imaging.errors import ReadError
from imaging.formats.declared import Declared
from imaging.formats.text_header import MOST_HEADER_BYTES, TextHeader, beside, header_lines, numbered

_DTYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_OFFSETS, _MATRICES = ("offset", "position", "origin"), ("transformmatrix", "rotation", "orientation")
_MM_PER_UNIT = {"um": 1e-3, "mm": 1.0, "cm": 10.0, "?": 1.0}
_LOCAL = ("LOCAL", "Local", "local")


def read_fields(path: Path) -> TextHeader:
    """The fields of a MetaImage file, and the files with its voxels.

    Raises:
        ReadError: a field told twice, voxels nowhere, or said to lie outside the header's folder.
    """
    fields: dict[str, str] = {}
    lines = header_lines(path)
    for n, (line, end) in enumerate(lines, 1):
        name, separator, value = (each.strip() for each in _at_separator(line))
        if separator and name.lower() in fields:
            raise ReadError(path, f"the header names {name!r} twice: refused")
        if separator:
            fields[name.lower()] = value
        if name == "ElementDataFile":
            if value in _LOCAL:
                return TextHeader(path, fields, end)
            return TextHeader(path, fields, 0, beside(path, _names(path, value, [each for each, _ in lines[n:]])))
        if "elementdatafile" in line.lower():
            raise ReadError(path, f"found {line[:80]!r}: expected ElementDataFile = … on a line of its own")
    raise ReadError(path, f"no ElementDataFile in the first {MOST_HEADER_BYTES >> 10} KiB: the voxels are nowhere")


def read_declared(path: Path) -> Declared:
    """What a MetaImage file declares.

    Raises:
        ReadError: outside the format, or what this program does not show; the reason says which.
    """
    header = read_fields(path)
    sizes, channels = header.integers("dimsize"), header.integer("elementnumberofchannels", 1)
    dimensions = header.integer("ndims", 0)
    if dimensions != len(sizes) or not 2 <= dimensions <= 4 or channels < 1:
        raise ReadError(path, f"NDims {dimensions} with DimSize {sizes}: expected 2 to 4, agreeing")
    dtype = _dtype(header)
    many = int(channels > 1)
    colour = channels in (3, 4) and dtype == np.uint8
    if many and not colour and dimensions == 4:
        raise ReadError(path, f"{channels} numbers per voxel in four dimensions: expected one, or bytes of colour")
    scale, warnings = _mm_per_unit(header), _left_out(header, channels if colour else 0)
    columns, origin = _place(header, dimensions, scale)
    packed = _is_true(header, "compresseddata")
    plain_text = "binarydata" in header.fields and not _is_true(header, "binarydata")
    spacing = tuple(scale * each for each in header.numbers("elementspacing", "elementsize")[: min(dimensions, 3)])
    return Declared(
        path,
        header.data_files or (path,),
        (channels, *sizes) if many else sizes,
        dtype,
        "gzip" if packed else "ascii" if plain_text else "raw",
        tuple(many + n for n in range(min(dimensions, 3))),
        base=header.end,
        offset=header.integer("headersize", 0),
        phase_axis=3 + many if dimensions == 4 else 0 if many and not colour else None,
        phase_word="component" if many and not colour else "phase",
        colour_axis=0 if colour else None,
        columns=columns,
        origin_lps=origin,
        spacing_mm=spacing if all(np.isfinite(each) and each > 0 for each in spacing) else (),
        warnings=warnings,
    )


def _at_separator(line: str) -> tuple[str, str, str]:
    """Name, separator and value: MetaIO takes a colon for an equals sign."""
    return line.partition(min("=:", key=lambda sign: line.find(sign) % (len(line) + 1)))


def _names(path: Path, value: str, following: list[str]) -> list[str]:
    """The files of ElementDataFile: one name, those of the lines after LIST, or a pattern with first, last, step."""
    words = value.split()
    if words[:1] == ["LIST"]:
        return [each.strip() for each in following if each.strip()]
    return numbered(path, words[0], words[1:4]) if words and "%" in words[0] and len(words) >= 3 else [value]


def _dtype(header: TextHeader) -> np.dtype[np.generic]:
    named = header.fields.get("elementtype", "").removesuffix("_ARRAY")
    if named not in _DTYPES:
        raise ReadError(header.path, f"damaged MetaImage header: ElementType {named[:80]!r}, expected a number type")
    big = _is_true(header, "elementbyteordermsb", "binarydatabyteordermsb")
    return np.dtype(_DTYPES[named]).newbyteorder(">" if big else "<")


def _is_true(header: TextHeader, *names: str) -> bool:
    return header.words(*names)[:1] not in ([], ["False"], ["false"], ["FALSE"], ["0"], ["F"], ["f"])


def _mm_per_unit(header: TextHeader) -> float:
    """Millimetres of a length; they are assumed where the file names no unit.

    Raises:
        ReadError: a unit that is not known.
    """
    unit = (*header.words("distanceunits"), "mm")[0]
    if unit not in _MM_PER_UNIT:
        raise ReadError(header.path, f"lengths in {unit[:40]}: expected um, mm or cm (DistanceUnits)")
    return _MM_PER_UNIT[unit]


def _left_out(header: TextHeader, colours: int) -> tuple[str, ...]:
    """What a file says and is not followed in, in words; as in ITK, values are the stored ones."""
    slope = (*header.numbers("elementtointensityfunctionslope"), 1.0)[0]
    offset = (*header.numbers("elementtointensityfunctionoffset"), 0.0)[0]
    is_scaled = (slope, offset) != (1.0, 0.0)
    scaled = f"values are as stored: intensity = {slope:g} × value + {offset:g} is noted, not applied"
    return (*(("transparency is left out",) if colours == 4 else ()), *((scaled,) if is_scaled else ()))


def _place(
    header: TextHeader, dimensions: int, mm_per_unit: float
) -> tuple[np.ndarray | None, tuple[float, float, float]]:
    """Steps along i, j, k and the origin, LPS millimetres; None where the file tells no place.

    Raises:
        ReadError: numbers that do not fit the dimensions.
    """
    if dimensions == 2 or not any(name in header.fields for name in _OFFSETS):
        return None, (0.0, 0.0, 0.0)
    offset = header.numbers(*_OFFSETS)
    matrix = header.numbers(*_MATRICES) or tuple(np.eye(dimensions).ravel())
    spacing = header.numbers("elementspacing", "elementsize") or (1.0,) * dimensions
    if len(offset) != dimensions or len(matrix) != dimensions**2 or len(spacing) != dimensions:
        raise ReadError(header.path, f"offset, matrix and spacing do not fit {dimensions} dimensions")
    columns = np.array(matrix).reshape(dimensions, dimensions)[:3, :3].T * np.array(spacing[:3]) * mm_per_unit
    x, y, z = (mm_per_unit * each for each in offset[:3])
    return columns, (x, y, z)
