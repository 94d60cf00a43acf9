"""What a file says that measured numbers depend on."""

from collections.abc import Collection, Sequence

from imaging.formats.dicom.attributes import number
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.uptake import suv_factor
from imaging.measuring_facts import MeasuringFacts

BY_DISTANCES = "by distances"


def facts_of(headers: Sequence[Header], projections: Collection[str]) -> MeasuringFacts:
    """The facts of a stack's files (DICOM PS3.3 10.7.1.3, C.8.11.2, C.8.7.10).

    Args:
        projections: modalities whose pixel spacing may be that of the detector.
    """
    first = headers[0]
    calibrated_by = first.text("PixelSpacingCalibrationType").lower()
    is_projection = first.text("Modality") in projections
    told = bool(calibrated_by or first.text("ImagerPixelSpacing"))
    factor, how = magnification(first)
    suv, missing = suv_factor(headers)
    return MeasuringFacts(
        calibrated_by, is_projection and not told, factor, how, first.text("ViewPosition"), suv, missing
    )


def magnification(header: Header) -> tuple[float, str]:
    """Source to detector over source to patient, and who says so; 0 and nothing where neither is known."""
    factor = number(header.dataset, "EstimatedRadiographicMagnificationFactor") or 0.0
    if factor > 0:
        return factor, "estimated by the device"
    to_detector = number(header.dataset, "DistanceSourceToDetector") or 0.0
    to_patient = number(header.dataset, "DistanceSourceToPatient") or 0.0
    return (to_detector / to_patient, BY_DISTANCES) if to_detector > to_patient > 0 else (0.0, "")
