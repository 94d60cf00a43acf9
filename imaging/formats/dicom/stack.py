"""Files to stacks: what belongs together, what is a phase of what, and in which order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from imaging.errors import ReadError
from imaging.formats.dicom.attributes import number, numbers, text
from imaging.formats.dicom.concatenation import Whole, wholes
from imaging.formats.dicom.grid import Frame, Stack, crowded, flat, placed
from imaging.formats.dicom.grouping import SAME_PLACE_MM, Key, depth_mm, group_key, parallel, spots, stations
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import functional_group
from imaging.formats.dicom.nuclear import nuclear_groups
from imaging.formats.dicom.phases import Crowd, Part, instance, times_ms
from imaging.formats.dicom.pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom.placement import places_of
from imaging.formats.dicom.traits import INTERLEAVING, said_by
from imaging.study import Phase, Series
from imaging.volume import Kind

_SLICING = ("CT", "MR", "PT")


def stacks_in(headers: Sequence[Header], layouts: Mapping[Path, PixelFormat] | None = None) -> list[Stack]:
    """The stacks that files make: multi-frame objects one by one, single frames by what must agree.

    Args:
        headers: of the files.
        layouts: of the pixels of each file, where they are known already.

    Raises:
        ReadError: by :func:`pixel_format`, of a file that is not among ``layouts``.
    """
    known = layouts or {}
    stacks: list[Stack] = []
    singles: dict[Key, list[Frame]] = defaultdict(list)
    for whole in wholes(headers):
        frames = [
            frame
            for header in whole.headers
            for frame in frames_in(header, known.get(header.path) or pixel_format(header))
        ]
        if len(frames) > 1 or whole.warnings:
            stacks += _told(multiframes(frames), whole)
        else:
            singles[group_key(frames[0])].append(frames[0])
    for group in singles.values():
        for plane in parallel(group):
            stacks += stacks_of(plane)
    return stacks


def _told(stacks: Sequence[Stack], whole: Whole) -> list[Stack]:
    return [replace(stack, warnings=(*whole.warnings, *stack.warnings)) for stack in stacks]


def again(series: Series, headers: Sequence[Header], known: Sequence[Stack] = ()) -> Stack:
    """The stack of a listed series among those that its files make now.

    Args:
        series: as it was listed.
        headers: of its files, as they are now.
        known: stacks made before; used where they hold these very headers, which spares making them again.

    Raises:
        ReadError: none is as it was listed.
    """
    # Not ==: the last bits of a computed normal differ from run to run of the linear algebra below NumPy.
    made = [stack for stack in known if _holds(stack, headers)] or stacks_in(headers)
    alike = [stack for stack in made if stack.kind == series.kind]
    found = [stack for stack in alike if series.geometry and stack.geometry.matches(series.geometry, 1e-3)]
    if len(found) > 1:
        found = [stack for stack in found if stack.phase == series.phase and series.description.endswith(stack.label)]
    if len(found) != 1:
        raise ReadError(series.files[0], "the series has changed since it was listed: open it again")
    return found[0]


def _holds(stack: Stack, headers: Sequence[Header]) -> bool:
    ours = {id(header) for header in headers}
    return {id(frame.header) for frame in stack.frames} == ours


def frames_in(header: Header, layout: PixelFormat) -> list[Frame]:
    """The frames of one file with their places."""
    return [Frame(header, layout, index, place) for index, place in enumerate(places_of(header, layout.frames))]


def multiframes(frames: Sequence[Frame]) -> list[Stack]:
    """The stacks of one multi-frame object: by Stack ID, orientation and spacing, then by phase; else in file order."""
    if any(frame.place is None for frame in frames):
        groups = nuclear_groups(frames[0].header, len(frames))
        return [_flat([frames[n] for n in members], label) for label, members in groups.items()]
    names = [text(functional_group(frame.header, frame.index, "FrameContentSequence"), "StackID") for frame in frames]
    telling = len(set(names)) <= len(frames) // 2
    by_stack: dict[str, list[Frame]] = defaultdict(list)
    for name, frame in zip(names, frames, strict=True):
        by_stack[name if telling else ""].append(frame)
    groups = [plane for group in by_stack.values() for plane in parallel(group)]
    return [
        replace(stack, label=_joined(f"stack {n + 1} of {len(groups)}" if len(groups) > 1 else "", stack.label))
        for n, group in enumerate(groups)
        for stack in stacks_of(group)
    ]


def stacks_of(frames: Sequence[Frame]) -> list[Stack]:
    """The stacks that frames of one group make: one, or one per station and phase where frames share positions."""
    if any(frame.place is None for frame in frames):
        return [_flat(sorted(frames, key=instance), "")]
    groups = stations(frames)
    if len(groups) == 1:
        return _phases(frames)
    return [
        replace(stack, label=_joined(f"station {n + 1} of {len(groups)}", stack.label))
        for n, group in enumerate(groups)
        for stack in _phases(group)
    ]


def _phases(frames: Sequence[Frame]) -> list[Stack]:
    ordered = sorted(frames, key=lambda frame: (depth_mm(frames[0], frame), instance(frame)))
    places = spots(ordered)
    crowd = Crowd(ordered, places)
    if crowd.multiplicity == 1:
        stack = placed(ordered)
        is_mixed = stack.kind != "volume" or len({frame.place and frame.place.thickness_mm for frame in ordered}) > 1
        return (_interleaved(ordered, stack.kind) if is_mixed else []) or [stack]
    if places[-1] == 0:
        parts = crowd.in_time()
        times = [time for time in times_ms(parts) if time is not None]
        in_order = [part.frames[0] for part in parts] or sorted(ordered, key=instance)
        return [crowded(in_order, bool(times) or _films(ordered[0]), tuple(times))]
    return _named(crowd.parts())


def _interleaved(ordered: Sequence[Frame], together: Kind) -> list[Stack]:
    """Stacks whose slices lie between one another, by acquisition or kind of slice, if each is a volume; else none.

    Acquisitions that make one volume ``together`` stay together; slices of different kinds do not.
    """
    heard = said_by(ordered)
    for trait in (each for each in INTERLEAVING if together != "volume" or not each.in_time):
        groups: dict[str, list[Frame]] = defaultdict(list)
        for frame, found in zip(ordered, heard, strict=True):
            groups[found[trait.keyword]].append(frame)
        if 1 < len(groups) <= len(ordered) // 3 and _overlap(list(groups.values())):
            stacks = [placed(groups[name], trait.name(name, list(groups))) for name in groups]
            if all(stack.kind == "volume" for stack in stacks):
                return stacks
    return []


def _overlap(groups: Sequence[Sequence[Frame]]) -> bool:
    """True when the depths that two groups span overlap."""
    first = groups[0][0]
    spans = sorted((depth_mm(first, group[0]), depth_mm(first, group[-1])) for group in groups)
    return any(after[0] < before[1] for before, after in pairwise(spans))


def _named(parts: Sequence[Part]) -> list[Stack]:
    """One stack per part; those of one axis on the same grid are phases of one another."""
    stacks = [_doubted(placed(part.frames, part.name), part.doubt) for part in parts]
    identity = parts[0].frames[0].header.text("SOPInstanceUID") or str(parts[0].frames[0].header.path)
    groups = _phase_groups(parts, stacks)
    stacks = _with_shortfall(stacks, {n for members in groups for n in members})
    for g, members in enumerate(groups):
        times = times_ms([parts[n] for n in members]) if parts[members[0]].in_time else [None] * len(members)
        for index, (n, time) in enumerate(zip(members, times, strict=True)):
            phase = Phase(f"{identity} {g + 1}", index, len(members), parts[n].name, time)
            stacks[n] = replace(stacks[n], phase=phase)
    return stacks


def _doubted(stack: Stack, doubt: str) -> Stack:
    return replace(stack, warnings=(*stack.warnings, doubt)) if doubt else stack


def _phase_groups(parts: Sequence[Part], stacks: Sequence[Stack]) -> list[list[int]]:
    """Numbers of the stacks that are phases of one another: of one axis and on one grid.

    Shorter ones are counted with two or more full ones of their axis: they were aborted, and keep their place in the
    order.
    """
    by_axis: dict[str, list[list[int]]] = defaultdict(list)
    for n, (part, stack) in enumerate(zip(parts, stacks, strict=True)):
        grids = by_axis[part.axis]
        alike = next((members for members in grids if _on_one_grid(stacks[members[0]], stack)), None)
        if alike is None:
            grids.append([n])
        else:
            alike.append(n)
    groups: list[list[int]] = []
    for grids in by_axis.values():
        full, *others = sorted(grids, key=lambda group: (-len(group), -len(stacks[group[0]].frames)))
        short = [group for group in others if len(stacks[group[0]].frames) < len(stacks[full[0]].frames)]
        joined = short if len(full) > 1 else []
        groups.append(sorted(n for group in (full, *joined) for n in group))
        groups += [group for group in others if group not in joined]
    return [group for group in groups if len(group) > 1]


def _on_one_grid(one: Stack, other: Stack) -> bool:
    """True where the slices of both lie at the same places, to within rounding."""
    if (one.geometry, one.slice_geometries) == (other.geometry, other.slice_geometries):
        return True
    ours, others = one.slice_geometries, other.slice_geometries
    if len(ours) != len(others) or not one.geometry.matches(other.geometry, SAME_PLACE_MM):
        return False
    return all(slice_.matches(its_like, SAME_PLACE_MM) for slice_, its_like in zip(ours, others, strict=True))


def _with_shortfall(stacks: Sequence[Stack], phases: Set[int]) -> list[Stack]:
    """The stacks, those told that miss some of the slices of the longest; a few repeats are no phase."""
    most = max(len(stack.frames) for stack in stacks)
    told: list[Stack] = []
    for n, stack in enumerate(stacks):
        count = len(stack.frames)
        is_short = count < most and (n in phases or 2 * count >= most)
        words = (f"{most - count} of {most} slices of this phase are missing",) if is_short else ()
        told.append(replace(stack, warnings=(*stack.warnings, *words)))
    return told


def _flat(frames: Sequence[Frame], label: str) -> Stack:
    stack = flat(frames, "clip" if _films(frames[0]) else "image", label)
    return replace(stack, warnings=(*stack.warnings, *_unplaced(frames), *_tiled(frames[0])))


def _unplaced(frames: Sequence[Frame]) -> tuple[str, ...]:
    """That the order of several slices rests on no position, in words; empty for images that are no slices."""
    if len(frames) < 2 or frames[0].header.text("Modality") not in _SLICING:
        return ()
    order = "their numbers" if frames[0].layout.frames == 1 else "the file"
    return (f"not every image states its place in the patient: in the order of {order}, distances unknown",)


def _tiled(frame: Frame) -> tuple[str, ...]:
    """That frames are the tiles of one large image, as of a slide, in words (PS3.3 C.8.12.4)."""
    sides = (number(frame.header.dataset, f"TotalPixelMatrix{each}") or 0 for each in ("Rows", "Columns"))
    rows, columns = map(int, sides)
    if frame.layout.frames == 1 or (rows <= frame.layout.rows and columns <= frame.layout.columns):
        return ()
    return (f"tiles of one image of {columns} × {rows} pixels: shown one by one, not put together",)


def _films(frame: Frame) -> bool:
    """True for a multi-frame object that follows something in time: a frame time is stated, or the modality films."""
    header = frame.header
    several = frame.layout.frames > 1 or header.text("ConcatenationUID") != ""
    timed = any(numbers(header.dataset, each) for each in ("FrameTime", "FrameTimeVector", "CineRate"))
    rated = (number(header.dataset, "RecommendedDisplayFrameRate") or 0) > 0
    return several and (timed or rated or header.text("Modality") in ("US", "XA", "RF", "ES", "XC", "IVUS"))


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
