"""A stroke of a round brush, as many tests make one."""

from collections.abc import Sequence

from imaging.editing import ANYWHERE, Editable, Mask, MaskEdit, Point, add
from imaging.editing.strokes import disc, stroke_name
from imaging.geometry import Geometry


def stroke(
    array: Mask,
    geometry: Geometry,
    axis: int,
    index: int,
    points: Sequence[Point],
    radius_mm: float,
    value: int,
    name: str = "",
    editable: Editable = ANYWHERE,
) -> MaskEdit | None:
    """The change that a disc swept along ``points`` makes; None when no voxel changes."""
    region = disc(array.shape, geometry, axis, index, points, radius_mm)
    return None if region is None else add(array, region, value, name or stroke_name(value), editable)
