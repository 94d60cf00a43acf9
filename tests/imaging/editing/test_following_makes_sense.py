"""Where following from one picture to the next is refused, and the words for it."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.editing.propagation import empty_ahead, obstacle
from imaging.geometry import Calibration, Geometry
from imaging.volume import Kind, Volume

GRID = Geometry((3, 8, 8), (2.0, 1.0, 1.0), calibration=Calibration.PATIENT)


def pictures(kind: Kind, own: tuple[Geometry, ...] = (), frames: int = 3) -> Volume:
    grid = replace(GRID, shape_kji=(frames, 8, 8))
    return Volume(np.zeros(grid.shape_kji, np.int16), grid, kind, slice_geometries=own)


def at(z_mm: float, normal: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> Geometry:
    axes = (normal, (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)) if normal[2] else (normal, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    return Geometry((1, 8, 8), (2.0, 1.0, 1.0), (0.0, 0.0, z_mm), axes, Calibration.PATIENT)


@pytest.mark.parametrize(
    ("volume", "axis"),
    [(pictures("volume"), 0), (pictures("volume"), 2), (pictures("clip"), 0),
     (pictures("image", (at(0), at(5), at(7))), 0)],
    ids=["volume", "sagittal", "clip", "slices at uneven distances"],
)  # fmt: skip
def test_slices_and_frames_follow_one_another(volume: Volume, axis: int) -> None:
    assert obstacle(volume, axis) == ""


@pytest.mark.parametrize(
    ("volume", "axis", "words"),
    [
        (pictures("image"), 0, "separate pictures"),
        (pictures("image", (at(0), at(0), at(5))), 0, "at one position"),
        (pictures("image", (at(0), at(5), at(9, (1.0, 0.0, 0.0)))), 0, "not parallel"),
        (pictures("clip"), 1, "from frame to frame only"),
        (pictures("image", frames=1), 0, "only one picture"),
    ],
    ids=["flat images", "phases", "localiser", "across a clip", "one"],
)
def test_where_it_makes_no_sense_it_says_why(volume: Volume, axis: int, words: str) -> None:
    assert words in obstacle(volume, axis)


def test_a_slice_of_one_value_is_empty() -> None:
    values = np.arange(4 * 8 * 8).reshape(4, 8, 8)
    values[2] = -1000
    assert empty_ahead(values, 1, 1) and empty_ahead(values, 3, -1)
    assert not empty_ahead(values, 0, 1) and not empty_ahead(values, 3, 1)
