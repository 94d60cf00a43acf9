"""Calibrated regions of an ultrasound image (DICOM PS3.3 C.8.5.5)."""

import numpy as np
from pydicom.dataset import Dataset

from imaging.formats.dicom.attributes import items, number, whole
from imaging.formats.dicom.header import Header
from imaging.volume import Region

_FORMATS = {0: "none", 1: "2D", 2: "M-mode", 3: "spectral", 4: "waveform", 5: "graphics"}
_UNITS = {1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s", 8: "cm²", 9: "cm²/s", 10: "cm³",
          11: "cm³/s", 12: "°"}  # fmt: skip
_MM_PER_CM = 10
_ROUNDING = 1e-5
"""Share by which sizes of pixels differ that were computed twice."""


def regions_of(header: Header) -> tuple[Region, ...]:
    """The calibrated regions as the file states them, in its order; those with no pixel in the image are left out."""
    rows, columns = whole(header.dataset, "Rows") or 0, whole(header.dataset, "Columns") or 0
    found = [_region(each, rows, columns) for each in items(header.dataset, "SequenceOfUltrasoundRegions")]
    return tuple(region for region in found if region is not None)


def region_spacing_mm(regions: tuple[Region, ...]) -> set[tuple[float, float]]:
    """Row and column spacings of the regions that show tissue in centimetres both ways; M-mode and spectra do not.

    Spacings that differ by no more than rounding are one, that of the first.
    """
    found: list[tuple[float, float]] = []
    for region in regions:
        down, across = abs(region.delta[0]), abs(region.delta[1])
        if region.units != ("cm", "cm") or not (believable_size(down) and believable_size(across)):
            continue
        size = (down * _MM_PER_CM, across * _MM_PER_CM)
        if not any(np.allclose(size, known, _ROUNDING, 0) for known in found):
            found.append(size)
    return set(found)


def believable_size(size: float) -> bool:
    """True for a pixel size in millimetres (or centimetres) that an instrument can have."""
    return 1e-7 < size < 1e5


def reaches_beyond(region: Region, rows: int, columns: int) -> bool:
    """True where a region is larger than the image, as after scaling: then its scale may not hold either."""
    top, left, bottom, right = region.box_ji
    return top < 0 or left < 0 or bottom >= rows or right >= columns


def _region(item: Dataset, rows: int, columns: int) -> Region | None:
    """One region; without a box it is taken to be the whole image."""
    corners = [whole(item, f"RegionLocation{name}") for name in ("MinY0", "MinX0", "MaxY1", "MaxX1")]
    top, left, bottom, right = (
        default if corner is None else corner
        for corner, default in zip(corners, (0, 0, rows - 1, columns - 1), strict=True)
    )
    if top > bottom or left > right or not (top < rows and left < columns and bottom >= 0 and right >= 0):
        return None
    return Region(
        (top, left, bottom, right),
        _FORMATS.get(whole(item, "RegionSpatialFormat") or 0, "unknown"),
        (_delta(item, "Y"), _delta(item, "X")),
        (_unit(item, "Y"), _unit(item, "X")),
        (_corner(item, "Y"), _corner(item, "X")),
    )


def _delta(item: Dataset, axis: str) -> float:
    return number(item, f"PhysicalDelta{axis}") or 0.0


def _corner(item: Dataset, axis: str) -> float | None:
    """The value at the box's first pixel, from which the reference pixel is counted (PS3.3 C.8.5.5.1.3)."""
    pixels = whole(item, f"ReferencePixel{axis}0")
    if pixels is None:
        return None
    return (number(item, f"ReferencePixelPhysicalValue{axis}") or 0.0) - pixels * _delta(item, axis)


def _unit(item: Dataset, axis: str) -> str:
    return _UNITS.get(whole(item, f"PhysicalUnits{axis}Direction") or 0, "")
