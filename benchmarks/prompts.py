"""How long a person waits for help while correcting: a box about a lesion, refining, and frames between keyframes.

On a CT of 400 x 512 x 512 and a clip of 300 frames of 600 x 800; beside each what one library function takes on the
same voxels.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.timing import Row, compare, timed
from imaging.editing import Region
from imaging.editing.box_prompt import box_on_axis, lesion_in_box
from imaging.editing.boxes import size_of
from imaging.editing.greys import greys
from imaging.editing.keyframes import fill_between
from imaging.editing.refining import reach, refine
from imaging.geometry import Calibration, Geometry

GRID = Geometry((400, 512, 512), (0.8, 0.7, 0.7), calibration=Calibration.PATIENT)
HALVES_PX = (32, 90, 255)
LIMIT = "limit 2000 ms"
KEYS = (0, 150, 299)


def prompts(rounds: int) -> list[Row]:
    """Boxes from small to the whole slice, as deep as they may be; refining about a stroke; a clip filled."""
    values = _scan()
    return [*(_box(values, half_px, rounds) for half_px in HALVES_PX), _refining(values, rounds), _filling()]


def _box(values: NDArray[np.int16], half_px: int, rounds: int) -> Row:
    low, high = 256.0 - half_px, 256.0 + half_px
    prompt = box_on_axis(GRID, 0, 200, ((low, low), (high, high)), deep=True)
    around = prompt.around(values.shape)
    assert around is not None
    what = f"box of {2 * half_px * GRID.spacing_mm[1]:.0f} mm, in depth"
    smooth = timed(lambda: ndimage.gaussian_filter(greys(values, around), 1.0))
    ours = timed(partial(lesion_in_box, values, GRID, prompt))
    return compare(what, ours, "SciPy Gaussian filter of what is looked at", smooth, min(rounds, 3), LIMIT)


def _refining(values: NDArray[np.int16], rounds: int) -> Row:
    stroke = Region((slice(200, 201), slice(250, 262), slice(250, 262)), np.ones((1, 12, 12), np.bool_))
    part = reach(stroke, GRID)
    array = np.zeros(GRID.shape_kji, np.uint8)
    array[stroke.box] = 1
    probable = np.full(size_of(part), 0.3, np.float32)
    again = timed(lambda: refine(array, 1, stroke, part, greys(values, part), probable, GRID))
    smooth = timed(lambda: ndimage.gaussian_filter(greys(values, part), 1.0))
    name = "SciPy Gaussian filter of what is looked at"
    return compare("refining about one stroke", again, name, smooth, rounds, LIMIT)


def _filling() -> Row:
    frames, mask = _clip()
    ours, copy = timed(lambda: fill_between(mask, 1, frames, KEYS)), timed(frames.copy)
    return compare("300 frames of 600 x 800 between three keyframes", ours, "numpy copy of the clip", copy, 1)


def _scan() -> NDArray[np.int16]:
    """A ball of 20 mm radius in noise."""
    values = np.random.default_rng(0).integers(-880, -820, GRID.shape_kji, np.int16)
    k, j, i = ((np.arange(n) - n // 2) * step for n, step in zip(GRID.shape_kji, GRID.spacing_mm, strict=True))
    values[k[:, None, None] ** 2 + j[None, :, None] ** 2 + i**2 <= 20**2] += 880
    return values


def _clip() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Speckle that drifts to the right, and an ellipse of 150 by 200 pixels on the keyframes that drifts along."""
    texture = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(600, 800)), 4) * 600 + 128
    frames = np.stack([np.roll(texture, round(k / 3), 1).clip(0, 255).astype(np.uint8) for k in range(300)])
    rows, columns = np.ogrid[:600, :800]
    mask = np.zeros(frames.shape, np.uint8)
    for k in KEYS:
        mask[k][((rows - 300) / 75) ** 2 + ((columns - 300 - k / 3) / 100) ** 2 <= 1] = 1
    return frames, mask
