"""The picture of a heat map, worked out by hand."""

import numpy as np

from viewer.cli.prediction_files import overlay


def test_red_speaks_for_blue_against_and_nan_is_clear() -> None:
    plane = np.array([[100, 100, 100, 100]], np.uint8)
    values = np.array([[2.0, -1.0, 0.0, np.nan]], np.float32)
    picture = overlay(plane, values, 2.0)
    assert picture.tolist() == [
        [
            [round(100 * 0.35 + 255 * 0.65), round(100 * 0.35 + 60 * 0.65), round(100 * 0.35 + 40 * 0.65)],
            [87, 106, 150],
            [100, 100, 100],
            [100, 100, 100],
        ]
    ]


def test_colour_images_keep_their_colours() -> None:
    plane = np.array([[[10, 20, 30]]], np.uint8)
    assert overlay(plane, np.zeros((1, 1), np.float32), 1.0).tolist() == plane.tolist()
