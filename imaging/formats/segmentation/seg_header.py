"""What a DICOM SEG says before its pixels (PS3.3 A.51): segments, their colours and codes, who made it, from what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from imaging.errors import ReadError
from imaging.formats.dicom.attributes import PARSE_ERRORS, item, items, numbers, text, whole
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.segmentation.cielab import rgb_of
from imaging.formats.segmentation.imported import NOT_STATED, RESAMPLED, Code, Segment
from imaging.labelmap import MOST_LABELS, PALETTE, Provenance

_KEYWORDS = """
    SpecificCharacterSet SOPClassUID Modality SegmentationType SegmentationFractionalType MaximumFractionalValue
    SegmentSequence ReferencedSeriesSequence ContentLabel ContentDescription ContentDate ContentTime ContentCreatorName
    SeriesDescription Manufacturer ManufacturerModelName SoftwareVersions TimezoneOffsetFromUTC PixelPaddingValue
"""
_TAGS = [tag_for_keyword(keyword) or 0 for keyword in _KEYWORDS.split()]
_LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"


@dataclass(frozen=True)
class SegHeader:
    """The head of one segmentation.

    Attributes:
        kind: BINARY, FRACTIONAL or LABELMAP.
        full: Maximum Fractional Value. padding: the label value that means background, beside 0.
        segments: in order of number; ``value`` is where each goes in the labelmap.
        fractions_mean: PROBABILITY or OCCUPANCY.
        series_uids, instance_uids: of the images it says it was made from; empty where it does not.
    """

    kind: str
    full: int
    padding: int | None
    segments: tuple[Segment, ...]
    series_uids: frozenset[str]
    instance_uids: frozenset[str]
    title: str
    provenance: Provenance
    fractions_mean: str = ""


def read_seg_header(path: Path) -> SegHeader:
    """The head of a segmentation.

    Raises:
        ReadError: no segmentation, damaged, or with more segments than a labelmap holds.
    """
    with dataset_stream(path) as stream:
        try:
            dataset = dcmread(stream, stop_before_pixels=True, specific_tags=list(_TAGS), force=True)
            return _head(path, dataset)
        except PARSE_ERRORS as error:
            raise ReadError(path, f"damaged DICOM segmentation: {error}") from error


def _head(path: Path, dataset: Dataset) -> SegHeader:
    is_labelmap = text(dataset, "SOPClassUID") == _LABELMAP_STORAGE
    kind = text(dataset, "SegmentationType").upper() or ("LABELMAP" if is_labelmap else "")
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        found = f"Segmentation Type {kind}" if kind else text(dataset, "Modality") or "no modality"
        raise ReadError(
            path, f"no segmentation that can be read: expected BINARY, FRACTIONAL or LABELMAP, found {found}"
        )
    segments = segments_of(path, dataset)
    referenced = items(dataset, "ReferencedSeriesSequence")
    instances = (
        text(each, "ReferencedSOPInstanceUID")
        for one in referenced
        for each in items(one, "ReferencedInstanceSequence")
    )
    title = next(
        filter(None, (text(dataset, each) for each in ("SeriesDescription", "ContentDescription", "ContentLabel"))),
        path.name,
    )
    return SegHeader(
        kind,
        whole(dataset, "MaximumFractionalValue") or 255,
        whole(dataset, "PixelPaddingValue"),
        segments,
        frozenset(filter(None, (text(each, "SeriesInstanceUID") for each in referenced))),
        frozenset(filter(None, instances)),
        title,
        provenance_in(dataset, segments, "ContentCreatorName", "Content"),
        text(dataset, "SegmentationFractionalType").upper(),
    )


def segments_of(path: Path, dataset: Dataset) -> tuple[Segment, ...]:
    """The Segment Sequence in order of number, each with the label value it gets: its number, or its place if larger.

    Raises:
        ReadError: more than :data:`MOST_LABELS`, or two of one number.
    """
    described = {whole(each, "SegmentNumber") or 0: each for each in items(dataset, "SegmentSequence")}
    if len(described) < len(items(dataset, "SegmentSequence")):
        raise ReadError(path, "two segments have the same number: expected one each")
    described.pop(0, None)  # the background of a label map (PS3.3 C.8.20.2)
    if len(described) > MOST_LABELS:
        raise ReadError(path, f"{len(described)} segments: a mask holds at most {MOST_LABELS}")
    fits = max(described, default=0) <= MOST_LABELS
    return tuple(_segment(described[each], each, each if fits else n + 1) for n, each in enumerate(sorted(described)))


def _segment(described: Dataset, segment_number: int, value: int) -> Segment:
    lab = numbers(described, "RecommendedDisplayCIELabValue")
    made_by = item(described, "SegmentationAlgorithmIdentificationSequence")
    category, kind = (
        code_in(described, "SegmentedPropertyCategoryCodeSequence"),
        code_in(described, "SegmentedPropertyTypeCodeSequence"),
    )
    return Segment(
        value,
        segment_number,
        text(described, "SegmentLabel") or kind.meaning or f"segment {segment_number}",
        rgb_of(lab) if len(lab) == 3 else PALETTE[(value - 1) % len(PALETTE)],
        category,
        kind,
        text(described, "SegmentAlgorithmType").upper(),
        text(described, "SegmentAlgorithmName") or text(made_by, "AlgorithmName"),
        text(made_by, "AlgorithmVersion").removeprefix(NOT_STATED),
        derivation_in(text(described, "SegmentDescription")),
    )


def derivation_in(description: str) -> str:
    """A description that is the mark of a resampled segment, as written here; others say what it is, not whence."""
    return description if description.startswith(RESAMPLED) else ""


def code_in(dataset: Dataset, keyword: str) -> Code:
    """The first code of a sequence (PS3.3 8.8); one without a value where there is none."""
    found = item(dataset, keyword)
    value = next(filter(None, (text(found, each) for each in ("CodeValue", "LongCodeValue", "URNCodeValue"))), "")
    return Code(value, text(found, "CodingSchemeDesignator"), text(found, "CodeMeaning"))


def provenance_in(dataset: Dataset, segments: Iterable[Segment], creator: str, moment: str) -> Provenance:
    """Who: the creator's name, else the program; which model: the algorithm of the first segment that has one.

    Args:
        dataset: the object, with its equipment.
        segments: what it describes.
        creator, moment: the attributes that say who and when: a name, and what its Date and Time begin with.
    """
    made = next((each for each in segments if each.algorithm_type != "MANUAL" and each.algorithm), None)
    name = text(dataset, creator).replace("\\", ", ").replace("^", " ").strip()
    return Provenance(
        name or program_of(dataset) or NOT_STATED,
        _time(dataset, moment),
        made.algorithm if made else "",
        made.algorithm_version if made else "",
    )


def program_of(dataset: Dataset) -> str:
    """The equipment that wrote an object; empty where it does not say."""
    return " ".join(filter(None, (text(dataset, "Manufacturer"), text(dataset, "ManufacturerModelName"))))


def _time(dataset: Dataset, moment: str) -> datetime:
    """A date and time; in the zone of this computer where none is stated, in the year 1 where no date is."""
    time = text(dataset, f"{moment}Time").split(".")[0].replace(":", "")
    written = text(dataset, f"{moment}Date") + time.ljust(6, "0")  # minutes and seconds may be left out (PS3.5 6.2)
    zone = text(dataset, "TimezoneOffsetFromUTC")
    try:
        found = datetime.strptime(written + zone, "%Y%m%d%H%M%S%z" if zone else "%Y%m%d%H%M%S")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
