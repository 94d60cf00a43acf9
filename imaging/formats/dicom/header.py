"""What one DICOM file says before its pixels, and where the pixels are in the file."""

import io
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian

from imaging.errors import NotAnImage, ReadError
from imaging.formats.dicom.attributes import PARSE_ERRORS, item, items, text
from imaging.formats.dicom.nesting import TOO_DEEP, is_too_deep
from imaging.formats.dicom.pixel_element import ITEM, PIXEL_TAGS, ByteOrder, PixelElement, holds_items, pixel_element
from imaging.formats.dicom.repairs import WRITTEN_LENGTH, repairs_of
from imaging.formats.dicom.representations import LostError, restored_head, told
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.dicom.walk import Walked, walk
from imaging.formats.dicom.wanted import WANTED_TAGS

NATIVE = frozenset(f"1.2.840.10008.1.2{suffix}" for suffix in ("", ".1", ".2", ".1.99"))
_WANTED = frozenset(int(tag) for tag in WANTED_TAGS)

MOST_KEPT = 4096
"""Headers remembered, each a few ten kilobytes."""


@dataclass(frozen=True)
class Header:
    """One file before its pixels.

    Attributes:
        dataset: the wanted attributes only.
        transfer_syntax: empty where the file does not say and the encoding was guessed.
        little_endian: byte order of the data set and of native pixels.
        repairs: what had to be read otherwise than the file says, in words.
    """

    path: Path
    dataset: Dataset
    transfer_syntax: UID
    little_endian: bool
    pixels: PixelElement
    repairs: tuple[str, ...] = ()

    def text(self, keyword: str) -> str:
        """An attribute as one line of text; see :func:`imaging.formats.dicom.attributes.text`."""
        return text(self.dataset, keyword)

    @cached_property
    def frame_groups(self) -> list[Dataset]:
        """Per-frame functional groups, one item per frame; empty in classic files (PS3.3 C.7.6.16)."""
        return items(self.dataset, "PerFrameFunctionalGroupsSequence")

    @cached_property
    def shared_groups(self) -> Dataset:
        """Functional groups that hold for every frame; empty in classic files."""
        return item(self.dataset, "SharedFunctionalGroupsSequence")

    @cached_property
    def has_groups(self) -> bool:
        """True where functional groups say something: the file is an enhanced one."""
        return bool(self.frame_groups) or len(self.shared_groups) > 0


def read_header(path: Path) -> Header:
    """What one file says before its pixels; the pixels are not read.

    The last :data:`MOST_KEPT` are kept for when the same files are loaded; a file that was touched since is read anew.

    Raises:
        NotAnImage: a DICOM object without pixels; the reason says what it is.
        ReadError: no DICOM, or broken before the pixels.
    """
    stamp = _stamp(path)
    kept = _kept.get(path)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    header = _read_header(path)
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[path] = (stamp, header)
    return header


def forget() -> None:
    """Remember no header: the next listing reads every file."""
    _kept.clear()


_Stamp = tuple[int, int, int, int]
_kept: dict[Path, tuple[_Stamp, Header]] = {}


def _stamp(path: Path) -> _Stamp:
    """What changes when a file does: size, times of content and of attributes in nanoseconds, identity."""
    try:
        found = path.stat()
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _read_header(path: Path) -> Header:
    return _walked_header(path) or _parsed_header(path)


def _walked_header(path: Path) -> Header | None:
    """The header of an ordinary file, many times faster than parsed; None where the parser must judge."""
    try:
        found = walk(path, _WANTED)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    if found is None or text(found.dataset, "Rows") == "":
        return None
    pixels = _walked_pixels(found)
    repairs = (WRITTEN_LENGTH,) if pixels.is_fragmented and found.declared is not None else ()
    return Header(path, found.dataset, UID(found.transfer_syntax), True, pixels, repairs)


def _walked_pixels(found: Walked) -> PixelElement:
    number = PIXEL_TAGS[found.number_tag]
    present, declared = found.file_bytes - found.offset, found.declared
    if found.transfer_syntax not in NATIVE and found.begins_with == ITEM:
        declared = None
    # A length longer than the file leaves what is there; of fragments under a written length, that length.
    length = present if found.declared is None else min(found.declared, present)
    return PixelElement(found.offset, length, declared, number)


def _parsed_header(path: Path) -> Header:
    with dataset_stream(path) as stream:
        dataset, restored = _dataset(path, stream)
        syntax = UID(_meta_text(dataset, "TransferSyntaxUID"))
        implicit, little_endian = dataset.original_encoding
        repairs = repairs_of(stream, dataset, syntax) + restored
        pixels = pixel_element(stream, bool(implicit), little_endian is not False)
        if pixels is not None and syntax and syntax not in NATIVE and holds_items(stream, pixels):
            repairs += () if pixels.is_fragmented else (WRITTEN_LENGTH,)
            pixels = replace(pixels, declared=None)
    if pixels is None or text(dataset, "Rows") == "":
        raise _without_pixels(path, dataset, pixels)
    is_little = little_endian is not False and syntax != ExplicitVRBigEndian
    return Header(path, dataset, syntax, is_little, pixels, repairs)


def _dataset(path: Path, stream: BinaryIO) -> tuple[Dataset, tuple[str, ...]]:
    """The data set before the pixels, where the stream then stands; and what was put right to get there, in words."""
    try:
        dataset = _parse(path, stream)
    except ReadError:
        with suppress(LostError):
            if found := _restored(path, stream, "little"):
                return found
        raise
    place, (implicit, little_endian) = stream.tell(), dataset.original_encoding
    if implicit or not _should_have_pixels(dataset) or pixel_element(stream, False, little_endian is not False):
        stream.seek(place)
        return dataset, ()
    try:
        found = _restored(path, stream, "little" if little_endian is not False else "big")
    except LostError as error:
        raise ReadError(path, str(error), text(dataset, "PatientName")) from error
    if found is None:
        stream.seek(place)
    return found or (dataset, ())


def _parse(path: Path, stream: BinaryIO) -> Dataset:
    try:
        dataset = dcmread(stream, stop_before_pixels=True, specific_tags=WANTED_TAGS, force=True)
    except RecursionError as error:
        raise ReadError(path, TOO_DEEP) from error
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged DICOM header: {error}") from error
    end = stream.tell()
    stream.seek(0)
    if is_too_deep(stream.read(end)):
        raise ReadError(path, TOO_DEEP)
    return dataset


def _restored(path: Path, stream: BinaryIO, order: ByteOrder) -> tuple[Dataset, tuple[str, ...]] | None:
    """As :func:`_dataset`, with a known VR for each element; None where no element lacks one.

    Raises:
        LostError: where such an element ends cannot be told.
        ReadError: damaged all the same.
    """
    found = restored_head(stream, order)
    if found is None:
        return None
    head, codes = found
    source = io.BytesIO(head)
    dataset = _parse(path, source)
    stream.seek(source.tell())
    return dataset, (told(codes),)


def _without_pixels(path: Path, dataset: Dataset, pixels: PixelElement | None) -> ReadError:
    name, patient = _kind(dataset), text(dataset, "PatientName")
    if "Directory" in name:
        return NotAnImage(path, "a DICOMDIR index, not an image: open the folder it lies in")
    if pixels is not None:
        return ReadError(path, "pixels without their size: Rows (0028,0010) is missing", patient)
    if _should_have_pixels(dataset):
        found = f"found {name or 'an image'} without Pixel Data (7FE0,0010)"
        return ReadError(path, f"ends before its pixels: {found}", patient)
    if not name and not text(dataset, "Modality"):
        return ReadError(path, "not a DICOM image: found neither a SOP class nor pixels")
    return NotAnImage(path, f"holds no pixels: it is {name or 'an unnamed object'}, modality {_modality(dataset)}")


def _kind(dataset: Dataset) -> str:
    """The name of the SOP class; empty where there is none."""
    return UID(text(dataset, "SOPClassUID")).name or UID(_meta_text(dataset, "MediaStorageSOPClassUID")).name


def _should_have_pixels(dataset: Dataset) -> bool:
    """True for images, also where they end before their pixels."""
    name = _kind(dataset)
    has_spectra = "Spectroscopy" in name  # arranged in rows and columns too (PS3.3 C.8.14.1)
    return bool(text(dataset, "Rows") and not has_spectra) or "Image Storage" in name


def _meta_text(dataset: Dataset, keyword: str) -> str:
    """An attribute of the File Meta Information; empty where there is none."""
    return text(getattr(dataset, "file_meta", Dataset()), keyword)


def _modality(dataset: Dataset) -> str:
    return text(dataset, "Modality") or "not stated"
