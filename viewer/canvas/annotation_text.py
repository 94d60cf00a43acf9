"""What is written over a picture: who, what, where, and how it is shown. Pure text: no drawing."""

from dataclasses import dataclass

import numpy as np

from imaging.geometry import Calibration, Geometry, letters
from imaging.study import Series
from imaging.volume import Volume
from viewer.canvas.acquisition_text import acquisition_texts
from viewer.state.corners import CORNERS, USUAL, CornerSet, FieldName, set_for
from viewer.state.marks import CornerText, Marks
from viewer.state.pane import Pane
from viewer.state.transform import ViewTransform
from viewer.state.view import View

RESEARCH_USE = "Research use only – not a medical device"
RESEARCH_USE_SHORT = "Research use only"
EMPTY = "Nothing open yet"
EMPTY_HINT = "Drop a folder, a DICOM or NIfTI file, a picture or a clip here,\nor press Ctrl+O"
CHOOSE = "Choose a series from the list"
DROP_HERE = "Drop a series here"
WAITING = "Loading this slice …"
MOVING = "reduced while moving"
"""Said first: it is gone when the plane rests."""
AS_STORED = "Shown as stored: nothing was reduced, lost by compression, repaired or assumed."
MARK = "⚠"
"""Starts the line that says what the picture is not: repaired, assumed, resampled, compressed with a loss."""

REDUCED = 0.99
"""Below this many screen pixels per stored pixel the picture is marked as reduced."""

SAME_SIZE = 0.001
"""Millimetres of the image and of the screen that differ by less than this share are called the same."""

_PROJECTIONS = {"max": "MIP", "min": "MinIP", "mean": "Mean"}
_CALIBRATIONS = {
    Calibration.PATIENT: "",
    Calibration.PIXEL_SPACING: "",
    Calibration.DETECTOR: "mm at the detector",
    Calibration.REGION: "mm in the ultrasound region",
    Calibration.NONE: "uncalibrated: pixels only",
}


@dataclass(frozen=True)
class Corners:
    """Lines of text per corner, from the top down."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()


def chosen_corners(pane: Pane, shown: CornerText, marks: Marks) -> Corners:
    """The corner texts with the lines that were chosen for the shown modality."""
    modality = "" if pane.volume is None else pane.volume.modality
    return corners(pane, shown, marks.window_ends, set_for(marks.corner_sets, modality))


def corners(pane: Pane, shown: CornerText = "all", ends: bool = False, chosen: CornerSet = USUAL) -> Corners:
    """The corner texts of a viewport that shows a volume; empty lines left out.

    Args:
        shown: ``few`` says where and how only, ``none`` only what was done to the pixels.
        ends: the window by its lowest and highest value.
        chosen: which lines stand where.
    """
    volume, series = pane.volume, pane.series
    if volume is None or shown == "none":
        return Corners(bottom_right=_filled((mark_text(pane),)))
    texts = _place_texts(pane, volume) | _display_texts(pane, volume, ends)
    if series is not None and shown == "all":
        texts |= _patient_texts(series) | _series_texts(series) | acquisition_texts(volume, _only_slice(pane))
    top_left, top_right, bottom_left, bottom_right = (
        _filled(tuple(texts.get(field, "") for field in chosen.lines(corner))) for corner in CORNERS
    )
    return Corners(top_left, top_right, bottom_left, _filled((mark_text(pane), *bottom_right)))


def _only_slice(pane: Pane) -> int | None:
    """The one acquired slice that is shown; None where the picture is made of several."""
    return pane.view.k if pane.axis == 0 and pane.view.slab_mm == 0 else None


def _filled(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _patient_texts(series: Series) -> dict[FieldName, str]:
    patient = series.patient
    born = f"born {date_text(patient.birth_date)}" if patient.birth_date else ""
    return {
        "patient": patient.name.replace("^", " ").strip(),
        "patient-id": patient.id,
        "sex-birth": " · ".join(part for part in (patient.sex, born) if part),
    }


def _series_texts(series: Series) -> dict[FieldName, str]:
    number = "" if series.number is None else f"Series {series.number}"
    return {
        "study": " · ".join(part for part in (date_text(series.study_date), series.study_description) if part),
        "accession": series.accession,
        "series": " · ".join(part for part in (number, series.description) if part),
        "modality": series.modality,
        "body-part": series.body_part.capitalize(),
    }


def _place_texts(pane: Pane, volume: Volume) -> dict[FieldName, str]:
    view, geometry = pane.view, pane.slice_geometry(pane.view.k)
    return {
        "phase": _phase_text(pane.series),
        "plane": pane.plane.capitalize() if pane.plane != "stored" else "",
        "slice": _number_text(view, volume) if view.frames > 1 else "",
        "time": _time_text(volume, view.k),
        "position": position_text(geometry) if geometry else "",
        "slab": f"{_PROJECTIONS[view.projection]} {view.slab_mm:.1f} mm" if view.slab_mm > 0 else "",
        "zoom": f"Zoom {view.zoom:.2f}×"
        + (f" · turned {view.angle_deg:.0f}°" if view.angle_deg else "")
        + _real_size_text(pane),
    }


def _number_text(view: View, volume: Volume) -> str:
    """Which slice or frame; while it plays, at which speed if not its own, and how many frames were left out."""
    noun = "Frame" if volume.kind == "clip" else "Slice"
    speed = f" · speed {view.speed:g}×" if view.playing and view.speed != 1 else ""
    dropped = f" · {view.dropped} dropped" if view.playing and view.dropped else ""
    return f"{noun} {view.k + 1}/{view.frames}{speed}{dropped}"


def _real_size_text(pane: Pane) -> str:
    """That a millimetre is one on the screen too, and who says how large its pixels are."""
    transform, geometry = pane.transform(), pane.slice_geometry(pane.view.k)
    if transform is None or geometry is None or not geometry.has_mm or pane.display_px_per_mm <= 0:
        return ""
    if abs(transform.px_per_mm / pane.display_px_per_mm - 1) > SAME_SIZE:
        return ""
    return " · real size, " + ("calibrated" if pane.display_calibrated else "as the display states")


def _phase_text(series: Series | None) -> str:
    if series is None or series.phase is None:
        return ""
    phase = series.phase
    return f"Phase {phase.index + 1}/{phase.count}" + (f" · {phase.name}" if phase.name else "")


def _time_text(volume: Volume, k: int) -> str:
    if k >= len(volume.frame_times_ms):
        return ""
    return f"{volume.frame_times_ms[k] / 1000:.2f} s"


def position_text(geometry: Geometry) -> str:
    """Where a single slice lies along its normal, e.g. ``H 12.5 mm``, or nothing when that is unknown."""
    if not geometry.has_position:
        return ""
    normal = geometry.normal_lps
    normal = normal * np.sign(normal[np.argmax(np.abs(normal))])
    distance = float(np.dot(geometry.origin_lps, normal))
    return f"{letters(normal if distance >= 0 else -normal)[:1]} {abs(distance):.1f} mm"


def _display_texts(pane: Pane, volume: Volume, ends: bool) -> dict[FieldName, str]:
    return {
        "inverted": "inverted" if pane.view.inverted else "",
        "calibration": _calibration_text(pane, volume),
        "fusion": _fusion_text(pane.view),
        "profile": f"ICC profile not applied: {volume.icc_profile}" if volume.icc_profile else "",
        "colours": pane.view.colours.name if pane.view.colours and not volume.is_colour else "",
        "window": "RGB" if volume.is_colour else _uptake_text(pane.view, volume) or window_text(pane.view, ends),
    }


def _calibration_text(pane: Pane, volume: Volume) -> str:
    """What millimetres mean; empty where the mark says it already."""
    return "" if "millimetres are measured" in mark_text(pane) else _CALIBRATIONS[volume.geometry.calibration]


def _uptake_text(view: View, volume: Volume) -> str:
    """The window as standardised uptake, which positron emission images are read by; empty where it is unknown."""
    factor, window = volume.facts.suv_factor, view.window
    if factor == 0 or view.table is not None:
        return ""
    name = "" if window.name.startswith("SUV") else window.name
    low, high = (round(factor * end, 1) + 0.0 for end in (window.low, window.high))  # no minus before a zero
    return f"SUVbw {low:.1f} to {high:.1f} {name}".rstrip()


def _fusion_text(view: View) -> str:
    if view.fusion is None:
        return ""
    series = view.fusion.opened.series
    name = (series.description or series.modality) if series else "second volume"
    return f"over it {name} {round(100 * view.fusion.opacity)} %"


def reasons(pane: Pane) -> tuple[str, ...]:
    """What was done to the shown pixels, assumed of them or lost, each once."""
    volume, series = pane.volume, pane.series
    if volume is None:
        return ()
    repairs = (volume.derivation, *pane.view.unshown, *volume.warnings, *(series.warnings if series else ()))
    fusion = pane.view.fusion
    apart = "" if fusion is None or fusion.same_frame else "fused by coordinates alone: other frame of reference"
    return _filled(tuple(dict.fromkeys((_motion_text(pane), *repairs, apart, _reduction_text(pane)))))


def _motion_text(pane: Pane) -> str:
    return MOVING if pane.motion.moving else ""


def _reduction_text(pane: Pane) -> str:
    """That several stored pixels share one on the screen."""
    transform = pane.transform()
    share = 1.0 if transform is None else min(transform.scale) * pane.device_ratio
    return f"reduced to {100 * share:.0f}\u00a0%" if share < REDUCED else ""


def mark_text(pane: Pane) -> str:
    """The first reason and how many more there are, e.g. ``⚠ lossy compression 10:1 (+2)``; empty without any."""
    found = reasons(pane)
    if not found:
        return ""
    return f"{MARK} {found[0]}" + (f" (+{len(found) - 1})" if len(found) > 1 else "")


def window_text(view: View, ends: bool = False) -> str:
    """Width and level with the preset's name, e.g. ``W 1500 L -600 lung``, or the name of the file's table.

    Args:
        ends: say lowest and highest value instead, e.g. ``-1350 to 150 lung``.
    """
    if view.table is not None:
        return f"VOI LUT {view.table.name}".strip()
    window = view.window
    digits = 0 if window.width >= 20 else 2 if window.width >= 0.2 else 4
    text = f"W {window.width:.{digits}f} L {window.centre:.{digits}f}"
    if ends:
        text = f"{window.low:.{digits}f} to {window.high:.{digits}f}"
    curve = "sigmoid" if window.function == "SIGMOID" else ""
    return " ".join(part for part in (text, window.name, curve) if part)


def date_text(date: str) -> str:
    """A DICOM date (PS3.5 6.2, DA) as ``2020-01-31``; anything else as written."""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date


def edge_letters(volume: Volume, geometry: Geometry, transform: ViewTransform) -> tuple[str, str, str, str] | None:
    """Orientation letters at the left, top, right and bottom edge of a single slice, or None where nobody knows."""
    if not geometry.has_position:
        return _projection_letters(volume.patient_orientation, transform)
    turn = transform.orientation
    down, right = (np.asarray(geometry.axes_lps[a]) for a in (1, 2))
    if turn.transposed:
        down, right = right, down
    right = -right if turn.flip_x else right
    down = -down if turn.flip_y else down
    cos, sin = np.cos(np.radians(transform.angle_deg)), np.sin(np.radians(transform.angle_deg))
    right, down = cos * right - sin * down, sin * right + cos * down
    return letters(-right), letters(-down), letters(right), letters(down)


def _projection_letters(towards: tuple[str, str], transform: ViewTransform) -> tuple[str, str, str, str] | None:
    """Letters of a projection, which names the sides of its rows and columns; none while it is turned freely."""
    right, down = towards
    if not (right and down) or transform.angle_deg:
        return None
    turn = transform.orientation
    if turn.transposed:
        right, down = down, right
    right = _opposite(right) if turn.flip_x else right
    down = _opposite(down) if turn.flip_y else down
    return _opposite(right), _opposite(down), right, down


def _opposite(towards: str) -> str:
    return towards.translate(str.maketrans("RLAPHF", "LRPAFH"))


def scale_bar(px_per_mm: float, longest_px: float) -> tuple[float, str] | None:
    """Length in screen pixels and its text, the longest round length that fits; None when not even 0.1 mm does."""
    fitting = [base * 10.0**e for e in range(-1, 4) for base in (1, 2, 5) if base * 10.0**e * px_per_mm <= longest_px]
    if not fitting:
        return None
    length_mm = fitting[-1]
    text = f"{length_mm / 10:g} cm" if length_mm >= 10 else f"{length_mm:g} mm"
    return length_mm * px_per_mm, text
