"""What frames say of themselves: the attributes that may tell frames at one position apart, and their names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from imaging.formats.dicom.attributes import PARSE_ERRORS, text
from imaging.formats.dicom.diffusion import b_value
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.nuclear import vector
from imaging.formats.dicom.time import CLOCK_TIMES, DATES, clock


@dataclass(frozen=True)
class Trait:
    """An attribute that may tell frames at one position apart.

    Attributes:
        words: what its value is called, e.g. ``"echo"``; empty where the value speaks for itself.
        unit: written after the value.
        counts: values are places in an order: ``"3 of 8"``.
        in_time: phases told apart by it follow one another in time.
    """

    keyword: str
    words: str
    unit: str = ""
    counts: bool = False
    in_time: bool = False

    def name(self, found: str, values: Sequence[str]) -> str:
        """The value in words, e.g. ``"temporal position 3 of 8"``."""
        if not found:
            return ""
        plain = clock(found) if self.keyword in CLOCK_TIMES else " ".join(map(_plain, found.split("\\")))
        of = f" of {len(values)}" if self.counts and set(values) == {str(n + 1) for n in range(len(values))} else ""
        return " ".join(part for part in (self.words, plain + of, self.unit) if part)


B_VALUE = Trait("DiffusionBValue", "b value")

TRAITS = (
    Trait("TemporalPositionIdentifier", "temporal position", counts=True, in_time=True),
    Trait("TemporalPositionIndex", "temporal position", counts=True, in_time=True),
    Trait("EchoNumbers", "echo"),
    B_VALUE,
    Trait("DiffusionGradientOrientation", "direction"),
    Trait("EffectiveEchoTime", "echo time", "ms"),
    Trait("EchoTime", "echo time", "ms"),
    Trait("InversionTime", "inversion time", "ms"),
    Trait("FrameType", ""),
    Trait("ComplexImageComponent", ""),
    Trait("DataType", ""),
    Trait("ReferencedSegmentNumber", "segment"),
    Trait("NominalPercentageOfCardiacPhase", "cardiac phase", "%", in_time=True),
    Trait("NominalPercentageOfRespiratoryPhase", "respiratory phase", "%", in_time=True),
    Trait("NominalCardiacTriggerDelayTime", "trigger delay", "ms", in_time=True),
    Trait("TriggerTime", "trigger time", "ms", in_time=True),
    Trait("TemporalPositionTimeOffset", "time", "s", in_time=True),
    Trait("EnergyWindowVector", "energy window"),
    Trait("RRIntervalVector", "R-R interval"),
    Trait("PhaseVector", "phase", in_time=True),
    Trait("TimeSlotVector", "time slot", in_time=True),
    Trait("KVP", "tube voltage", "kV"),
    Trait("ConvolutionKernel", "kernel"),
    Trait("SliceThickness", "slice thickness", "mm"),
    Trait("AcquisitionNumber", "acquisition", in_time=True),
    Trait("FrameAcquisitionNumber", "acquisition", in_time=True),
    Trait("FrameReferenceTime", "time", "ms", in_time=True),
    Trait("AcquisitionTime", "acquired at", in_time=True),
    Trait("FrameAcquisitionDateTime", "acquired at", in_time=True),
    Trait("ContentTime", "created at", in_time=True),
)
"""Most meaningful first; the clock is asked last."""


INTERLEAVING = tuple(t for t in TRAITS if t.keyword in ("SliceThickness", "AcquisitionNumber", "ConvolutionKernel"))
"""What tells stacks apart whose slices lie between one another."""

CLOCKS = (
    "TemporalPositionTimeOffset",
    "TriggerTime",
    "NominalCardiacTriggerDelayTime",
    "FrameReferenceTime",
    "FrameAcquisitionDateTime",
    "AcquisitionTime",
    "ContentTime",
)
"""Attributes that hold a time, most meaningful first."""


_KEYWORDS = {tag_for_keyword(trait.keyword): trait.keyword for trait in TRAITS}
_VECTORS = tuple(trait.keyword for trait in TRAITS if trait.keyword.endswith("Vector"))


def said_by(frames: Sequence[Frame]) -> list[dict[str, str]]:
    """What each frame says of each trait: in its own functional groups, the shared ones or the file's top level."""
    common: dict[Path, dict[str, str]] = {}
    vectors: dict[Path, dict[str, tuple[int, ...]]] = {}
    heard: list[dict[str, str]] = []
    for frame in frames:
        header = frame.header
        if header.path not in common:
            common[header.path] = _in_common(header)
            vectors[header.path] = _vectors(header, frame.layout.frames)
        own = header.frame_groups[frame.index] if frame.index < len(header.frame_groups) else Dataset()
        by_vector = {keyword: str(values[frame.index]) for keyword, values in vectors[header.path].items()}
        heard.append(common[header.path] | _in_groups(own) | by_vector)
    return heard


def _in_common(header: Header) -> dict[str, str]:
    top = {trait.keyword: _stated(header.dataset, trait.keyword) for trait in TRAITS if trait.keyword not in _VECTORS}
    return top | {B_VALUE.keyword: b_value(header.dataset)} | _in_groups(header.shared_groups)


def _stated(dataset: Dataset, keyword: str) -> str:
    """The value as text; a time of the day with its date before it, as in a DT: phases may go on after midnight."""
    found, date = text(dataset, keyword), text(dataset, DATES[keyword]) if keyword in DATES else ""
    return date + found if found and len(date) == 8 and date.isdecimal() else found


def _in_groups(group: Dataset) -> dict[str, str]:
    """The traits that functional groups state, the first of each."""
    found: dict[str, str] = {}
    for inner in nested(group):
        for tag in inner.keys():  # noqa: SIM118 - iterating a data set reads every value
            keyword = _KEYWORDS.get(tag)
            if keyword and keyword not in found and (value := text(inner, keyword)):
                found[keyword] = value
    return found


def _vectors(header: Header, frames: int) -> dict[str, tuple[int, ...]]:
    """The traits that nuclear medicine states as one value per frame of the file (PS3.3 C.8.4.8)."""
    found = {keyword: vector(header, keyword, frames) for keyword in _VECTORS}
    return {keyword: values for keyword, values in found.items() if values}


def nested(group: Dataset, depth: int = 2) -> Iterable[Dataset]:
    """The first items of the sequences of a functional group, and of theirs; damaged ones are passed over."""
    for tag in group.keys():  # noqa: SIM118 - iterating a data set reads every value
        inner = _first_item(group, tag)
        if inner is not None and depth:
            yield inner
            yield from nested(inner, depth - 1)


def _first_item(group: Dataset, tag: BaseTag) -> Dataset | None:
    try:
        element = group[tag]
    except PARSE_ERRORS:
        return None
    items = element.value if element.VR == "SQ" else None
    return items[0] if isinstance(items, Sequence) and len(items) and isinstance(items[0], Dataset) else None


def _plain(value: str) -> str:
    """A number without idle decimals, another value in lower case unless it is a code such as ``B30f``."""
    return value.removesuffix(".0") if not value.isupper() or any(map(str.isdigit, value)) else value.lower()
