"""NIfTI files to volumes and labelmaps, and back. LPS inside, RAS in the file."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging import saving
from imaging.errors import GeometryError, ReadError, Truncated
from imaging.formats.columns import SHEARED
from imaging.formats.content import identity, identity_of_part
from imaging.formats.nifti_header import NiftiHeader, opened, read_header
from imaging.formats.nifti_place import geometry_of, grids_in
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Labelmap, plain_labels
from imaging.progress import Report, silent
from imaging.study import Phase, Series
from imaging.volume import Volume

MOST_PHASES = 200
"""Volumes of one 4-D file that are listed; more make a list nobody can use."""

AIR_HU = -500
"""A volume of signed numbers that reaches below this is taken for CT, unless its mean is beyond that of bodies."""

_MOST_MEAN_HU = 3071
_MEAN_EVERY = 61
"""Of so many voxels one is looked at for the mean; prime, so as not to be the same of each row."""

VOXELS_FROM = 352
"""Bytes before the voxels of a single-file NIfTI-1: the header and an empty extension."""

MOST_DEFLATION = 1032
"""Bytes that one byte of gzip can stand for at most (RFC 1951)."""

_CHUNK_BYTES = 8 << 20


def describe(path: Path) -> list[Series]:
    """One series per volume, voxels not read: a 4-D file gives one per phase.

    Raises:
        ReadError: damaged, no NIfTI, or more than :data:`MOST_PHASES`.
        GeometryError: axes that do not span space.
    """
    header = read_header(path)
    geometry, slices = grids_in(path, header)
    if header.phases > MOST_PHASES:
        raise ReadError(path, f"holds {header.phases} volumes in time: at most {MOST_PHASES} are opened")
    uid = identity(path)
    warnings = (*header.warnings, SHEARED) if slices else header.warnings
    if not geometry.has_position:
        warnings = (*warnings, "neither sform nor qform is set: orientation and position are unknown")
    if geometry.calibration is Calibration.NONE:
        warnings = (*warnings, "the size of voxels is not stated: pixels only, no millimetres")
    several = header.phases > 1
    return [
        Series(
            uid=identity_of_part(uid, phase, header.phases),
            kind="volume" if geometry.has_position and not header.is_rgb and not slices else "image",
            format="NIfTI",
            files=(path, _image_of(path)) if header.is_pair else (path,),
            shape_kji=header.shape_kji,
            geometry=geometry,
            description=f"{path.name}, phase {phase + 1} of {header.phases}" if several else path.name,
            photometric="RGB" if header.is_rgb else "MONOCHROME2",
            phase=_phase(uid, phase, header) if several else None,
            warnings=warnings,
        )
        for phase in range(header.phases)
    ]


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The voxels of one volume: stored numbers, scaled where the header says so.

    NIfTI names no unit. A volume of signed numbers that reaches below -500 is taken for CT in HU, with a warning; not
    so where the mean is above all tissue, as in resampled MR.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Truncated: fewer voxels than the header declares.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    header = read_header(path)
    if header.shape_kji != series.shape_kji:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    array = _scaled(_voxels(path, header, series.phase_index, report), header)
    unit, assumed = _unit_of(array)
    geometry, slices = grids_in(path, header)
    return Volume(
        array,
        geometry,
        series.kind,
        unit=unit,
        modality="CT" if unit == "HU" else "",
        series_uid=series.uid,
        slice_geometries=slices,
        warnings=series.warnings + assumed,
    )


def read_array(path: Path) -> NDArray[Any]:
    """(K, J, I) values of the first volume in a file, scaled where the header says so.

    Raises:
        ReadError: damaged or not NIfTI.
        Truncated: fewer voxels than the header declares.
    """
    header = read_header(path)
    return _scaled(_voxels(path, header, 0, silent), header)


def read_labels(path: Path) -> NDArray[np.uint8]:
    """(K, J, I) label values of a file.

    Raises:
        ReadError: damaged, several volumes, or values that are no label values.
        Truncated: fewer voxels than the header declares.
    """
    phases = read_header(path).phases
    if phases > 1:
        raise ReadError(path, f"holds {phases} volumes: expected one mask")
    array = read_array(path)
    with np.errstate(invalid="ignore"):  # what is no number equals nothing
        labels = array.astype(np.uint8)
    if array.ndim != 3 or not np.array_equal(labels, array):
        raise ReadError(path, "not a mask: expected whole numbers from 0 to 255")
    return labels


def read_labelmap(path: Path, geometry: Geometry | None = None) -> Labelmap:
    """The label values of a file as a mask, with labels named by their number.

    Args:
        path: a file of whole numbers from 0 to 255.
        geometry: the grid that the mask must lie on, and then has; the file's own when None.

    Raises:
        ReadError: damaged, several volumes, or values that are no label values.
        GeometryError: the file lies on another grid than ``geometry``.
    """
    labels, own = read_labels(path), geometry_of(path, read_header(path))
    if geometry is not None and not own.matches(geometry):
        raise GeometryError(f"{path.name}: the mask lies on another grid than the image")
    return Labelmap(labels, geometry or own, plain_labels(labels))


def write(path: Path, array: NDArray[Any], geometry: Geometry) -> None:
    """Write (K, J, I) values with their place as .nii or .nii.gz, whole or not at all.

    Raises:
        GeometryError: the array is not the geometry's shape.
        SaveError: the file cannot be written; what stood there is untouched.
    """
    import SimpleITK

    if array.shape != geometry.shape_kji:
        raise GeometryError(f"array {array.shape} does not fit the geometry {geometry.shape_kji}")
    stored = array.astype(np.uint8) if array.dtype == np.bool_ else array
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(stored))
    image.SetSpacing(geometry.spacing_mm[::-1])
    image.SetOrigin(geometry.origin_lps)
    image.SetDirection(np.asarray(geometry.axes_lps)[::-1].T.ravel().tolist())
    with saving.replacing(path) as temporary:
        try:
            SimpleITK.WriteImage(image, str(temporary))
        except RuntimeError as error:
            raise OSError(0, f"the NIfTI writer failed: {str(error).strip().splitlines()[-1]}") from error
        _require_whole(temporary, VOXELS_FROM + stored.nbytes)


def _require_whole(path: Path, expected: int) -> None:
    """Refuse a file that was cut off: the writer says nothing when the disk is full.

    A gzip file ends with the number of bytes it holds, modulo 2³² (RFC 1952).
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if path.name.endswith(".gz"):
            file.seek(max(0, size - 4))
            size, expected = int.from_bytes(file.read(4), "little"), expected % (1 << 32)
    if size != expected:
        raise OSError(errno.ENOSPC, "the file was cut off; the disk may be full")


def _phase(uid: str, index: int, header: NiftiHeader) -> Phase:
    time_ms = None if header.phase_ms is None else index * header.phase_ms
    return Phase(uid, index, header.phases, f"phase {index + 1}", time_ms)


def _image_of(path: Path) -> Path:
    """The file beside a ``.hdr`` that holds its voxels.

    Raises:
        ReadError: there is none.
    """
    for ending in (".img", ".img.gz", ".IMG"):
        image = path.with_name(path.name.removesuffix(".gz").rpartition(".")[0] + ending)
        if image.is_file():
            return image
    raise ReadError(path, "a NIfTI header without its image: no .img file of the same name is beside it")


def _voxels(path: Path, header: NiftiHeader, phase: int, report: Report) -> NDArray[Any]:
    """(K, J, I) or (K, J, I, 3) stored numbers of one phase in native byte order, read in pieces into one array."""
    source = _image_of(path) if header.is_pair else path
    needed, present = header.phase_bytes, source.stat().st_size
    if needed > MOST_DEFLATION * present:
        raise Truncated(path, f"truncated: the header declares {needed} bytes of voxels, the file has {present}")
    data = np.empty(needed, np.uint8)
    filled = 0
    with opened(source) as stream:
        stream.seek(header.data_offset + phase * needed)
        while filled < needed:
            report(filled >> 20, needed >> 20, f"Loading {path.name}")
            piece = stream.read(min(_CHUNK_BYTES, needed - filled))
            if not piece:
                raise Truncated(path, f"truncated: found {filled} bytes of voxels, expected {needed}")
            data[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
            filled += len(piece)
    if header.is_rgb:
        return np.ascontiguousarray(data.reshape(*header.shape_kji, header.samples)[..., :3])
    array = data.view(header.dtype).reshape(header.shape_kji)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _scaled(stored: NDArray[Any], header: NiftiHeader) -> NDArray[Any]:
    """Values by the header's slope and intercept: whole numbers stay whole where they can."""
    slope, intercept = header.slope, header.intercept
    if header.is_rgb or slope == 0 or (slope == 1 and intercept == 0):
        return stored
    if np.issubdtype(stored.dtype, np.integer) and slope.is_integer() and intercept.is_integer():
        ends = np.array([stored.min(), stored.max()], np.float64) * slope + intercept
        if np.abs(ends).max() < 1 << 31:
            small = np.int16 if ends.min() >= -(1 << 15) and ends.max() < 1 << 15 else np.int32
            return (stored.astype(np.int64) * int(slope) + int(intercept)).astype(small)
    return (stored * np.float64(slope) + intercept).astype(np.float32)


def _unit_of(array: NDArray[Any]) -> tuple[str, tuple[str, ...]]:
    signed = np.issubdtype(array.dtype, np.signedinteger) or np.issubdtype(array.dtype, np.floating)
    if array.ndim != 3 or not signed:
        return "", ()
    finite = array[np.isfinite(array)] if np.issubdtype(array.dtype, np.floating) else array
    lowest = float(finite.min()) if finite.size else 0.0
    if lowest > AIR_HU or finite.reshape(-1)[::_MEAN_EVERY].mean(dtype=np.float64) > _MOST_MEAN_HU:
        return "", ()
    return "HU", (f"assumed Hounsfield units: the file names none, and values reach {lowest:g}",)
