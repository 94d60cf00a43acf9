"""Frames at the same positions told apart: points in time, echoes, b values, cardiac phases, repeats."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pydicom.dataset import Dataset

from imaging.formats.dicom_attributes import text, whole
from imaging.formats.dicom_grid import Frame
from imaging.formats.dicom_nuclear import vector
from imaging.formats.dicom_time import CLOCK_TIMES, clock, moment_ms


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


_B_VALUE = Trait("DiffusionBValue", "b value")

TRAITS = (
    Trait("TemporalPositionIdentifier", "temporal position", counts=True, in_time=True),
    Trait("TemporalPositionIndex", "temporal position", counts=True, in_time=True),
    Trait("EchoNumbers", "echo"),
    _B_VALUE,
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
    Trait("AcquisitionNumber", "acquisition", in_time=True),
    Trait("FrameAcquisitionNumber", "acquisition", in_time=True),
    Trait("FrameReferenceTime", "time", "ms", in_time=True),
    Trait("AcquisitionTime", "acquired at", in_time=True),
    Trait("FrameAcquisitionDateTime", "acquired at", in_time=True),
    Trait("ContentTime", "created at", in_time=True),
)
"""Most meaningful first; the clock is asked last."""


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


@dataclass(frozen=True)
class Part:
    """Frames of one phase. ``axis`` is the text that phases of one time axis share; ``in_time`` where it is one."""

    frames: tuple[Frame, ...]
    name: str
    axis: str = ""
    in_time: bool = False


class Crowd:
    """Frames of which several lie at the same position.

    Attributes:
        frames: as given. spots: for each frame the number of its position.
    """

    def __init__(self, frames: Sequence[Frame], spots: Sequence[int]) -> None:
        self.frames, self.spots = tuple(frames), tuple(spots)

    @cached_property
    def multiplicity(self) -> int:
        """The most frames at one position."""
        return max(Counter(self.spots).values())

    @cached_property
    def _said(self) -> list[dict[str, str]]:
        return [said(frame) for frame in self.frames]

    def parts(self) -> list[Part]:
        """One part per phase, each with no more than one frame per position, in order."""
        traits = self._clean_trait() or self._clean_traits()
        return self._named(traits) if traits else self._by_turn()

    def in_time(self) -> list[Part]:
        """One part per frame of a single position by the trait that orders them in time; empty where none does."""
        traits = self._clean_trait()
        parts = self._named(traits) if traits and traits[0].in_time else []
        return parts if len(parts) == len(self.frames) else []

    def _groups(self, traits: Sequence[Trait]) -> dict[tuple[str, ...], list[int]]:
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for n, found in enumerate(self._said):
            groups[tuple(found.get(trait.keyword, "") for trait in traits)].append(n)
        return groups

    def _crowding(self, groups: Iterable[Sequence[int]]) -> int:
        """The most frames of one group at one position."""
        return max(max(Counter(self.spots[n] for n in group).values()) for group in groups)

    def _clean_trait(self) -> list[Trait]:
        """The first trait that alone tells apart all frames at each position, without splitting further than needed."""
        for trait in TRAITS:
            groups = self._groups([trait])
            if len(groups) == self.multiplicity and self._crowding(groups.values()) == 1:
                return [_B_VALUE, trait] if trait.keyword == "DiffusionGradientOrientation" else [trait]
        return []

    def _clean_traits(self) -> list[Trait]:
        """Several traits that do so together, those in time last; empty where none do."""
        chosen: list[Trait] = []
        crowding = self.multiplicity
        for trait in TRAITS:
            groups = self._groups([*chosen, trait])
            now = self._crowding(groups.values())
            if now < crowding and len(groups) <= self.multiplicity * 2 and len(groups) <= len(self.frames) // 2:
                chosen, crowding = [*chosen, trait], now
            if crowding == 1:
                return sorted(chosen, key=lambda each: each.in_time)
        return []

    def _named(self, traits: Sequence[Trait]) -> list[Part]:
        groups = self._groups(traits)
        values = [sorted({key[n] for key in groups}, key=_natural) for n in range(len(traits))]
        parts: list[Part] = []
        for key in sorted(groups, key=lambda each: tuple(map(_natural, each))):
            names = [trait.name(found, values[n]) for n, (trait, found) in enumerate(zip(traits, key, strict=True))]
            members = tuple(self.frames[n] for n in groups[key])
            name = _joined(names) or f"no {traits[0].words or 'name'}"
            parts.append(Part(members, name, _joined(names[:-1]), traits[-1].in_time))
        return parts

    def _by_turn(self) -> list[Part]:
        """The first frames of each position, the second ones …: by the clock where it tells, else by instance."""
        clock = self._telling_clock()
        seen: Counter[int] = Counter()
        turns: dict[int, list[int]] = defaultdict(list)
        for n in sorted(range(len(self.frames)), key=lambda n: (clock[n], instance(self.frames[n]))):
            turns[seen[self.spots[n]]].append(n)
            seen[self.spots[n]] += 1
        members = [tuple(self.frames[n] for n in sorted(turns[k])) for k in range(len(turns))]
        names = _turn_names(members, any(clock))
        return [Part(frames, name, in_time=any(clock)) for frames, name in zip(members, names, strict=True)]

    def _telling_clock(self) -> list[float]:
        """A time for each frame by which all frames of each position differ; zeros where no attribute gives it."""
        for keyword in CLOCKS:
            moments = [moment_ms(keyword, found.get(keyword, "")) for found in self._said]
            known = [moment for moment in moments if moment is not None]
            if len(known) == len(moments) == len(set(zip(self.spots, known, strict=True))):
                return known
        return [0.0] * len(self.frames)


def _turn_names(turns: Sequence[Sequence[Frame]], in_time: bool) -> list[str]:
    """Names of the first, second … frames of each position."""
    identities = [{frame.header.text("SOPInstanceUID") for frame in turn} for turn in turns]
    if all(one == identities[0] != {""} for one in identities) and turns[0][0].layout.frames == 1:
        return ["", *(f"copy {n} of the same images" for n in range(1, len(turns)))]
    if 2 * len(turns[1]) < len(turns[0]):
        return ["each position once", *(f"repeat {n} of some positions" for n in range(1, len(turns)))]
    return [f"{'time' if in_time else 'pass'} {n + 1} of {len(turns)}" for n in range(len(turns))]


def said(frame: Frame) -> dict[str, str]:
    """What a frame says of each trait: in its own functional groups, the shared ones or the file's top level."""
    header = frame.header
    own = header.frame_groups[frame.index] if frame.index < len(header.frame_groups) else Dataset()
    found: dict[str, str] = {}
    for level in (own, header.shared_groups):
        for inner in _nested(level):
            for trait in TRAITS:
                if trait.keyword not in found and trait.keyword in inner and text(inner, trait.keyword):
                    found[trait.keyword] = text(inner, trait.keyword)
    for trait in TRAITS:
        if trait.keyword.endswith("Vector"):
            values = vector(header, trait.keyword, frame.layout.frames)
            found[trait.keyword] = str(values[frame.index]) if values else ""
        elif trait.keyword not in found:
            found[trait.keyword] = text(header.dataset, trait.keyword)
    return found


def _nested(group: Dataset, depth: int = 2) -> Iterable[Dataset]:
    """The first items of the sequences of a functional group, and of theirs."""
    for element in group:
        if element.VR == "SQ" and depth and element.value:
            inner: Dataset = element.value[0]
            yield inner
            yield from _nested(inner, depth - 1)


def times_ms(parts: Sequence[Part]) -> list[float | None]:
    """Start of each part since the first, from the first clock that all parts know; else None for each."""
    heard = [said(part.frames[0]) for part in parts]
    for keyword in CLOCKS:
        moments = [moment_ms(keyword, each.get(keyword, "")) for each in heard]
        known = [moment for moment in moments if moment is not None]
        if len(known) == len(parts) and all(b > a for a, b in pairwise(known)):
            return [moment - known[0] for moment in known]
    return [None] * len(parts)


def instance(frame: Frame) -> tuple[float, str, int]:
    """The order of acquisition as far as the file tells: Instance Number, then name, then frame."""
    number = whole(frame.header.dataset, "InstanceNumber")
    return (float("inf") if number is None else number, frame.header.path.name, frame.index)


def _joined(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name)


def _plain(value: str) -> str:
    """A number without idle decimals, another value in lower case unless it is a code such as ``B30f``."""
    return value.removesuffix(".0") if not value.isupper() or any(map(str.isdigit, value)) else value.lower()


def _natural(key: str) -> tuple[tuple[float, ...], str]:
    try:
        return tuple(float(part) for part in key.split("\\")), key
    except ValueError:
        return (float("inf"),), key
