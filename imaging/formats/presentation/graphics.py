"""Measurements as graphics over their images (PS3.3 C.10.5)."""

from collections.abc import Sequence

import highdicom as hd
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.formats.authoring.maker import shortened
from imaging.formats.measurement_report.vocabulary import tracking_uid
from imaging.measurement.areas import Ellipse, Outline
from imaging.measurement.marks import Note
from imaging.measurement.measurement import Measurement
from imaging.measurement.pixels import nearest_slice
from imaging.measurement.ruler import Ground, slice_of

ON_SLICE_MM = 0.5
"""Points up to this far from a slice are drawn on it."""

Pixels = NDArray[np.float64]
_PAIRS = ("bidirectional", "cobb", "cardiothoracic")


def annotation(
    measurement: Measurement, ground: Ground, images: dict[int, Dataset], layer: hd.pr.GraphicLayer
) -> tuple[int, hd.pr.GraphicAnnotation] | None:
    """The slice of a measurement, and it with name and numbers.

    None where it lies across slices, on none of these, or reaches beyond the picture, where none may (C.10.5.1.2).

    Args:
        images: by slice, as highdicom knows them.
    """
    k = _slice(measurement, ground)
    pixels = _pixels(measurement, ground, k)
    parts = [] if pixels is None else _parts(measurement, pixels)
    if pixels is None or k not in images or not all(_is_inside(points, ground) for _, points in parts):
        return None
    said = [measurement.name, *(f"{each.name} {each.text}" for each in measurement.values(ground)[:2])]
    words = "; ".join(each for each in said if each) or measurement.title
    anchor = (float(pixels[0, 0]), float(pixels[0, 1]))
    text = hd.pr.TextObject(shortened(words, 1000), "PIXEL", anchor_point=anchor, anchor_point_visible=False)
    return k, hd.pr.GraphicAnnotation(
        referenced_images=[images[k]],
        graphic_layer=layer,
        graphic_objects=None if isinstance(measurement.figure, Note) else _objects(measurement, parts),
        text_objects=[text],
    )


def _slice(measurement: Measurement, ground: Ground) -> int:
    points = measurement.figure.points
    return slice_of(points) if ground.frame == "kji" else nearest_slice(ground.volume, points[0])


def _pixels(measurement: Measurement, ground: Ground, k: int) -> Pixels | None:
    """(N, 2) column and row, the corner of the first pixel is (0, 0); None where they are not on slice ``k``."""
    points = np.asarray(measurement.figure.points, float)
    if measurement.frame != ground.frame:
        return None
    if ground.frame == "kji":
        return points[:, :0:-1] + 0.5
    grid = ground.volume.slice_geometry(k)
    index = grid.index_kji(points)
    if np.abs(index[:, 0]).max() * grid.spacing_mm[0] > ON_SLICE_MM:
        return None
    return index[:, :0:-1] + 0.5


def _is_inside(pixels: Pixels, ground: Ground) -> bool:
    _, rows, columns = ground.volume.geometry.shape_kji
    return bool(((pixels >= 0) & (pixels <= (columns, rows))).all())


def _parts(measurement: Measurement, pixels: Pixels) -> list[tuple[str, Pixels]]:
    """Type and points of each graphic."""
    figure = measurement.figure
    if isinstance(figure, Ellipse):
        centre, one, other = pixels
        if np.linalg.norm(one - centre) < np.linalg.norm(other - centre):
            one, other = other, one
        return [("ELLIPSE", np.array([one, 2 * centre - one, other, 2 * centre - other]))]
    if isinstance(figure, Outline):
        return [("POLYLINE", np.concatenate([pixels, pixels[:1]]))]
    if measurement.kind in _PAIRS:
        return [("POLYLINE", pixels[:2]), ("POLYLINE", pixels[2:])]
    return [("POINT" if len(pixels) == 1 else "POLYLINE", pixels)]


def _objects(measurement: Measurement, parts: Sequence[tuple[str, Pixels]]) -> list[hd.pr.GraphicObject]:
    uid = tracking_uid(measurement.uid)
    return [
        hd.pr.GraphicObject(shape, points, "PIXEL", tracking_id=measurement.kind, tracking_uid=uid)
        for shape, points in parts
    ]
