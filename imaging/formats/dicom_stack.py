"""Frames to stacks: what belongs together, in which order, and whether it makes a regular grid."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from imaging.errors import GeometryError
from imaging.formats.dicom_attributes import numbers, text, whole
from imaging.formats.dicom_header import Header
from imaging.formats.dicom_pixel_format import PixelFormat
from imaging.formats.dicom_placement import PROJECTIONS, Place, flat_geometry, place_of
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry
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


@dataclass(frozen=True)
class Frame:
    """One frame: its file, its number in the file from 0, and where it lies."""

    header: Header
    layout: PixelFormat
    index: int
    place: Place | None


@dataclass(frozen=True)
class Stack:
    """Frames in display order, and what they form. ``label`` tells it apart from others of the same series."""

    frames: tuple[Frame, ...]
    kind: Kind
    geometry: Geometry
    slice_geometries: tuple[Geometry, ...] = ()
    label: str = ""
    warnings: tuple[str, ...] = ()


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
    if header.text("Modality") in PROJECTIONS or layout.frames > 1:
        return (*key, header.path)
    geometry, _ = flat_geometry(header, 1, layout.rows, layout.columns)
    return (*key, geometry.spacing_mm, geometry.calibration)


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
        return _irregular(frames, "", f"{reason}: kept in the order of the file, each with its own place")
    return placed(ordered)


def placed(frames: Sequence[Frame], label: str = "") -> Stack:
    """A volume where every corner of every frame lands within 0.1 mm of its own place; else slices that keep theirs."""
    places = [frame.place for frame in frames if frame.place is not None]
    if len(places) == 1:
        known = places[0].thickness_mm is not None
        warning = "slice thickness is not stated: 1 mm is assumed"
        return _irregular(frames, label, *(() if known else (warning,)))
    layout = frames[0].layout
    steps = np.diff([place.depth_mm for place in places])
    try:
        geometry = places[0].geometry(layout.rows, layout.columns, len(places), float(steps.mean()))
    except GeometryError as error:
        return _irregular(frames, label, f"positions make no grid: {error}")
    worst = max(_misplacement_mm(geometry, k, place) for k, place in enumerate(places))
    if worst <= PLACEMENT_TOLERANCE_MM:
        return Stack(tuple(frames), "volume", geometry, label=label)
    return _irregular(frames, label, _irregularity(places, steps, worst))


def _misplacement_mm(geometry: Geometry, k: int, place: Place) -> float:
    """The largest distance between a corner on the grid and where the slice itself says it is."""
    _, rows, columns = geometry.shape_kji
    grid = geometry.point_lps([(k, j, i) for j in (0, rows - 1) for i in (0, columns - 1)])
    return float(np.linalg.norm(grid - place.corners_lps(rows, columns), axis=1).max())


def _irregularity(
    places: Sequence[Place], steps: np.ndarray[tuple[int, ...], np.dtype[np.float64]], worst: float
) -> str:
    """Why positions make no regular grid, in words."""
    drift = np.diff([place.position_lps for place in places], axis=0)
    sideways = np.linalg.norm(drift - steps[:, None] * places[0].normal_lps, axis=1)
    if sideways.max() > PLACEMENT_TOLERANCE_MM:
        angle = float(np.degrees(np.arctan2(sideways.mean(), abs(steps.mean()))))
        return (
            f"slices are shifted sideways (gantry tilt of {angle:.1f}°): kept as single slices, each with its own place"
        )
    usual = float(np.median(steps))
    gaps = [n for n, step in enumerate(steps) if step > 1.5 * usual]
    even = [n for n in gaps if abs(steps[n] / usual - round(steps[n] / usual)) < 0.1]
    if (
        gaps
        and gaps == even
        and np.delete(steps, gaps).size
        and np.ptp(np.delete(steps, gaps)) < PLACEMENT_TOLERANCE_MM
    ):
        return "; ".join(_missing(n, float(steps[n]), usual) for n in gaps)
    return (
        f"distance between slices varies from {steps.min():.2f} to {steps.max():.2f} mm "
        f"(up to {worst:.2f} mm off a regular grid): kept as single slices, each with its own place"
    )


def _missing(n: int, found_mm: float, expected_mm: float) -> str:
    count = round(found_mm / expected_mm) - 1
    slices = "1 slice is" if count == 1 else f"{count} slices are"
    return f"{slices} missing between {n + 1} and {n + 2}: expected {expected_mm:g} mm, found {found_mm:g} mm"


def _irregular(frames: Sequence[Frame], label: str, *warnings: str) -> Stack:
    geometries = tuple(
        frame.place.geometry(frame.layout.rows, frame.layout.columns) for frame in frames if frame.place is not None
    )
    first = geometries[0]
    grid = Geometry(
        (len(frames), *first.shape_kji[1:]), first.spacing_mm, first.origin_lps, first.axes_lps, first.calibration
    )
    return Stack(tuple(frames), "image", grid, geometries, label, warnings)


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
