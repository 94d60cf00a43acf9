"""Brushes: what a drag paints, on the shown plane or as a ball in the patient, oblique planes included."""

from dataclasses import dataclass
from math import hypot

import numpy as np

from imaging.editing import Region, Runs, add, add_runs
from imaging.editing.boxes import between, size_of, union
from imaging.editing.strokes import ahead_of_ball, ball, disc, similar, stroke_name
from imaging.geometry import Geometry
from imaging.volume import Volume
from viewer.canvas.dragging import Drag, Point, Viewport
from viewer.state.transform import ViewTransform
from viewer.state.workbench import EditOptions


@dataclass(frozen=True)
class Paint:
    """What one drag puts on the mask: a label (0 erases), and whether only on tissue like that where it began."""

    value: int
    smart: bool = False


@dataclass(frozen=True)
class _Held:
    """With what a dab was painted: where the next one has the same, the ball about its first point is painted."""

    transform: ViewTransform
    k: int
    radius_mm: float
    options: EditOptions
    locked: frozenset[int]


def brush(viewport: Viewport, start: Point) -> Drag:
    """Paint the active label; without one, nothing."""
    label = viewport.segmentation.active_label
    return _refused(viewport) if label is None or label.locked else _paint(viewport, start, Paint(label.value))


def smart_brush(viewport: Viewport, start: Point) -> Drag:
    """Paint the active label where values are like those at the start of the drag."""
    label, volume = viewport.segmentation.active_label, viewport.pane.volume
    if label is None or label.locked or volume is None:
        return _refused(viewport)
    return _paint(viewport, start, Paint(label.value, smart=True))


def eraser(viewport: Viewport, start: Point) -> Drag:
    """Paint background."""
    return _paint(viewport, start, Paint(0))


def brush_radius_mm(radius_mm: float, spacing_mm: tuple[float, float]) -> float:
    """The radius that is painted: at least half a pixel's diagonal, so that every click reaches a voxel."""
    return max(radius_mm, hypot(*spacing_mm) / 2)


def _refused(viewport: Viewport) -> Drag:
    viewport.session.workbench.refused.emit()
    while (yield) is not None:
        pass


def _paint(viewport: Viewport, start: Point, paint: Paint) -> Drag:
    """A key pressed meanwhile may undo the stroke, end it, or choose another label: then no more of it is painted."""
    segmentation = viewport.segmentation
    segmentation.begin()
    segmentation.reveal()
    label = segmentation.active
    try:
        last, before = start, _dab(viewport, start, (start, start), paint, None)
        while (point := (yield)) is not None:
            goes_on = segmentation.drawing and segmentation.active == label
            before = _dab(viewport, start, (last, point), paint, before) if goes_on else None
            last = point
    except GeneratorExit:
        segmentation.cancel()
        raise
    segmentation.commit()


def _dab(
    viewport: Viewport, start: Point, way: tuple[Point, Point], paint: Paint, before: _Held | None
) -> _Held | None:
    """Paint between two points of a drag; with what, None where nothing can be painted.

    Args:
        before: with what the dab was painted that ended where this one begins.
    """
    pane, segmentation = viewport.pane, viewport.segmentation
    transform, volume = pane.transform(), pane.volume
    if transform is None or volume is None or segmentation.array.shape != volume.array.shape[:3]:
        return None
    if pane.opened is not viewport.session.opened:
        return None
    bench = viewport.session.workbench
    held = _Held(transform, pane.view.k, viewport.session.hand.radius_mm, bench.options, bench.locked)
    region = _swept(viewport, volume, transform, way, held == before and not paint.smart)
    if isinstance(region, Region) and paint.smart:
        region = similar(region, volume.array, _index(viewport, volume, transform, start), bench.options.tolerance)
    if region is None:
        return held
    name = "Smart brush" if paint.smart else stroke_name(paint.value)
    array, editable = segmentation.array, bench.editable(volume)
    if isinstance(region, Runs):
        edit = add_runs(array, region, paint.value, name, editable)
    else:
        edit = add(array, region, paint.value, name, editable)
    if edit is not None:
        segmentation.apply(edit)
    return held


def _swept(
    viewport: Viewport, volume: Volume, transform: ViewTransform, way: tuple[Point, Point], ahead: bool
) -> Region | Runs | None:
    """The voxels between two points of a drag; on planes that were not acquired so, a ball whatever is chosen.

    Args:
        ahead: the brush has painted where it stands; of a ball only what it covers on its way counts.
    """
    pane, shape = viewport.pane, volume.array.shape[:3]
    radius_mm = brush_radius_mm(viewport.session.hand.radius_mm, transform.spacing_mm)
    if pane.axis is not None and not (viewport.session.workbench.options.sphere and volume.kind == "volume"):
        pixels = [transform.to_image(*end) for end in way]
        return disc(shape, _stroke_geometry(volume, pane.axis, pane.view.k), pane.axis, pane.view.k, pixels, radius_mm)
    ends = [_index(viewport, volume, transform, end) for end in way]
    least_mm = max(radius_mm, min(volume.geometry.spacing_mm) / 2)
    places = volume.geometry.point_lps(ends)
    if least_mm < hypot(*volume.geometry.spacing_mm) / 2:  # of thick slices it may reach no centre
        return _both(ball(shape, volume.geometry, places, least_mm), _passed(shape, ends))
    swept = ahead_of_ball if ahead else ball
    return swept(shape, volume.geometry, places, least_mm)


def _passed(shape: tuple[int, ...], ends: list[tuple[float, float, float]]) -> Region | None:
    """The voxels that a straight way leads through, between fractional k, j, i; None without any."""
    start, end = np.array(ends)
    steps = 2 + int(16 * np.abs(end - start).max())
    places = np.floor(np.linspace(start, end, steps) + 0.5).astype(int)
    places = places[((places >= 0) & (places < shape)).all(axis=1)]
    if not len(places):
        return None
    first = places.min(axis=0)
    box = between(first, places.max(axis=0) + 1)
    assert box is not None, "there is a voxel"
    inside = np.zeros(size_of(box), np.bool_)
    inside[tuple((places - first).T)] = True
    return Region(box, inside)


def _both(one: Region | None, other: Region | None) -> Region | None:
    """The voxels of either."""
    if one is None or other is None:
        return one or other
    box = union(one.box, other.box)
    return Region(box, one.within(box) | other.within(box))


def _index(viewport: Viewport, volume: Volume, transform: ViewTransform, point: Point) -> tuple[float, float, float]:
    """The fractional k, j, i in the volume under a screen point."""
    pane, (row, column) = viewport.pane, transform.to_image(*point)
    if pane.axis is not None or pane.grid is None:
        place = [row, column]
        place.insert(pane.axis or 0, float(pane.view.k))
        return place[0], place[1], place[2]
    k, j, i = volume.geometry.index_kji(pane.grid.point_lps((pane.view.k, row, column)))
    return float(k), float(j), float(i)


def _stroke_geometry(volume: Volume, axis: int, k: int) -> Geometry:
    return volume.slice_geometry(k) if axis == 0 else volume.geometry
