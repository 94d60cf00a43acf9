"""Stored values to what they mean: the modality LUT (PS3.3 C.11.1), padding, unit and windows of a frame."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.formats.dicom_attributes import item, number, numbers, text, value, whole
from imaging.formats.dicom_header import Header
from imaging.volume import Window


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
        """Values in the shape of ``stored``: int64 where whole numbers stay whole, else float64."""
        if self.table is not None:
            return self.table[np.clip(stored.astype(np.int64) - self.first, 0, len(self.table) - 1)]
        if self.keeps_integers:
            return stored.astype(np.int64) * int(self.slope) + int(self.intercept)
        return stored.astype(np.float64) * self.slope + self.intercept


def functional_group(header: Header, index: int, keyword: str) -> Dataset:
    """The item of a functional group that holds for frame ``index``: its own, else the shared one, else empty.

    DICOM PS3.3 C.7.6.16.
    """
    own = item(header.frame_groups[index], keyword) if index < len(header.frame_groups) else Dataset()
    return own if len(own) else item(header.shared_groups, keyword)


def modality_transform(header: Header, index: int = 0) -> ModalityTransform:
    """What turns the stored values of frame ``index`` into meaningful ones; an empty or zero slope counts as absent."""
    lut = item(header.dataset, "ModalityLUTSequence")
    if len(lut):
        found = _from_table(lut, header.little_endian)
        if found is not None:
            return found
    group = functional_group(header, index, "PixelValueTransformationSequence")
    source = group if len(group) else header.dataset
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    stated = slope is not None or intercept is not None
    return ModalityTransform(slope or 1.0, intercept or 0.0, text(source, "RescaleType"), stated)


def _from_table(lut: Dataset, little_endian: bool) -> ModalityTransform | None:
    described = numbers(lut, "LUTDescriptor")
    data = value(lut, "LUTData")
    if len(described) != 3 or data is None:
        return None
    count, first = int(described[0]) & 0xFFFF or 1 << 16, int(described[1])
    if isinstance(data, bytes):
        width = 2 if len(data) >= 2 * count else 1
        table = np.frombuffer(data[: count * width], f"{'<' if little_endian else '>'}u{width}").astype(np.int64)
    else:
        table = np.array([int(each) for each in numbers(lut, "LUTData")], np.int64)
    if len(table) == 0:
        return None
    return ModalityTransform(unit=text(lut, "ModalityLUTType"), stated=True, first=first, table=table)


def unit_of(header: Header, transform: ModalityTransform) -> str:
    """``"HU"`` for Hounsfield units, else ``""``: stated, or a CT that rescales and names no other type.

    A localizer is a projection: its numbers are no Hounsfield units (PS3.3 C.8.2.1.1.1).
    """
    if header.text("Modality") != "CT" or "LOCALIZER" in header.text("ImageType").upper():
        return ""
    stated = transform.unit.upper()
    return "HU" if stated == "HU" or (not stated and transform.stated) else ""


def padding_of(header: Header, transform: ModalityTransform) -> tuple[float, float] | None:
    """Lowest and highest value outside the image, after the modality LUT, or None (PS3.3 C.7.5.1.1.2)."""
    first = whole(header.dataset, "PixelPaddingValue")
    if first is None:
        return None
    limit = whole(header.dataset, "PixelPaddingRangeLimit")
    ends = np.array([first, first if limit is None else limit])
    bits = whole(header.dataset, "BitsAllocated") or 16
    if whole(header.dataset, "PixelRepresentation") == 1:
        ends = np.where(ends >= 1 << (bits - 1), ends - (1 << bits), ends)
    values = transform.apply(ends)
    return float(values.min()), float(values.max())


def windows_of(header: Header) -> tuple[Window, ...]:
    """The windows the file proposes, in its order, with their explanations; unusable ones are left out."""
    group = functional_group(header, 0, "FrameVOILUTSequence")
    source = group if len(group) else header.dataset
    centres, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
    names = text(source, "WindowCenterWidthExplanation").split("\\")
    return tuple(
        Window(centre, width, names[n].strip().lower() if n < len(names) else "")
        for n, (centre, width) in enumerate(zip(centres, widths, strict=False))
        if width > 0
    )
