"""Frames of nuclear medicine: which detector, energy window or phase each one is of, and where slices lie."""

from collections import defaultdict

from imaging.formats.dicom.attributes import item, number, numbers
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.place import Place

FARTHEST_STEP_MM = 1e4

_TIME_SLOT = "time slot"
_VECTORS = (
    ("EnergyWindowVector", "energy window"),
    ("DetectorVector", "detector"),
    ("PhaseVector", "phase"),
    ("RotationVector", "rotation"),
    ("RRIntervalVector", "R-R interval"),
    ("TimeSlotVector", _TIME_SLOT),
)
"""What each frame is of (PS3.3 C.8.4.8). Slice and Angular View Vector, Time Slice: frames of one group in order."""


def nuclear_groups(header: Header, frames: int) -> dict[str, list[int]]:
    """Numbers of frames by energy window, detector and phase, each group with its name; all under ``""`` elsewhere.

    Time slots that have one frame each, as of a gated planar image, are one group in order: a heart beat.
    """
    vectors = [(words, vector(header, keyword, frames)) for keyword, words in _VECTORS]
    telling = [(words, values) for words, values in vectors if len(set(values)) > 1]
    told_apart = set(zip(*[values for _, values in telling], strict=True))
    if telling and telling[-1][0] == _TIME_SLOT and len(told_apart) == frames:
        telling.pop()
    groups: dict[str, list[int]] = defaultdict(list)
    for n in range(frames):
        groups[", ".join(f"{words} {values[n]}" for words, values in telling)].append(n)
    return groups


def vector(header: Header, keyword: str, frames: int) -> tuple[int, ...]:
    """One whole number per frame; empty where the file has none or too few. There are more where it ends early."""
    found = tuple(int(each) for each in numbers(header.dataset, keyword))
    return found[:frames] if len(found) >= frames else ()


def reconstructed_planes(header: Header, frames: int, first: Place) -> list[Place]:
    """The planes of the slices of a reconstructed tomogram; empty for other images (PS3.3 C.8.4.15).

    Slices step from the first along its normal by Spacing Between Slices, whose sign counts here.
    """
    step = number(header.dataset, "SpacingBetweenSlices")
    if not step or abs(step) > FARTHEST_STEP_MM or not _is_reconstructed(header):
        return []
    return [first.moved_mm(step * (number - 1)) for number in vector(header, "SliceVector", frames)]


def _is_reconstructed(header: Header) -> bool:
    return {"RECON", "TOMO"} <= set(header.text("ImageType").upper().replace("\\", " ").split())


def detector_numbers(header: Header, keyword: str) -> tuple[float, ...]:
    """Position or orientation of the first detector (PS3.3 C.8.4.11); empty where it has none.

    A planar image is a shadow on its detector: it has no position in the patient.
    """
    if keyword == "ImagePositionPatient" and not _is_reconstructed(header):
        return ()
    return numbers(item(header.dataset, "DetectorInformationSequence"), keyword)
