"""What of a file's encoding was read otherwise than the file says, in words for the series' warnings."""

from typing import BinaryIO

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from imaging.formats.dicom.attributes import whole
from imaging.formats.dicom.representations import AFTER_META_LENGTH, KNOWN, LONG_VRS, told

WRITTEN_LENGTH = "coded pixels have a written length, expected an undefined one: read fragment by fragment"
_META_GROUP = b"\x02\0"


def repairs_of(stream: BinaryIO, dataset: Dataset, syntax: UID) -> tuple[str, ...]:
    """What was put right in reading a data set; the place in ``stream`` is kept.

    Args:
        stream: the file, wherever it stands.
        dataset: as pydicom read it, with its File Meta Information.
        syntax: Transfer Syntax UID that the file states; empty where it states none.
    """
    found = (
        _missing_head(dataset),
        _wrong_meta_length(stream, dataset),
        _other_vr(dataset, syntax),
        _unknown_vrs(dataset),
    )
    return tuple(words for words in found if words)


def _missing_head(dataset: Dataset) -> str:
    if isinstance(dataset, FileDataset) and dataset.preamble:
        return ""
    return "the file does not begin as DICOM files do (128 bytes and DICM): read from its first byte on"


def _other_vr(dataset: Dataset, syntax: UID) -> str:
    """Value representations that are written or left out against the transfer syntax (PS3.5 7.1.2, 7.1.3)."""
    raw = (dataset.get_item(tag, keep_deferred=True) for tag in dataset.keys())  # noqa: SIM118 - iterating a data set reads every value
    found = {element.is_implicit_VR for element in raw if isinstance(element, RawDataElement)}
    if not syntax or syntax.is_private or not syntax.is_transfer_syntax or len(found) != 1:
        return ""
    (implicit,) = found
    if implicit == syntax.is_implicit_VR:
        return ""
    stated, used = ("explicit", "implicit") if implicit else ("implicit", "explicit")
    return f"the file says that its header has {stated} VR, found {used} VR: read so"


def _unknown_vrs(dataset: Dataset) -> str:
    raw = (dataset.get_item(tag, keep_deferred=True) for tag in dataset.keys())  # noqa: SIM118 - iterating a data set reads every value
    codes = (element.VR.encode() for element in raw if isinstance(element, RawDataElement) and element.VR)
    return told(code for code in codes if code not in KNOWN)


def _wrong_meta_length(stream: BinaryIO, dataset: Dataset) -> str:
    """File Meta Information Group Length against where group 0002 ends (PS3.10 7.1)."""
    stated = whole(getattr(dataset, "file_meta", Dataset()), "FileMetaInformationGroupLength")
    if stated is None:
        return ""
    place = stream.tell()
    found = _meta_bytes(stream)
    stream.seek(place)
    if found == stated:
        return ""
    return f"the file's meta header says that it has {stated} bytes, found {found}: read to its end"


def _meta_bytes(stream: BinaryIO) -> int:
    """Bytes of the File Meta Information after its Group Length, counted element by element."""
    stream.seek(128)
    at = start = AFTER_META_LENGTH if stream.read(4) == b"DICM" else AFTER_META_LENGTH - 132
    stream.seek(start)
    while (head := stream.read(8))[:2] == _META_GROUP and len(head) == 8:
        is_long = head[4:6] in LONG_VRS
        length = int.from_bytes(stream.read(4) if is_long else head[6:8], "little")
        at = stream.seek(length, 1)
    return at - start
