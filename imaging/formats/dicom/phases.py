"""Frames at the same positions told apart: points in time, echoes, b values, cardiac phases, repeats."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from imaging.formats.dicom.attributes import whole
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.time import moment_ms
from imaging.formats.dicom.traits import B_VALUE, CLOCKS, TRAITS, Trait, said_by

ONCE = "each position once"


@dataclass(frozen=True)
class Part:
    """Frames of one phase. ``axis`` is the text that phases of one time axis share; ``in_time`` where it is one.

    Attributes:
        doubt: why some of the frames may be of another phase, in words.
    """

    frames: tuple[Frame, ...]
    name: str
    axis: str = ""
    in_time: bool = False
    doubt: str = ""


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
        return said_by(self.frames)

    def parts(self) -> list[Part]:
        """One part per phase, each with no more than one frame per position, in order."""
        traits = self._clean_trait() or self._clean_traits()
        return self._named(traits) if traits else self._nested() or self._by_turn()

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
                return [B_VALUE, trait] if trait.keyword == "DiffusionGradientOrientation" else [trait]
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

    def _nested(self) -> list[Part]:
        """Phases that hold several frames of some positions themselves, as where slices were sent twice; else empty.

        A trait tells such phases where each of its values is found at most positions.
        """
        positions = len(set(self.spots))
        for trait in TRAITS:
            groups = self._groups([trait])
            covered = min(len({self.spots[n] for n in group}) for group in groups.values())
            if len(groups) > 1 and 2 * covered > positions:
                return [each for part in self._named([trait]) for each in self._parts_of(part)]
        return []

    def _parts_of(self, part: Part) -> list[Part]:
        """A phase with each position once, and what it has besides."""
        spots = dict(zip(map(id, self.frames), self.spots, strict=True))
        crowd = Crowd(part.frames, [spots[id(frame)] for frame in part.frames])
        if crowd.multiplicity == 1:
            return [replace(part, axis=ONCE)]
        return [
            Part(
                each.frames,
                _joined([part.name, each.name]),
                each.axis or part.name,
                part.in_time if each.axis else each.in_time,
                each.doubt,
            )
            for each in crowd.parts()
        ]

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
        short = sum(count < len(turns) for count in seen.values())
        runs = self._runs() if short else []
        members = [tuple(self.frames[n] for n in sorted(each)) for each in runs or turns.values()]
        told = f"{short} of {len(seen)} positions miss an image: there, phases may be one too early"
        return _turns(members, any(clock), told if short and not runs else "")

    def _runs(self) -> list[list[int]]:
        """Frames in order of acquisition, cut where positions begin again; empty where that gives other than phases."""
        order = sorted(range(len(self.frames)), key=lambda n: instance(self.frames[n]))
        for way in (1, -1):
            runs = [[order[0]]]
            for before, n in pairwise(order):
                if way * (self.spots[n] - self.spots[before]) > 0:
                    runs[-1].append(n)
                else:
                    runs.append([n])
            if len(runs) == self.multiplicity and 2 * min(map(len, runs)) > len(set(self.spots)):
                return runs
        return []

    def _telling_clock(self) -> list[float]:
        """A time for each frame by which all frames of each position differ; zeros where no attribute gives it."""
        for keyword in CLOCKS:
            moments = [moment_ms(keyword, found.get(keyword, "")) for found in self._said]
            known = [moment for moment in moments if moment is not None]
            if len(known) == len(moments) == len(set(zip(self.spots, known, strict=True))):
                return known
        return [0.0] * len(self.frames)


def _turns(turns: Sequence[tuple[Frame, ...]], in_time: bool, doubt: str) -> list[Part]:
    """The first, second … frames of each position, named; copies and a few repeats are no phases of the first."""
    identities = [{frame.header.text("SOPInstanceUID") for frame in turn} for turn in turns]
    if all(one == identities[0] != {""} for one in identities) and turns[0][0].layout.frames == 1:
        names = ["", *(f"copy {n} of the same images" for n in range(1, len(turns)))]
    elif 2 * len(turns[1]) < len(turns[0]):
        names = [ONCE, *(f"repeat {n} of some positions" for n in range(1, len(turns)))]
    else:
        words = "time" if in_time else "pass"
        names = [f"{words} {n + 1} of {len(turns)}" for n in range(len(turns))]
        return [Part(turn, name, in_time=in_time, doubt=doubt) for turn, name in zip(turns, names, strict=True)]
    return [Part(turn, name, axis=name) for turn, name in zip(turns, names, strict=True)]


def times_ms(parts: Sequence[Part]) -> list[float | None]:
    """Start of each part since the first, from the first clock that all parts know; else None for each."""
    heard = said_by([part.frames[0] for part in parts])
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


def _natural(key: str) -> tuple[tuple[float, ...], str]:
    try:
        return tuple(float(part) for part in key.split("\\")), key
    except ValueError:
        return (float("inf"),), key
