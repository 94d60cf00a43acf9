"""Where each frame of a DICOM file lies: in the patient, or with no more than a size per pixel."""

from collections.abc import Sequence
from dataclasses import replace

from imaging.formats.dicom.attributes import numbers, whole
from imaging.formats.dicom.facts import BY_DISTANCES, magnification
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import functional_group
from imaging.formats.dicom.nuclear import detector_numbers, reconstructed_planes
from imaging.formats.dicom.place import Place, dot
from imaging.formats.dicom.regions import believable_size, reaches_beyond, region_spacing_mm, regions_of
from imaging.geometry import Calibration, Geometry, letters

PROJECTIONS = frozenset({"CR", "DX", "MG", "PX", "IO", "RG", "XA", "RF"})
"""Modalities whose pixels are shadows on a detector."""

FARTHEST_MM = 1e7
"""A position further out is a damaged one."""

_ORTHONORMAL_TOLERANCE = 1e-3
_SAME_MM = 0.01
"""Positions that differ by less are one, written with different decimals."""


def places_of(header: Header, frames: int) -> list[Place | None]:
    """Where each frame lies in the patient; None if position, orientation or spacing is absent or unusable."""
    planes_by_frame = ("PlanePositionSequence", "PlanePositionVolumeSequence")
    if frames == 1 or any(len(functional_group(header, 0, group)) for group in planes_by_frame):
        return [_place_of(header, index) for index in range(frames)]
    first = _place_of(header, 0)
    if first is None:
        return [None] * frames
    planes = _dose_planes(header, frames, first) or reconstructed_planes(header, frames, first)
    return [*planes] or [None] * frames


def _place_of(header: Header, index: int) -> Place | None:
    """The plane that a frame's functional groups, the file's top level or its detector state."""
    position = _numbers(header, index, "PlanePositionSequence", "ImagePositionPatient")
    orientation = _numbers(header, index, "PlaneOrientationSequence", "ImageOrientationPatient")
    spacing = _numbers(header, index, "PixelMeasuresSequence", "PixelSpacing")
    calibration = Calibration.PATIENT
    if not position and header.frame_groups:
        position = _numbers(header, index, "PlanePositionVolumeSequence", "ImagePositionVolume")
        orientation = _numbers(header, index, "PlaneOrientationVolumeSequence", "ImageOrientationVolume")
        calibration = Calibration.PIXEL_SPACING
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or not _is_believable(position, spacing):
        return None
    row, column = orientation[:3], orientation[3:]
    if not _is_orthonormal(row, column) or _is_mosaic(header):
        return None
    thickness = _numbers(header, index, "PixelMeasuresSequence", "SliceThickness")
    return Place(
        (position[0], position[1], position[2]),
        (row[0], row[1], row[2]),
        (column[0], column[1], column[2]),
        (spacing[0], spacing[1]),
        thickness[0] if thickness and _is_believable((), thickness[:1]) else None,
        calibration,
    )


def directions_of(header: Header, index: int) -> tuple[str, str]:
    """Letters towards which a frame's rows and columns run by its stated orientation; empty unless it can be meant."""
    stated = _numbers(header, index, "PlaneOrientationSequence", "ImageOrientationPatient")
    if len(stated) != 6 or not _is_orthonormal(stated[:3], stated[3:]):
        return "", ""
    return letters(stated[:3]), letters(stated[3:])


def _numbers(header: Header, index: int, group: str, keyword: str) -> tuple[float, ...]:
    """Values from a frame's functional group, the file's top level or its first detector."""
    if header.has_groups:
        found = numbers(functional_group(header, index, group), keyword)
        if found:
            return found
    return numbers(header.dataset, keyword) or detector_numbers(header, keyword)


def _is_believable(position: Sequence[float], sizes: Sequence[float]) -> bool:
    """True for millimetres that an instrument can have meant; others would overflow sooner or later."""
    return all(abs(each) < FARTHEST_MM for each in position) and all(believable_size(each) for each in sizes)


def _is_orthonormal(row: tuple[float, ...], column: tuple[float, ...]) -> bool:
    errors = (dot(row, row) - 1, dot(column, column) - 1, dot(row, column))
    return max(map(abs, errors)) < _ORTHONORMAL_TOLERANCE


def _is_mosaic(header: Header) -> bool:
    """True for slices tiled into one image: the stated position is that of none of them."""
    return "MOSAIC" in header.text("ImageType").upper().split("\\")


def _displacement(header: Header, frames: int) -> tuple[str, ...]:
    """Why a stated place was not used, in words; empty where none was stated."""
    orientation = _numbers(header, 0, "PlaneOrientationSequence", "ImageOrientationPatient")
    if _is_mosaic(header):
        return ("slices tiled into one image: the place of each is not known",)
    if len(orientation) == 6 and not _is_orthonormal(orientation[:3], orientation[3:]):
        return ("the stated orientation is impossible: no place in the patient is claimed",)
    position = _numbers(header, 0, "PlanePositionSequence", "ImagePositionPatient")
    if len(orientation) == 6 and not _is_believable(position, ()):
        return ("the stated position is impossible: no place in the patient is claimed",)
    offsets = numbers(header.dataset, "GridFrameOffsetVector")
    if position and 0 < len(offsets) < frames:
        said = f"the Grid Frame Offset Vector (3004,000C) has {len(offsets)} values for {frames} frames"
        return (f"{said}: no place in the patient is claimed",)
    if position and len(offsets) >= frames > 1 and offsets[0] != 0:
        said = f"the Grid Frame Offset Vector (3004,000C) begins at {offsets[0]:g}, expected 0 or the first position"
        return (f"{said}: no place in the patient is claimed",)
    return _odd_numbers(header, orientation, position)


def _odd_numbers(header: Header, orientation: Sequence[float], position: Sequence[float]) -> tuple[str, ...]:
    """That an orientation or a position is not as many numbers as it should be, in words."""
    for found, name, expected in ((orientation, "Orientation", 6), (position, "Position", 3)):
        written = header.text(f"Image{name}Patient")
        if found and len(found) != expected:
            said = f"the stated {name.lower()} has {len(found)} values, expected {expected}"
            return (f"{said}: no place in the patient is claimed",)
        if written and not found:
            return (f"the stated {name.lower()}, {written}, is no row of numbers: no place in the patient is claimed",)
    return ()


def _dose_planes(header: Header, frames: int, first: Place) -> list[Place]:
    """The planes by the offset vector, relative or in the patient (PS3.3 C.8.8.3.2); empty where there is none."""
    offsets = numbers(header.dataset, "GridFrameOffsetVector")[:frames]
    x, y, z = first.position_lps
    if len(offsets) < frames or not _is_believable(offsets, ()):
        return []
    if offsets[0] != 0:
        is_axial = abs(first.normal_lps[2]) > 1 - _ORTHONORMAL_TOLERANCE and abs(offsets[0] - z) < _SAME_MM
        return [replace(first, position_lps=(x, y, offset)) for offset in offsets] if is_axial else []
    return [first.moved_mm(offset) for offset in offsets]


def flat_geometry(header: Header, frames: int, rows: int, columns: int) -> tuple[Geometry, tuple[str, ...]]:
    """The grid of frames without a place in the patient, and what its millimetres rest on, in words."""
    spacing, calibration, warnings = _pixel_size(header)
    grid = Geometry((frames, rows, columns), (1.0, *spacing), calibration=calibration)
    return grid, (*_displacement(header, frames), *warnings)


def _pixel_size(header: Header) -> tuple[tuple[float, float], Calibration, tuple[str, ...]]:
    """Row and column spacing, the kind of calibration, and its limits in words (PS3.3 10.7.1.3, C.8.5.5)."""
    regions = _region_size(header)
    if regions is not None:
        return regions
    patient, detector = _pair(header, "PixelSpacing"), _pair(header, "ImagerPixelSpacing")
    how = header.text("PixelSpacingCalibrationType").lower()
    if patient is not None and (how or patient != detector):
        return patient, Calibration.PIXEL_SPACING, _calibrated(header, how)
    if detector is not None:
        text = f"millimetres are measured at the detector, not in the patient{_magnification(header)}"
        return detector, Calibration.DETECTOR, (text,)
    film = _pair(header, "NominalScannedPixelSpacing")
    if film is not None:
        return film, Calibration.DETECTOR, ("millimetres are measured on the scanned film, not in the patient",)
    aspect = _pair(header, "PixelAspectRatio")
    if aspect is not None and aspect[0] != aspect[1] and believable_size(aspect[0] / aspect[1]):
        return (aspect[0] / aspect[1], 1.0), Calibration.NONE, ("pixels are not square; their size is unknown",)
    return (1.0, 1.0), Calibration.NONE, _unusable(header)


def _unusable(header: Header) -> tuple[str, ...]:
    """That a stated size of pixels cannot be meant, as 0 cannot; empty where none was stated."""
    stated = _numbers(header, 0, "PixelMeasuresSequence", "PixelSpacing")
    if not stated:
        written = header.text("PixelSpacing")
        return (f"the stated pixel spacing, {written}, is no pair of numbers: pixels only",) if written else ()
    return (f"the stated pixel spacing, {' × '.join(f'{each:g}' for each in stated)} mm, is impossible: pixels only",)


def _calibrated(header: Header, how: str) -> tuple[str, ...]:
    if how:
        said = header.text("PixelSpacingCalibrationDescription")
        return (f"millimetres were calibrated by {how}{f': {said}' if said else ''}",)
    if header.text("Modality") not in PROJECTIONS:
        return ()
    if _pair(header, "ImagerPixelSpacing") is not None:  # another one: PS3.3 10.7.1.3
        return ("millimetres are not those at the detector: calibrated or corrected, the file does not say how",)
    return ("the file does not say whether its pixel spacing holds in the patient or at the detector",)


def _magnification(header: Header) -> str:
    """The magnification in words: as estimated by the device, else from its distances; empty where neither is known."""
    factor, how = magnification(header)
    if how == BY_DISTANCES:
        return f"; magnification {factor:.3g} by distances"
    return f"; estimated magnification {factor:g}" if factor else ""


def _pair(header: Header, keyword: str) -> tuple[float, float] | None:
    groups = (
        functional_group(header, 0, each) for each in ("PixelMeasuresSequence", "FramePixelDataPropertiesSequence")
    )
    found = next((pair for pair in (numbers(each, keyword) for each in (header.dataset, *groups)) if pair), ())
    return (found[0], found[1]) if len(found) == 2 and all(map(believable_size, found)) else None


def _region_size(header: Header) -> tuple[tuple[float, float], Calibration, tuple[str, ...]] | None:
    """What ultrasound regions calibrated in centimetres both ways say; None where there are none."""
    regions = regions_of(header)
    sizes = region_spacing_mm(regions)
    if not sizes:
        return None
    if len(sizes) > 1:
        text = f"{len(sizes)} ultrasound regions with different scales: millimetres are not claimed"
        return (1.0, 1.0), Calibration.NONE, (text,)
    warnings = ["millimetres hold inside the calibrated ultrasound region only"]
    rows, columns = whole(header.dataset, "Rows") or 0, whole(header.dataset, "Columns") or 0
    if any(reaches_beyond(region, rows, columns) for region in regions):
        warnings.append("an ultrasound region is larger than the image, which may have been scaled: check lengths")
    return sizes.pop(), Calibration.REGION, tuple(warnings)
