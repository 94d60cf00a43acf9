"""What is known of one loaded series, as JSON-ready values. Index order is k, j, i; positions are LPS millimetres."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Geometry
from imaging.study import Document, Series
from imaging.volume import Volume
from viewer.cli.answering import shown


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
        "frame_times_ms": list(volume.frame_times_ms) or None,
        "photometric": series.photometric,
        **_values(volume.array),
        "rgb_mean": _rgb_mean(volume.array),
        **_presentation(volume),
        "number": series.number,
        "study_uid": series.study_uid,
        "study_date": series.study_date,
        "study_description": series.study_description,
        "patient_id": series.patient.id,
        "patient_name": series.patient.name,
        "frame_of_reference": series.frame_of_reference,
        "phase": asdict(series.phase) if series.phase else None,
        "derivation": volume.derivation,
        "warnings": list(dict.fromkeys((*series.warnings, *volume.warnings))),
    }
    if with_files:
        found["files"] = [str(file) for file in series.files]
        found["values_by_file"] = _values_by_file(series, volume)
    return found


def document_facts(document: Document) -> dict[str, Any]:
    """What an object without an image is."""
    return {
        "file": str(document.file),
        "kind": document.kind,
        "name": document.name,
        "title": document.title,
        "modality": document.modality,
        "series_uid": document.series_uid,
        "study_uid": document.study_uid,
        "patient_id": document.patient.id,
        "patient_name": document.patient.name,
        "refers_to": list(document.refers_to),
    }


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
    if found["icc_profile"]:
        lines.append(f"  ICC profile, not applied: {found['icc_profile']}")
    lines += [f"  warning: {warning}" for warning in found["warnings"]]
    return "\n".join(map(shown, (*lines, *(f"  {file}" for file in found.get("files", ())))))


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


def _presentation(volume: Volume) -> dict[str, Any]:
    """What the file proposes for the screen; the values are not changed by it."""
    return {
        "inverted": volume.inverted,
        "windows": [asdict(window) for window in volume.windows],
        "windows_by_slice": [asdict(window) for window in volume.slice_windows],
        "voi_tables": [
            {"name": table.name, "first": table.first, "entries": len(table.grey)} for table in volume.voi_tables
        ],
        "padding": list(volume.padding) if volume.padding else None,
        "padding_by_slice": [list(each) for each in volume.slice_paddings],
        "overlays": [
            {"name": plane.name, "kind": plane.kind, "origin": list(plane.origin), "pixels_set": int(plane.bits.sum())}
            for plane in volume.overlays
        ],
        "shutter": asdict(volume.shutter) if volume.shutter else None,
        "ultrasound_regions": [asdict(region) for region in volume.regions],
        "ultrasound_regions_by_slice": [[asdict(region) for region in each] for each in volume.slice_regions],
        "icc_profile": volume.icc_profile,
    }


def _values_by_file(series: Series, volume: Volume) -> list[dict[str, Any]]:
    """Values and place of what each file holds, where a file is one slice or the whole."""
    frames = volume.geometry.shape_kji[0]
    if len(series.files) == frames and (frames == 1 or series.format == "DICOM"):
        parts = [(k, volume.array[k : k + 1]) for k in range(frames)]
    elif len(series.files) == 1 or series.format != "DICOM":  # a header, beside which the voxels lie
        parts = [(0, volume.array)]
    else:
        return []
    return [
        {
            "file": str(file),
            "first_slice": k,
            "frames": len(array),
            "dtype": str(array.dtype),
            **_values(array),
            "rgb_mean": _rgb_mean(array),
            **_slice_place(volume.slice_geometry(k)),
        }
        for file, (k, array) in zip(series.files[: len(parts)], parts, strict=True)
    ]


def _slice_place(geometry: Geometry) -> dict[str, Any]:
    """Place of one slice as DICOM states it: centre of the first pixel, row and column directions, spacing."""
    placed = geometry.has_position
    return {
        "position_lps": list(geometry.origin_lps) if placed else None,
        "orientation": [*geometry.axes_lps[2], *geometry.axes_lps[1]] if placed else None,
        "spacing_row_col_mm": list(geometry.spacing_mm[1:]) if geometry.has_mm else None,
    }


def _rgb_mean(array: NDArray[Any]) -> list[float] | None:
    """Mean of red, green and blue of (K, J, I, 3), frame by frame; None for grey."""
    if array.ndim != 4:
        return None
    means = [frame.reshape(-1, 3).mean(axis=0, dtype=np.float64) for frame in array]
    return [float(value) for value in np.mean(means, axis=0)]


def _values(array: NDArray[Any]) -> dict[str, float | None]:
    """Exact statistics over every finite value, slice by slice: a float64 copy of a CT would take gigabytes."""
    slices = [one[np.isfinite(one)] if one.dtype.kind == "f" else one for one in array]
    filled = [one for one in slices if one.size]
    if not filled:
        return {"min": None, "max": None, "mean": None, "count": 0}
    return {
        "count": sum(one.size for one in filled),
        "min": min(one.min().item() for one in filled),
        "max": max(one.max().item() for one in filled),
        "mean": sum(float(np.sum(one, dtype=np.float64)) for one in filled) / sum(one.size for one in filled),
    }
