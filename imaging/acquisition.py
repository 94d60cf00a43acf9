"""How an image was made, as far as its file says."""

from collections.abc import Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Acquisition:
    """None and empty where the file does not tell.

    Attributes:
        tube_kv: KVP (0018,0060).
        tube_ma: X-Ray Tube Current (0018,1151).
        exposure_mas: Exposure (0018,1152).
        slice_thickness_mm: nominal, which need not be the distance of the slices.
        kernel: Convolution Kernel (0018,1210).
        repetition_time_ms, echo_time_ms, inversion_time_ms, flip_angle_deg, field_strength_t: of magnetic resonance.
        transducer_mhz: Transducer Frequency (0018,6030) of the first region.
        mechanical_index: Mechanical Index (0018,5022).
        view_position: View Position (0018,5101), e.g. ``"PA"``.
        laterality: ``"R"``, ``"L"``, ``"B"`` (both) or ``"U"`` (unpaired).
        tracer: Radiopharmaceutical (0018,0031).
        dose_mbq: Radionuclide Total Dose (0018,1074).
    """

    tube_kv: float | None = None
    tube_ma: float | None = None
    exposure_mas: float | None = None
    slice_thickness_mm: float | None = None
    kernel: str = ""
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    field_strength_t: float | None = None
    transducer_mhz: float | None = None
    mechanical_index: float | None = None
    view_position: str = ""
    laterality: str = ""
    tracer: str = ""
    dose_mbq: float | None = None


UNKNOWN = Acquisition()


def common(all_of_them: Sequence[Acquisition]) -> Acquisition:
    """What all of several say alike; where they differ, nothing."""
    if not all_of_them:
        return UNKNOWN
    first = all_of_them[0]
    alike = {
        each.name: getattr(first, each.name)
        for each in fields(Acquisition)
        if len({getattr(one, each.name) for one in all_of_them}) == 1
    }
    return Acquisition(**alike)
