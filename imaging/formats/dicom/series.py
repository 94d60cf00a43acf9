"""A stack of DICOM frames as a series to list."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from imaging.formats.content import identity
from imaging.formats.dicom.attributes import as_read, character_warnings, number, numbers, whole
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import RESCALE_TAGS, rescale_source, unreadable_rescale
from imaging.formats.dicom.phases import Part, times_ms
from imaging.formats.dicom.placement import directions_of
from imaging.study import Patient, Series

_PLANES = ("sagittal", "coronal", "axial")
"""By the axis of the patient that their normal is closest to: left, posterior, head."""


def listed(stacks: Sequence[Stack]) -> list[Series]:
    """Series in order of number, with unique identities; the largest stack of a series keeps the plain one.

    Phases and other parts of one series stay in the order of ``stacks``.
    """
    uids = [_series_uid(stack.frames[0].header) for stack in stacks]
    several = {uid for uid, count in Counter(uids).items() if count > 1}
    planes: dict[str, set[str]] = defaultdict(set)
    for uid, stack in zip(uids, stacks, strict=True):
        if uid in several:
            planes[uid].add(_plane_of(stack))
    seen: Counter[str] = Counter()
    found: list[Series] = []
    for n in sorted(range(len(stacks)), key=lambda n: -len(stacks[n].frames)):
        seen[uids[n]] += 1
        unique = uids[n] if seen[uids[n]] == 1 else f"{uids[n]}#{seen[uids[n]]}"
        plane = _plane_of(stacks[n]) if len(planes[uids[n]]) > 1 else ""
        found.append(describe(unique, stacks[n], uids[n] in several, plane))
    return sorted(found, key=lambda each: (each.study_uid, each.number is None, each.number or 0, _natural(each.uid)))


def _series_uid(header: Header) -> str:
    return header.text("SeriesInstanceUID") or header.text("SOPInstanceUID") or identity(header.path)


def _natural(uid: str) -> tuple[str, int]:
    """The identity, and its number among several: ``#10`` comes after ``#2``."""
    plain, _, number = uid.rpartition("#")
    return (plain, int(number)) if plain and number.isdecimal() else (uid, 0)


def describe(uid: str, stack: Stack, one_of_several: bool, plane: str) -> Series:
    """The stack as a series with this identity, named apart where its series holds several.

    Args:
        one_of_several: its series holds other stacks.
        plane: which plane of the body it shows, where others of the series show other ones.
    """
    header, layout = stack.frames[0].header, stack.frames[0].layout
    times = frame_times_ms(stack)
    return Series(
        uid=uid,
        kind=stack.kind,
        format="DICOM",
        files=tuple(dict.fromkeys(frame.header.path for frame in stack.frames)),
        shape_kji=stack.geometry.shape_kji,
        geometry=stack.geometry,
        modality=header.text("Modality"),
        description=_description(stack, one_of_several, plane),
        number=whole(header.dataset, "SeriesNumber"),
        photometric=layout.photometric,
        body_part=header.text("BodyPartExamined"),
        frame_time_ms=float(np.median(np.diff(times))) if len(times) > 1 else None,
        study_uid=header.text("StudyInstanceUID"),
        study_date=header.text("StudyDate"),
        study_description=header.text("StudyDescription"),
        accession=header.text("AccessionNumber"),
        patient=Patient(
            header.text("PatientID"),
            header.text("PatientName"),
            header.text("PatientBirthDate"),
            header.text("PatientSex"),
            header.text("IssuerOfPatientID"),
        ),
        frame_of_reference=header.text("FrameOfReferenceUID"),
        phase=stack.phase,
        warnings=stack.warnings + _pixel_warnings(stack) + character_warnings(header.dataset),
    )


def _plane_of(stack: Stack) -> str:
    """The plane of the body that comes closest; empty where the place is not known."""
    place = stack.frames[0].place
    return "" if place is None else _PLANES[int(np.abs(place.normal_lps).argmax())]


def _description(stack: Stack, one_of_several: bool, plane: str) -> str:
    """Series Description, and what tells this stack apart from the others of its series."""
    header, layout = stack.frames[0].header, stack.frames[0].layout
    parts = [header.text("SeriesDescription")]
    if stack.label:
        parts.append(stack.label)
    elif one_of_several:
        kind = header.text("ImageType").split("\\")[2:3]
        instance = whole(header.dataset, "InstanceNumber")
        start = [] if instance is None else [f"from image {instance}"]
        kind += [plane] if plane and plane.upper() not in kind else []
        parts.append(" ".join([*kind, f"{layout.columns} × {layout.rows}", *start]).lower())
    return ", ".join(part for part in parts if part)


def _pixel_warnings(stack: Stack) -> tuple[str, ...]:
    first = stack.frames[0]
    told = (words for frame in stack.frames for words in (*frame.header.repairs, *frame.layout.assumptions))
    found = list(dict.fromkeys(told))
    if first.layout.is_colour and first.layout.bits_stored > 8 and first.layout.samples == 3:
        found.append(f"the screen shows the 8 highest of {first.layout.bits_stored} bits of colour")
    found += _unreadable_rescales(stack)
    if number(first.header.dataset, "RescaleSlope") == 0:
        found.append("a Rescale Slope of 0 makes no sense: read as 1")
    if stack.kind == "clip":
        found += _untold_times(stack)
    if not first.header.transfer_syntax:
        found.append("the file does not state its transfer syntax: the encoding was guessed")
    return tuple(found)


def _untold_times(stack: Stack) -> list[str]:
    """That a clip has no times, or others than its Frame Time Vector says, in words."""
    count, vector = len(stack.frames), numbers(stack.frames[0].header.dataset, "FrameTimeVector")
    found: list[str] = []
    if vector and not stack.times_ms and min(vector) < 0:
        found.append("the Frame Time Vector (0018,1065) runs backwards: not followed")
    elif vector and not stack.times_ms and len(vector) != count:
        followed = "the first are" if len(vector) > count else "it is not"
        found.append(
            f"the Frame Time Vector (0018,1065) has {len(vector)} times for {count} frames: {followed} followed"
        )
    return found if found or frame_times_ms(stack) else ["the file states no frame time"]


def _unreadable_rescales(stack: Stack) -> list[str]:
    """What is said in words of each kind of rescale that cannot be read."""
    seen: dict[object, str] = {}
    for frame in stack.frames:
        source = rescale_source(frame.header, frame.index)
        said = as_read(source, RESCALE_TAGS)
        if said not in seen:
            seen[said] = unreadable_rescale(source)
    return list(dict.fromkeys(words for words in seen.values() if words))


def patient_orientation(stack: Stack) -> tuple[str, str]:
    """Letters towards which rows and columns run (Patient Orientation, PS3.3 C.7.6.1.1.1); empty unless both are known.

    Frames without a place in the patient, as for an impossible spacing, may still state how they are turned.
    """
    parts = stack.frames[0].header.text("PatientOrientation").upper().split("\\")
    if len(parts) == 2 and all(part and set(part) <= set("RLAPHF") for part in parts):
        return parts[0], parts[1]
    if stack.geometry.has_position:
        return "", ""
    stated = {directions_of(frame.header, frame.index) for frame in stack.frames}
    return stated.pop() if len(stated) == 1 else ("", "")


def frame_times_ms(stack: Stack) -> tuple[float, ...]:
    """Start of each frame of a clip, first is 0; empty for other stacks, and where no time is stated."""
    if stack.kind != "clip":
        return ()
    return stack.times_ms or _cine_times_ms(stack.frames[0].header, len(stack.frames)) or _times_of_frames_ms(stack)


def _times_of_frames_ms(stack: Stack) -> tuple[float, ...]:
    """Start of each frame as an enhanced image states it for each (PS3.3 C.7.6.16.2.2); empty where it does not."""
    if not stack.frames[0].header.has_groups:
        return ()
    return tuple(time for time in times_ms([Part((frame,), "") for frame in stack.frames]) if time is not None)


def _cine_times_ms(header: Header, count: int) -> tuple[float, ...]:
    """Start of each frame by Frame Time Vector, Frame Time or a cine rate (PS3.3 C.7.6.5); empty if none is usable."""
    vector = numbers(header.dataset, "FrameTimeVector")
    if len(vector) >= count and min(vector) >= 0:
        vector = vector[:count]
        return tuple(accumulate((0.0, *vector[1:])))
    step = number(header.dataset, "FrameTime")
    if not step or step <= 0:
        rate = number(header.dataset, "CineRate") or number(header.dataset, "RecommendedDisplayFrameRate")
        step = 1000 / rate if rate and rate > 0 else None
    return tuple(k * step for k in range(count)) if step else ()
