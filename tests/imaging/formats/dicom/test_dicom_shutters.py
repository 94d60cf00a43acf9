"""What a file asks to cover, counted from 0."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imaging.formats.reading import load_volume, open_study
from imaging.sandbox import Sandbox
from imaging.volume import Shutter


@pytest.fixture
def film(write_dicom: Callable[..., Path]) -> Callable[..., Path]:
    """A function that writes a 12 x 10 image with the given shutter attributes."""
    return lambda **attributes: write_dicom(np.full((12, 10), 100, np.uint16), **attributes)


def shutter_of(path: Path) -> Shutter | None:
    return load_volume(open_study(path).series[0]).shutter


EDGES = {
    "ShutterUpperHorizontalEdge": 2,
    "ShutterLowerHorizontalEdge": 11,
    "ShutterLeftVerticalEdge": 3,
    "ShutterRightVerticalEdge": 9,
}


def test_a_rectangle(film):
    assert shutter_of(film(ShutterShape="RECTANGULAR", **EDGES)) == Shutter((1, 2, 10, 8))


def test_a_circle_and_a_polygon_together(film):
    path = film(
        ShutterShape=["CIRCULAR", "POLYGONAL"],
        CenterOfCircularShutter=[6, 5],
        RadiusOfCircularShutter=4,
        VerticesOfThePolygonalShutter=[1, 1, 1, 10, 12, 5],
    )
    expected = Shutter(None, (5, 4, 4), ((0, 0), (0, 9), (11, 4)))
    assert shutter_of(path) == expected
    with Sandbox() as sandbox:
        assert sandbox.load_volume(sandbox.open_study(path).series[0]).shutter == expected


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "RECTANGULAR", **EDGES, "ShutterLowerHorizontalEdge": 1},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [6, 5]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 1, 10]},
        {"ShutterShape": "BITMAP", **EDGES},
    ],
)
def test_shapes_that_are_not_complete_cover_nothing(film, attributes):
    assert shutter_of(film(**attributes)) is None
