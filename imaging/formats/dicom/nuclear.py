"""Frames of nuclear medicine: which detector, energy window or phase each one is of, and where slices lie."""

from collections import defaultdict

from imaging.formats.dicom.attributes import item, number, numbers
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.place import Place

FARTHEST_STEP_MM = 1e4

_VECTORS = (
    ("EnergyWindowVector", "energy window"),
    ("DetectorVector", "detector"),
    ("PhaseVector", "phase"),
    ("RotationVector", "rotation"),
    ("RRIntervalVector", "R-R interval"),
    ("TimeSlotVector", "time slot"),
)
"""What each frame is of (PS3.3 C.8.4.8). Slice and Angular View Vector, Time Slice: frames of one group in order."""


def nuclear_groups(header: Header, frames: int) -> dict[str, list[int]]:
    """Numbers of frames by energy window, detector and phase, each group with its name; all under ``""`` elsewhere."""
    vectors = [(words, vector(header, keyword, frames)) for keyword, words in _VECTORS]
    telling = [(words, values) for words, values in vectors if len(set(values)) > 1]
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
    is_reconstructed = {"RECON", "TOMO"} <= set(header.text("ImageType").upper().replace("\\", " ").split())
    if not step or abs(step) > FARTHEST_STEP_MM or not is_reconstructed:
        return []
    return [first.moved_mm(step * (number - 1)) for number in vector(header, "SliceVector", frames)]


def detector_numbers(header: Header, keyword: str) -> tuple[float, ...]:
    """Position or orientation of the first detector (PS3.3 C.8.4.11); empty where it has none."""
    return numbers(item(header.dataset, "DetectorInformationSequence"), keyword)
