"""NRRD and MetaImage files to volumes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imaging.errors import ReadError
from imaging.formats import metaimage, nrrd
from imaging.formats.content import Format, format_of, identity
from imaging.formats.declared import Declared, read_phase, require_bytes
from imaging.formats.listing import list_each
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Calibration, Geometry, Triple
from imaging.progress import Report, silent
from imaging.study import Phase, Refusal, Series
from imaging.volume import Volume

_SHEARED = "the slices are sheared against one another: no regular volume, each slice keeps its own place"
_UNPLACED = "the file places nothing: orientation and position are unknown"


def read_series(paths: Sequence[Path], report: Report = silent, done: int = 0) -> tuple[list[Series], list[Refusal]]:
    """One series per volume, voxels not read: one per phase or component; and what was refused.

    Raises:
        Cancelled: by ``report``.
    """
    return list_each(_describe, paths, report, done)


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
    phase = series.phase.index if series.phase else 0
    if geometry.shape_kji != series.shape_kji or phase >= declared.phases:
        raise ReadError(path, "the file has changed since it was listed: open it again")
    array = read_phase(declared, phase)
    report(1, 1, f"Loading {path.name}")
    return Volume(
        array, geometry, series.kind, series_uid=series.uid, slice_geometries=slices, warnings=series.warnings
    )


def _declared(path: Path) -> Declared:
    reader = nrrd if format_of(path) is Format.NRRD else metaimage
    declared = reader.read_declared(path)
    require_bytes(declared)
    return declared


def _describe(path: Path) -> list[Series]:
    declared = _declared(path)
    geometry, slices = _places(declared)
    uid, phases, word = identity(path), declared.phases, declared.phase_word
    colour = declared.colour_axis is not None
    whole = geometry.has_position and geometry.shape_kji[0] > 1 and not colour and not slices
    return [
        Series(
            uid=f"{uid}@{n + 1}" if phases > 1 else uid,
            kind="volume" if whole else "image",
            format=format_of(path),
            files=tuple(dict.fromkeys((path, *declared.files))),
            shape_kji=geometry.shape_kji,
            geometry=geometry,
            description=path.name if phases == 1 else f"{path.name}, {word} {n + 1} of {phases}",
            photometric="RGB" if colour else "MONOCHROME2",
            phase=Phase(uid, n, phases, f"{word} {n + 1}") if phases > 1 else None,
            warnings=declared.warnings + ((_SHEARED,) if slices else () if geometry.has_position else (_UNPLACED,)),
        )
        for n in range(phases)
    ]


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
    columns = declared.columns[:, ::-1]
    spacing = np.linalg.norm(columns, axis=0)
    if not np.isfinite(columns).all() or spacing.min() <= 0:
        raise ReadError(declared.path, "its directions collapse an axis: no place can be computed")
    axes = columns / spacing
    if _moved_mm(columns, axes := _squared(axes), shape) <= PLACEMENT_TOLERANCE_MM:
        return _grid(shape, spacing, declared.origin_lps, axes), ()
    return _sheared(declared, columns, spacing)


def _sheared(declared: Declared, columns: np.ndarray, spacing: np.ndarray) -> tuple[Geometry, tuple[Geometry, ...]]:
    """The grid of the first slice, and a grid for each, shifted along the file's own step."""
    path, shape = declared.path, declared.shape_kji
    plane = columns.copy()
    plane[:, 0] = np.cross(columns[:, 2], columns[:, 1])
    plane[:, 0] *= spacing[0] / np.linalg.norm(plane[:, 0]) * (1 if plane[:, 0] @ columns[:, 0] >= 0 else -1)
    axes = _squared(plane / np.linalg.norm(plane, axis=0))
    moved = _moved_mm(plane, axes, (1, *shape[1:]))
    if moved > PLACEMENT_TOLERANCE_MM:
        raise ReadError(path, f"the axes are sheared: pixels would lie up to {moved:.1f} mm off a regular grid")
    origins = np.array(declared.origin_lps) + np.arange(shape[0])[:, None] * columns[:, 0]
    one = (1, shape[1], shape[2])
    slices = tuple(_grid(one, spacing, (x, y, z), axes) for x, y, z in origins.tolist())
    return _grid(shape, spacing, declared.origin_lps, axes), slices


def _squared(axes: np.ndarray) -> np.ndarray:
    """The nearest axes at right angles; the same ones where only rounding differs."""
    left, _, right = np.linalg.svd(axes)
    return axes if np.allclose(axes, left @ right, atol=1e-9) else left @ right


def _moved_mm(columns: np.ndarray, axes: np.ndarray, shape_kji: tuple[int, int, int]) -> float:
    """How far the farthest voxel lies from the grid of these axes."""
    off = np.linalg.norm(columns - axes * np.linalg.norm(columns, axis=0), axis=0)
    return float((off * (np.array(shape_kji) - 1)).sum())


def _grid(shape_kji: tuple[int, int, int], spacing: np.ndarray, origin_lps: Triple, axes: np.ndarray) -> Geometry:
    k, j, i = ((float(v[0]), float(v[1]), float(v[2])) for v in axes.T)
    k_mm, j_mm, i_mm = map(float, spacing)
    return Geometry(shape_kji, (k_mm, j_mm, i_mm), origin_lps, (k, j, i), Calibration.PATIENT)
