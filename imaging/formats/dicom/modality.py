"""Stored values to what they mean: the modality LUT (PS3.3 C.11.1), padding, unit and windows of a frame."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from imaging.formats.dicom.attributes import NOTHING, as_read, holds, item, known_tag, number, numbers, text, whole
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.lut import lookup_table

_PET_UNITS = {"BQML": "Bq/ml", "GML": "g/ml"}
_PADDING_PREFIXES = {"integer": "", "float32": "Float", "float64": "DoubleFloat"}
_PADDING_TAGS = frozenset(
    known_tag(Tag(f"{prefix}PixelPadding{end}"))
    for prefix in _PADDING_PREFIXES.values()
    for end in ("Value", "RangeLimit")
)
RESCALE_TAGS = frozenset(known_tag(Tag(f"Rescale{end}")) for end in ("Slope", "Intercept", "Type"))
_DOSE_TAGS = frozenset(known_tag(Tag(f"Dose{end}")) for end in ("GridScaling", "Units"))
_SLOPE_TAGS = RESCALE_TAGS | _DOSE_TAGS
_TABLE = known_tag(Tag("ModalityLUTSequence"))
_TRANSFORMATION = "PixelValueTransformationSequence"


@dataclass(frozen=True)
class ModalityTransform:
    """Slope and intercept, or a table.

    Attributes:
        table: output per stored value from ``first`` on, or None where slope and intercept hold.
        unit: Rescale Type as written.
    """

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    stated: bool = False
    first: int = 0
    table: NDArray[np.int64] | None = None

    @property
    def is_identity(self) -> bool:
        """True when values pass unchanged."""
        return self.table is None and self.slope == 1 and self.intercept == 0

    @property
    def keeps_integers(self) -> bool:
        """True when whole numbers stay whole."""
        return self.table is not None or (self.slope.is_integer() and self.intercept.is_integer())

    def apply(self, stored: NDArray[Any]) -> NDArray[Any]:
        """Values in the shape of ``stored``: int64 of whole numbers that stay whole, else float64."""
        if self.table is not None:
            return self.table[np.clip(stored.astype(np.int64) - self.first, 0, len(self.table) - 1)]
        if self.keeps_integers and stored.dtype.kind != "f":
            return stored.astype(np.int64) * int(self.slope) + int(self.intercept)
        return stored.astype(np.float64) * self.slope + self.intercept


def functional_group(header: Header, index: int, keyword: str) -> Dataset:
    """The item of a functional group that holds for frame ``index``: its own, else the shared one, else empty.

    DICOM PS3.3 C.7.6.16.
    """
    if not header.has_groups:
        return NOTHING
    own = item(header.frame_groups[index], keyword) if index < len(header.frame_groups) else NOTHING
    return own if len(own) else item(header.shared_groups, keyword)


def modality_transform(header: Header, index: int = 0) -> ModalityTransform:
    """What turns the stored values of frame ``index`` into meaningful ones; an empty or zero slope counts as absent."""
    group = functional_group(header, index, _TRANSFORMATION)
    for lut in (item(header.dataset, "ModalityLUTSequence"), item(group, "ModalityLUTSequence")):
        found = _from_table(header, lut) if len(lut) else None
        if found is not None:
            return found
    dose_gy = dose_per_value_gy(header)
    if dose_gy is not None:
        return ModalityTransform(dose_gy, unit="Gy", stated=True)
    source = rescale_source(header, index)
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    if unreadable_rescale(source):
        return ModalityTransform()
    stated = slope is not None or intercept is not None
    return ModalityTransform(slope or 1.0, intercept or 0.0, text(source, "RescaleType"), stated)


def dose_per_value_gy(header: Header) -> float | None:
    """Dose Grid Scaling where its unit is gray (PS3.3 C.8.8.3); None for relative doses, and where none is stated."""
    is_in_gray = header.text("Modality") == "RTDOSE" and header.text("DoseUnits").upper() == "GY"
    return (number(header.dataset, "DoseGridScaling") or None) if is_in_gray else None


def unreadable_rescale(source: Dataset) -> str:
    """What stands in Rescale Slope or Intercept that is not one number, in words; empty where both are or say nothing.

    Each has a single value (PS3.3 C.11.1): of several different ones none is known to be meant.
    """
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        said, found = text(source, keyword), numbers(source, keyword)
        if said and not found:
            return f"{keyword} '{said}' is no number: values are shown as stored"
        if len(set(found)) > 1:
            return f"{keyword} '{said}' has {len(found)} values, expected one: values are shown as stored"
    return ""


def rescale_source(header: Header, index: int) -> Dataset:
    """Where the rescale of a frame stands: its functional group if that says anything, else the file's top level."""
    group = functional_group(header, index, _TRANSFORMATION)
    return group if text(group, "RescaleSlope") or text(group, "RescaleIntercept") else header.dataset


def modality_transforms(frames: Iterable[tuple[Header, int]]) -> list[ModalityTransform]:
    """The transform of each frame, given by its header and its number in the file; one for all that say the same."""
    made: dict[object, ModalityTransform] = {}
    found: list[ModalityTransform] = []
    for header, index in frames:
        said = _rescale_said(header, index)
        transform = made.get(said)
        if transform is None:
            transform = made[said] = modality_transform(header, index)
        found.append(transform)
    return found


def _rescale_said(header: Header, index: int) -> object:
    """Alike for frames with the same transform; a frame's own where the file has tables or functional groups."""
    if header.has_groups or holds(header.dataset, _TABLE):
        return header.path, index
    return as_read(header.dataset, _SLOPE_TAGS)


def _from_table(header: Header, lut: Dataset) -> ModalityTransform | None:
    signed = whole(header.dataset, "PixelRepresentation") == 1
    found = lookup_table(lut, header.little_endian, signed)
    if found is None:
        return None
    return ModalityTransform(unit=text(lut, "ModalityLUTType"), stated=True, first=found.first, table=found.outputs)


def unit_of(header: Header, transform: ModalityTransform) -> str:
    """The unit of the values where it is certain, else ``""``.

    ``"HU"``: stated, or a CT that rescales and names no other type. A localizer is a projection: its numbers are no
    Hounsfield units (PS3.3 C.8.2.1.1.1). PET: Units (0054,1001), PS3.3 C.8.9.1.1.3. ``"Gy"``: a dose that states it.
    """
    modality = header.text("Modality")
    if modality == "RTDOSE" and transform.unit == "Gy":
        return "Gy"
    if modality == "PT":
        return _PET_UNITS.get(header.text("Units").upper(), "")
    if modality != "CT" or "LOCALIZER" in header.text("ImageType").upper():
        return ""
    stated = transform.unit.upper()
    return "HU" if stated == "HU" or (not stated and transform.stated) else ""


def common_unit(header: Header, transforms: Sequence[ModalityTransform]) -> tuple[str, tuple[str, ...]]:
    """The unit that every frame's values have, else ``""`` and that they differ, in words; see :func:`unit_of`."""
    found = [(unit_of(header, each), each.unit) for each in {id(each): each for each in transforms}.values()]
    units = {unit for unit, _ in found}
    if len(units) == 1:
        return units.pop(), ()
    kinds = sorted({unit or stated or "none stated" for unit, stated in found})
    return "", (f"values differ in kind from frame to frame ({', '.join(kinds)}): no unit is claimed",)


def real_world_unit(header: Header, index: int) -> str:
    """The unit of a real world value mapping that is noted and not applied (PS3.3 C.7.6.16.2.11); empty without one."""
    group = functional_group(header, index, "RealWorldValueMappingSequence")
    source = group if len(group) else item(header.dataset, "RealWorldValueMappingSequence")
    units = item(source, "MeasurementUnitsCodeSequence")
    return text(units, "CodeValue")


def paddings_of(headers: Sequence[Header], transforms: Sequence[ModalityTransform]) -> tuple[tuple[float, float], ...]:
    """The padding range of each frame, whose slopes may differ; empty where a frame states none."""
    known: dict[object, tuple[float, float] | None] = {}
    found: list[tuple[float, float]] = []
    for header, transform in zip(headers, transforms, strict=True):
        said = (as_read(header.dataset, _PADDING_TAGS), transform.slope, transform.intercept, id(transform.table))
        if said not in known:
            known[said] = padding_of(header, transform)
        padding = known[said]
        if padding is None:
            return ()
        found.append(padding)
    return tuple(found)


def padding_of(header: Header, transform: ModalityTransform) -> tuple[float, float] | None:
    """Lowest and highest value outside the image, after the modality LUT, or None (PS3.3 C.7.5.1.1.2, C.7.6.24)."""
    prefix = _PADDING_PREFIXES[header.pixels.number]
    first = number(header.dataset, f"{prefix}PixelPaddingValue")
    if first is None:
        return None
    limit = number(header.dataset, f"{prefix}PixelPaddingRangeLimit")
    ends = np.array([first, first if limit is None else limit])
    if not prefix:
        ends = _as_stored(ends.astype(np.int64), header)
    values = transform.apply(ends)
    return float(values.min()), float(values.max())


def _as_stored(ends: NDArray[np.int64], header: Header) -> NDArray[np.int64]:
    """Numbers with the sign of the pixels, whichever of US and SS they were written or read with."""
    bits = whole(header.dataset, "BitsAllocated") or 16
    if whole(header.dataset, "PixelRepresentation") == 1:
        return np.where(ends >= 1 << (bits - 1), ends - (1 << bits), ends)
    return np.where(ends < 0, ends + (1 << bits), ends)
