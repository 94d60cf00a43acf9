"""Groups of a report about segments of a segmentation, read for their numbers (PS3.16 TID 1410 and 1411)."""

from math import isfinite

from pydicom.dataset import Dataset

from imaging.formats.authoring.source import Source
from imaging.formats.dicom.attributes import item, items, numbers, text, whole
from imaging.formats.measurement_report.packed import ReportedNumber, ReportedSegment

_SEGMENT, _SEGMENT_FRAME = "121191", "121214"
_SERIES, _IMAGE = "121232", "121233"
_IDENTIFIER, _FINDING = "112039", "121071"


def reported_segment(group: Dataset, source: Source) -> ReportedSegment | None:
    """What a group says of a segment; None where it refers to none.

    Raises:
        ValueError: the segment was made from other images, or the group holds no number; says which.
    """
    children = items(group, "ContentSequence")
    meant = _first(children, _SEGMENT, _SEGMENT_FRAME)
    if not len(meant):
        return None
    _check_source([*children, *items(meant, "ContentSequence")], source)
    found = tuple(_number(each) for each in children if text(each, "ValueType") == "NUM")
    stated = tuple(each for each in found if isfinite(each.value))
    if not stated:
        raise ValueError("it refers to a segment and states no number")
    reference = item(meant, "ReferencedSOPSequence")
    number = whole(reference, "ReferencedSegmentNumber") or 0
    name = text(_first(children, _IDENTIFIER), "TextValue")
    finding = text(item(_first(children, _FINDING), "ConceptCodeSequence"), "CodeMeaning")
    return ReportedSegment(
        name or finding or f"segment {number or 'not named'}",
        text(reference, "ReferencedSOPInstanceUID"),
        number,
        stated,
    )


def _check_source(nodes: list[Dataset], source: Source) -> None:
    """The images that the segmentation was made from, as far as the group says."""
    series = text(_first(nodes, _SERIES), "UID")
    image = text(item(_first(nodes, _IMAGE), "ReferencedSOPSequence"), "ReferencedSOPInstanceUID")
    if series and series != source.series_uid:
        raise ValueError(f"it is about a segment of series {series}, not of {source.name}")
    if image and not series and image not in {each.uid for each in source.instances}:
        raise ValueError(f"it is about a segment of image {image}, which is not in {source.name}")


def _number(node: Dataset) -> ReportedNumber:
    value = item(node, "MeasuredValueSequence")
    stated, unit = numbers(value, "NumericValue"), item(value, "MeasurementUnitsCodeSequence")
    ucum = text(unit, "CodeValue")
    name = text(item(node, "ConceptNameCodeSequence"), "CodeMeaning")
    return ReportedNumber(name, stated[0] if stated else float("nan"), "" if ucum == "1" else text(unit, "CodeMeaning"))


def _first(nodes: list[Dataset], *codes: str) -> Dataset:
    """The first content item with one of these concept names; an empty one where there is none."""
    found = (each for each in nodes if text(item(each, "ConceptNameCodeSequence"), "CodeValue") in codes)
    return next(found, Dataset())
