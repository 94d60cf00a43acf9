"""What a file says that measured numbers depend on, beside the grid itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeasuringFacts:
    """Empty and 0 where the file does not tell.

    Attributes:
        calibrated_by: Pixel Spacing Calibration Type, ``"geometry"`` or ``"fiducial"`` (DICOM PS3.3 10.7.1.3).
        spacing_unclear: a projection's pixel spacing of which nobody says whether it holds in the patient.
        magnification: of a projection: source to detector over source to patient.
        magnification_by: ``"estimated by the device"`` or ``"by distances"``.
        view_position: View Position (0018,5101), ``"AP"``, ``"PA"`` …
        suv_factor: SUVbw per unit of the values, in g/ml; 0 where it cannot be worked out.
        suv_missing: why there is no factor, in words; empty where there is one, and for other modalities than PET.
    """

    calibrated_by: str = ""
    spacing_unclear: bool = False
    magnification: float = 0.0
    magnification_by: str = ""
    view_position: str = ""
    suv_factor: float = 0.0
    suv_missing: str = ""
