"""How a file asks to be shown: windows, VOI tables, inversion, overlays, colour profile, lossy compression."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from imaging.formats.dicom.attributes import as_read, items, numbers, text, value, whole
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.lut import lookup_table
from imaging.formats.dicom.modality import ModalityTransform, functional_group, real_world_unit
from imaging.formats.dicom.overlays import overlays_of
from imaging.volume import Overlay, VoiFunction, VoiTable, Window

Warn = Callable[[str], object]

LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.53": "JPEG",
    "1.2.840.10008.1.2.4.55": "JPEG",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
}
"""Transfer syntaxes that can only be lossy; others say so in Lossy Image Compression (0028,2110)."""

_WINDOW_TAGS = tuple(
    Tag(keyword) for keyword in ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction")
)
_VIDEO = "1.2.840.10008.1.2.4.10"


@dataclass(frozen=True)
class Presentation:
    """What a stack's files propose for the screen, and what was left out of it, in words."""

    inverted: bool
    windows: tuple[Window, ...]
    slice_windows: tuple[Window, ...]
    voi_tables: tuple[VoiTable, ...]
    overlays: tuple[Overlay, ...]
    icc_profile: str
    warnings: tuple[str, ...]


def presentation_of(frames: Sequence[Frame], transforms: Sequence[ModalityTransform], is_clip: bool) -> Presentation:
    """The presentation of a stack, taken from the frame that is shown first: the middle one, a clip's first."""
    at = 0 if is_clip else len(frames) // 2
    frame, header = frames[at], frames[at].header
    found: list[str] = []
    grey = not frame.layout.is_colour
    lossy, unit = lossy_text(header), real_world_unit(header, frame.index)
    if grey and len({_tables_said(each) for each in frames}) > 1:
        found.append("VOI LUTs differ from slice to slice: those of the one shown first are used for all")
    if unit:
        found.append(f"real world values in {unit} are noted, not applied")
    return Presentation(
        grey and is_inverted(header, frame.layout.photometric, found.append),
        windows_of(header, frame.index, found.append) if grey else (),
        slice_windows_of(frames, found.append) if grey else (),
        voi_tables_of(header, transforms[at], frame.index, found.append) if grey else (),
        overlays_of(frames, found.append),
        icc_profile_of(header),
        tuple(dict.fromkeys([*([lossy] if lossy else []), *found])),
    )


def is_inverted(header: Header, photometric: str, warn: Warn) -> bool:
    """True when low values are to be shown bright: MONOCHROME1, or a Presentation LUT Shape that says so, never both.

    PS3.3 C.8.11.3.1.2: INVERSE goes with MONOCHROME1 and IDENTITY with MONOCHROME2; the two say the same thing.
    """
    shape = header.text("PresentationLUTShape").upper()
    if photometric == "MONOCHROME1":
        if shape == "IDENTITY":
            warn("MONOCHROME1 with Presentation LUT Shape IDENTITY: shown with low values bright")
        return True
    if photometric == "MONOCHROME2" and shape == "INVERSE":
        warn("MONOCHROME2 with Presentation LUT Shape INVERSE: shown with low values bright")
        return True
    return False


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
        grey = np.rint(found.outputs * (255 / ((1 << found.bits) - 1))).astype(np.uint8)
        grey.flags.writeable = False
        tables.append(VoiTable(found.first, grey, text(lut, "LUTExplanation").lower()))
    return tuple(tables)


def _tables_said(frame: Frame) -> str:
    """What a frame says of its VOI LUTs: alike for the same tables; empty without any."""
    source = _voi_source(frame.header, frame.index, "VOILUTSequence")
    if "VOILUTSequence" not in source:
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
    return group if keyword in group else header.dataset


def icc_profile_of(header: Header) -> str:
    """The name of the embedded colour profile, ``"unnamed"`` where it has none, or ``""`` without a profile.

    The text of the ``desc`` tag, as ICC.1:2010 9.2.41 stores it: version 2 in ASCII, version 4 in UTF-16.
    """
    profile = value(header.dataset, "ICCProfile")
    if not isinstance(profile, bytes) or len(profile) < 132:
        return ""
    count = min(int.from_bytes(profile[128:132]), 100)
    for start in range(132, 132 + 12 * count, 12):
        if profile[start : start + 4] == b"desc":
            at, size = (int.from_bytes(profile[start + n : start + n + 4]) for n in (4, 8))
            return _description(profile[at : at + size]) or "unnamed"
    return "unnamed"


def _description(tag: bytes) -> str:
    if tag[:4] == b"mluc" and len(tag) >= 28:
        size, at = int.from_bytes(tag[20:24]), int.from_bytes(tag[24:28])
        name = tag[at : at + size].decode("utf-16-be", "replace")
    else:
        name = tag[12 : 12 + int.from_bytes(tag[8:12])].decode("ascii", "replace")
    return "".join(c for c in name if c.isprintable()).strip()


def lossy_text(header: Header) -> str:
    """What is known of a loss by compression, e.g. ``"lossy compression 10:1"``; empty where there was none."""
    syntax = str(header.transfer_syntax)
    by_syntax = LOSSY_SYNTAXES.get(syntax, "video" if syntax.startswith(_VIDEO) else "")
    if header.text("LossyImageCompression") != "01" and not by_syntax:
        return ""
    ratios = numbers(header.dataset, "LossyImageCompressionRatio")
    ratio = f" {float(np.prod(ratios)):.3g}:1" if ratios and min(ratios) > 0 else ""
    return f"lossy compression{ratio}" + (f" ({by_syntax})" if by_syntax else "")
