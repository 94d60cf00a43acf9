"""The windows and tables that files propose, frame by frame (PS3.3 C.11.2)."""

from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from imaging.formats.dicom.attributes import as_read, holds, items, known_tag, numbers, text, value, whole
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.lut import LookupTable, lookup_table
from imaging.formats.dicom.modality import ModalityTransform, functional_group
from imaging.volume import VoiFunction, VoiTable, Window

Warn = Callable[[str], object]

_WINDOW_TAGS = frozenset(
    known_tag(Tag(keyword))
    for keyword in ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction")
)

_VOI_TABLES = known_tag(Tag("VOILUTSequence"))


def windows_of(header: Header, index: int, warn: Warn) -> tuple[Window, ...]:
    """The windows proposed for frame ``index``, in the file's order; unusable ones are left out and said so.

    PS3.3 C.11.2.1.2 and, per frame, C.7.6.16.2.10.
    """
    source = _voi_source(header, index, "WindowCenter")
    centres, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
    if len(centres) != len(widths) or (not centres and text(source, "WindowCenter")):
        found = f"{text(source, 'WindowCenter')} / {text(source, 'WindowWidth')}"
        warn(f"windows without their centre or width left out: found {found}")
    names = text(source, "WindowCenterWidthExplanation").split("\\")
    function = _function(source, warn)
    windows: list[Window] = []
    for n, (centre, width) in enumerate(zip(centres, widths, strict=False)):
        if width > 0:
            windows.append(Window(centre, width, names[n].strip().lower() if n < len(names) else "", function))
        else:
            warn(f"window {centre:g} / {width:g} left out: its width must be above 0")
    return tuple(windows)


def slice_windows_of(frames: Sequence[Frame], warn: Warn) -> tuple[Window, ...]:
    """The first window of each frame where they differ from frame to frame and each has one; else empty."""
    made: dict[object, Window | None] = {}
    found: list[Window | None] = []
    for frame in frames:
        source = _voi_source(frame.header, frame.index, "WindowCenter")
        said = as_read(source, _WINDOW_TAGS)
        if said not in made:
            made[said] = next(iter(windows_of(frame.header, frame.index, warn)), None)
        found.append(made[said])
    several = tuple(window for window in found if window is not None)
    return several if len(set(several)) > 1 and len(several) == len(found) else ()


def _function(source: Dataset, warn: Warn) -> VoiFunction:
    stated = text(source, "VOILUTFunction").upper()
    for function in get_args(VoiFunction):
        if stated == function:
            return function
    if stated:
        warn(f"VOI LUT Function {stated} is not known: shown as LINEAR")
    return "LINEAR"


def voi_tables_of(header: Header, transform: ModalityTransform, index: int, warn: Warn) -> tuple[VoiTable, ...]:
    """The items of the VOI LUT Sequence for frame ``index`` as grey levels (PS3.3 C.11.2.1.1).

    Args:
        header: of the file.
        transform: the frame's modality LUT, after which values may be negative.
        index: number of the frame in the file, from 0.
        warn: told why a table is left out.
    """
    source = _voi_source(header, index, "VOILUTSequence")
    signed = _may_be_negative(header, transform)
    tables: list[VoiTable] = []
    for lut in items(source, "VOILUTSequence"):
        found = lookup_table(lut, header.little_endian, signed)
        if found is None:
            if text(lut, "LUTDescriptor"):
                warn(f"a VOI LUT was left out: its descriptor {text(lut, 'LUTDescriptor')} or its data cannot be used")
            continue
        if not found.complete:
            warn(f"a VOI LUT ends early: found {found.outputs.size} entries")
        tables.append(grey_table(found, text(lut, "LUTExplanation").lower()))
    return tuple(tables)


def grey_table(found: LookupTable, name: str) -> VoiTable:
    """A VOI LUT as grey levels."""
    grey = np.rint(found.outputs * (255 / ((1 << found.bits) - 1))).astype(np.uint8)
    grey.flags.writeable = False
    return VoiTable(found.first, grey, name)


def tables_said(frame: Frame) -> str:
    """What a frame says of its VOI LUTs: alike for the same tables; empty without any."""
    source = _voi_source(frame.header, frame.index, "VOILUTSequence")
    if not holds(source, _VOI_TABLES):
        return ""
    luts = items(source, "VOILUTSequence")
    return " ".join(f"{text(lut, 'LUTDescriptor')} {value(lut, 'LUTData')}" for lut in luts)


def _may_be_negative(header: Header, transform: ModalityTransform) -> bool:
    """True where values after the modality LUT can be below 0, so that LUT Descriptor is meant as SS."""
    if transform.table is not None:
        return False
    stored = whole(header.dataset, "BitsStored") or 16
    signed = whole(header.dataset, "PixelRepresentation") == 1
    ends = np.array([-(1 << (stored - 1)), 1 << (stored - 1)] if signed else [0, (1 << stored) - 1])
    return bool(transform.apply(ends).min() < 0)


def _voi_source(header: Header, index: int, keyword: str) -> Dataset:
    """Where the VOI of a frame stands: its functional group, else the data set itself."""
    group = functional_group(header, index, "FrameVOILUTSequence")
    return group if len(group) and keyword in group else header.dataset
