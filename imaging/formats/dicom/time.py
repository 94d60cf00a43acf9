"""Times as DICOM writes them, in milliseconds."""

import re
from datetime import date

_CLOCK = re.compile(r"(\d{8})?(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?")
CLOCK_TIMES = frozenset({"AcquisitionTime", "ContentTime", "FrameAcquisitionDateTime"})
"""Attributes that hold a time of the day."""

DATES = {"AcquisitionTime": "AcquisitionDate", "ContentTime": "ContentDate"}
"""Where the day of a time is stated."""

_MS_PER = {"TemporalPositionTimeOffset": 1000.0}
_SPANS = frozenset(
    {"TriggerTime", "NominalCardiacTriggerDelayTime", "FrameReferenceTime", "TemporalPositionTimeOffset"}
)


def clock(found: str) -> str:
    """A TM or DT value as a clock shows it, e.g. ``"10:00:03.50"``; unchanged where it is none."""
    match = _CLOCK.match(found)
    return ":".join(part for part in match.groups()[1:] if part) if match else found


def moment_ms(keyword: str, found: str) -> float | None:
    """An attribute's value in milliseconds: a span as it is, a TM or DT as time of the day; None where it is neither.

    PS3.5 6.2 for TM and DT. Temporal Position Time Offset is in seconds (PS3.3 C.7.6.16.2.25), the other spans in
    milliseconds.
    """
    if keyword in _SPANS:
        return _number(found, _MS_PER.get(keyword, 1.0))
    match = _CLOCK.match(found)
    if match is None:
        return None
    day, hours, minutes, seconds = match.groups()
    try:
        whole_days = date.fromisoformat(day).toordinal() if day else 0
    except ValueError:
        return None
    return (((whole_days * 24 + int(hours)) * 60 + int(minutes or 0)) * 60 + float(seconds or 0)) * 1000


def _number(found: str, factor: float) -> float | None:
    try:
        return float(found) * factor
    except ValueError:
        return None
