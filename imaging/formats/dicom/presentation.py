"""How a file asks to be shown: windows, VOI tables, inversion, overlays, colour profile, lossy compression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imaging.formats.dicom.attributes import items, number, numbers, value
from imaging.formats.dicom.grid import Frame
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.modality import ModalityTransform, dose_per_value_gy, real_world_unit
from imaging.formats.dicom.overlays import overlays_of
from imaging.formats.dicom.voi import Warn, slice_windows_of, tables_said, voi_tables_of, windows_of
from imaging.volume import Overlay, VoiTable, Window

LOSSY_SYNTAXES = {
    "1.2.840.10008.1.2.4.50": "JPEG",
    "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.53": "JPEG",
    "1.2.840.10008.1.2.4.55": "JPEG",
    "1.2.840.10008.1.2.4.81": "JPEG-LS",
}
"""Transfer syntaxes that can only be lossy; others say so in Lossy Image Compression (0028,2110)."""

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
    if grey and len({tables_said(each) for each in frames}) > 1:
        found.append("VOI LUTs differ from slice to slice: those of the one shown first are used for all")
    if unit:
        found.append(f"real world values in {unit} are noted, not applied")
    if grey and items(header.dataset, "PresentationLUTSequence"):
        found.append("a Presentation LUT (2050,0010) is noted, not applied")
    found += dose_text(header)
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


def dose_text(header: Header) -> list[str]:
    """What the numbers of a relative dose stand for: they are shown as stored (PS3.3 C.8.8.3, Dose Grid Scaling)."""
    scaling = number(header.dataset, "DoseGridScaling")
    if scaling is None or dose_per_value_gy(header) is not None:
        return []
    unit = header.text("DoseUnits") or "(no unit stated)"
    return [f"the dose is {scaling:g} {unit} times the value shown (Dose Grid Scaling is noted, not applied)"]


def lossy_text(header: Header) -> str:
    """What is known of a loss by compression, e.g. ``"lossy compression 10:1"``; empty where there was none."""
    syntax = str(header.transfer_syntax)
    by_syntax = LOSSY_SYNTAXES.get(syntax, "video" if syntax.startswith(_VIDEO) else "")
    if header.text("LossyImageCompression") != "01" and not by_syntax:
        return ""
    ratios = numbers(header.dataset, "LossyImageCompressionRatio")
    ratio = f" {float(np.prod(ratios)):.3g}:1" if ratios and min(ratios) > 0 else ""
    return f"lossy compression{ratio}" + (f" ({by_syntax})" if by_syntax else "")
