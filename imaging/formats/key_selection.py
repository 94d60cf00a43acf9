"""A Key Object Selection Document (PS3.3 A.35.4, PS3.16 TID 2010) read for the images that it points at."""

from collections.abc import Iterable, Sequence
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


def read_key_selection(path: Path, series: Sequence[Series]) -> KeySelection:
    """The slices of some series that a document points at; an image without frame numbers stands for its first frame.

    Raises:
        ReadError: damaged, no key object selection, or one of other images altogether; a series' files have changed.
    """
    document = read_object(path, "key object selection", MOST_BYTES)
    try:
        return _selection(path, document, series)
    except PARSE_ERRORS as error:
        raise ReadError(path, f"damaged key object selection: {error}") from error


def _selection(path: Path, document: Dataset, series: Iterable[Series]) -> KeySelection:
    if text(document, "SOPClassUID") != KeyObjectSelectionDocumentStorage:
        raise ReadError(path, "no key object selection")
    places = _places(series)
    found, elsewhere = dict[Slice, None](), 0
    content = items(document, "ContentSequence")
    for reference in (each for node in content for each in items(node, "ReferencedSOPSequence")):
        frames = places.get(text(reference, "ReferencedSOPInstanceUID"), {})
        wanted = [int(number) for number in numbers(reference, "ReferencedFrameNumber")] or sorted(frames)[:1]
        there = [frames[number] for number in wanted if number in frames]
        found.update(dict.fromkeys(there))
        elsewhere += not there
    if not found:
        raise ReadError(path, f"refers to {elsewhere} images, none of which is in this study")
    notes = [text(node, "TextValue") for node in content if _code(node) == _DESCRIPTION]
    title = text(item(document, "ConceptNameCodeSequence"), "CodeMeaning")
    return KeySelection(tuple(found), title, "; ".join(notes), elsewhere)


def _places(series: Iterable[Series]) -> dict[str, dict[int, Slice]]:
    """Where each frame of each instance is shown."""
    found: dict[str, dict[int, Slice]] = {}
    for each in series:
        for k, instance in enumerate(instances_of(each)):
            found.setdefault(instance.uid, {}).setdefault(instance.frame, (each.uid, k))
    return found


def _code(node: Dataset) -> str:
    return text(item(node, "ConceptNameCodeSequence"), "CodeValue")
