"""NRRD and MetaImage files to volumes."""

from pathlib import Path

from imaging.errors import ReadError
from imaging.formats import metaimage, nrrd
from imaging.formats.columns import SHEARED, grids_of
from imaging.formats.content import Format, format_of, identity, identity_of_part
from imaging.formats.declared import Declared, read_phase, require_bytes
from imaging.geometry import Calibration, Geometry
from imaging.progress import Report, silent
from imaging.study import Phase, Series
from imaging.volume import Volume

_UNPLACED = "the file places nothing: orientation and position are unknown"


def describe(path: Path) -> list[Series]:
    """One series per volume, voxels not read: one per phase or component.

    Raises:
        ReadError: outside the format, or what this program does not show.
        Truncated: fewer voxels than the header declares.
        GeometryError: axes that do not span space.
    """
    declared = _declared(path)
    geometry, slices = _places(declared)
    uid, phases, word = identity(path), declared.phases, declared.phase_word
    colour = declared.colour_axis is not None
    whole = geometry.has_position and geometry.shape_kji[0] > 1 and not colour and not slices
    return [
        Series(
            uid=identity_of_part(uid, n, phases),
            kind="volume" if whole else "image",
            format=format_of(path),
            files=tuple(dict.fromkeys((path, *declared.files))),
            shape_kji=geometry.shape_kji,
            geometry=geometry,
            description=path.name if phases == 1 else f"{path.name}, {word} {n + 1} of {phases}",
            photometric="RGB" if colour else "MONOCHROME2",
            phase=Phase(uid, n, phases, f"{word} {n + 1}") if phases > 1 else None,
            warnings=declared.warnings + ((SHEARED,) if slices else () if geometry.has_position else (_UNPLACED,)),
        )
        for n in range(phases)
    ]


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The voxels of one volume as stored; these formats name no unit.

    Raises:
        ReadError: damaged, or changed since it was listed.
        Truncated: fewer voxels than the header declares.
        Cancelled: by ``report``.
    """
    path = series.files[0]
    report(0, 1, f"Loading {path.name}")
    declared = _declared(path)
    geometry, slices = _places(declared)
    if geometry.shape_kji != series.shape_kji or series.phase_index >= declared.phases:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    array = read_phase(declared, series.phase_index)
    report(1, 1, f"Loading {path.name}")
    return Volume(
        array, geometry, series.kind, series_uid=series.uid, slice_geometries=slices, warnings=series.warnings
    )


def _declared(path: Path) -> Declared:
    reader = nrrd if format_of(path) is Format.NRRD else metaimage
    declared = reader.read_declared(path)
    require_bytes(declared)
    return declared


def _places(declared: Declared) -> tuple[Geometry, tuple[Geometry, ...]]:
    """The grid in LPS, and each slice's own where the slices are sheared against one another.

    Raises:
        ReadError: rows and columns that are not at right angles, by more than 0.1 mm over the plane.
        GeometryError: axes that do not span space.
    """
    shape = declared.shape_kji
    if declared.columns is None or declared.columns.shape[1] != 3:
        calibration = Calibration.PIXEL_SPACING if declared.spacing_mm else Calibration.NONE
        i, j, k = (*(declared.spacing_mm or (1.0, 1.0, 1.0)), 1.0)[:3]
        return Geometry(shape, (k, j, i), calibration=calibration), ()
    return grids_of(declared.path, shape, declared.columns[:, ::-1], declared.origin_lps)
