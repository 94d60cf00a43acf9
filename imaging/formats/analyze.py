"""Analyze 7.5 pairs (.hdr and .img) to volumes; the format does not say which way the patient lies."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaging.errors import ReadError, Truncated
from imaging.formats.content import first_bytes, identity, identity_of_part
from imaging.geometry import Calibration, Geometry
from imaging.progress import Report, silent
from imaging.study import Phase, Series
from imaging.volume import Volume

_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8"}
_UNKNOWN = "Analyze does not say which way the patient lies: orientation, sides and position are unknown"


@dataclass(frozen=True)
class AnalyzeHeader:
    """Size, type and voxel size; shape in the order k, j, i.

    Attributes:
        scale: value of a stored 1, which SPM writes where Analyze has a field it does not use; 1 where nothing is said.
    """

    shape_kji: tuple[int, int, int]
    phases: int
    dtype: np.dtype[np.generic]
    spacing_mm: tuple[float, float, float]
    offset: int
    scale: float
    image: Path


def describe(path: Path) -> list[Series]:
    """One series per volume in time, voxels not read.

    Raises:
        ReadError, Truncated: see :func:`read_header`.
    """
    header = read_header(path)
    uid = identity(header.image)
    return [
        Series(
            uid=identity_of_part(uid, n, header.phases),
            kind="image",
            format="Analyze",
            files=(path, header.image),
            shape_kji=header.shape_kji,
            geometry=_geometry(header),
            description=path.name if header.phases == 1 else f"{path.name}, phase {n + 1} of {header.phases}",
            photometric="MONOCHROME2",
            phase=Phase(uid, n, header.phases, f"phase {n + 1}") if header.phases > 1 else None,
            warnings=(_UNKNOWN, *_scaling(header)),
        )
        for n in range(header.phases)
    ]


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The voxels of one volume as stored, or scaled as SPM's field says.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Truncated: fewer voxels than the header declares.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    report(0, 1, f"Loading {path.name}")
    header = read_header(path)
    if header.shape_kji != series.shape_kji:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    count = int(np.prod(header.shape_kji))
    start = header.offset + series.phase_index * count * header.dtype.itemsize
    with header.image.open("rb") as stream:
        stream.seek(start)
        data = stream.read(count * header.dtype.itemsize)
    array = np.frombuffer(data, header.dtype).reshape(header.shape_kji)
    array = array.astype(array.dtype.newbyteorder("="))
    if header.scale != 1:
        array = (array.astype(np.float64) * header.scale).astype(np.float32)
    return Volume(array, _geometry(header), series.kind, series_uid=series.uid, warnings=series.warnings)


def read_header(path: Path) -> AnalyzeHeader:
    """The header of a pair, judged against the size of its image (Mayo Clinic, ANALYZE 7.5 file format).

    Raises:
        ReadError: no image beside it, or a header that makes no sense.
        Truncated: fewer voxels than it declares.
    """
    head = first_bytes(path)
    order = "<" if int.from_bytes(head[:4], "little") == 348 else ">"
    dim = [int(each) for each in np.frombuffer(head, f"{order}i2", 8, 40)]
    kind = int(np.frombuffer(head, f"{order}i2", 1, 70)[0])
    sizes = [float(abs(each)) for each in np.frombuffer(head, f"{order}f4", 4, 76)]
    offset, scale = (float(each) for each in np.frombuffer(head, f"{order}f4", 2, 108))
    image = next((each for each in (path.with_suffix(".img"), path.with_suffix(".IMG")) if each.is_file()), None)
    if image is None:
        raise ReadError(path, f"an Analyze header without its image: {path.with_suffix('.img').name} is not beside it")
    if not 2 <= dim[0] <= 4 or min(dim[1 : dim[0] + 1]) < 1 or kind not in _TYPES:
        raise ReadError(path, f"found dimensions {dim} of type {kind}: expected 2 to 4, of type {sorted(_TYPES)}")
    i, j, k, phases = [*dim[1 : dim[0] + 1], 1, 1, 1][:4]
    known = all(0 < each < float("inf") for each in sizes[1:4])
    found = AnalyzeHeader(
        (k, j, i),
        phases,
        np.dtype(f"{order}{_TYPES[kind]}"),
        (sizes[3], sizes[2], sizes[1]) if known else (0.0, 0.0, 0.0),
        max(0, int(offset)) if np.isfinite(offset) else 0,
        scale if np.isfinite(scale) and scale != 0 else 1.0,
        image,
    )
    needed = found.offset + i * j * k * phases * found.dtype.itemsize
    if image.stat().st_size < needed:
        raise Truncated(path, f"truncated: {image.name} holds {image.stat().st_size} bytes, expected {needed}")
    return found


def _scaling(header: AnalyzeHeader) -> tuple[str, ...]:
    return () if header.scale == 1 else (f"values are multiplied by {header.scale:g}, as SPM writes it",)


def _geometry(header: AnalyzeHeader) -> Geometry:
    if min(header.spacing_mm) <= 0:
        return Geometry(header.shape_kji, (1.0, 1.0, 1.0), calibration=Calibration.NONE)
    return Geometry(header.shape_kji, header.spacing_mm, calibration=Calibration.PIXEL_SPACING)
