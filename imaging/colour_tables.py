"""Colours for grey levels: the well-known palettes of DICOM PS3.6 Annex B, and two more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Knots = Sequence[tuple[int, int]]
"""Grey level and colour level, both 0-255; between knots the colour runs straight."""

_STEPS_OF_PET = (
    (0, (0, 0, 0)), (13, (96, 0, 80)), (26, (48, 48, 80)), (39, (48, 48, 112)), (51, (80, 80, 128)),
    (64, (96, 96, 176)), (77, (112, 112, 192)), (90, (128, 128, 224)), (102, (48, 96, 48)), (115, (48, 144, 48)),
    (128, (80, 192, 80)), (141, (64, 224, 64)), (153, (224, 224, 80)), (166, (208, 208, 96)), (179, (208, 176, 64)),
    (192, (208, 144, 0)), (204, (192, 96, 0)), (217, (176, 48, 0)), (230, (255, 0, 0)), (243, (255, 255, 255)),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ColourTable:
    """A colour for each grey level.

    Attributes:
        rgb: (256, 3) uint8, from the darkest grey level to the brightest. Read-only.
        source: where the colours come from.
    """

    name: str
    rgb: NDArray[np.uint8]
    source: str = ""

    def __post_init__(self) -> None:
        if self.rgb.shape != (256, 3) or self.rgb.dtype != np.uint8:
            raise ValueError(f"{self.name}: found {self.rgb.shape} {self.rgb.dtype}, expected (256, 3) uint8")
        self.rgb.flags.writeable = False


def from_knots(red: Knots, green: Knots, blue: Knots) -> NDArray[np.uint8]:
    """(256, 3) uint8: straight lines between the knots of each channel, halves rounded up."""
    levels = np.arange(256)
    channels = [np.interp(levels, [at for at, _ in knots], [to for _, to in knots]) for knots in (red, green, blue)]
    return np.floor(np.stack(channels, axis=1) + 0.5).astype(np.uint8)


def from_steps(steps: Sequence[tuple[int, tuple[int, int, int]]]) -> NDArray[np.uint8]:
    """(256, 3) uint8: each colour holds from its grey level to the next one's."""
    starts = [start for start, _ in steps]
    held = np.searchsorted(starts, np.arange(256), side="right") - 1
    return np.array([colour for _, colour in steps], np.uint8)[held]


def cubehelix() -> NDArray[np.uint8]:
    """(256, 3) uint8 of evenly growing brightness, which stays right on paper and for the colour blind.

    After D. A. Green, Bulletin of the Astronomical Society of India 39 (2011) 289, arXiv 1108.5083, with its start,
    rotations and hue.
    """
    start, rotations, hue = 0.5, -1.5, 1.0
    brightness = np.linspace(0, 1, 256)
    angle = 2 * np.pi * (start / 3 + 1 + rotations * brightness)
    turn = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    weights = np.array([(-0.14861, -0.29227, 1.97294), (1.78277, -0.90649, 0.0)])
    amplitude = hue * brightness * (1 - brightness) / 2
    rgb = brightness[:, None] + amplitude[:, None] * (turn @ weights)
    return np.floor(255 * np.clip(rgb, 0, 1) + 0.5).astype(np.uint8)


def _tables() -> tuple[ColourTable, ...]:
    hot_iron = from_knots(
        ((0, 0), (127, 254), (129, 255), (255, 255)),
        ((0, 0), (128, 0), (254, 252), (255, 255)),
        ((0, 0), (191, 0), (254, 252), (255, 255)),
    )
    pet = from_knots(
        ((0, 0), (63, 0), (64, 1), (149, 170), (150, 171), (192, 255), (255, 255)),
        ((0, 0), (31, 62), (33, 67), (62, 125), (63, 128), (95, 64), (97, 61), (127, 1), (128, 0), (254, 252),
         (255, 255)),
        ((0, 0), (1, 1), (128, 255), (130, 248), (192, 0), (233, 165), (235, 174), (254, 250), (255, 255)),
    )  # fmt: skip
    hot_metal_blue = from_knots(
        ((0, 0), (85, 0), (102, 50), (119, 90), (153, 190), (170, 255), (255, 255)),
        ((0, 0), (119, 0), (238, 224), (255, 255)),
        ((0, 0), (17, 33), (42, 83), (43, 84), (76, 149), (93, 183), (94, 184), (102, 200), (119, 150), (136, 50),
         (153, 0), (170, 0), (238, 200), (255, 255)),
    )  # fmt: skip
    rainbow = from_knots(
        ((0, 0), (127, 0), (191, 255), (255, 255)),
        ((0, 0), (64, 255), (191, 255), (255, 0)),
        ((0, 255), (64, 255), (127, 0), (255, 0)),
    )
    return (
        ColourTable("Hot Iron", hot_iron, "DICOM PS3.6 B.1.1"),
        ColourTable("PET", pet, "DICOM PS3.6 B.1.2"),
        ColourTable("Hot Metal Blue", hot_metal_blue, "DICOM PS3.6 B.1.3"),
        ColourTable("PET 20 Step", from_steps(_STEPS_OF_PET), "DICOM PS3.6 B.1.4"),
        ColourTable("Rainbow", rainbow, "blue over green and yellow to red"),
        ColourTable("Cubehelix", cubehelix(), "Green 2011, arXiv 1108.5083"),
    )


COLOUR_TABLES: Mapping[str, ColourTable] = MappingProxyType({table.name: table for table in _tables()})
"""All colour tables by name."""
