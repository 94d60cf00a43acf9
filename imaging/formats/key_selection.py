"""A Key Object Selection Document (PS3.3 A.35.4, PS3.16 TID 2010) read for the images that it points at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import KeyObjectSelectionDocumentStorage

from imaging.errors import ReadError
from imaging.formats.authoring.source import instances_of
from imaging.formats.dicom.attributes import PARSE_ERRORS, item, items, numbers, text
from imaging.formats.dicom.plain_object import read_object
from imaging.key_image import KeySelection, Slice
from imaging.study import Series

MOST_BYTES = 16 << 20
_DESCRIPTION = "113012"
"""Key Object Description (PS3.16 TID 2010)."""

_REJECTIONS = frozenset(("113001", "113037", "113038", "113039"))
"""Titles of documents that take images out of use: for quality, for safety, of another worklist entry, expired
(PS3.16 CID 7010, IHE RAD Imaging Object Change Management)."""


def read_key_selection(path: Path, series: Sequence[Series]) -> KeySelection:
    """The slices of some series that a document points at; an image without frame numbers stands for its first frame.

    Raises:
        ReadError: damaged, no key object selection, one that rejects its images, or one of other images altogether; a
            series' files have changed.
    """
    document = read_object(path, "key object selection", MOST_BYTES)
    try:
        return _selection(path, document, series)
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged key object selection: {error}") from error


def _selection(path: Path, document: Dataset, series: Iterable[Series]) -> KeySelection:
    if text(document, "SOPClassUID") != KeyObjectSelectionDocumentStorage:
        raise ReadError(path, "no key object selection")
    title = text(item(document, "ConceptNameCodeSequence"), "CodeMeaning")
    if _code(document) in _REJECTIONS:
        raise ReadError(path, f"takes its images out of use ({title or _code(document)}) and selects none")
    content = list(_content(document))
    found, elsewhere, others = _meant(content, _places(series))
    if not found:
        named = f"refers to {elsewhere} images, none of which is in this study" if elsewhere else "refers to no image"
        raise ReadError(path, named)
    notes = (text(node, "TextValue") for node in content if _code(node) == _DESCRIPTION)
    return KeySelection(tuple(found), title, "; ".join(dict.fromkeys(filter(None, notes))), elsewhere, others)


def _meant(content: Iterable[Dataset], places: Mapping[str, Mapping[int, Slice]]) -> tuple[dict[Slice, None], int, int]:
    """Slices in the document's order; how many images and frames are elsewhere; how many references are to no image."""
    found, elsewhere, others = dict[Slice, None](), 0, 0
    named = [(node, each) for node in content for each in items(node, "ReferencedSOPSequence")]
    for holder, reference in named:
        frames = places.get(text(reference, "ReferencedSOPInstanceUID"))
        if frames is None:
            is_image = text(holder, "ValueType") in ("IMAGE", "")
            elsewhere, others = elsewhere + is_image, others + (not is_image)
            continue
        wanted = [int(number) for number in numbers(reference, "ReferencedFrameNumber")] or sorted(frames)[:1]
        found.update((frames[number], None) for number in wanted if number in frames)
        elsewhere += len(set(wanted) - set(frames))
    return found, elsewhere, others


def _content(node: Dataset) -> Iterator[Dataset]:
    """Every item of a content tree, in the order of the document."""
    for each in items(node, "ContentSequence"):
        yield each
        yield from _content(each)


def _places(series: Iterable[Series]) -> dict[str, dict[int, Slice]]:
    """Where each frame of each instance is shown."""
    found: dict[str, dict[int, Slice]] = {}
    for each in series:
        for k, instance in enumerate(instances_of(each)):
            if instance.uid:
                found.setdefault(instance.uid, {}).setdefault(instance.frame, (each.uid, k))
    return found


def _code(node: Dataset) -> str:
    return text(item(node, "ConceptNameCodeSequence"), "CodeValue")
