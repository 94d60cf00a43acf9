"""Which frames may lie in one stack: what must agree, what is parallel, and which positions are one."""

from collections.abc import Hashable, Sequence

from imaging.formats.dicom.attributes import text
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.place import Place, dot
from imaging.formats.dicom.placement import PROJECTIONS, flat_geometry

SAME_PLACE_MM = 0.05
"""Slices closer than this along the normal lie on one another."""

SAME_PLACE_PIXELS = 0.2
"""In images finer than a millimetre the same in pixels, whichever is less."""

SAME_AXES = 1e-3
"""Axes that differ by less in every component count as parallel; whether they make a grid is judged in millimetres."""

SAME_SPACING = 1e-4
"""Pixel sizes that differ by a smaller share are one."""

SAME_STATION_MM = 1.0
"""Slices whose first pixels differ by more than this within the plane were not taken at the same station."""

Key = tuple[Hashable, ...]


def group_key(frame: Frame) -> Key:
    """What must agree for two single-frame files to lie in one stack, phases and positions apart."""
    header, layout = frame.header, frame.layout
    key: Key = (
        text(header.dataset, "PatientID"),  # the identities of a study may have been copied to another patient
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
    axes = zip((*one.row_lps, *one.column_lps), (*other.row_lps, *other.column_lps), strict=True)
    sizes = zip(one.spacing_mm, other.spacing_mm, strict=True)
    turned, scaled = (max(abs(a - b) for a, b in pairs) for pairs in (axes, sizes))
    return turned < SAME_AXES and scaled < SAME_SPACING * max(one.spacing_mm)


def stations(frames: Sequence[Frame]) -> list[list[Frame]]:
    """Frames that lie side by side, as the parts of a whole spine do, apart; one group where slices merely drift."""
    places, corners = spots(frames), [_corner_mm(frame) for frame in frames]
    if not _lie_beside(places, corners):
        return [list(frames)]
    groups: list[list[int]] = []
    for n, corner in enumerate(corners):
        for group in groups:
            if _is_near(corners[group[0]], corner):
                group.append(n)
                break
        else:
            groups.append([n])
    if min(len({places[n] for n in group}) for group in groups) == 1:
        return [list(frames)]
    return [[frames[n] for n in group] for group in groups]


def _lie_beside(places: Sequence[int], corners: Sequence[tuple[float, float]]) -> bool:
    """True where frames at one depth are of different stations.

    Asked depth by depth: phases whose numbers are rounded otherwise never part a drifting stack.
    """
    first: dict[int, tuple[float, float]] = {}
    at = zip(places, corners, strict=True)
    return any(not _is_near(first.setdefault(place, corner), corner) for place, corner in at)


def _corner_mm(frame: Frame) -> tuple[float, float]:
    """The first pixel's position within the plane, along rows and columns."""
    if frame.place is None:
        return 0.0, 0.0
    position = frame.place.position_lps
    return dot(position, frame.place.row_lps), dot(position, frame.place.column_lps)


def _is_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= SAME_STATION_MM


def depth_mm(first: Frame, frame: Frame) -> float:
    """Position along the first frame's normal, rounded so that frames at one place stay in order of acquisition."""
    if first.place is None or frame.place is None:
        return 0.0
    return round(dot(frame.place.position_lps, first.place.normal_lps), 5)


def spots(frames: Sequence[Frame]) -> list[int]:
    """For each frame the number of its position, counted along the normal."""
    depths = [depth_mm(frames[0], frame) for frame in frames]
    pixel_mm = min(frames[0].place.spacing_mm) if frames[0].place else 1.0
    near_mm = min(SAME_PLACE_MM, SAME_PLACE_PIXELS * pixel_mm)
    number_at: dict[float, int] = {}
    start, spot = float("-inf"), -1
    for depth in sorted(set(depths)):
        if depth - start > near_mm:
            start, spot = depth, spot + 1
        number_at[depth] = spot
    return [number_at[depth] for depth in depths]
