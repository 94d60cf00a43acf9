"""Frames to stacks: what belongs together, and in which order."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np

from imaging.formats.dicom_attributes import numbers, text, whole
from imaging.formats.dicom_grid import Frame, Stack, irregular, placed
from imaging.formats.dicom_header import Header
from imaging.formats.dicom_pixel_format import PixelFormat
from imaging.formats.dicom_placement import PROJECTIONS, flat_geometry, place_of
from imaging.volume import Kind

SAME_PLACE_MM = 0.01
"""Frames closer than this lie on one another."""

_PHASES: tuple[tuple[str, str], ...] = (
    ("TemporalPositionIdentifier", "temporal position"),
    ("TemporalPositionIndex", "temporal position"),
    ("EchoNumbers", "echo"),
    ("EchoTime", "echo time"),
    ("DiffusionBValue", "b value"),
    ("AcquisitionNumber", "acquisition"),
    ("TriggerTime", "trigger time"),
    ("AcquisitionTime", "acquired at"),
    ("ContentTime", "created at"),
)
"""What may tell frames at the same position apart, most meaningful first."""


def frames_in(header: Header, layout: PixelFormat) -> list[Frame]:
    """The frames of one file with their places."""
    return [Frame(header, layout, index, place_of(header, index)) for index in range(layout.frames)]


def group_key(frame: Frame) -> tuple[Hashable, ...]:
    """What must agree for two single-frame files of a series to lie in one stack."""
    header, layout, place = frame.header, frame.layout, frame.place
    key: tuple[Hashable, ...] = (
        text(header.dataset, "SeriesInstanceUID"),
        layout.rows,
        layout.columns,
        layout.is_colour,
        layout.photometric == "MONOCHROME1",
        header.text("FrameOfReferenceUID"),
        header.text("ImageType"),
    )
    if place is not None:
        axes = tuple(round(each, 3) + 0.0 for each in (*place.row_lps, *place.column_lps))
        return (*key, axes, tuple(round(each, 4) for each in place.spacing_mm))
    if header.text("Modality") in PROJECTIONS or layout.frames > 1 or not header.text("SeriesInstanceUID"):
        return (*key, header.path)
    geometry, _ = flat_geometry(header, 1, layout.rows, layout.columns)
    return (*key, geometry.spacing_mm, geometry.calibration, header.transfer_syntax, layout)


def stacks_of(frames: Sequence[Frame]) -> list[Stack]:
    """The stacks that single-frame files of one group make: one, or one per phase where frames share positions."""
    if any(frame.place is None for frame in frames):
        return [_flat(sorted(frames, key=_instance))]
    ordered = sorted(frames, key=lambda frame: (_depth(frames[0], frame), _instance(frame)))
    multiplicity = max(Counter(_spot(frame) for frame in ordered).values())
    if multiplicity == 1:
        return [placed(ordered)]
    return [placed(group, label) for label, group in _phases(ordered, multiplicity)]


def multiframe(frames: Sequence[Frame]) -> Stack:
    """The stack of one multi-frame file: by position where each frame has one, else in the file's order."""
    if any(frame.place is None for frame in frames):
        return _flat(frames)
    ordered = sorted(frames, key=lambda frame: (_depth(frames[0], frame), frame.index))
    repeated = max(Counter(_spot(frame) for frame in ordered).values()) > 1
    turned = len({group_key(frame)[-2:] for frame in frames}) > 1
    if repeated or turned:
        reason = "frames share positions" if repeated else "frames differ in orientation or spacing"
        return irregular(frames, "", f"{reason}: kept in the order of the file, each with its own place")
    return placed(ordered)


def _flat(frames: Sequence[Frame]) -> Stack:
    first = frames[0]
    geometry, warnings = flat_geometry(first.header, len(frames), first.layout.rows, first.layout.columns)
    kind: Kind = "clip" if first.layout.frames > 1 and _is_clip(first.header) else "image"
    return Stack(tuple(frames), kind, geometry, warnings=warnings)


def _is_clip(header: Header) -> bool:
    """True when frames follow one another in time: a frame time is stated, or the modality films."""
    timed = any(numbers(header.dataset, each) for each in ("FrameTime", "FrameTimeVector", "CineRate"))
    return timed or header.text("Modality") in ("US", "XA", "RF", "ES", "XC", "IVUS")


def _phases(frames: Sequence[Frame], multiplicity: int) -> Iterable[tuple[str, list[Frame]]]:
    """Frames at shared positions told apart: by the first attribute that does so cleanly, else by turn."""
    for keyword, words in _PHASES:
        groups = _split(frames, lambda frame, keyword=keyword: frame.header.text(keyword))
        clean = all(max(Counter(map(_spot, group)).values()) == 1 for group in groups.values())
        if clean and len(groups) == multiplicity:
            return [(f"{words} {key}", groups[key]) for key in sorted(groups, key=_natural)]
    seen: Counter[Hashable] = Counter()
    by_turn: dict[int, list[Frame]] = defaultdict(list)
    for frame in sorted(frames, key=_instance):
        by_turn[seen[_spot(frame)]].append(frame)
        seen[_spot(frame)] += 1
    first = frames[0]
    return [
        (f"pass {turn + 1}", sorted(group, key=lambda frame: _depth(first, frame))) for turn, group in by_turn.items()
    ]


def _split(frames: Sequence[Frame], key: Callable[[Frame], str]) -> dict[str, list[Frame]]:
    groups: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        groups[key(frame)].append(frame)
    return groups


def _natural(key: str) -> tuple[float, str]:
    try:
        return float(key), key
    except ValueError:
        return float("inf"), key


def _instance(frame: Frame) -> tuple[float, str, int]:
    number = whole(frame.header.dataset, "InstanceNumber")
    return (float("inf") if number is None else number, frame.header.path.name, frame.index)


def _depth(first: Frame, frame: Frame) -> float:
    """Position along the first frame's normal, rounded so that frames at one place stay in order of acquisition."""
    if first.place is None or frame.place is None:
        return 0.0
    depth = float(np.dot(frame.place.position_lps, first.place.normal_lps))
    return round(depth / SAME_PLACE_MM) * SAME_PLACE_MM


def _spot(frame: Frame) -> Hashable:
    """Where a frame lies, to within rounding."""
    if frame.place is None:
        return frame.index
    return tuple(round(each / SAME_PLACE_MM / 5) for each in frame.place.position_lps)
