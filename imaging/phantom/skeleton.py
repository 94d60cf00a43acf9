"""Body wall, ribs, spine and shoulder girdle of the phantom."""

import numpy as np

from imaging.phantom.scene import Scene, Weight, ramp

CAGE_RADII_MM = (138.0, 96.0)
"""Half axes of the rib cage along x and y where it is widest."""

RIB_PITCH_MM = 25.0
RIB_DROP_MM = 78.0
"""How much lower a rib ends in front than it starts at the spine."""

_CAGE_POWER = 2.3


def cage_scale(z_mm: Weight) -> Weight:
    """Size of the rib cage at a height, 1 at its widest, closing towards the apex."""
    above = np.clip((z_mm - 5) / 115, 0, 1)
    below = np.clip((-60 - z_mm) / 400, 0, 1)
    return np.sqrt(1 - above**2.2) * (1 - below)


def cage_radius(x_mm: Weight, y_mm: Weight) -> Weight:
    """1 on the rib cage where it is widest, less inside. Divide by :func:`cage_scale` for a height."""
    u = np.abs(x_mm / CAGE_RADII_MM[0]) ** _CAGE_POWER
    v = np.abs(y_mm / CAGE_RADII_MM[1]) ** _CAGE_POWER
    return (u + v) ** (1 / _CAGE_POWER)


def cage_depth_mm(x_mm: Weight, y_mm: Weight, z_mm: Weight) -> Weight:
    """Millimetres inside the rib cage; negative outside."""
    scale = cage_scale(z_mm)
    return (scale - cage_radius(x_mm, y_mm)) * 110


def paint_body(scene: Scene, rng: np.random.Generator) -> None:
    """Skin, fat, muscle and, inside the rib cage, the fat that organs lie in."""
    shoulders = 1 + 0.05 * np.clip((scene.z_mm - 50) / 60, 0, 1)
    radius = (np.abs(scene.x_mm / 164) ** 2.6 + np.abs(scene.y_mm / 119) ** 2.6) ** (1 / 2.6) / shoulders
    depth_mm = (1 - radius) * 135
    box = scene.everywhere
    scene.paint(box, ramp(depth_mm), 20.0)
    scene.paint(box, ramp(depth_mm - 2.5), -100.0)
    planes = scene.texture(rng, 110.0, box, terms=4)
    scene.paint(box, ramp(depth_mm - 13 - 3 * planes), 52.0)
    scene.paint(box, 0.8 * ramp(2.0 - np.abs(depth_mm - 23 - 5 * planes)), -75.0)
    scene.paint(box, ramp(cage_depth_mm(scene.x_mm, scene.y_mm, scene.z_mm) - 5), -75.0)


def paint_ribs(scene: Scene) -> None:
    """Twelve pairs of ribs that fall towards the front, ending in cartilage."""
    scale = cage_scale(scene.z_mm)
    front = (1 - np.clip(scene.y_mm / CAGE_RADII_MM[1] / np.maximum(scale, 0.05), -1, 1)) / 2
    phase = (scene.z_mm + RIB_DROP_MM * front**1.3) / RIB_PITCH_MM
    number = np.floor(phase)
    height_mm = (phase - number - np.float32(0.5)) * RIB_PITCH_MM
    depth_mm = cage_depth_mm(scene.x_mm, scene.y_mm, scene.z_mm)
    rho = np.sqrt((height_mm / 6.2) ** 2 + (depth_mm / 4.2) ** 2)
    reach = np.clip(0.93 + 0.11 * np.minimum(number + 2, 0), 0.25, 0.93)
    present = ((front < reach) & (np.abs(scene.x_mm) > 16) & (number < 5)).astype(np.float32)
    bone = np.where(front > 0.86, np.float32(110), np.where(rho > 0.55, np.float32(900), np.float32(420)))
    scene.paint(scene.everywhere, ramp((1 - rho) * np.float32(4.5), 2.5) * present, bone)


def paint_spine(scene: Scene) -> None:
    """Vertebral bodies with discs between them, canal, arches and processes."""
    box = scene.box((-48, 30, -200), (48, 125, 200))
    x, y, z = scene.axes(box)
    body_mm = (1 - np.sqrt((x / 19) ** 2 + ((y - 62) / 16) ** 2)) * 16 + 0 * z
    scene.paint(box, ramp(body_mm + 3), 45.0)
    disc = np.abs((z / 27 + 200.3) % 1 - 0.5) > 0.4
    cortex = np.where(body_mm < 3.5, np.float32(360), np.float32(150))
    scene.paint(box, ramp(body_mm), np.where(disc, np.float32(90), cortex))
    scene.paint(box, ramp(6.0 - np.abs(np.sqrt(x**2 + (y - 86) ** 2) - 13), 2.0) * (y > 76) * (~disc), 300.0)
    scene.paint(box, ramp(9.0 - np.sqrt(x**2 + (y - 84) ** 2) + 0 * z), 15.0)
    for level_mm in np.arange(-148.0, 140.0, 27.0):
        for side in (-1.0, 1.0):
            scene.paint(*scene.capsule((side * 13, 84, level_mm), (side * 38, 92, level_mm), 4.5), 260.0)
        scene.paint(*scene.capsule((0, 97, level_mm), (0, 112, level_mm - 9), 4.0), 260.0)


def paint_girdle(scene: Scene) -> None:
    """Sternum, clavicles and shoulder blades."""
    scene.tube([(0.0, -91.0, 62.0), (0.0, -97.0, 0.0), (0.0, -93.0, -48.0)], 8.0, 240.0)
    scene.tube([(-9.0, -90.0, 64.0), (9.0, -90.0, 64.0)], 9.0, 260.0)
    for side in (-1.0, 1.0):
        clavicle = [
            (side * 20, -84.0, 72.0),
            (side * 62, -72.0, 92.0),
            (side * 110, -30.0, 104.0),
            (side * 140, 0.0, 112.0),
        ]
        scene.tube(clavicle, 6.2, 850.0)
        scene.tube(clavicle, 2.8, 300.0)
        blade = [(side * 100, 88.0, 18.0), (side * 112, 78.0, 60.0), (side * 128, 52.0, 98.0)]
        scene.tube(blade, 4.6, 480.0)
        scene.tube([(side * 84, 94.0, 78.0), (side * 106, 86.0, 70.0), (side * 140, 44.0, 106.0)], 4.2, 480.0)
