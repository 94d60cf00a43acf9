"""A synthetic thorax in Hounsfield units, with known lesions. The same numbers every time.

The anatomy is made of ellipsoids, tubes and surfaces in LPS millimetres. It is asymmetric on purpose: the heart and the
stomach bubble lie to the patient's left, the liver and the higher diaphragm to the right, so a flipped image shows.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from imaging.geometry import Calibration, Geometry, Triple
from imaging.labelmap import PALETTE, Label, Labelmap
from imaging.phantom import skeleton
from imaging.phantom.lungs import paint_lungs
from imaging.phantom.scene import Box, Scene, Weight
from imaging.phantom.vessels import paint_vessels
from imaging.volume import Volume, Window

SEED = 20260101

LABELS = (
    Label(1, "ground-glass opacity", PALETTE[0]),
    Label(2, "consolidation", PALETTE[1]),
    Label(3, "calcified nodule", PALETTE[2]),
)

GEOMETRY = Geometry(
    shape_kji=(64, 256, 256),
    spacing_mm=(4.5, 1.4, 1.4),
    origin_lps=(-178.5, -178.5, -150.0),
    calibration=Calibration.PATIENT,
)
"""64 axial slices from the upper abdomen to the shoulders."""


@dataclass(frozen=True)
class Lesion:
    """One known finding: what it is and where, LPS millimetres; right is negative x."""

    label: Literal[1, 2, 3]
    centre_lps: Triple
    radii_mm: Triple
    place: str


LESIONS = (
    Lesion(1, (-92.0, 40.0, 12.0), (25.0, 27.0, 24.0), "right upper lobe, posterior"),
    Lesion(1, (-72.0, 62.0, -42.0), (31.0, 20.0, 22.0), "right lower lobe, posterior"),
    Lesion(1, (98.0, 22.0, 18.0), (19.0, 27.0, 21.0), "left upper lobe, lateral"),
    Lesion(1, (-100.0, -25.0, -30.0), (17.0, 22.0, 17.0), "middle lobe, lateral"),
    Lesion(2, (76.0, 58.0, -46.0), (29.0, 21.0, 20.0), "left lower lobe, posterior"),
    Lesion(3, (-62.0, -30.0, 52.0), (5.0, 5.0, 6.0), "right upper lobe, anterior"),
)
"""The last one is the marker: small, dense and on one side only."""

AORTA_LPS: tuple[Triple, ...] = (
    (-16.0, -22.0, 5.0),
    (-14.0, -22.0, 30.0),
    (-4.0, -10.0, 47.0),
    (12.0, 12.0, 52.0),
    (24.0, 34.0, 42.0),
    (27.0, 42.0, 15.0),
    (25.0, 44.0, -60.0),
    (14.0, 42.0, -150.0),
)
"""Along its middle, from the heart on; from the fifth point on it descends."""
VENA_CAVA_LPS: tuple[Triple, ...] = ((-24.0, -20.0, 110.0), (-26.0, -14.0, 10.0))
LEFT_HEART: tuple[Triple, Triple] = (26.0, -27.0, -52.0), (59.0, 49.0, 62.0)
"""Centre and radii; only what lies left of the midline."""

LUNG_WINDOW = Window(-600.0, 1500.0, "lung")
SOFT_TISSUE_WINDOW = Window(40.0, 400.0, "soft tissue")


def thorax() -> tuple[Volume, Labelmap]:
    """The CT, (64, 256, 256) int16 HU, and its lesions on the same grid."""
    scene, mask = build(GEOMETRY)
    rng = np.random.default_rng(SEED)
    noise = rng.standard_normal(scene.hu.shape, np.float32)
    noise += np.roll(noise, 1, axis=1) + np.roll(noise, 1, axis=2)
    hu = np.clip(np.rint(scene.hu + noise * np.float32(7)), -1024, 3071).astype(np.int16)
    volume = Volume(hu, GEOMETRY, "volume", "HU", "CT", windows=(SOFT_TISSUE_WINDOW, LUNG_WINDOW))
    return volume, Labelmap(mask, GEOMETRY, LABELS)


def build(geometry: Geometry) -> tuple[Scene, np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]]:
    """The painted scene without noise on an axis-aligned grid, and (K, J, I) uint8 label values of the lesions."""
    rng = np.random.default_rng(SEED)
    scene = Scene(geometry)
    skeleton.paint_body(scene, rng)
    skeleton.paint_ribs(scene)
    paint_lungs(scene, rng)
    paint_vessels(scene, rng)
    weights = [(lesion.label, *_paint_lesion(scene, lesion, rng)) for lesion in LESIONS]
    _paint_mediastinum(scene, rng)
    skeleton.paint_spine(scene)
    skeleton.paint_girdle(scene)
    mask = np.zeros(geometry.shape_kji, np.uint8)
    for label, box, weight in weights:
        mask[box][(weight > 0.5) & (scene.lung[box] > 0.5)] = label
    return scene, mask


def _paint_lesion(scene: Scene, lesion: Lesion, rng: np.random.Generator) -> tuple[Box, Weight]:
    """Blend a lesion into the lung, ragged at its border, and give its box and weight."""
    if lesion.label == 3:
        box, weight = scene.ellipsoid(lesion.centre_lps, lesion.radii_mm)
        scene.hu[box] += weight * (400 - scene.hu[box])
        return box, weight
    edge_mm = 9.0 if lesion.label == 1 else 6.0
    box, weight = scene.ellipsoid(lesion.centre_lps, lesion.radii_mm, edge_mm)
    weight = np.clip(weight + weight * (1 - weight) * 2.4 * scene.texture(rng, 24.0, box), 0, 1)
    weight = weight * scene.lung[box]
    texture = scene.texture(rng, 11.0, box, terms=14)
    hu = -510 + 42 * texture if lesion.label == 1 else 15 + 25 * texture
    # Vessels stay visible through ground glass: only what is darker than the lesion is filled.
    scene.hu[box] += weight * np.maximum(hu - scene.hu[box], 0)
    return box, weight


def _paint_mediastinum(scene: Scene, rng: np.random.Generator) -> None:
    centre, muscle = LEFT_HEART
    for radii, hu in (((63.0, 53.0, 66.0), -95.0), (muscle, 38.0)):
        box, weight = scene.ellipsoid(centre, radii, 3.0)
        scene.paint(box, weight * _left_of_midline(scene, box), hu)
    box, weight = scene.ellipsoid((-14.0, -22.0, -40.0), (36.0, 38.0, 46.0), 3.0)
    scene.paint(box, weight, 42 + 4 * scene.texture(rng, 30.0, box))
    arch, descending = AORTA_LPS[:5], AORTA_LPS[4:]
    scene.tube(arch, 15.5, -60)
    scene.tube(arch, 14.0, 44)
    scene.tube(descending, 13.5, -60)
    scene.tube(descending, 12.0, 44)
    scene.tube(VENA_CAVA_LPS, 9.5, 40)
    scene.tube([(14.0, -28.0, -5.0), (12.0, -18.0, 18.0), (-26.0, 4.0, 14.0)], 11.5, 42)
    scene.tube([(12.0, -18.0, 18.0), (36.0, 10.0, 18.0)], 11.0, 42)
    scene.tube([(2.0, 28.0, 135.0), (4.0, 34.0, -60.0)], 6.0, 35)
    _paint_airway(scene)


def _left_of_midline(scene: Scene, box: Box) -> Weight:
    """The left ventricle bulges to the left only; the right border of the heart is the smaller atrium."""
    x, _, z = scene.axes(box)
    return np.clip((x + 38 + 0.15 * z) / 12, 0, 1)


def _paint_airway(scene: Scene) -> None:
    for extra_mm, hu in ((1.8, 30.0), (0.0, -1000.0)):
        scene.tube([(0.0, 8.0, 140.0), (1.0, 14.0, 32.0)], 8.5 + extra_mm, hu)
        scene.tube([(1.0, 14.0, 32.0), (-24.0, 16.0, 14.0), (-36.0, 14.0, 2.0)], 6.5 + extra_mm, hu)
        scene.tube([(1.0, 14.0, 32.0), (30.0, 18.0, 8.0), (44.0, 20.0, -6.0)], 5.8 + extra_mm, hu)
