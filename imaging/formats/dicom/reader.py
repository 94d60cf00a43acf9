"""DICOM files to series, and a series to a volume."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydicom.tag import Tag

from imaging.arrival import Arrival
from imaging.errors import ReadError
from imaging.formats.content import identity
from imaging.formats.dicom.acquisitions import acquisitions_of
from imaging.formats.dicom.attributes import holds, known_tag
from imaging.formats.dicom.facts import facts_of
from imaging.formats.dicom.grid import Stack
from imaging.formats.dicom.header import Header, read_header
from imaging.formats.dicom.loading import load_frames
from imaging.formats.dicom.modality import (
    ModalityTransform,
    common_unit,
    modality_transforms,
    paddings_of,
)
from imaging.formats.dicom.pixel_format import PixelFormat, pixel_format
from imaging.formats.dicom.placement import PROJECTIONS
from imaging.formats.dicom.presentation import presentation_of
from imaging.formats.dicom.regions import regions_of
from imaging.formats.dicom.series import frame_times_ms, listed, patient_orientation
from imaging.formats.dicom.shutters import shutter_of
from imaging.formats.dicom.stack import again, stacks_in
from imaging.progress import Report, silent
from imaging.study import Refusal, Series
from imaging.volume import Region, Volume

_REGIONS = known_tag(Tag("SequenceOfUltrasoundRegions"))


def read_series(paths: Sequence[Path], report: Report = silent, done: int = 0) -> tuple[list[Series], list[Refusal]]:
    """The series in DICOM files, headers only, and the files that were refused.

    Args:
        paths: files judged to be DICOM by their content.
        report: told after every file.
        done: files of the same opening already told to ``report``.

    Raises:
        Cancelled: by ``report``.
    """
    headers: list[Header] = []
    layouts: dict[Path, PixelFormat] = {}
    refused: list[Refusal] = []
    for n, path in enumerate(paths):
        report(done + n, done + len(paths), f"Reading {path.name}")
        try:
            header = read_header(path)
        except ReadError as error:
            refused.append(Refusal(path, error.reason, error.patient_name))
            continue
        try:
            layouts[path] = pixel_format(header)
        except ReadError as error:
            refused.append(Refusal(path, error.reason, header.text("PatientName")))
        else:
            headers.append(header)
    headers, copies = _without_copies(headers)
    _listed[:] = stacks_in(headers, layouts)
    return listed(_listed), refused + copies


_listed: list[Stack] = []
"""The stacks of the last listing, for when one of its series is loaded."""


def load_volume(series: Series, report: Report = silent, arrival: Arrival | None = None) -> Volume:
    """The pixels of one series after the modality LUT, in its order.

    Raises:
        ReadError: a file changed since it was listed, or cannot be decoded.
        Truncated: a file ends before its pixels.
        Cancelled: by ``report``.
    """
    stack = again(series, [read_header(path) for path in series.files], tuple(_listed))
    transforms = modality_transforms((frame.header, frame.index) for frame in stack.frames)

    def make(array: NDArray[Any]) -> Volume:
        return _volume(series, stack, transforms, array)

    return load_frames(stack, transforms, make, report, arrival)


def _volume(series: Series, stack: Stack, transforms: Sequence[ModalityTransform], array: NDArray[Any]) -> Volume:
    """The volume around an array that may still be filling."""
    first = stack.frames[0].header
    shown = presentation_of(stack.frames, transforms, stack.kind == "clip")
    unit, odd_units = ("", ()) if array.ndim == 4 else common_unit(first, transforms)
    paddings = () if array.ndim == 4 else paddings_of([frame.header for frame in stack.frames], transforms)
    return Volume(
        array,
        stack.geometry,
        stack.kind,
        unit=unit,
        modality=first.text("Modality"),
        series_uid=series.uid,
        inverted=shown.inverted,
        windows=shown.windows,
        slice_windows=shown.slice_windows,
        frame_times_ms=frame_times_ms(stack),
        slice_geometries=stack.slice_geometries,
        patient_orientation=patient_orientation(stack),
        padding=paddings[0] if paddings else None,
        slice_paddings=paddings if len(set(paddings)) > 1 else (),
        colour_bits=stack.frames[0].layout.colour_bits,
        voi_tables=shown.voi_tables,
        overlays=shown.overlays,
        regions=regions_of(first),
        slice_regions=_slice_regions(stack),
        facts=facts_of(list({id(frame.header): frame.header for frame in stack.frames}.values()), PROJECTIONS),
        acquisitions=acquisitions_of(stack.frames),
        shutter=shutter_of(first),
        icc_profile=shown.icc_profile,
        warnings=tuple(dict.fromkeys((*shown.warnings, *series.warnings, *odd_units))),
    )


def _slice_regions(stack: Stack) -> tuple[tuple[Region, ...], ...]:
    """The ultrasound regions of each k where files state different ones, else nothing."""
    if not any(holds(frame.header.dataset, _REGIONS) for frame in stack.frames):
        return ()
    found = tuple(regions_of(frame.header) for frame in stack.frames)
    return found if len(set(found)) > 1 else ()


def _without_copies(headers: Sequence[Header]) -> tuple[list[Header], list[Refusal]]:
    """The headers without files that repeat another file's bytes; the copies are named, not hidden.

    Files of one SOP Instance UID whose bytes differ are all kept, and say so.
    """
    by_name: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        by_name[header.text("SOPInstanceUID") or str(header.path)].append(header)
    kept: list[Header] = []
    copies: list[Refusal] = []
    for same in by_name.values():
        if len(same) == 1:
            kept += same
            continue
        several: dict[str, Header] = {}
        for header in same:
            first = several.setdefault(identity(header.path), header)
            if first is not header:
                copies.append(
                    Refusal(header.path, f"an exact copy of {_told_apart(first, header)}, which is open already")
                )
        repeats = () if len(several) == 1 else (_SAME_NAME.format(len(several)),)
        kept += [replace(each, repairs=(*each.repairs, *repeats)) if repeats else each for each in several.values()]
    return kept, copies


_SAME_NAME = "{} files that differ have one SOP Instance UID (0008,0018): all are shown"


def _told_apart(one: Header, other: Header) -> str:
    """The name of a file, with its folder where the other has the same name."""
    path = one.path
    return path.name if path.name != other.path.name else f"{path.parent.name}/{path.name}"
