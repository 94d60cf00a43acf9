"""Recommended Display CIELab Value (DICOM PS3.3 C.10.7.1.1) to sRGB and back.

The standard means the profile connection space, whose white is D50. The writers in use (dcmtk and with it 3D Slicer,
pixelmed, highdicom) take L*a*b* about the D65 white of sRGB (IEC 61966-2-1). So is it done here: colours are seen as
they were chosen.
"""

from collections.abc import Sequence

import numpy as np

from imaging.labelmap import Colour

_WHITE = np.array([0.95047, 1.0, 1.08883])
_XYZ_OF_RGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_RGB_OF_XYZ = np.linalg.inv(_XYZ_OF_RGB)
_BEND = 6 / 29


def rgb_of(stored: Sequence[float]) -> Colour:
    """Eight-bit sRGB of three stored 16-bit values; colours that no screen shows are clipped."""
    lightness = stored[0] * 100 / 0xFFFF
    a, b = (each * 255 / 0xFFFF - 128 for each in stored[1:3])
    middle = (lightness + 16) / 116
    bent = np.array([middle + a / 500, middle, middle - b / 200])
    xyz = np.where(bent > _BEND, bent**3, 3 * _BEND**2 * (bent - 4 / 29)) * _WHITE
    linear = np.clip(_RGB_OF_XYZ @ xyz, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(each) for each in np.rint(srgb * 255))
    return red, green, blue


def stored_of(colour: Colour) -> tuple[int, int, int]:
    """Three stored 16-bit values of an eight-bit sRGB colour."""
    srgb = np.asarray(colour) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = _XYZ_OF_RGB @ linear / _WHITE
    bent = np.where(xyz > _BEND**3, np.cbrt(xyz), xyz / (3 * _BEND**2) + 4 / 29)
    lab = (116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2]))
    lightness, a, b = lab[0] / 100, (lab[1] + 128) / 255, (lab[2] + 128) / 255
    first, second, third = (int(np.clip(np.rint(each * 0xFFFF), 0, 0xFFFF)) for each in (lightness, a, b))
    return first, second, third
