"""Small volumes whose every number is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from imaging.geometry import Calibration, Geometry
from imaging.volume import Volume


@pytest.fixture
def flat() -> Callable[..., Volume]:
    """Makes a picture of 100 rows and 200 columns with pixels of 0.2 by 0.5 mm, unless told otherwise."""

    def make(calibration: Calibration = Calibration.PIXEL_SPACING, **more: Any) -> Volume:
        spacing = more.pop("spacing_mm", (1.0, 0.2, 0.5))
        frames = more.pop("frames", 1)
        grid = Geometry((frames, 100, 200), spacing, calibration=calibration)
        array = more.pop("array", np.zeros(grid.shape_kji, np.int16))
        return Volume(array, grid, "image", **more)

    return make
