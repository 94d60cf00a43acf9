"""What is known of one loaded series, as JSON-ready values. Index order is k, j, i; positions are LPS millimetres."""

from typing import Any

import numpy as np

from imaging.geometry import Geometry
from imaging.study import Series
from imaging.volume import Volume


def facts(series: Series, volume: Volume, with_files: bool = False) -> dict[str, Any]:
    """All facts of a series; what is not known is null, and no millimetres are claimed without a basis."""
    found: dict[str, Any] = {
        "uid": series.uid,
        "modality": volume.modality or series.modality,
        "description": series.description,
        "kind": volume.kind,
        "format": series.format,
        "shape_kji": list(volume.geometry.shape_kji),
        "channels": volume.array.shape[3] if volume.is_colour else 1,
        "dtype": str(volume.array.dtype),
        "unit": volume.unit,
        **_placement(volume),
        "frames": volume.geometry.shape_kji[0],
        "frame_time_ms": _frame_time_ms(series, volume),
        "photometric": series.photometric,
        **_values(volume),
        "number": series.number,
        "study_uid": series.study_uid,
        "study_date": series.study_date,
        "study_description": series.study_description,
        "patient_id": series.patient.id,
        "warnings": list(dict.fromkeys((*series.warnings, *volume.warnings))),
    }
    if with_files:
        found["files"] = [str(file) for file in series.files]
    return found


def text(found: dict[str, Any]) -> str:
    """The facts that a person asks for first, a few lines."""
    shape = " x ".join(str(count) for count in found["shape_kji"])
    spacing = found["spacing_mm"]
    size = ", spacing " + " x ".join("?" if mm is None else f"{mm:g}" for mm in spacing) + " mm" if spacing else ""
    lines = [
        f"{found['modality'] or found['format']}  {found['description'] or '(no description)'}",
        f"  {found['kind']}, {shape} {found['dtype']} {found['unit']}".rstrip() + f"{size} (k, j, i)",
        "  no finite value"
        if found["mean"] is None
        else f"  values {found['min']:g} to {found['max']:g}, mean {found['mean']:.6g}",
        f"  uid {found['uid']}",
    ]
    lines += [f"  warning: {warning}" for warning in found["warnings"]]
    return "\n".join([*lines, *(f"  {file}" for file in found.get("files", ()))])


def _placement(volume: Volume) -> dict[str, Any]:
    geometry = volume.geometry
    placed, regular = geometry.has_position, volume.kind == "volume" and not volume.slice_geometries
    return {
        "spacing_mm": _spacing_mm(geometry, regular),
        "origin_lps": list(geometry.origin_lps) if placed else None,
        "direction": [list(axis) for axis in geometry.axes_lps] if placed else None,
        "affine_lps": geometry.affine.tolist() if placed and regular else None,
        "calibration": str(geometry.calibration),
    }


def _spacing_mm(geometry: Geometry, regular: bool) -> list[float | None] | None:
    """Distances along k, j, i; along k only where slices lie on a regular grid."""
    if not geometry.has_mm:
        return None
    k, j, i = geometry.spacing_mm
    return [k if regular else None, j, i]


def _frame_time_ms(series: Series, volume: Volume) -> float | None:
    times = volume.frame_times_ms
    if series.frame_time_ms is None and len(times) > 1:
        return (times[-1] - times[0]) / (len(times) - 1)
    return series.frame_time_ms


def _values(volume: Volume) -> dict[str, float | None]:
    """Exact statistics over every finite value, slice by slice: a float64 copy of a CT would take gigabytes."""
    slices = [one[np.isfinite(one)] if one.dtype.kind == "f" else one for one in volume.array]
    filled = [one for one in slices if one.size]
    if not filled:
        return {"min": None, "max": None, "mean": None}
    return {
        "min": min(one.min().item() for one in filled),
        "max": max(one.max().item() for one in filled),
        "mean": sum(float(np.sum(one, dtype=np.float64)) for one in filled) / sum(one.size for one in filled),
    }
