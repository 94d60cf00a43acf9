"""NRRD and MetaImage files to volumes, by ITK's readers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError, ReadError, Truncated
from imaging.formats.content import Format, format_of, identity
from imaging.formats.itk_header import TextHeader, read_meta_header, read_nrrd_header
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Calibration, Geometry
from imaging.progress import Report, silent
from imaging.study import Phase, Refusal, Series
from imaging.volume import Volume

if TYPE_CHECKING:
    import SimpleITK

MOST_DEFLATION = 1032
"""Bytes that one byte of gzip can stand for at most (RFC 1951)."""

_READERS = {Format.NRRD: "NrrdImageIO", Format.META: "MetaImageIO"}


def read_series(paths: Sequence[Path], report: Report = silent, done: int = 0) -> tuple[list[Series], list[Refusal]]:
    """One series per volume, voxels not read: a file of four dimensions gives one per phase; and what was refused.

    Raises:
        Cancelled: by ``report``.
    """
    found: list[Series] = []
    refused: list[Refusal] = []
    for n, path in enumerate(paths):
        report(done + n, done + len(paths), f"Reading {path.name}")
        try:
            found += _describe(path)
        except (ReadError, GeometryError) as error:
            refused.append(Refusal(path, error.reason if isinstance(error, ReadError) else str(error)))
    return found, refused


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The voxels of one volume as stored; these formats name no unit.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    report(0, 1, f"Loading {path.name}")
    reader, header = _opened(path)
    geometry = _geometry(path, reader, header)
    if geometry.shape_kji != series.shape_kji:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    size = list(reader.GetSize())
    if len(size) == 4:
        reader.SetExtractSize([*size[:3], 0])
        reader.SetExtractIndex([0, 0, 0, series.phase.index if series.phase else 0])
    array = _voxels(path, reader)
    colour = reader.GetNumberOfComponents() == 3
    array = array.reshape((*geometry.shape_kji, 3) if colour else geometry.shape_kji)
    report(1, 1, f"Loading {path.name}")
    return Volume(array, geometry, series.kind, series_uid=series.uid, warnings=series.warnings)


def _describe(path: Path) -> list[Series]:
    reader, header = _opened(path)
    geometry = _geometry(path, reader, header)
    _check_components(path, reader)
    colour = reader.GetNumberOfComponents() == 3
    size, uid = reader.GetSize(), identity(path)
    phases = size[3] if len(size) == 4 else 1
    warnings = () if geometry.has_position else ("the file places nothing: orientation and position are unknown",)
    return [
        Series(
            uid=f"{uid}@{n + 1}" if phases > 1 else uid,
            kind="volume" if geometry.has_position and geometry.shape_kji[0] > 1 and not colour else "image",
            format=format_of(path),
            files=(path,) if header.data_file is None else (path, header.data_file),
            shape_kji=geometry.shape_kji,
            geometry=geometry,
            description=path.name if phases == 1 else f"{path.name}, phase {n + 1} of {phases}",
            photometric="RGB" if colour else "MONOCHROME2",
            phase=Phase(uid, n, phases, f"phase {n + 1}") if phases > 1 else None,
            warnings=warnings,
        )
        for n in range(phases)
    ]


def _opened(path: Path) -> "tuple[SimpleITK.ImageFileReader, TextHeader]":
    """ITK's reader with the header read, and the header's own fields.

    Raises:
        ReadError: damaged, or more voxels than the file can hold.
    """
    import SimpleITK

    kind = format_of(path)
    header = read_nrrd_header(path) if kind is Format.NRRD else read_meta_header(path)
    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO(_READERS[kind])
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise ReadError(path, f"damaged {kind} header: {_last_line(error)}") from error
    size = reader.GetSize()
    if not 2 <= len(size) <= 4 or min(size) < 1:
        raise ReadError(path, f"holds {len(size)} dimensions of {'×'.join(map(str, size))}: expected 2 to 4")
    needed = int(np.prod(size, dtype=object)) * reader.GetNumberOfComponents()
    present = (header.data_file or path).stat().st_size
    if needed > MOST_DEFLATION * present:
        raise Truncated(path, f"truncated: the header declares {needed} values, the file has {present} bytes")
    return reader, header


def _check_components(path: Path, reader: "SimpleITK.ImageFileReader") -> None:
    import SimpleITK

    components = reader.GetNumberOfComponents()
    is_bytes = reader.GetPixelID() in (SimpleITK.sitkUInt8, SimpleITK.sitkVectorUInt8)
    if components not in (1, 3) or (components == 3 and not is_bytes):
        raise ReadError(path, f"{components} numbers per voxel: expected one, or three bytes of colour")


def _voxels(path: Path, reader: "SimpleITK.ImageFileReader") -> NDArray[Any]:
    import SimpleITK

    try:
        return SimpleITK.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise ReadError(path, f"damaged: {_last_line(error)}") from error


def _geometry(path: Path, reader: "SimpleITK.ImageFileReader", header: TextHeader) -> Geometry:
    """The grid in LPS, ITK's own frame; no more than a pixel size where the file places nothing.

    Raises:
        ReadError: axes that are sheared by more than 0.1 mm over the volume.
    """
    dimensions = len(reader.GetSize())
    size, spacing = [*reader.GetSize()[:3], 1][:3], [*reader.GetSpacing()[:3], 1.0][:3]
    shape = (int(size[2]), int(size[1]), int(size[0]))
    if dimensions == 2 or not _is_placed(header):
        calibration = Calibration.PIXEL_SPACING if _has_spacing(header) else Calibration.NONE
        return Geometry(shape, (spacing[2], spacing[1], spacing[0]), calibration=calibration)
    axes = np.array(reader.GetDirection()).reshape(dimensions, dimensions)[:3, :3]
    left, _, right = np.linalg.svd(axes)
    nearest = left @ right
    moved = float((np.linalg.norm(axes - nearest, axis=0) * np.array(spacing) * (np.array(size) - 1)).sum())
    if moved > PLACEMENT_TOLERANCE_MM:
        raise ReadError(path, f"the axes are sheared: voxels would lie up to {moved:.1f} mm off a regular grid")
    k, j, i = (tuple(map(float, nearest[:, n])) for n in (2, 1, 0))
    x, y, z = reader.GetOrigin()[:3]
    return Geometry(
        shape,
        (spacing[2], spacing[1], spacing[0]),
        (x, y, z),
        ((k[0], k[1], k[2]), (j[0], j[1], j[2]), (i[0], i[1], i[2])),
        Calibration.PATIENT,
    )


def _is_placed(header: TextHeader) -> bool:
    """True where the file says where it lies in the patient: an anatomical space, or an offset."""
    fields = header.fields
    if "space directions" in fields or "sizes" in fields:
        return fields.get("space", "").lower().replace("-", " ") in _ANATOMICAL
    return any(name in fields for name in ("offset", "position", "origin"))


def _has_spacing(header: TextHeader) -> bool:
    return any(name in header.fields for name in ("spacings", "space directions", "elementspacing", "elementsize"))


_ANATOMICAL = frozenset(
    {
        *("right anterior superior", "ras", "left anterior superior", "las", "left posterior superior", "lps"),
        *("right anterior superior time", "left anterior superior time", "left posterior superior time"),
    }
)


def _last_line(error: RuntimeError) -> str:
    return str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
