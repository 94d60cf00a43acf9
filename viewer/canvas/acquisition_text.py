"""How a picture was made, in the words of its corners."""

from imaging.acquisition import Acquisition
from imaging.volume import Volume
from viewer.state.corners import FieldName

_SIDES = {"R": "right", "L": "left", "B": "both sides"}
MS_PER_S = 1000.0


def acquisition_texts(volume: Volume, k: int | None) -> dict[FieldName, str]:
    """The lines on how slice ``k`` was made; None is for a plane through several slices."""
    made = volume.acquisition_at(k)
    return {
        "tube": _joined(_text(made.tube_kv, "kV"), _text(made.tube_ma, "mA"), _text(made.exposure_mas, "mAs")),
        "thickness": _named("Thickness", _text(made.slice_thickness_mm, "mm")),
        "kernel": _named("Kernel", made.kernel),
        "timing": _timing(made),
        "flip-angle": "" if made.flip_angle_deg is None else f"Flip angle {made.flip_angle_deg:g}°",
        "field-strength": _text(made.field_strength_t, "T"),
        "frame-rate": _frame_rate(volume.frame_times_ms),
        "transducer": _text(made.transducer_mhz, "MHz"),
        "mechanical-index": "" if made.mechanical_index is None else f"MI {made.mechanical_index:g}",
        "view-position": made.view_position,
        "laterality": _SIDES.get(made.laterality.upper(), ""),
        "tracer": _joined(made.tracer, _text(made.dose_mbq, "MBq")),
    }


def _timing(made: Acquisition) -> str:
    times = (("TR", made.repetition_time_ms), ("TE", made.echo_time_ms), ("TI", made.inversion_time_ms))
    return _joined(*(_named(name, _text(time, "ms")) for name, time in times))


def _frame_rate(times_ms: tuple[float, ...]) -> str:
    """Of a clip: frames over the time from the first to the last."""
    if len(times_ms) < 2 or times_ms[-1] <= times_ms[0]:
        return ""
    return f"{(len(times_ms) - 1) * MS_PER_S / (times_ms[-1] - times_ms[0]):.3g} frames/s"


def _text(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.4g} {unit}"


def _named(name: str, text: str) -> str:
    return f"{name} {text}" if text else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
