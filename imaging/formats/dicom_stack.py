"""Files to stacks: what belongs together, what is a phase of what, and in which order."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from imaging.errors import ReadError
from imaging.formats.dicom_attributes import number, numbers, text
from imaging.formats.dicom_concatenation import Whole, wholes
from imaging.formats.dicom_grid import Frame, Stack, crowded, flat, placed
from imaging.formats.dicom_header import Header
from imaging.formats.dicom_modality import functional_group
from imaging.formats.dicom_nuclear import nuclear_groups
from imaging.formats.dicom_phases import Crowd, Part, instance, said, times_ms
from imaging.formats.dicom_pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom_place import Place
from imaging.formats.dicom_placement import PROJECTIONS, flat_geometry, place_of
from imaging.study import Phase, Series

SAME_PLACE_MM = 0.05
"""Slices closer than this along the normal lie on one another."""

SAME_AXES = 1e-3
"""Axes that differ by less in every component count as parallel; whether they make a grid is judged in millimetres."""

SAME_SPACING = 1e-4
"""Pixel sizes that differ by a smaller share are one."""

SAME_STATION_MM = 1.0
"""Slices whose first pixels differ by more than this within the plane were not taken at the same station."""

Key = tuple[Hashable, ...]


def stacks_in(headers: Sequence[Header]) -> list[Stack]:
    """The stacks that files make: multi-frame objects one by one, single frames by what must agree."""
    stacks: list[Stack] = []
    singles: dict[Key, list[Frame]] = defaultdict(list)
    for whole in wholes(headers):
        frames = [frame for header in whole.headers for frame in frames_in(header, pixel_format(header))]
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


def again(series: Series, headers: Sequence[Header]) -> Stack:
    """The stack of a listed series among those that its files make now.

    Raises:
        ReadError: none is as it was listed.
    """
    # Not ==: the last bits of a computed normal differ from run to run of the linear algebra below NumPy.
    found = [stack for stack in stacks_in(headers) if series.geometry and stack.geometry.matches(series.geometry, 1e-3)]
    if len(found) > 1:
        found = [stack for stack in found if stack.phase == series.phase and series.description.endswith(stack.label)]
    if len(found) != 1:
        raise ReadError(series.files[0], "the series has changed since it was listed: open it again")
    return found[0]


def frames_in(header: Header, layout: PixelFormat) -> list[Frame]:
    """The frames of one file with their places."""
    return [Frame(header, layout, index, place_of(header, index)) for index in range(layout.frames)]


def group_key(frame: Frame) -> Key:
    """What must agree for two single-frame files to lie in one stack, phases and positions apart."""
    header, layout = frame.header, frame.layout
    key: Key = (
        text(header.dataset, "StudyInstanceUID"),
        text(header.dataset, "SeriesInstanceUID"),
        layout.rows,
        layout.columns,
        layout.is_colour,
        layout.photometric == "MONOCHROME1",
        header.text("FrameOfReferenceUID"),
        header.text("ImageType"),
    )
    if frame.place is not None:
        return key
    if header.text("Modality") in PROJECTIONS or layout.frames > 1 or not header.text("SeriesInstanceUID"):
        return (*key, header.path)
    geometry, _ = flat_geometry(header, 1, layout.rows, layout.columns)
    return (*key, geometry.spacing_mm, geometry.calibration, header.transfer_syntax, layout)


def parallel(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames of one orientation and spacing together, to within what scanners write from one slice to the next."""
    groups: list[list[Frame]] = []
    for frame in frames:
        for group in groups:
            if _is_parallel(group[0].place, frame.place):
                group.append(frame)
                break
        else:
            groups.append([frame])
    return groups


def _is_parallel(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None:
        return one is other
    turned = np.abs(np.subtract((*one.row_lps, *one.column_lps), (*other.row_lps, *other.column_lps))).max()
    scaled = np.abs(np.subtract(one.spacing_mm, other.spacing_mm)).max()
    return bool(turned < SAME_AXES and scaled < SAME_SPACING * max(one.spacing_mm))


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
    stations = _stations(frames)
    if len(stations) == 1:
        return _phases(frames)
    return [
        replace(stack, label=_joined(f"station {n + 1} of {len(stations)}", stack.label))
        for n, group in enumerate(stations)
        for stack in _phases(group)
    ]


def _stations(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames that lie side by side, as the parts of a whole spine do, apart; one group where slices merely drift."""
    by_corner: dict[Key, list[Frame]] = defaultdict(list)
    for frame in frames:
        by_corner[_corner(frame)].append(frame)
    several = len(by_corner) > 1 and min(map(len, by_corner.values())) > 1
    return list(by_corner.values()) if several and _multiplicity(frames) > 1 else [list(frames)]


def _corner(frame: Frame) -> Key:
    """The first pixel's position within the plane, to within rounding."""
    if frame.place is None:
        return ()
    axes = (frame.place.row_lps, frame.place.column_lps)
    return tuple(round(float(np.dot(frame.place.position_lps, axis)) / SAME_STATION_MM) for axis in axes)


def _multiplicity(frames: Sequence[Frame]) -> int:
    return Crowd(frames, _spots(frames)).multiplicity


def _phases(frames: Sequence[Frame]) -> list[Stack]:
    ordered = sorted(frames, key=lambda frame: (_depth_mm(frames[0], frame), instance(frame)))
    spots = _spots(ordered)
    crowd = Crowd(ordered, spots)
    if crowd.multiplicity == 1:
        stack = placed(ordered)
        return [stack] if stack.kind == "volume" else _interleaved(ordered) or [stack]
    if spots[-1] == 0:
        parts = crowd.in_time()
        times = [time for time in times_ms(parts) if time is not None]
        return [crowded([part.frames[0] for part in parts] or sorted(ordered, key=instance), tuple(times))]
    return _named(crowd.parts())


def _interleaved(ordered: Sequence[Frame]) -> list[Stack]:
    """Stacks of acquisitions whose slices lie between one another, where each is a volume; else none."""
    by_acquisition: dict[str, list[Frame]] = defaultdict(list)
    for frame in ordered:
        by_acquisition[said(frame)["AcquisitionNumber"]].append(frame)
    few = 1 < len(by_acquisition) <= len(ordered) // 3
    if not few or not _overlap(list(by_acquisition.values())):
        return []
    stacks = [placed(group, f"acquisition {name or 'unnamed'}") for name, group in by_acquisition.items()]
    return stacks if all(stack.kind == "volume" for stack in stacks) else []


def _overlap(groups: Sequence[Sequence[Frame]]) -> bool:
    """True when the depths that two groups span overlap."""
    first = groups[0][0]
    spans = sorted((_depth_mm(first, group[0]), _depth_mm(first, group[-1])) for group in groups)
    return any(after[0] < before[1] for before, after in pairwise(spans))


def _named(parts: Sequence[Part]) -> list[Stack]:
    """One stack per part; those of one axis on the same grid are phases of one another."""
    stacks = [placed(part.frames, part.name) for part in parts]
    by_axis: dict[Key, list[int]] = defaultdict(list)
    for n, (part, stack) in enumerate(zip(parts, stacks, strict=True)):
        by_axis[(part.axis, stack.geometry, stack.slice_geometries)].append(n)
    identity = parts[0].frames[0].header.text("SOPInstanceUID") or str(parts[0].frames[0].header.path)
    most = max(len(part.frames) for part in parts)
    for n, stack in enumerate(stacks):
        if len(parts[n].frames) < most:
            text = f"{len(parts[n].frames)} slices, where another phase has {most}"
            stacks[n] = replace(stack, warnings=(*stack.warnings, text))
    for a, members in enumerate(by_axis.values()):
        if len(members) > 1:
            times = times_ms([parts[n] for n in members]) if parts[members[0]].in_time else [None] * len(members)
            for index, (n, time) in enumerate(zip(members, times, strict=True)):
                phase = Phase(f"{identity} {a + 1}", index, len(members), parts[n].name, time)
                stacks[n] = replace(stacks[n], phase=phase)
    return stacks


def _flat(frames: Sequence[Frame], label: str) -> Stack:
    first = frames[0]
    several = first.layout.frames > 1 or first.header.text("ConcatenationUID") != ""
    return flat(frames, "clip" if several and _is_clip(first.header) else "image", label)


def _is_clip(header: Header) -> bool:
    """True when frames follow one another in time: a frame time is stated, or the modality films."""
    timed = any(numbers(header.dataset, each) for each in ("FrameTime", "FrameTimeVector", "CineRate"))
    rated = (number(header.dataset, "RecommendedDisplayFrameRate") or 0) > 0
    return timed or rated or header.text("Modality") in ("US", "XA", "RF", "ES", "XC", "IVUS")


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _depth_mm(first: Frame, frame: Frame) -> float:
    """Position along the first frame's normal, rounded so that frames at one place stay in order of acquisition."""
    if first.place is None or frame.place is None:
        return 0.0
    return round(float(np.dot(frame.place.position_lps, first.place.normal_lps)), 3)


def _spots(frames: Sequence[Frame]) -> list[int]:
    """For each frame the number of its position, counted along the normal."""
    depths = [_depth_mm(frames[0], frame) for frame in frames]
    numbers_of: dict[float, int] = {}
    start, spot = float("-inf"), -1
    for depth in sorted(set(depths)):
        if depth - start > SAME_PLACE_MM:
            start, spot = depth, spot + 1
        numbers_of[depth] = spot
    return [numbers_of[depth] for depth in depths]
