"""Which measurement lies under the mouse, and which of its points."""

from dataclasses import dataclass
from math import hypot, inf

from imaging.measurement.measurement import Measurement
from viewer.canvas.dragging import Point, Viewport, distance_px
from viewer.canvas.measuring_places import seen
from viewer.canvas.measuring_shapes import grips, paths

GRIP_PX = 8.0
LINE_PX = 5.0


@dataclass(frozen=True)
class Hit:
    """A measurement under the mouse.

    Attributes:
        grip: number of the point that is there; None for a line between points.
    """

    measurement: Measurement
    grip: int | None


def hit_at(viewport: Viewport, point: Point) -> Hit | None:
    """What lies under a screen point: the selected measurement first, points before lines, the last drawn on top."""
    state, pane = viewport.session.measurements, viewport.pane
    if not state.shown or pane.series is None or pane.series.uid != state.series_uid:
        return None
    first = state.selected
    others = [each for each in reversed(state.all) if each is not first]
    candidates = others if first is None else [first, *others]
    grip = next((hit for each in candidates if (hit := _grip_hit(viewport, each, point))), None)
    return grip or next((Hit(each, None) for each in candidates if _on_line(viewport, each, point)), None)


def _grip_hit(viewport: Viewport, measurement: Measurement, point: Point) -> Hit | None:
    ends = grips(measurement.figure)
    found = seen(viewport.pane, ends) if ends else None
    if found is None or seen(viewport.pane, measurement.figure.points) is None:
        return None
    distances = [hypot(x - point[0], y - point[1]) for x, y in found.points]
    nearest = min(range(len(distances)), key=distances.__getitem__)
    return Hit(measurement, nearest) if distances[nearest] <= GRIP_PX else None


def _on_line(viewport: Viewport, measurement: Measurement, point: Point) -> bool:
    return any(_distance_to(viewport, path, closed, point) <= LINE_PX for path, closed in paths(measurement.figure))


def _distance_to(viewport: Viewport, path: tuple[tuple[float, float, float], ...], closed: bool, point: Point) -> float:
    found = seen(viewport.pane, path)
    if found is None:
        return inf
    ends = (*found.points[1:], found.points[0]) if closed else found.points[1:]
    return min((distance_px(point, a, b) for a, b in zip(found.points, ends, strict=False)), default=inf)
