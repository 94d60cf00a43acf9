"""A click on a speckled picture: lesions of several sizes, colour, other frames, nothing to find, cancelling."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from imaging.editing.click_prompt import lesion_at
from imaging.geometry import Geometry
from imaging.progress import Cancelled
from tests.imaging.editing.lesions import dice

SHAPE = (2, 160, 200)
GRID = Geometry(SHAPE)


def oval(height: float, width: float) -> NDArray[np.bool_]:
    rows, columns = np.ogrid[: SHAPE[1], : SHAPE[2]]
    return ((rows - 80) / height) ** 2 + ((columns - 100) / width) ** 2 <= 1


def speckled(inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Multiplied with speckle, on both frames."""
    grain = ndimage.gaussian_filter(np.random.default_rng(3).rayleigh(size=SHAPE), (0, 1.2, 1.2))
    return np.clip(np.where(inside, 45, 110) * grain, 0, 255).astype(np.uint8)


def found(image: NDArray[np.uint8], seed: tuple[int, int, int] = (1, 80, 100)) -> NDArray[np.bool_]:
    region = lesion_at(image, seed, GRID)
    assert region is not None
    whole = np.zeros(SHAPE, bool)
    whole[region.box] = region.inside
    return whole


@pytest.mark.parametrize(("height", "width"), [(12.0, 18.0), (25.0, 32.0), (42.0, 50.0)])
def test_a_dark_oval_in_speckle(height: float, width: float) -> None:
    seen = found(speckled(oval(height, width)))
    assert dice(seen[1], oval(height, width)) > 0.85
    assert not seen[0].any(), "the other frame"


def test_colour_is_taken_as_grey() -> None:
    image = speckled(oval(25, 32))
    assert np.array_equal(found(np.stack([image] * 3, axis=-1)), found(image))


def test_it_can_be_cancelled() -> None:
    def stop(_done: int, _total: int, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        lesion_at(speckled(oval(25, 32)), (0, 80, 100), GRID, stop)
