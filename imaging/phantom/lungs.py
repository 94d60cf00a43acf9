"""Lungs, and what lies under the diaphragm of the phantom."""

import numpy as np

from imaging.phantom.scene import Scene, Weight, ramp
from imaging.phantom.skeleton import CAGE_RADII_MM, cage_depth_mm


def dome_mm(x_mm: Weight, y_mm: Weight) -> Weight:
    """Height of the diaphragm in millimetres; the right dome stands higher than the left."""
    right = -46 - 58 * (((x_mm + 66) / 72) ** 2 + ((y_mm + 12) / 88) ** 2)
    left = -60 - 58 * (((x_mm - 66) / 72) ** 2 + ((y_mm + 12) / 88) ** 2)
    return np.where(x_mm < 0, right, left).astype(np.float32)


def lung_depth_mm(x_mm: Weight, y_mm: Weight, z_mm: Weight) -> Weight:
    """Millimetres inside the lung, as far as ribs, diaphragm and mediastinum bound it; negative outside."""
    inside = cage_depth_mm(x_mm, y_mm, z_mm) - 6.5
    above = (z_mm - dome_mm(x_mm, y_mm)) * 0.7
    beside = np.abs(x_mm + 2) - _mediastinum_mm(y_mm, z_mm)
    return np.minimum(np.minimum(inside, above), beside)


def paint_lungs(scene: Scene, rng: np.random.Generator) -> None:
    """Abdominal organs, then air-filled lung above the diaphragm."""
    x, y, z = scene.x_mm, scene.y_mm, scene.z_mm
    _paint_abdomen(scene, cage_depth_mm(x, y, z), z - dome_mm(x, y))
    lung = ramp(lung_depth_mm(x, y, z))
    parenchyma = -865 + 45 * (y / CAGE_RADII_MM[1]) + 12 * scene.texture(rng, 45.0, scene.everywhere, terms=4)
    scene.paint(scene.everywhere, lung, parenchyma)
    scene.lung[:] = lung


def _mediastinum_mm(y_mm: Weight, z_mm: Weight) -> Weight:
    """Half width of what lies between the lungs: narrow behind the sternum, wide at the great vessels."""
    front = np.sin(np.clip((y_mm + 88) / 70, 0, 1) * np.float32(np.pi / 2))
    behind = np.clip((y_mm - 20) / 50, 0, 1)
    low = np.clip((-10 - z_mm) / 60, 0, 1)
    vessels = np.exp(-(((z_mm - 12) / 45) ** 2))
    return 3 + (19 + 6 * vessels) * front - 6 * behind - 4 * low


def _paint_abdomen(scene: Scene, inside_mm: Weight, above_mm: Weight) -> None:
    wall = ramp(inside_mm - 6)
    below = ramp(-above_mm) * wall
    scene.paint(scene.everywhere, below * np.clip((34 - scene.x_mm) / 10, 0, 1), 58.0)
    scene.paint(scene.everywhere, ramp(2.5 - np.abs(above_mm)) * wall, 45.0)
    spleen, weight = scene.ellipsoid((92.0, 40.0, -112.0), (30.0, 40.0, 38.0))
    scene.paint(spleen, weight * below[spleen], 50.0)
    stomach, weight = scene.ellipsoid((66.0, -28.0, -118.0), (42.0, 44.0, 40.0))
    scene.paint(stomach, weight * below[stomach], 30.0)
    bubble, weight = scene.ellipsoid((66.0, -44.0, -102.0), (28.0, 22.0, 20.0))
    scene.paint(bubble, weight * below[bubble], -980.0)
