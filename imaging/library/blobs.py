"""Masks as compact bytes: the box that holds voxels, compressed, with everything needed to rebuild the labelmap."""

import json
import math
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np

from imaging.errors import GeometryError, LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap, Provenance, label_of
from imaging.layers import Layer, Layers

LEVEL = 3
_OTHER_SHAPES = (ValueError, KeyError, TypeError, IndexError)
"""What JSON raises that is not what was written, or none."""


def pack_voxels(labelmap: Labelmap) -> tuple[bytes, str]:
    """The compressed voxels of the smallest box around the mask, and that box as JSON; of several layers, of each."""
    boxes = [_box(layer) for layer in labelmap.layers]
    parts = (layer[tuple(slice(*ends) for ends in box)] for layer, box in zip(labelmap.layers, boxes, strict=True))
    voxels = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    return zlib.compress(voxels, LEVEL), json.dumps(boxes if labelmap.further else boxes[0])


def _box(layer: Layer) -> list[list[int]]:
    filled = (np.flatnonzero(layer.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3))
    return [[int(hits[0]), int(hits[-1]) + 1] if hits.size else [0, 0] for hits in filled]


def pack_geometry(geometry: Geometry) -> str:
    """The grid as JSON."""
    return json.dumps(asdict(geometry))


def pack_labels(labels: tuple[Label, ...]) -> str:
    """The label table as JSON."""
    return json.dumps([asdict(label) for label in labels])


def unpack(voxels: bytes, box: str, geometry: str, labels: str, provenance: Provenance) -> Labelmap:
    """The labelmap that was packed.

    Raises:
        LibraryError: the stored bytes do not fit their own description.
    """
    try:
        grid, ends = unpack_geometry(geometry), json.loads(box)
        boxes = ends if isinstance(ends[0][0], list) else [ends]
        layers = _layers(zlib.decompress(voxels), boxes, grid)
        return Labelmap(layers[0], grid, unpack_labels(labels), provenance, further=layers[1:])
    except (zlib.error, GeometryError, *_OTHER_SHAPES) as error:
        raise LibraryError(f"a stored mask is damaged: expected voxels of {box} ({error})") from error


def _layers(voxels: bytes, boxes: list[list[list[int]]], grid: Geometry) -> Layers:
    layers: list[Layer] = []
    place = 0
    for box in boxes:
        shape = tuple(high - low for low, high in box)
        layer, count = np.zeros(grid.shape_kji, np.uint8), math.prod(shape)
        layer[tuple(slice(low, high) for low, high in box)] = np.frombuffer(voxels, np.uint8, count, place).reshape(
            shape
        )
        layers.append(layer)
        place += count
    if place != len(voxels):
        raise ValueError(f"found {len(voxels)} bytes")
    return tuple(layers)


def unpack_labels(text: str) -> tuple[Label, ...]:
    """The label table that was packed.

    Raises:
        LibraryError: it is damaged.
    """
    try:
        return tuple(label_of(one) for one in json.loads(text))
    except _OTHER_SHAPES as error:
        raise LibraryError(f"a stored table of labels is damaged ({error!r})") from error


def unpack_geometry(text: str) -> Geometry:
    """The grid that was packed."""
    values: dict[str, Any] = json.loads(text)
    axes = [tuple(axis) for axis in values["axes_lps"]]
    return Geometry(
        tuple(values["shape_kji"]),
        tuple(values["spacing_mm"]),
        tuple(values["origin_lps"]),
        (axes[0], axes[1], axes[2]),
        Calibration(values["calibration"]),
    )
