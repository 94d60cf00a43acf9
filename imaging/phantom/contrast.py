"""The chest before and after contrast: three phases of one CT series, coarser than the first CT."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.geometry import Calibration, Geometry
from imaging.phantom import objects
from imaging.phantom.anatomy import AORTA_LPS, LEFT_HEART, VENA_CAVA_LPS, build
from imaging.phantom.scene import Box, Scene, Weight
from imaging.volume import Volume

GEOMETRY = Geometry((20, 192, 192), (8.0, 1.87, 1.87), (-178.5, -178.5, -110.0), calibration=Calibration.PATIENT)
PHASES = ("without contrast", "arterial", "venous")
AORTA_HU, HEART_HU, VENA_CAVA_HU = (44.0, 320.0, 150.0), (42.0, 260.0, 150.0), (40.0, 60.0, 160.0)
"""Of the blood in each phase."""

PADDING_HU = -2048
"""Pixel Padding Value, beyond the circle that the scanner reconstructs."""

_FIELD_OF_VIEW_MM = 174.0
_WALL = 0.78
"""How much of the heart's radii its chamber has."""


def phases() -> Iterator[Dataset]:
    """CT Image Storage of one series, phase by phase and in each slice by slice."""
    plain, _ = build(GEOMETRY)
    for phase in range(len(PHASES)):
        volume = Volume(_with_contrast(plain, phase), GEOMETRY, "volume", "HU", "CT")
        for k in range(GEOMETRY.shape_kji[0]):
            yield _slice(volume, k, phase)


def _slice(volume: Volume, k: int, phase: int) -> Dataset:
    data = objects.ct_slice(volume, k, PADDING_HU)
    data.InstanceNumber += phase * GEOMETRY.shape_kji[0]
    objects.of_another_examination(data, "contrast", "Contrast CT of the chest")
    data.SeriesDescription, data.ImageComments = "CT thorax, contrast 8 mm", PHASES[phase]
    data.AcquisitionNumber = phase + 1
    data.TemporalPositionIdentifier, data.NumberOfTemporalPositions = phase + 1, len(PHASES)
    data.PixelPaddingValue = 0
    data.ContrastBolusAgent = "synthetic"
    data.WindowCenter, data.WindowWidth = 100, 500
    data.WindowCenterWidthExplanation = "VESSELS"
    return data


def _with_contrast(plain: Scene, phase: int) -> NDArray[np.int16]:
    """(K, J, I) HU, with noise of its own as every acquisition has it."""
    scene = Scene(GEOMETRY)
    scene.hu[:] = plain.hu
    for points, radius_mm, hu in ((AORTA_LPS, 13.0, AORTA_HU[phase]), (VENA_CAVA_LPS, 9.0, VENA_CAVA_HU[phase])):
        for start, end in pairwise(points):
            _fill(scene, scene.capsule(start, end, radius_mm), hu)
    centre, radii = LEFT_HEART
    _fill(scene, scene.ellipsoid(centre, (radii[0] * _WALL, radii[1] * _WALL, radii[2] * _WALL)), HEART_HU[phase])
    noise = np.random.default_rng(phase).standard_normal(scene.hu.shape, np.float32) * np.float32(9)
    seen = np.hypot(scene.x_mm, scene.y_mm) < _FIELD_OF_VIEW_MM
    return np.where(seen, np.clip(np.rint(scene.hu + noise), -1024, 2047), PADDING_HU).astype(np.int16)


def _fill(scene: Scene, body: tuple[Box, Weight], hu: float) -> None:
    """Blood takes the place of soft tissue only: not of the airway beside it, nor of bone."""
    box, weight = body
    soft = (scene.hu[box] > 0) & (scene.hu[box] < 330)
    scene.paint(box, weight * soft, hu)
