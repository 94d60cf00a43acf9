"""Standardised uptake by body weight (SUVbw) of positron emission images, as far as the file tells what it needs.

Dose, times and corrections are those of DICOM PS3.3 C.8.9.1 and C.8.9.2; what is not stated is not guessed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from imaging.formats.dicom.attributes import PARSE_ERRORS, item, number, text

if TYPE_CHECKING:
    from imaging.formats.dicom.header import Header  # which reads the private tags that are named here

GRAMS_PER_KG = 1000.0
LONGEST_WAIT = timedelta(days=1)

_RESERVED_BY, _SUV_FACTOR, _ACTIVITY_FACTOR = Tag(0x7053, 0x0010), Tag(0x7053, 0x1000), Tag(0x7053, 0x1009)
PRIVATE_TAGS = (_RESERVED_BY, _SUV_FACTOR, _ACTIVITY_FACTOR)
"""What must be read of a file beside attributes of the standard."""


def suv_factor(headers: "Sequence[Header]") -> tuple[float, str]:
    """SUVbw per unit of the values, and why there is none: one of both is 0 or empty. Both are for other modalities.

    Args:
        headers: of all files of the series.
    """
    first = headers[0].dataset
    if text(first, "Modality") != "PT":
        return 0.0, ""
    units = text(first, "Units").upper()
    if units == "GML":
        kind = text(first, "SUVType").upper()
        return (1.0, "") if kind in ("", "BW") else (0.0, f"the file holds SUV of another kind ({kind})")
    if units == "CNTS":
        return _by_philips(first, headers)
    if units != "BQML":
        return 0.0, f"the values are {units or 'in an unknown unit'}, expected Bq/ml"
    return _by_dose(first, headers)


def _by_philips(first: Dataset, headers: "Sequence[Header]") -> tuple[float, str]:
    """From counts: the factor to SUVbw that Philips states, else the one to Bq/ml and the dose."""
    stated = _text_at(first, _RESERVED_BY) == "Philips PET Private Group"
    to_suv, to_bq_ml = (_number_at(first, tag) if stated else 0.0 for tag in (_SUV_FACTOR, _ACTIVITY_FACTOR))
    if to_suv > 0:
        return to_suv, ""
    if not to_bq_ml > 0:
        return 0.0, "the values are CNTS, expected Bq/ml"
    factor, why = _by_dose(first, headers)
    return to_bq_ml * factor, why


def _text_at(dataset: Dataset, tag: BaseTag) -> str:
    """A private value as text, also where its VR is not told and it is bytes; empty where there is none."""
    try:
        found: object = dataset[tag].value if tag in dataset else ""
    except PARSE_ERRORS:
        return ""
    return (found.decode("ascii", "replace") if isinstance(found, bytes) else str(found or "")).strip(" \0")


def _number_at(dataset: Dataset, tag: BaseTag) -> float:
    """A private value as a positive number; 0 where there is none."""
    try:
        found = float(_text_at(dataset, tag))
    except ValueError:
        return 0.0
    return found if 0 < found < inf else 0.0


def _by_dose(first: Dataset, headers: "Sequence[Header]") -> tuple[float, str]:
    weight_kg = number(first, "PatientWeight") or 0.0
    tracer = item(first, "RadiopharmaceuticalInformationSequence")
    dose_bq = number(tracer, "RadionuclideTotalDose") or 0.0
    half_life_s = number(tracer, "RadionuclideHalfLife") or 0.0
    missing = [
        name for name, value in (("weight", weight_kg), ("dose", dose_bq), ("half-life", half_life_s)) if not value > 0
    ]
    corrected = text(first, "CorrectedImage").upper()
    if missing:
        return 0.0, f"{' and '.join(missing)} not stated"
    if "DECY" not in corrected or "ATTN" not in corrected:
        return 0.0, "the values are not corrected for both decay and attenuation"
    left, why = _left_of_dose(first, tracer, headers, half_life_s)
    return (0.0, why) if why else (weight_kg * GRAMS_PER_KG / (dose_bq * left), "")


def _left_of_dose(
    first: Dataset, tracer: Dataset, headers: "Sequence[Header]", half_life_s: float
) -> tuple[float, str]:
    """The share of the dose at the time to which the values are corrected (Decay Correction, 0054,1102)."""
    match text(first, "DecayCorrection").upper():
        case "ADMIN":
            return 1.0, ""
        case "START":
            return _decayed(first, tracer, headers, half_life_s)
        case other:
            return 0.0, f"decay correction is {other or 'not stated'}, expected START or ADMIN"


def _decayed(first: Dataset, tracer: Dataset, headers: "Sequence[Header]", half_life_s: float) -> tuple[float, str]:
    start = moment(text(first, "SeriesDate"), text(first, "SeriesTime"))
    acquired = [
        moment(text(each.dataset, "AcquisitionDate"), text(each.dataset, "AcquisitionTime")) for each in headers
    ]
    if start is None:
        return 0.0, "the time of the series is not stated"
    if any(each is not None and each < start for each in acquired):
        return 0.0, "the series was made after its images were acquired, so the time of its decay correction is unsure"
    given = _injected(first, tracer)
    if given is None:
        return 0.0, "the time of injection is not stated"
    if given > start and not text(tracer, "RadiopharmaceuticalStartDateTime"):
        given -= timedelta(days=1)
    waited = start - given
    if not timedelta(0) <= waited <= LONGEST_WAIT:
        return 0.0, f"injection and scan lie {waited} apart"
    return 2.0 ** (-waited.total_seconds() / half_life_s), ""


def _injected(first: Dataset, tracer: Dataset) -> datetime | None:
    stated = text(tracer, "RadiopharmaceuticalStartDateTime")
    if stated:
        return moment(stated[:8], stated[8:])
    return moment(text(first, "SeriesDate"), text(tracer, "RadiopharmaceuticalStartTime"))


def moment(date: str, time: str) -> datetime | None:
    """A date and a time of the standard's form (PS3.5 6.2, DA and TM) together; None where either is not one."""
    whole, _, fraction = time.partition("+")[0].partition("-")[0].partition(".")
    try:
        found = datetime.strptime(date[:8] + whole.ljust(6, "0")[:6], "%Y%m%d%H%M%S")
        return found + timedelta(seconds=float(f"0.{fraction or 0}")) if len(date) >= 8 and len(whole) >= 2 else None
    except ValueError:
        return None
