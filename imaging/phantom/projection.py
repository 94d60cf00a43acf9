"""Chest X-rays of the synthetic thorax: its attenuation summed along rays from back to front, or from side to side."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.geometry import Geometry
from imaging.phantom.anatomy import SEED, build

WATER_PER_MM = 0.019
"""Linear attenuation of water at the effective energy of a chest X-ray, 1/mm."""

COLUMNS, ROWS = 768, 618
PIXEL_MM = 358 / COLUMNS

CROSSING_MM = 6.0
"""How much of a lesion a ray must cross to count as showing it."""

_GRID = Geometry(shape_kji=(144, 72, 358), spacing_mm=(2.0, 3.4, 1.0), origin_lps=(-178.5, -120.7, -150.0))
"""Finer than the CT along x and z, which the X-ray shows, and coarser along y, which it sums over."""
_SIDE_GRID = Geometry(shape_kji=(144, 242, 105), spacing_mm=(2.0, 1.0, 3.4), origin_lps=(-176.8, -120.5, -150.0))
"""The same for a lateral view, which shows y and sums over x."""

_MARKER_AT = (40, 78)
"""Row of the side marker, and how far from the right edge it begins."""
_STRIPE = 7


@dataclass(frozen=True)
class Radiograph:
    """A view as displayed: the patient's left, or in a lateral one the back, is on the image's right.

    Attributes:
        array: (J, I) uint16, 0-4095, high is bright (MONOCHROME2).
        mask: (J, I) uint8 label values of the lesions whose rays cross at least :data:`CROSSING_MM`.
        pixel_mm: spacing at the detector.
    """

    array: NDArray[np.uint16]
    mask: NDArray[np.uint8]
    pixel_mm: float = PIXEL_MM


def radiograph() -> Radiograph:
    """The posterior-anterior X-ray with its side marker, and where the lesions project to."""
    return _projected(_GRID, 1, (ROWS, COLUMNS))


def lateral_radiograph() -> Radiograph:
    """The left lateral X-ray, of the same scale."""
    return _projected(_SIDE_GRID, 2, (ROWS, round(_SIDE_GRID.shape_kji[1] / PIXEL_MM)))


def _projected(grid: Geometry, axis: Literal[1, 2], shape: tuple[int, int]) -> Radiograph:
    """What is left of the rays along an axis of the grid."""
    scene, mask = build(grid)
    step_mm = grid.spacing_mm[axis]
    attenuation = np.maximum(scene.hu + 1000, 0).sum(axis=axis) * np.float32(WATER_PER_MM * step_mm / 1000)
    grey = _presented(_resized(attenuation[::-1], shape))
    grey[_marker(shape)] = 4095
    flat = np.zeros(shape, np.uint8)
    for label in (1, 2, 3):
        path_mm = (mask == label).sum(axis=axis).astype(np.float32)[::-1] * np.float32(step_mm)
        flat[_resized(path_mm, shape) >= CROSSING_MM] = label
    return Radiograph(grey, flat)


def pixel_ji(point_lps: tuple[float, float, float]) -> tuple[float, float]:
    """Row and column of the radiograph that a point of the patient projects to."""
    top_mm = _GRID.origin_lps[2] + (_GRID.shape_kji[0] - 0.5) * _GRID.spacing_mm[0]
    left_mm = _GRID.origin_lps[0] - 0.5 * _GRID.spacing_mm[2]
    row_mm = _GRID.shape_kji[0] * _GRID.spacing_mm[0] / ROWS
    column_mm = _GRID.shape_kji[2] * _GRID.spacing_mm[2] / COLUMNS
    return (top_mm - point_lps[2]) / row_mm - 0.5, (point_lps[0] - left_mm) / column_mm - 0.5


def _presented(attenuation: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Log attenuation, 0-4095: slow part reduced and edges raised as radiography units do, with quantum noise."""
    rng = np.random.default_rng(SEED + 1)
    photons = 40_000 * np.exp(-attenuation)
    noisy = attenuation + rng.standard_normal(attenuation.shape, np.float32) / np.sqrt(photons + 1)
    detail = noisy - np.float32(0.5) * _blurred(attenuation, 10) + np.float32(0.9) * (noisy - _blurred(attenuation, 36))
    low, high = np.percentile(detail[attenuation > 0.8], (0.5, 99.5))
    level = np.clip((detail - low) / (high - low), 0, 1) * np.clip(attenuation / 0.5, 0, 1)
    return np.rint(level**0.9 * 4000).astype(np.uint16)


def _blurred(image: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """The image without what is finer than ``cells`` to its height."""
    rows, columns = image.shape
    coarse = Image.fromarray(image).resize((cells * 5 // 4, cells), Image.Resampling.BOX)
    return _resized(np.asarray(coarse, np.float32), (rows, columns))


def _resized(image: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(image, np.float32))
    return np.array(picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def _marker(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(J, I) the letter L, the side marker that lies on the patient's left, or towards the detector."""
    marker = np.zeros(shape, np.bool_)
    row, column = _MARKER_AT[0], shape[1] - _MARKER_AT[1]
    marker[row : row + 6 * _STRIPE, column : column + _STRIPE] = True
    marker[row + 5 * _STRIPE : row + 6 * _STRIPE, column : column + 4 * _STRIPE] = True
    return marker
