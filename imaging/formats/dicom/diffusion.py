"""The b value where only a vendor's own attribute states it: files of scanners older than Diffusion b-value."""

import struct
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from imaging.formats.dicom.attributes import PARSE_ERRORS, text


@dataclass(frozen=True)
class _Private:
    """An attribute of a vendor, which holds only where its block is reserved by its creator (PS3.5 7.8.1)."""

    tag: BaseTag
    creator: str

    @property
    def reserved_by(self) -> BaseTag:
        """Where the creator of the block is written."""
        return Tag(self.tag.group, self.tag.element >> 8)


_SIEMENS = _Private(Tag(0x0019, 0x100C), "SIEMENS MR HEADER")
_GE = _Private(Tag(0x0043, 0x1039), "GEMS_PARM_01")
_PHILIPS = _Private(Tag(0x2001, 0x1003), "Philips Imaging DD 001")
_VENDORS = (_SIEMENS, _GE, _PHILIPS)

PRIVATE_TAGS = tuple(tag for vendor in _VENDORS for tag in (vendor.reserved_by, vendor.tag))
"""What must be read of a file for :func:`b_value`."""

_GE_FLAG = 100_000
"""GE adds multiples of ten thousand of these to mark how the value was set: only the rest is s/mm²."""


def b_value(dataset: Dataset) -> str:
    """Diffusion b-value (0018,9087) in s/mm² as text, else what Siemens, GE or Philips state; ``""`` without any."""
    stated = text(dataset, "DiffusionBValue")
    if stated:
        return stated
    for vendor in _VENDORS:
        found = _number(dataset, vendor)
        if found is not None and 0 <= found < float("inf"):
            return f"{found % _GE_FLAG if vendor is _GE else found:g}"
    return ""


def _number(dataset: Dataset, vendor: _Private) -> float | None:
    """The first value, also where the file says no more of it than that it is unknown (VR UN)."""
    if vendor.tag not in dataset or vendor.reserved_by not in dataset:
        return None
    try:
        creator, value = dataset[vendor.reserved_by].value, dataset[vendor.tag].value
        if _plain(creator) != vendor.creator:
            return None
        if isinstance(value, bytes) and vendor is _PHILIPS:
            return float(struct.unpack("<f", value)[0])
        return float(_plain(value[0] if isinstance(value, MultiValue) else value).split("\\")[0])
    except PARSE_ERRORS:
        return None


def _plain(value: object) -> str:
    return (value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)).strip(" \0")
