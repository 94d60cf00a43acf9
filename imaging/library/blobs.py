"""Masks as compact bytes: the box that holds voxels, compressed, with everything needed to rebuild the labelmap."""

import json
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np

from imaging.errors import LibraryError
from imaging.geometry import Calibration, Geometry
from imaging.labelmap import Label, Labelmap, Provenance, label_of

LEVEL = 3


def pack_voxels(labelmap: Labelmap) -> tuple[bytes, str]:
    """The compressed voxels of the smallest box around the mask, and that box as JSON."""
    filled = [np.flatnonzero(labelmap.array.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    box = [[int(hits[0]), int(hits[-1]) + 1] if hits.size else [0, 0] for hits in filled]
    part = labelmap.array[tuple(slice(*ends) for ends in box)]
    return zlib.compress(np.ascontiguousarray(part).tobytes(), LEVEL), json.dumps(box)


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
    grid = unpack_geometry(geometry)
    array = np.zeros(grid.shape_kji, np.uint8)
    ends = json.loads(box)
    shape = tuple(high - low for low, high in ends)
    try:
        part = np.frombuffer(zlib.decompress(voxels), np.uint8).reshape(shape)
    except (zlib.error, ValueError) as error:
        raise LibraryError(f"a stored mask is damaged: expected {shape} voxels ({error})") from error
    array[tuple(slice(low, high) for low, high in ends)] = part
    return Labelmap(array, grid, unpack_labels(labels), provenance)


def unpack_labels(text: str) -> tuple[Label, ...]:
    """The label table that was packed."""
    return tuple(label_of(one) for one in json.loads(text))


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
