"""Codes of quantities and units, and the names by which programs know each kind of measurement again."""

from typing import get_args
from uuid import UUID

from imaging.formats.segmentation.imported import Code
from imaging.measurement.areas import OutlineKind

OWN_SCHEME = "99WETREAD"
EXACT_BLOCK, EXACT_ELEMENT = (0x0099, "WETREAD"), 0x01
"""Private element of a graphic that keeps its points as doubles."""

FREE_TEXT = Code("CORNERSTONEFREETEXT", "CORNERSTONEJS", "")
"""Under this code OHIF keeps the name that a person gave; the name is the meaning."""

_QUANTITIES = {
    "Length": Code("410668003", "SCT", "Length"),
    "Known length": Code("410668003", "SCT", "Length"),
    "Angle": Code("1483009", "SCT", "Angle"),
    "Cobb angle": Code("285285000", "SCT", "Cobb angle"),
    "Long axis": Code("103339001", "SCT", "Long axis"),
    "Short axis": Code("103340004", "SCT", "Short axis"),
    "Volume": Code("118565006", "SCT", "Volume"),
    "Area": Code("42798000", "SCT", "Area"),
    "Mean": Code("373098007", "SCT", "Mean"),
    "SD": Code("386136009", "SCT", "Standard Deviation"),
    "Minimum": Code("255605001", "SCT", "Minimum"),
    "Maximum": Code("56851009", "SCT", "Maximum"),
}
_UNITS = {"": "1", "mm²": "mm2", "°": "deg", "HU": "[hnsf'U]", "px": "{pixels}", "px²": "{pixels}2"}

_TOOL = "Cornerstone3DTools@^0.1.0:"
"""Groups whose Tracking Identifier begins so come back in OHIF as measurements that can be changed."""

_TOOLS = {
    "length": "Length",
    "angle": "Angle",
    "cobb": "CobbAngle",
    "bidirectional": "Bidirectional",
    "ellipse": "EllipticalROI",
    "rectangle": "RectangleROI",
    "freehand": "PlanarFreehandROI",
    "probe": "Probe",
}
_OWN = "Wetread:"


def quantity(name: str) -> Code:
    """The code of a quantity; one of our own where no standard one is known."""
    own = (
        "".join(each for each in name.replace("Δ", "delta").upper() if each.isascii() and each.isalnum())[:16]
        or "VALUE"
    )
    return _QUANTITIES.get(name, Code(own, OWN_SCHEME, name))


def unit_of(text: str) -> Code:
    """The code of a unit (UCUM)."""
    ucum = _UNITS.get(text, text)
    return Code(ucum, "UCUM", text or "no units")


def tracking_identifier(kind: str) -> str:
    """By what a kind is known again."""
    return f"{_TOOL}{_TOOLS[kind]}" if kind in _TOOLS else f"{_OWN}{kind}"


def kind_of(identifier: str) -> str:
    """The kind that an identifier names; empty where it is none of ours."""
    tool = identifier.rpartition(":")[2]
    if identifier.startswith(_OWN):
        return tool
    known = {name: kind for kind, name in _TOOLS.items()}
    return known.get(tool, "") if identifier.startswith("Cornerstone") else ""


def is_outline(kind: str) -> bool:
    """Whether a kind is a closed line."""
    return kind in get_args(OutlineKind)


def tracking_uid(uid: str) -> str:
    """The DICOM form of a measurement's identity (PS3.5 B.2); one that came from a report is a UID already."""
    try:
        return f"2.25.{UUID(uid).int}"
    except ValueError:
        return uid


def own_uid(tracking: str) -> str:
    """The identity that :func:`tracking_uid` wrote."""
    number = tracking.removeprefix("2.25.")
    if tracking == number or not number.isascii() or not number.isdecimal() or int(number) >> 128:
        return tracking
    return UUID(int=int(number)).hex
