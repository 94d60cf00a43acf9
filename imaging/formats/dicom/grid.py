"""Frames with a place in the patient: whether they make a regular grid, and what to say where they do not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imaging.errors import GeometryError
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.pixel_format import PixelFormat
from imaging.formats.dicom.place import Place, corners_lps
from imaging.formats.dicom.placement import flat_geometry
from imaging.geometry import PLACEMENT_TOLERANCE_MM, Geometry
from imaging.study import Phase
from imaging.volume import Kind

_IN_PROBE = "slices lie in the volume of the ultrasound probe; their place in the patient is not known"
_SAME_TILT = 0.035
"""Millimetres across the normal per millimetre along it, as of 2°, by which the drift of a tilted gantry may vary."""

KEPT = ": kept as single slices, each with its own place"


@dataclass(frozen=True)
class Frame:
    """One frame: its file, its number in the file from 0, and where it lies."""

    header: Header
    layout: PixelFormat
    index: int
    place: Place | None


@dataclass(frozen=True)
class Stack:
    """Frames in display order, and what they form.

    Attributes:
        slice_geometries: one per frame where the frames make no regular grid; empty otherwise.
        label: tells it apart from others of the same series.
        times_ms: start of each frame of a clip as the frames themselves say, first is 0; empty where they do not.
        phase: set where others of the same series lie on the same grid.
    """

    frames: tuple[Frame, ...]
    kind: Kind
    geometry: Geometry
    slice_geometries: tuple[Geometry, ...] = ()
    label: str = ""
    times_ms: tuple[float, ...] = ()
    phase: Phase | None = None
    warnings: tuple[str, ...] = ()


def flat(frames: Sequence[Frame], kind: Kind, label: str = "") -> Stack:
    """Frames without a place in the patient."""
    first = frames[0]
    geometry, warnings = flat_geometry(first.header, len(frames), first.layout.rows, first.layout.columns)
    return Stack(tuple(frames), kind, geometry, label=label, warnings=warnings)


def crowded(frames: Sequence[Frame], is_clip: bool, times_ms: Sequence[float] = ()) -> Stack:
    """Frames that all lie at one position: a clip where they follow one another in time, else images in order."""
    stack = irregular(frames, "")
    if not is_clip:
        return replace(stack, warnings=(f"{len(frames)} images of one position",))
    return replace(stack, kind="clip", times_ms=tuple(times_ms))


def placed(frames: Sequence[Frame], label: str = "") -> Stack:
    """A volume where every corner of every frame lands within 0.1 mm of its own place; else slices that keep theirs."""
    places = [frame.place for frame in frames if frame.place is not None]
    if len(places) == 1:
        known = places[0].thickness_mm is not None
        warning = "slice thickness is not stated: 1 mm is assumed"
        return irregular(frames, label, *(() if known else (warning,)))
    layout = frames[0].layout
    steps = np.diff([place.depth_mm for place in places])
    try:
        geometry = places[0].geometry(layout.rows, layout.columns, len(places), float(steps.mean()))
    except GeometryError as error:
        return irregular(frames, label, f"positions make no grid: {error}")
    worst = _misplacement_mm(geometry, places)
    if worst <= PLACEMENT_TOLERANCE_MM and not geometry.has_position:
        return Stack(tuple(frames), "image", geometry, label=label, warnings=(_IN_PROBE,))
    if worst <= PLACEMENT_TOLERANCE_MM:
        return Stack(tuple(frames), "volume", geometry, label=label)
    return irregular(frames, label, _irregularity(places, steps, worst))


def _misplacement_mm(geometry: Geometry, places: Sequence[Place]) -> float:
    """The largest distance between a corner on the grid and where its slice itself says it is."""
    slices, rows, columns = geometry.shape_kji
    grid = geometry.point_lps([[(k, j, i) for j in (0, rows - 1) for i in (0, columns - 1)] for k in range(slices)])
    return float(np.linalg.norm(grid - corners_lps(places, rows, columns), axis=-1).max())


def _irregularity(places: Sequence[Place], steps: NDArray[np.float64], worst: float) -> str:
    """Why positions make no regular grid, in words."""
    reasons = [*_sideways(places, steps), *_uneven(places, steps)]
    return "; ".join(reasons or [f"slices lie up to {worst:.2f} mm off a regular grid"]) + KEPT


def _sideways(places: Sequence[Place], steps: NDArray[np.float64]) -> list[str]:
    """Drift across the normal, as of a tilted gantry; empty where there is none."""
    drift = np.diff([place.position_lps for place in places], axis=0)
    sideways = drift - steps[:, None] * places[0].normal_lps
    farthest = float(np.linalg.norm(sideways, axis=1).max())
    if farthest <= PLACEMENT_TOLERANCE_MM:
        return []
    slopes = sideways / steps[:, None]
    if np.ptp(slopes, axis=0).max() > _SAME_TILT:
        return [f"slices are shifted sideways by up to {farthest:.2f} mm from one to the next"]
    tilt = math.degrees(math.atan(np.linalg.norm(np.median(slopes, axis=0))))
    return [f"slices are shifted sideways (gantry tilt of {tilt:.1f}°)"]


def _uneven(places: Sequence[Place], steps: NDArray[np.float64]) -> list[str]:
    """Distances that are not all alike: missing slices where they are multiples of the usual one.

    Nothing is missing where thicker slices lie as far apart as they are thick, as in the upper part of a head.
    """
    if np.ptp(steps) <= PLACEMENT_TOLERANCE_MM:
        return []
    usual = float(np.median(steps))
    counts = np.rint(steps / usual)
    gaps = [n for n, count in enumerate(counts) if count > 1]
    are_multiples = np.abs(steps - counts * usual).max() <= PLACEMENT_TOLERANCE_MM
    if gaps and are_multiples and not _are_thicker(places, steps, gaps):
        return [_missing(n, float(steps[n]), usual) for n in gaps]
    return [f"distance between slices varies from {steps.min():.2f} to {steps.max():.2f} mm"]


def _are_thicker(places: Sequence[Place], steps: NDArray[np.float64], gaps: Sequence[int]) -> bool:
    """True where slices beside a gap fill it, and are thicker than others."""
    thick = np.array([place.thickness_mm or 0.0 for place in places])
    thicker = np.maximum(thick[:-1], thick[1:])[gaps]
    fills, is_other = thicker >= steps[gaps] - PLACEMENT_TOLERANCE_MM, thicker > thick.min() + PLACEMENT_TOLERANCE_MM
    return bool((fills & is_other).any())


def _missing(n: int, found_mm: float, expected_mm: float) -> str:
    count = round(found_mm / expected_mm) - 1
    slices = "1 slice is" if count == 1 else f"{count} slices are"
    return f"{slices} missing between {n + 1} and {n + 2}: expected {expected_mm:g} mm, found {found_mm:g} mm"


def irregular(frames: Sequence[Frame], label: str, *warnings: str) -> Stack:
    """Slices that keep their own places, with the reasons in words."""
    geometries = tuple(
        frame.place.geometry(frame.layout.rows, frame.layout.columns) for frame in frames if frame.place is not None
    )
    first = geometries[0]
    grid = Geometry(
        (len(frames), *first.shape_kji[1:]), first.spacing_mm, first.origin_lps, first.axes_lps, first.calibration
    )
    return Stack(tuple(frames), "image", grid, geometries, label, warnings=warnings)
